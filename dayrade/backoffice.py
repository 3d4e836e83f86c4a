"""The back office's home page and its navigation."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone

from accounts.models import KycReview, KycStatus, TotpDevice, User, UserSession
from administration.models import AuditLog, AuditSeal, SchemaMigration, SystemConfiguration
from comms.models import (
    ChatMessage,
    ChatReport,
    ChatRoom,
    Commentary,
    CommentaryFact,
    CommentaryState,
    Delivery,
    EmailTemplate,
    Mute,
    Notification,
    Preference,
    PushSubscription,
    ReportStatus,
    Retraction,
    TellingKey,
    UnreachableAddress,
)
from dayrade.admin import StaffRequest, may
from dayrade.admin.columns import address
from dayrade.admin.lists import COUNTED
from market.models import EconomicEvent
from tournaments.models import (
    Board,
    Booking,
    Participant,
    Result,
    Standing,
    Tournament,
    TournamentStatus,
)
from trading.models import (
    Break,
    BreakStatus,
    Bust,
    Mark,
    PerformanceSnapshot,
    Position,
    QuarantinedTrade,
    QuarantineStatus,
    Risk,
    Tally,
    Trade,
)

#: Whose viewers see it, its title and icon, and the name of the page where that is not the list.
type Entry = tuple[type[Model], str, str] | tuple[type[Model], str, str, str]

NAVIGATION: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "People",
        (
            (User, "Users", "group"),
            (KycReview, "Identities to review", "fact_check"),
            (User, "Sanctions in force", "gavel", "in_force"),
            (UserSession, "Sessions", "devices"),
            (TotpDevice, "Authenticators", "phonelink_lock"),
        ),
    ),
    (
        "Tournaments",
        (
            (Tournament, "Tournaments", "trophy"),
            (Participant, "Participants", "leaderboard"),
            (Booking, "Bookings", "confirmation_number"),
            (Result, "Results", "workspace_premium"),
            (Standing, "Standings", "format_list_numbered"),
        ),
    ),
    (
        "To settle",
        (
            (QuarantinedTrade, "Refused trades", "block"),
            (Break, "Differences", "difference"),
            (ChatReport, "Reported messages", "flag"),
        ),
    ),
    (
        "Ledger",
        (
            (Trade, "Trades", "receipt_long"),
            (Bust, "Busts", "undo"),
            (Position, "Positions", "account_balance_wallet"),
            (Mark, "Prices", "sell"),
            (PerformanceSnapshot, "Performance", "show_chart"),
        ),
    ),
    (
        "Talk",
        (
            (ChatMessage, "Chat", "forum"),
            (Mute, "Mutes", "voice_over_off"),
            (Commentary, "Commentary", "campaign"),
            (Retraction, "Taken back", "undo"),
            (Notification, "Notifications", "notifications"),
            (Delivery, "Deliveries", "outbox"),
            (UnreachableAddress, "Unreachable addresses", "mail_off"),
            (EmailTemplate, "E-mail templates", "mail"),
            (Preference, "Choices of channels", "tune"),
            (PushSubscription, "Browsers with push", "phonelink_ring"),
            (TellingKey, "Told once", "key"),
        ),
    ),
    (
        "Kept beside the ledger",
        (
            (Board, "Boards", "update"),
            (Tally, "Totals", "functions"),
            (Risk, "Risk sums", "trending_down"),
            (ChatRoom, "Chat revisions", "published_with_changes"),
            (CommentaryFact, "Told facts", "fact_check"),
            (CommentaryState, "Commentary", "graphic_eq"),
        ),
    ),
    ("Market", ((EconomicEvent, "Economic events", "calendar_month"),)),
    (
        "Platform",
        (
            (SystemConfiguration, "Configuration", "tune"),
            (AuditLog, "Audit log", "history"),
            (AuditSeal, "Audit chain", "link"),
            (SchemaMigration, "Migrations", "database"),
        ),
    ),
)
LIVE = (
    TournamentStatus.ACTIVE,
    TournamentStatus.REGISTRATION_CLOSED,
    TournamentStatus.REGISTRATION_OPEN,
)
LISTED = 8
REFUSED = QuarantinedTrade.objects.filter(status=QuarantineStatus.OPEN)
DIFFERING = Break.objects.filter(status=BreakStatus.OPEN)
REPORTED = ChatReport.objects.filter(status=ReportStatus.OPEN)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number on the home page, and the list behind it; one that waits is for staff to settle."""

    title: str
    value: str
    url: str
    waits: bool = False


