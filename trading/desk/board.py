"""The board of a tournament as staff see it, with the curves of those who lead."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.views.generic import TemplateView

from dayrade.admin.columns import MINUTE, address
from tournaments.models import Participant, Tournament, TournamentStatus
from tournaments.services import freeze
from trading.desk.curves import COLOURS, chart
from trading.desk.pages import TournamentPage
from trading.services import board

SHOWN = 50
OFFSET_MAX = 1_000_000
MONEY = ("total_pnl", "realized_pnl", "unrealized_pnl", "current_balance")
#: Spans of time that changes of rank are asked for, beside any instant.
SPANS = {
    "15 minutes": timedelta(minutes=15),
    "1 hour": timedelta(hours=1),
    "1 day": timedelta(days=1),
}
LAST = "the last ranking"


class Board(TournamentPage, TemplateView):  # type: ignore[misc]  # its request is of staff
    """Fifty places of the board, and the way to the next ones."""

    heading = "Board of {tournament}"
    template_name = "admin/board.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the places; staff see the board live unless they ask for what the public sees."""
        cut = freeze.cut(self.tournament, AnonymousUser())
        public = cut is not None and self.request.GET.get("as") == "public"
        offset = self.offset()
        try:
            page = board.page(
                self.tournament,
                board.Place(offset=offset, limit=SHOWN),
                cut=cut if public else None,
            )
        except board.BoardNotRankedError as error:
            messages.warning(self.request, error.message)
            offset = 0
            page = board.page(self.tournament, board.Place(limit=SHOWN))
        since = self.since()
        before, absent, lines = compared(self.tournament, json.loads(page.results), since)
        leaders = [(UUID(row["participant"]), row["username"]) for row in lines[: len(COLOURS)]]
        context: dict[str, Any] = super().get_context_data(
            page=page,
            lines=lines,
            before=before,
            absent=absent,
            since=since,
            spans={
                name: self.url(0, public=public, since=ago(span)) for name, span in SPANS.items()
            },
            last=self.url(0, public=public),
            chart=chart(leaders) if not offset and not public else None,
            frozen_at=cut,
            public=public,
            earlier=self.url(max(offset - SHOWN, 0), public=public, since=since) if offset else "",
            later=self.url(offset + SHOWN, public=public, since=since)
            if offset + SHOWN < page.count
            else "",
            other=self.url(0, public=not public, since=since),
            is_final=self.tournament.status == TournamentStatus.COMPLETED,
            first_place=offset + 1,
            last_place=offset + len(lines),
        )
        return context | kwargs

    def offset(self) -> int:
        """Return how many places are passed over; nonsense is none."""
        asked = self.request.GET.get("offset", "")
        return min(int(asked), OFFSET_MAX) if asked.isascii() and asked.isdecimal() else 0

    def since(self) -> datetime | None:
        """Return since when changes of rank are asked for (UTC); nonsense is the last ranking."""
        try:
            asked = parse_datetime(self.request.GET.get("since", ""))
            if asked is None or asked.tzinfo is None:
                return asked and asked.replace(tzinfo=UTC)
            return asked.astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def url(self, offset: int, *, public: bool, since: datetime | None = None) -> str:
        """Return where another part of the board is, or the board as others see it."""
        page = reverse("admin:tournament_board", args=[self.tournament.pk])
        query: dict[str, Any] = {"offset": offset}
        query |= {"as": "public"} if public else {}
        query |= {"since": f"{since:%Y-%m-%dT%H:%M}"} if since else {}
        return f"{page}?{urlencode(query)}"


def ago(span: timedelta) -> datetime:
    """Return when that was, to the minute."""
    return (timezone.now() - span).replace(second=0, microsecond=0)


def compared(
    tournament: Tournament, rows: list[dict[str, Any]], since: datetime | None
) -> tuple[str, str, list[dict[str, Any]]]:
    """Say what the ranks are compared with, and who was not there, and make lines of the rows.

    Without an instant, or where no board of then was kept, that is the last ranking.
    """
    if since is None:
        return LAST, "-", [line(row, row["previous_rank"]) for row in rows]
    kept, ranks = board.ranks_at(tournament, seats(rows), since)
    if kept is None:
        return "nothing: no board is so old", "-", [line(row, None) for row in rows]
    said = f"{formats.date_format(kept, MINUTE)} UTC"
    return said, "new", [line(row, ranks.get(UUID(row["participant"]))) for row in rows]


def seats(rows: Iterable[dict[str, Any]]) -> list[UUID]:
    """Return the seats that rows are about."""
    return [UUID(row["participant"]) for row in rows]


def line(row: dict[str, Any], before: int | None) -> dict[str, Any]:
    """Make a line for a person: how far the seat has risen, and amounts as numbers."""
    rank = row["rank"]
    amounts = {name: None if row[name] is None else Decimal(row[name]) for name in MONEY}
    risen = before - rank if rank is not None and before is not None else 0
    moved = {"before": before, "risen": max(risen, 0), "fallen": max(-risen, 0)}
    return row | amounts | moved | {"url": address(Participant, "change", row["participant"])}
