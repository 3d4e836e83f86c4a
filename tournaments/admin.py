"""The back office of tournaments and the seats in them."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.html import format_html
from unfold.decorators import display

from dayrade.admin import LargeAdmin, ServiceAdmin, StaffRequest
from dayrade.admin.columns import address, badge, figure, instant, link, related
from tournaments.decisions import AccountDecidingAdmin
from tournaments.filters import TournamentFilter
from tournaments.models import (
    Board,
    Booking,
    BookingStatus,
    Division,
    Mismatch,
    Participant,
    Result,
    Standing,
    Tournament,
    TournamentStatus,
)
from tournaments.published import BoardAdmin, ResultAdmin, StandingAdmin
from tournaments.services import drafts

STATUS_COLOURS = {
    TournamentStatus.REGISTRATION_OPEN: "info",
    TournamentStatus.REGISTRATION_CLOSED: "warning",
    TournamentStatus.ACTIVE: "success",
    TournamentStatus.CANCELLED: "danger",
}
DIVISION_COLOURS = {Division.CRUSADER: "info", Division.RAIDER: "primary"}
BOOKING_COLOURS = {BookingStatus.CANCELLED: "warning", BookingStatus.REFUNDED: "danger"}

PARTICIPANTS = related("tournaments_participant", "tournament__id__exact", "Participants")
TRADES = related("trading_trade", "tournament__id__exact", "Trades")
BOOKINGS = related("tournaments_booking", "tournament__id__exact", "Bookings")
POSITIONS = related("trading_position", "tournament__id__exact", "Positions")
RESULTS = related("tournaments_result", "tournament__id__exact", "Results")
REFUSED = related("trading_quarantinedtrade", "tournament__id__exact", "Refused trades")
DIFFERENCES = related("trading_break", "tournament__id__exact", "Differences")
PRICES = related("trading_mark", "tournament__id__exact", "Prices")
MESSAGES = related("comms_chatmessage", "tournament__id__exact", "Chat")


@display(description="Seats taken", formatting="price")  # type: ignore[untyped-decorator]
def seats(tournament: Tournament) -> str:
    """Show how full it is, and lead to who is in."""
    return format_html(
        '<a class="text-link whitespace-nowrap" href="{}?tournament__id__exact={}">{} of {}</a>',
        address(Participant, "changelist"),
        tournament.pk,
        tournament.current_participants,
        tournament.max_participants,
    )


@admin.register(Tournament)
class TournamentAdmin(ServiceAdmin):
    """Tournaments: drafted and edited by admins until trading starts, then frozen."""

    list_display = [
        "name",
        badge("division", DIVISION_COLOURS),
        badge("status", STATUS_COLOURS),
        instant("registration_close_date", "Registration closes"),
        instant("start_date", "Starts"),
        instant("end_date", "Ends"),
        seats,
        figure("prize_pool", places=2),
        "currency",
    ]
    list_filter = ["status", "division", "tournament_type", "start_date"]
    linked = ("created_by",)
    ordering = ["-start_date"]
    search_fields = ["name", "slug", "zimtra_tournament_id", "ticketsource_event_id"]
    search_help_text = "Name, slug, Zimtra or TicketSource ID"
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = [
        "status",
        "current_participants",
        "created_by",
        "created_at",
        "updated_at",
        PARTICIPANTS,
        BOOKINGS,
        TRADES,
        POSITIONS,
        PRICES,
        REFUSED,
        DIFFERENCES,
        RESULTS,
        MESSAGES,
    ]
    planned = [
        (None, {"fields": ["name", "slug", "description"]}),
        ("Classification", {"fields": ["division", "tournament_type"]}),
        (
            "Timing (UTC)",
            {
                "fields": [
                    "registration_open_date",
                    "registration_close_date",
                    "start_date",
                    "end_date",
                ]
            },
        ),
        ("Participation", {"fields": ["min_participants", "max_participants"]}),
        ("Financial", {"fields": ["entry_fee", "prize_pool", "currency"]}),
        ("Configuration", {"fields": ["starting_balance", "trading_symbols", "rules"]}),
        (
            "External integrations",
            {"fields": ["ticketsource_event_id", "zimtra_tournament_id"]},
        ),
    ]
    fieldsets = [
        *planned[:1],
        (
            "Now",
            {
                "fields": [
                    "status",
                    "current_participants",
                    PARTICIPANTS,
                    BOOKINGS,
                    TRADES,
                    POSITIONS,
                    PRICES,
                    REFUSED,
                    DIFFERENCES,
                    RESULTS,
                    MESSAGES,
                ]
            },
        ),
        *planned[1:],
        ("Metadata", {"fields": ["created_by", "created_at", "updated_at"]}),
    ]
    add_fieldsets = planned

    def has_change_permission(self, request: StaffRequest, obj: Any = None) -> bool:
        """Show a frozen tournament without a form; a form sent late is refused in words."""
        frozen = obj is not None and obj.status not in drafts.CHANGEABLE
        if frozen and request.method != "POST":
            return False
        return super().has_change_permission(request, obj)

    def create(self, request: StaffRequest, fields: dict[str, Any]) -> Model:
        """Draft the tournament."""
        return drafts.create(actor=request.user, fields=fields)

    def update(self, request: StaffRequest, obj: Tournament, changes: dict[str, Any]) -> None:
        """Change the tournament."""
        drafts.update(actor=request.user, tournament=obj, changes=changes)


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


@admin.register(Participant)
class ParticipantAdmin(AccountDecidingAdmin, LargeAdmin):
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
    list_filter = [TournamentFilter, "is_active", "disqualified", BookingFilter]
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


class MismatchFilter(admin.SimpleListFilter):
    """Bookings that do not fit their seats, all of them or for one reason."""

    title = "mismatch"
    parameter_name = "mismatch"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        """Offer those of tournaments that are not over, any, none and each."""
        kinds = ("to_check", "To check"), ("any", "Any mismatch"), ("none", "No mismatch")
        return [*kinds, *Mismatch.choices]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what was chosen."""
        chosen = self.value()
        if not chosen:
            return queryset
        if chosen == "to_check":
            to_check: QuerySet[Any] = queryset.to_check()  # type: ignore[attr-defined]
            return to_check
        by_reason = {"any": Q(mismatch__isnull=False), "none": Q(mismatch__isnull=True)}
        return queryset.filter(by_reason.get(chosen, Q(mismatch=chosen)))