def icon(request: StaffRequest) -> str:
    """Return where the icon of the site is."""
    return static("dayrade/favicon.svg")


def navigation(request: StaffRequest) -> list[dict[str, Any]]:
    """Return the groups of the sidebar, with what this person may view.

    That is nothing but setting up two steps, where these are due.
    """
    if getattr(request, "two_step_due", False):
        page = {"title": "Two-step sign-in", "icon": "phonelink_lock"}
        return [{"items": [page | {"link": reverse("admin:two_step")}]}]
    home = {"title": "Home", "icon": "home", "link": reverse("admin:index")}
    groups: list[dict[str, Any]] = [{"items": [home]}]
    for title, entries in NAVIGATION:
        items = [
            {"title": name, "icon": icon, "link": place(model, *page)}
            for model, name, icon, *page in entries
            if may(request, "view", model)
        ]
        if items:
            groups.append({"title": title, "separator": True, "items": items})
    return groups


def place(model: type[Model], page: str = "") -> str:
    """Return where a page is, or a model's list."""
    return reverse(f"admin:{page}") if page else address(model, "changelist")


def dashboard(request: StaffRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add to the home page what is going on and what waits for staff."""
    running = Tournament.objects.filter(status__in=LIVE).order_by("start_date", "pk")
    changes = AuditLog.objects.exclude(action="admin.sign_in").order_by("-created_at", "-pk")
    return context | {
        "title": "What is going on",
        "figures": waiting(request) + going_on(),
        "running": running.annotate(refused=still_open(REFUSED), differences=still_open(DIFFERING))[
            :LISTED
        ],
        "changes": changes.select_related("user")[:LISTED]
        if may(request, "view", AuditLog)
        else (),
    }


def still_open(rows: QuerySet[Any]) -> Coalesce:
    """Count the open rows of each tournament, which keep its result back."""
    found = rows.filter(tournament=OuterRef("pk")).order_by().values("tournament")
    return Coalesce(Subquery(found.annotate(count=Count("pk")).values("count")), 0)


def waiting(request: StaffRequest) -> list[Figure]:
    """Count what waits for staff; open refusals and differences keep results back."""
    rows: list[tuple[str, QuerySet[Any], type[Model], str]] = [
        ("Refused trades", REFUSED, QuarantinedTrade, "?status__exact=open"),
        ("Differences", DIFFERING, Break, "?status__exact=open"),
        ("Reported messages", REPORTED, ChatReport, "?status__exact=open"),
        ("Bookings to check", Booking.objects.to_check(), Booking, "?mismatch=to_check"),
    ]
    if may(request, "view", KycReview):
        in_review = User.objects.filter(kyc_status=KycStatus.IN_REVIEW)
        rows.append(("Identities to review", in_review, KycReview, ""))
    if may(request, "view", Delivery):
        rows.append(("Not delivered", Delivery.objects.dead(), Delivery, "?status__exact=dead"))
    counts = [(title, counted(found), model, query) for title, found, model, query in rows]
    return [
        Figure(title, count, address(model, "changelist") + query, waits=count != "0")
        for title, count, model, query in counts
    ]


def going_on() -> list[Figure]:
    """Count what is live, each count by an index."""
    by_status = dict(Tournament.objects.order_by().values_list("status").annotate(Count("pk")))
    tournaments = address(Tournament, "changelist")
    shown = [
        Figure(name, f"{by_status.get(status, 0):,}", f"{tournaments}?status__exact={status}")
        for name, status in (
            ("Trading now", TournamentStatus.ACTIVE),
            ("Open for registration", TournamentStatus.REGISTRATION_OPEN),
            ("Drafts", TournamentStatus.DRAFT),
        )
    ]
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    hidden = ChatMessage.objects.filter(created_at__gte=midnight, is_moderated=True)
    today = {"created_at__gte": midnight, "created_at__lt": midnight + timedelta(days=1)}
    query = urlencode({"is_moderated__exact": 1, **today})
    url = f"{address(ChatMessage, 'changelist')}?{query}"
    return [*shown, Figure("Hidden today", counted(hidden), url)]


def counted(rows: QuerySet[Any]) -> str:
    """Count no further than the lists do."""
    found = rows.values("pk")[: COUNTED + 1].count()
    return f"{COUNTED:,}+" if found > COUNTED else f"{found:,}"
