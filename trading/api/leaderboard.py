"""The board of a tournament over HTTP."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.status import HTTP_409_CONFLICT

from dayrade.api.fields import Instant, Text
from dayrade.api.pagination import PAGE_SIZE, PAGE_SIZE_MAX
from dayrade.api.queries import Query, WholeParameter
from tournaments.api.views import OfTournamentViewSet
from tournaments.models import Participant
from trading.services import board

ME = "me"
WINDOW, WINDOW_MAX = 5, 50
OFFSET_MAX = 999_999_999


class LeaderboardQuery(Query):
    """Which part of the board."""

    limit = WholeParameter(
        min_value=1, max_value=PAGE_SIZE_MAX, required=False, help_text="Rows; 50 by default."
    )
    offset = WholeParameter(
        min_value=0, max_value=OFFSET_MAX, required=False, help_text="Rows to pass over."
    )
    around = Text(
        pattern="me|[A-Za-z0-9][A-Za-z0-9_-]{2,49}",
        said="Must be me or a username.",
        required=False,
        help_text="The rows around a competitor: a username, or `me`.",
    )
    window = WholeParameter(
        min_value=0,
        max_value=WINDOW_MAX,
        required=False,
        help_text="Rows on each side of `around`; 5 by default.",
    )
    as_of = Instant(required=False, help_text="The board as it was kept at or before this instant.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse parameters that contradict each other."""
        beside = ("limit", "offset") if "around" in attrs else ("window",)
        said = "Cannot be given with around." if "around" in attrs else "Needs around."
        if wrong := {name: [said] for name in beside if name in attrs}:
            raise serializers.ValidationError(wrong)
        return attrs


class LineSerializer(serializers.Serializer[Any]):
    """A line of a board.

    Lines of equal total P&L, realized P&L and number of trades share a rank. `rank` is null where
    too much has moved since the last pass to count it, `previous_rank` is that of the last pass.
    `stale` says that the seat holds something whose price is old or missing.
    """

    rank = serializers.IntegerField(allow_null=True)
    previous_rank = serializers.IntegerField(allow_null=True)
    participant = serializers.UUIDField()
    username = serializers.CharField(allow_null=True)
    avatar_url = serializers.CharField(allow_null=True)
    country = serializers.CharField(allow_null=True)
    total_pnl = serializers.DecimalField(max_digits=15, decimal_places=2)
    realized_pnl = serializers.DecimalField(max_digits=15, decimal_places=2, allow_null=True)
    unrealized_pnl = serializers.DecimalField(max_digits=15, decimal_places=2, allow_null=True)
    current_balance = serializers.DecimalField(max_digits=15, decimal_places=2)
    total_trades = serializers.IntegerField()
    winning_trades = serializers.IntegerField(allow_null=True)
    losing_trades = serializers.IntegerField(allow_null=True)
    total_volume = serializers.DecimalField(max_digits=20, decimal_places=2)
    stale = serializers.BooleanField(allow_null=True)


class LeaderboardSerializer(serializers.Serializer[Any]):
    """A part of a board.

    `revision` and `computed_at` are those of the last pass; a board that was kept has no revision,
    and the instant at which it was kept. `as_of` is there where the board is one of the past.
    """

    tournament = serializers.CharField()
    revision = serializers.IntegerField(allow_null=True)
    computed_at = serializers.DateTimeField(allow_null=True)
    as_of = serializers.DateTimeField(required=False)
    frozen = serializers.BooleanField()
    count = serializers.IntegerField()
    results = LineSerializer(many=True)


class LeaderboardViewSet(OfTournamentViewSet[Participant]):
    """The board of a tournament."""

    hot = True
    queryset = Participant.objects.none()
    serializer_class = LeaderboardSerializer
    failures = (HTTP_409_CONFLICT,)

    @extend_schema(parameters=[LeaderboardQuery], responses=LeaderboardSerializer, filters=False)
    def board(self, request: Request, tournament: str) -> HttpResponse:
        """Show a part of the board: from an offset, or around a competitor.

        It is live, or as it was at an instant. From the freeze to the result everybody but staff
        sees it as it was at the freeze; then it is the published result.
        """
        asked = LeaderboardQuery.read(request)
        place = board.Place(
            offset=asked.get("offset", 0),
            limit=asked.get("limit", PAGE_SIZE),
            around=self.seat(asked["around"]) if "around" in asked else None,
            window=asked.get("window", WINDOW),
        )
        try:
            page = board.page(self.tournament(), place, cut=self.cut(), as_of=asked.get("as_of"))
        except board.NoSeatError as error:
            if asked["around"] == ME:
                raise
            raise Http404 from error
        return HttpResponse(written(self.tournament().slug, page), "application/json")

    def seat(self, around: str) -> UUID:
        """Return whose seat the board is asked around.

        Raises:
            NotAuthenticated: one's own, by nobody.
            NoSeatError: one's own, and there is none.
            Http404: somebody else's, and there is none.

        """
        if around == ME:
            if not self.request.user.is_authenticated:
                raise NotAuthenticated
            own = board.seat_of(self.tournament(), user=self.request.user)
            if own is None:
                raise board.NoSeatError("You have no seat in this tournament.")
            return own
        found = board.seat_of(self.tournament(), user__username=around)
        if found is None:
            raise Http404
        return found


def written(slug: str, page: board.Page) -> str:
    """Write the answer around the lines that PostgreSQL has written."""
    head: dict[str, Any] = {
        "tournament": slug,
        "revision": page.revision,
        "computed_at": instant(page.computed_at),
    }
    if page.as_of is not None:
        head["as_of"] = instant(page.as_of)
    head |= {"frozen": page.frozen, "count": page.count}
    return f'{json.dumps(head)[:-1]}, "results": {page.results}}}'


def instant(at: datetime | None) -> str | None:
    """Write an instant as the other serializers do."""
    return at.isoformat().replace("+00:00", "Z") if at else None
