"""The back office of tournaments."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.utils.html import format_html
from unfold.decorators import display

from dayrade.admin import ServiceAdmin, StaffRequest
from dayrade.admin.columns import address, badge, figure, instant, related
from tournaments.decisions.tournaments import TournamentDecidingAdmin, minute
from tournaments.models import Division, Participant, Tournament, TournamentStatus
from tournaments.rules import Rules
from tournaments.services import drafts

STATUS_COLOURS = {
    TournamentStatus.REGISTRATION_OPEN: "info",
    TournamentStatus.REGISTRATION_CLOSED: "warning",
    TournamentStatus.ACTIVE: "success",
    TournamentStatus.CANCELLED: "danger",
}
DIVISION_COLOURS = {Division.CRUSADER: "info", Division.RAIDER: "primary"}

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


@display(description="Public board freezes")  # type: ignore[untyped-decorator]
def freezes(tournament: Tournament) -> str:
    """Say from when on the public sees nothing new."""
    frozen_at = Rules.read(tournament.rules).freeze_at
    return minute(frozen_at) if frozen_at else "Never"


@admin.register(Tournament)
class TournamentAdmin(TournamentDecidingAdmin, ServiceAdmin):
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
        freezes,
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
                    freezes,
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
