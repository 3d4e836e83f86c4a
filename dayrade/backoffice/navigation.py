"""The menu of the back office, and what every page of it begins with."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse

from accounts.models import KycReview, TotpDevice, User, UserSession
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
    Retraction,
    TellingKey,
    UnreachableAddress,
)
from dayrade.admin import StaffRequest, may
from dayrade.admin.columns import address
from market.models import EconomicEvent
from tournaments.models import Board, Booking, Participant, Result, Standing, Tournament
from trading.models import (
    Break,
    Bust,
    Mark,
    PerformanceSnapshot,
    Position,
    QuarantinedTrade,
    Risk,
    Tally,
    Trade,
)

type Entry = tuple[type[Model], str, str] | tuple[type[Model], str, str, str]

# What staff do comes before what they look up. An entry leads to the list of its table, or to the
# page that it names; either way the table says who may see it.
NAVIGATION: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "Needs you",
        (
            (ChatMessage, "Moderation desk", "forum", "moderation"),
            (ChatReport, "Reported messages", "flag"),
            (QuarantinedTrade, "Refused trades", "block"),
            (Break, "Differences", "difference"),
            (KycReview, "Identities to review", "fact_check"),
        ),
    ),
    (
        "Tournaments",
        (
            (Tournament, "Tournaments", "trophy"),
            (Participant, "Participants", "leaderboard"),
            (Booking, "Bookings", "confirmation_number"),
            (Result, "Results", "workspace_premium"),
        ),
    ),
    (
        "Talk",
        (
            (ChatMessage, "Chat", "chat"),
            (Mute, "Mutes", "voice_over_off"),
            (Commentary, "Commentary", "campaign"),
            (Notification, "Notifications", "notifications"),
            (Delivery, "Deliveries", "outbox"),
        ),
    ),
    (
        "People",
        (
            (User, "Users", "group"),
            (User, "Sanctions in force", "gavel", "in_force"),
            (UserSession, "Sessions", "devices"),
            (TotpDevice, "Authenticators", "phonelink_lock"),
            (UnreachableAddress, "Unreachable addresses", "mail_off"),
        ),
    ),
    (
        "Ledger and market",
        (
            (Trade, "Trades", "receipt_long"),
            (Bust, "Busts", "undo"),
            (Position, "Positions", "account_balance_wallet"),
            (Mark, "Prices", "sell"),
            (PerformanceSnapshot, "Performance", "show_chart"),
            (EconomicEvent, "Calendar", "calendar_month", "calendar"),
            (EconomicEvent, "Economic events", "list_alt"),
        ),
    ),
    (
        "Platform",
        (
            (AuditLog, "Audit log", "history"),
            (SystemConfiguration, "Configuration", "tune"),
            (SystemConfiguration, "Jobs", "manufacturing", "jobs"),
            (EmailTemplate, "E-mail templates", "mail"),
            (AuditSeal, "Audit chain", "link"),
            (SchemaMigration, "Migrations", "database"),
        ),
    ),
    (
        "Kept beside these",
        (
            (Board, "Boards", "update"),
            (Standing, "Standings", "format_list_numbered"),
            (Tally, "Totals", "functions"),
            (Risk, "Risk sums", "trending_down"),
            (ChatRoom, "Chat revisions", "published_with_changes"),
            (Retraction, "Lines taken back", "undo"),
            (CommentaryFact, "Told facts", "fact_check"),
            (CommentaryState, "Commentary so far", "graphic_eq"),
            (Preference, "Choices of channels", "tune"),
            (PushSubscription, "Browsers with push", "phonelink_ring"),
            (TellingKey, "Told once", "key"),
        ),
    ),
)
#: Closed until somebody opens them, or is on one of their pages.
CLOSED = {"Ledger and market", "Platform", "Kept beside these"}


def icon(request: HttpRequest) -> str:
    """Return where the icon of the site is."""
    return static("dayrade/favicon.svg")


def stylesheet(request: HttpRequest) -> str:
    """Return what we change of the theme's looks."""
    return static("dayrade/backoffice.css")


def script(request: HttpRequest) -> str:
    """Return what every page of the back office runs."""
    return static("dayrade/backoffice.js")


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
            groups.append({"title": title, "collapsible": title in CLOSED, "items": items})
    return groups


def place(model: type[Model], page: str = "") -> str:
    """Return where an entry leads."""
    return reverse(f"admin:{page}") if page else address(model, "changelist")
