"""The ledger of one seat."""

import functools
from datetime import datetime
from typing import Any

from django.db.models import FETCH_RAISE, Model, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_409_CONFLICT

from dayrade.api.idempotency import idempotent
from dayrade.api.pagination import Keyset
from dayrade.api.permissions import IsModerator
from dayrade.api.requests import UserRequest
from tournaments.api.views import OfTournamentViewSet
from tournaments.models import Participant
from trading.api.filters import (
    FrozenTradeFilterSet,
    PositionFilterSet,
    SnapshotFilterSet,
    TradeFilterSet,
)
from trading.api.serializers import (
    POINTS_MAX,
    POINTS_MIN,
    FrozenTradeSerializer,
    PositionSerializer,
    SeriesQuery,
    SeriesSerializer,
    SnapshotPageSerializer,
    SnapshotSerializer,
    TakenSerializer,
    TradeSerializer,
)
from trading.models import PerformanceSnapshot, Position, Trade
from trading.services import snapshots
from trading.services.series import series


class OfParticipantViewSet[M: Model](mixins.ListModelMixin, OfTournamentViewSet[M]):
    """Whatever lies below a seat in the address."""

    def participant(self) -> Participant:
        """Return the seat of the address, with one query."""
        address, pk = self.kwargs["tournament"], self.kwargs["participant"]
        seat = Participant.objects.named(address, pk, self.request.user)
        if seat is None:
            raise Http404
        self.found = seat.tournament
        return seat

    def ledger_owner(self) -> Participant:
        """Return the seat of the address, if the caller may see its trades."""
        seats = Participant.objects.filter(tournament=self.tournament())
        shown = seats.with_ledger_visible_to(self.request.user)
        return get_object_or_404(shown, pk=self.kwargs["participant"])


POINTS = OpenApiParameter(
    "points",
    {"type": "integer", "minimum": POINTS_MIN, "maximum": POINTS_MAX},
    description=(
        "Answer `Series`: at most this many snapshots of our own in the order of time. The first,"
        " the last and, from 4 on, the highest and the lowest are among them. Without it, all"
        " snapshots, page by page."
    ),
)
PAGE_OR_SERIES = PolymorphicProxySerializer(
    component_name="SnapshotsOrSeries",
    serializers=[SnapshotPageSerializer, SeriesSerializer],
    resource_type_field_name=None,
    many=False,
)


class SnapshotViewSet(OfParticipantViewSet[PerformanceSnapshot]):
    """A participant's figures over time, the newest first."""

    hot = True
    queryset = PerformanceSnapshot.objects.none()
    serializer_class = SnapshotSerializer
    filterset_class = SnapshotFilterSet
    pagination_class = Keyset
    keyset = "recorded_at"

    def get_queryset(self) -> QuerySet[PerformanceSnapshot]:
        """Return the seat's snapshots without the provider's raw data."""
        seat = self.participant()
        of_seat = PerformanceSnapshot.objects.filter(participant=seat)
        if cut := self.cut(own=seat):
            of_seat = of_seat.filter(recorded_at__lte=cut)
        return of_seat.defer("raw_zimtra_data").fetch_mode(FETCH_RAISE)

    @extend_schema(parameters=[POINTS], responses=PAGE_OR_SERIES)
    def list(  # type: ignore[override]  # finished JSON needs no renderer
        self, request: Request, *args: Any, **kwargs: Any
    ) -> Response | HttpResponse:
        """List performance snapshots, or with `points` draw a series."""
        if "points" not in request.query_params:
            return super().list(request, *args, **kwargs)
        asked = SeriesQuery.read(request)
        seat = self.participant()
        points = series(
            participant=seat.pk,
            most=asked["points"],
            since=asked.get("from"),
            before=asked.get("to"),
            until=self.cut(own=seat),
        )
        return HttpResponse(f'{{"results":{points}}}', content_type="application/json")


class TradeViewSet(OfParticipantViewSet[Trade]):
    """A participant's trades, the newest first.

    For the participant, for staff, and for everybody where the tournament's rules say so.
    """

    queryset = Trade.objects.none()
    pagination_class = Keyset
    keyset = "executed_at"

    @functools.cached_property
    def frozen_at(self) -> datetime | None:
        """When the freeze cut off what the caller may know, None where all is live."""
        return self.cut(own=self.seat) if "participant" in self.kwargs else None

    @functools.cached_property
    def seat(self) -> Participant:
        """The seat of the address, read once a request."""
        return self.ledger_owner()

    @property
    def filterset_class(self) -> type[TradeFilterSet]:
        """The filters, which read what is shown."""
        return FrozenTradeFilterSet if self.frozen_at else TradeFilterSet

    def get_serializer_class(self) -> type[TradeSerializer]:
        """Show trades as they are, or as they were known at the freeze."""
        return FrozenTradeSerializer if self.frozen_at else TradeSerializer

    def get_queryset(self) -> QuerySet[Trade]:
        """Return the seat's trades."""
        of_seat = Trade.objects.filter(participant=self.seat).with_busts()
        if cut := self.frozen_at:
            of_seat = of_seat.known_at(cut)
        return of_seat.fetch_mode(FETCH_RAISE)


class PositionViewSet(OfParticipantViewSet[Position]):
    """A participant's positions, by symbol; who sees them is as for trades.

    From the freeze to the result they are for the participant and staff alone: nobody kept what
    they were at that instant.
    """

    queryset = Position.objects.none()
    serializer_class = PositionSerializer
    filterset_class = PositionFilterSet

    def get_queryset(self) -> QuerySet[Position]:
        """Return the seat's positions."""
        seat = self.ledger_owner()
        if self.cut(own=seat):
            raise Http404
        of_seat = Position.objects.filter(participant=seat)
        return of_seat.order_by("symbol", "pk").fetch_mode(FETCH_RAISE)


class TakingViewSet(OfTournamentViewSet[PerformanceSnapshot]):
    """Snapshots that staff ask for."""

    shared = False
    queryset = PerformanceSnapshot.objects.none()
    permission_classes = [IsModerator]
    serializer_class = TakenSerializer
    failures = (HTTP_409_CONFLICT,)

    @extend_schema(request=None, responses={HTTP_201_CREATED: TakenSerializer})
    @idempotent
    def take(self, request: UserRequest, tournament: str) -> Response:
        """Keep everybody's figures as they are now."""
        taken = snapshots.take(tournament=self.tournament(), source=snapshots.ON_DEMAND)
        return self.shown(taken, status=HTTP_201_CREATED)
