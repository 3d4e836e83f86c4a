"""The back office of boards and of results, which are read and never edited."""

from typing import Any

from unfold.decorators import display

from dayrade.admin import LargeAdmin, ReadOnlyAdmin
from dayrade.admin.columns import figure, instant, link, plain, related
from tournaments.filters import SeatTournamentFilter, TournamentFilter
from tournaments.models import Board, Result

STANDINGS = related("tournaments_standing", "result__id__exact", "Standings")


@display(description="Reason")  # type: ignore[untyped-decorator]
def reason(result: Result) -> str:
    """Tell the first result from a correction."""
    return result.reason or "First result"


@display(description="Published by")  # type: ignore[untyped-decorator]
def publisher(result: Result) -> str:
    """Say that Dayrade did it by itself where nobody else did."""
    return str(result.published_by or "Dayrade")


@display(description="Milestones")  # type: ignore[untyped-decorator]
def milestones(board: Board) -> int:
    """Count them: the places themselves tell a person nothing."""
    return len(board.milestones)


class ResultAdmin(ReadOnlyAdmin):
    """Published results: the first of a tournament, and its corrections."""

    audited = True
    list_display = [
        instant("published_at", "Published"),
        link("tournament"),
        figure("number"),
        reason,
        publisher,
        STANDINGS,
    ]
    list_select_related = ["tournament", "published_by"]
    list_filter = [TournamentFilter]
    linked = ("tournament",)
    ordering = ["-published_at"]
    sortable_by = ["published_at"]
    fieldsets = [
        (None, {"fields": ["tournament", "number", STANDINGS]}),
        ("Published", {"fields": ["published_at", publisher, reason]}),
    ]
    readonly_fields = [publisher, reason, STANDINGS]


class StandingAdmin(LargeAdmin):
    """The lines of published results."""

    people = ("participant__user",)
    list_display = [
        figure("rank"),
        link("participant", "Competitor", text="participant.user"),
        figure("pnl", "P&L", places=2),
        link("result"),
    ]
    list_select_related = ["participant__user", "result__tournament"]
    list_filter = [SeatTournamentFilter]
    linked = ("participant", "result")
    ordering = ["rank"]
    sortable_by: list[Any] = []
    search_help_text = "Username, e-mail address or ID"


class BoardAdmin(ReadOnlyAdmin):
    """What the last pass over a board left behind."""

    list_display = [
        plain("tournament"),
        instant("computed_at", "Computed"),
        figure("revision"),
        figure("seats"),
        figure("took_ms", "Took (ms)"),
    ]
    list_select_related = ["tournament"]
    ordering = ["-computed_at"]
    sortable_by = ["computed_at", "took_ms"]
    fieldsets = [
        (None, {"fields": ["tournament", "revision", "computed_at", "took_ms", "seats"]}),
        ("Kept for the next pass", {"fields": ["totals", milestones]}),
    ]
    readonly_fields = [milestones]
