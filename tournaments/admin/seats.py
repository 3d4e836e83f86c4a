"""The back office of seats: what the ledger makes of everybody in a tournament."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from unfold.decorators import display

from dayrade.admin import LargeAdmin
from dayrade.admin.columns import figure, link, related
from tournaments.decisions.seats import SeatDecidingAdmin
from tournaments.filters import TournamentFilter
from tournaments.models import Participant

SEAT_TRADES = related("trading_trade", "participant__id__exact", "Trades")
SEAT_POSITIONS = related("trading_position", "participant__id__exact", "Positions")
SEAT_SNAPSHOTS = related("trading_performancesnapshot", "participant__id__exact", "Performance")
SEAT_DIFFERENCES = related("trading_break", "participant__id__exact", "Differences")
SEAT_STANDINGS = related("tournaments_standing", "participant__id__exact", "Standings")
SEAT_LISTS = [SEAT_TRADES, SEAT_POSITIONS, SEAT_SNAPSHOTS, SEAT_DIFFERENCES, SEAT_STANDINGS]


@display(description="Standing", label={"Competing": "success", "Disqualified": "danger"})  # type: ignore[untyped-decorator]
def standing(seat: Participant) -> str:
    """Say in a word whether the seat can be ranked."""
    if seat.disqualified:
        return "Disqualified"
    return "Competing" if seat.is_active else "Withdrawn"


@display(description="Win rate", formatting="price")  # type: ignore[untyped-decorator]
def win_rate(seat: Participant) -> str | None:
    """Show the win rate in percent."""
    return None if seat.win_rate is None else f"{seat.win_rate}\xa0%"


@display(description="Competitor")  # type: ignore[untyped-decorator]
def competitor(seat: Participant) -> str:
    """Show the public name."""
    return str(seat.user)


class BookingFilter(admin.SimpleListFilter):
    """Seats held without a booking, in tournaments that TicketSource sells."""

    title = "booking"
    parameter_name = "booking"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the one."""
        return [("missing", "Seat without booking")]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep those."""
        missing: QuerySet[Any] = queryset.without_booking()  # type: ignore[attr-defined]
        return missing if self.value() == "missing" else queryset


class AccountFilter(admin.SimpleListFilter):
    """Seats held without a trading account."""

    title = "trading account"
    parameter_name = "account"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the one."""
        return [("missing", "Seat without an account")]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep those."""
        missing: QuerySet[Any] = queryset.without_account()  # type: ignore[attr-defined]
        return missing if self.value() == "missing" else queryset


@admin.register(Participant)
class ParticipantAdmin(SeatDecidingAdmin, LargeAdmin):
    """Seats, as a board: what the ledger makes of everybody in a tournament."""

    list_display = [
        figure("current_rank", "Rank"),
        competitor,
        link("tournament"),
        standing,
        figure("total_pnl", "Total P&L", places=2),
        figure("realized_pnl", "Realized P&L", places=2),
        figure("unrealized_pnl", "Unrealized P&L", places=2),
        figure("current_balance", "Balance", places=2),
        figure("total_trades", "Trades"),
        win_rate,
    ]
    list_display_links = [competitor]
    list_filter = [TournamentFilter, "is_active", "disqualified", BookingFilter, AccountFilter]
    list_select_related = ["user", "tournament"]
    linked = ("tournament", "user")
    exact = ("zimtra_account_id", "ticketsource_booking_id")
    ordering = ["-total_pnl"]
    search_help_text = "Username, e-mail address, Zimtra account, booking or ID"
    fieldsets = [
        (None, {"fields": ["tournament", "user", *SEAT_LISTS]}),
        ("Registration", {"fields": ["registered_at", "registration_source"]}),
        ("External integrations", {"fields": ["ticketsource_booking_id", "zimtra_account_id"]}),
        ("Trading account", {"fields": ["starting_balance", "current_balance"]}),
        ("Performance", {"fields": ["total_pnl", "realized_pnl", "unrealized_pnl"]}),
        (
            "Trading statistics",
            {
                "fields": [
                    "total_trades",
                    "winning_trades",
                    "losing_trades",
                    win_rate,
                    "total_volume",
                ]
            },
        ),
        ("Ranking", {"fields": ["current_rank", "best_rank", "final_rank", "final_pnl"]}),
        ("Status", {"fields": [standing, "disqualification_reason"]}),
        ("Metadata", {"fields": ["created_at", "updated_at"]}),
    ]
    readonly_fields = [*SEAT_LISTS, win_rate, standing]
    sortable_by = list_display[4:5]
    audited = True