@display(description="Mismatch", ordering="mismatch")  # type: ignore[untyped-decorator]
def mismatch(booking: Booking) -> str | None:
    """Say why booking and seat do not fit."""
    return booking.reason


@display(description="Seat")  # type: ignore[untyped-decorator]
def seat_of_booking(booking: Booking) -> str | None:
    """Lead to the seat that it became."""
    if booking.participant_id is None:
        return None
    return format_html(
        '<a class="text-link whitespace-nowrap" href="{}">{}</a>',
        address(Participant, "change", booking.participant_id),
        booking.user,
    )


@admin.register(Booking)
class BookingAdmin(LargeAdmin):
    """Bookings of TicketSource: what each became, or why it became nothing."""

    list_display = [
        "reference",
        mismatch,
        badge("status", BOOKING_COLOURS),
        "email",
        "name",
        seat_of_booking,
        link("tournament"),
        figure("amount", places=2),
        "currency",
        instant("booked_at"),
    ]
    list_filter = [TournamentFilter, MismatchFilter, "status"]
    list_select_related = ["tournament", "user"]
    linked = ("tournament", "user", "participant")
    exact = ("reference",)
    ordering = ["-booked_at"]
    search_help_text = "E-mail address, reference, username or ID"
    fieldsets = [
        (None, {"fields": ["reference", "tournament", mismatch]}),
        ("Booked", {"fields": ["email", "name", "amount", "currency", "status", "booked_at"]}),
        ("Seat", {"fields": ["user", seat_of_booking, "told_at"]}),
        ("Seen", {"fields": ["first_seen_at", "last_seen_at"]}),
    ]
    readonly_fields = [mismatch, seat_of_booking, "first_seen_at", "last_seen_at"]

    def get_queryset(self, request: Any) -> QuerySet[Any]:
        """Add the address as it is indexed."""
        bookings: QuerySet[Any] = super().get_queryset(request).alias(email_lower=Lower("email"))
        return bookings

    def meant_by(self, term: str) -> Q:
        """Look for the address that was booked with, too."""
        return super().meant_by(term) | Q(email_lower=term.lower())


admin.site.register(Board, BoardAdmin)
admin.site.register(Result, ResultAdmin)
admin.site.register(Standing, StandingAdmin)
