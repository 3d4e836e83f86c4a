"""The board of a tournament as staff see it, with the curves of those who lead."""

import json
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.views.generic import TemplateView

from dayrade.admin.columns import address
from tournaments.models import Participant, TournamentStatus
from tournaments.services import freeze
from trading.desk.curves import COLOURS, chart
from trading.desk.pages import TournamentPage
from trading.services import board

SHOWN = 50
OFFSET_MAX = 1_000_000
MONEY = ("total_pnl", "realized_pnl", "unrealized_pnl", "current_balance")


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
        lines = [line(row) for row in json.loads(page.results)]
        leaders = [(UUID(row["participant"]), row["username"]) for row in lines[: len(COLOURS)]]
        context: dict[str, Any] = super().get_context_data(
            page=page,
            lines=lines,
            chart=chart(leaders) if not offset and not public else None,
            frozen_at=cut,
            public=public,
            earlier=self.url(max(offset - SHOWN, 0), public=public) if offset else "",
            later=self.url(offset + SHOWN, public=public) if offset + SHOWN < page.count else "",
            other=self.url(0, public=not public),
            is_final=self.tournament.status == TournamentStatus.COMPLETED,
            first=offset + 1,
            last=offset + len(lines),
        )
        return context | kwargs

    def offset(self) -> int:
        """Return how many places are passed over; nonsense is none."""
        asked = self.request.GET.get("offset", "")
        return min(int(asked), OFFSET_MAX) if asked.isascii() and asked.isdecimal() else 0

    def url(self, offset: int, *, public: bool) -> str:
        """Return where another part of the board is, or the board as others see it."""
        page = reverse("admin:tournament_board", args=[self.tournament.pk])
        return f"{page}?offset={offset}{'&as=public' if public else ''}"


def line(row: dict[str, Any]) -> dict[str, Any]:
    """Make a line for a person: how far the seat has risen, and amounts as numbers."""
    rank, before = row["rank"], row["previous_rank"]
    amounts = {name: None if row[name] is None else Decimal(row[name]) for name in MONEY}
    risen = before - rank if rank is not None and before is not None else 0
    moved = {"risen": max(risen, 0), "fallen": max(-risen, 0)}
    return row | amounts | moved | {"url": address(Participant, "change", row["participant"])}
