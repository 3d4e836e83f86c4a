"""What the page about a person shows, each part of it bounded and read by an index."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from accounts.models import TotpDevice, User, UserSession
from administration.models import AuditLog
from comms.models import ChatMessage, ChatReport, Delivery, DeliveryStatus, Outcome, ReportStatus
from dayrade.admin.columns import address
from dayrade.people.tables import Cell, Table, at, named, number, row, text
from tournaments.models import Participant
from trading.models import Trade

SHOWN = 10
AUDITED = 20
#: Outcomes after which a message has not arrived.
LOST = (Outcome.HARD_BOUNCE, Outcome.SPAM, Outcome.FAILED, Outcome.BLOCKED, Outcome.INVALID)


def people() -> QuerySet[Any]:
    """Return people with what their page shows of other tables in one value."""
    used = UserSession.objects.filter(user=OuterRef("pk")).order_by().values("user")
    found: QuerySet[Any] = User.objects.with_kyc_since().annotate(
        seen_at=Subquery(used.annotate(last=Max("last_accessed_at")).values("last")),
        has_two_step=Exists(TotpDevice.objects.confirmed().filter(user=OuterRef("pk"))),
    )
    return found


def seats_of(person: User) -> list[Participant]:
    """Read the seats that somebody took last."""
    found = Participant.objects.filter(user=person).select_related("tournament")
    return list(found.order_by("-registered_at", "-pk")[:SHOWN])


def open_reports(person: User) -> list[ChatReport]:
    """Read what waits of what others have reported about somebody; few reports wait at all."""
    waiting = ChatReport.objects.filter(status=ReportStatus.OPEN, message__user=person)
    return list(waiting.select_related("message").order_by("created_at", "pk")[:SHOWN])


def of(model: Any, person: User) -> str:
    """Return the list of somebody's rows of a table."""
    return f"{address(model, 'changelist')}?user__id__exact={person.pk}"


def seats(person: User, found: Sequence[Participant]) -> Table:
    """Show where somebody competes and has competed, and how they stand."""
    return Table(
        key="seats",
        title="Seats and results",
        names=["Tournament", "Status", "Seat", "Rank", "P&L", "Trades", "Registered"],
        rows=[
            [
                row(each, each.tournament),
                text(each.tournament.get_status_display()),
                seat_state(each),
                number(each.final_rank or each.current_rank),
                number(each.total_pnl if each.final_pnl is None else each.final_pnl, 2),
                number(each.total_trades),
                at(each.registered_at),
            ]
            for each in found
        ],
        empty="No seat in any tournament.",
        more=[("All seats", of(Participant, person))],
    )


def seat_state(seat: Participant) -> Cell:
    """Say whether a seat is ranked."""
    if seat.disqualified:
        return Cell("Disqualified", colour="danger")
    return Cell("Competing", colour="success") if seat.is_active else Cell("Withdrawn")


def messages(person: User) -> Table:
    """Show what somebody said last."""
    said = ChatMessage.objects.filter(user=person).select_related("tournament")
    return Table(
        key="messages",
        title="Last messages",
        names=["When", "Message", "Tournament", "State"],
        rows=[
            [
                at(each.created_at),
                row(each, each.message_text),
                text(each.tournament),
                Cell("Hidden", colour="danger") if each.is_moderated else Cell("Shown"),
            ]
            for each in said.order_by("-created_at", "-pk")[:SHOWN]
        ],
        empty="Nothing said in any chat.",
        more=[("All messages", of(ChatMessage, person))],
    )


def trades(person: User, seats: Sequence[Participant]) -> Table:
    """Show the last trades of the last seats; each seat's are in order already."""
    return Table(
        key="trades",
        title="Last trades",
        names=["When", "Trade", "Quantity", "Price", "P&L", "Tournament"],
        rows=[
            [
                at(each.executed_at),
                row(each, f"{each.get_side_display()} {each.symbol}"),
                number(each.quantity),
                number(each.price, 2),
                number(each.pnl, 2),
                text(each.tournament),
            ]
            for each in last_trades(seats)
        ],
        empty="No trades.",
        more=[("All trades", of(Trade, person))],
    )


def last_trades(seats: Sequence[Participant]) -> list[Trade]:
    """Read the last trades of all seats by one statement that takes the last few of each."""
    if not seats:
        return []
    each_last = [
        Trade.objects.filter(participant=seat).order_by("-executed_at", "-pk").values("pk")[:SHOWN]
        for seat in seats
    ]
    keys = each_last[0].union(*each_last[1:], all=True) if len(each_last) > 1 else each_last[0]
    found = Trade.objects.filter(pk__in=list(keys.values_list("pk", flat=True)))
    return list(found.select_related("tournament").order_by("-executed_at", "-pk")[:SHOWN])


def sessions(person: User) -> Table:
    """Show where somebody is signed in, and was."""
    found: QuerySet[Any] = UserSession.objects.filter(user=person).with_state()
    return Table(
        key="sessions",
        title="Sessions",
        names=["Device", "Address", "Signed in", "Last used", "State"],
        rows=[
            [
                row(each, each.device or "Unknown device"),
                text(each.ip_address),
                at(each.created_at),
                at(each.last_accessed_at),
                Cell("End", reverse("admin:accounts_usersession_end", args=[each.pk]))
                if each.is_open
                else Cell("Ended"),
            ]
            for each in found.order_by("-last_accessed_at", "-pk")[:SHOWN]
        ],
        empty="Never signed in.",
        more=[("All sessions", of(UserSession, person))],
    )


def failures(person: User) -> Table:
    """Show which notifications have not reached somebody."""
    lost = Delivery.objects.filter(user=person).filter(
        Q(status=DeliveryStatus.DEAD) | Q(outcome__in=LOST)
    )
    return Table(
        key="deliveries",
        title="Notifications that failed",
        names=["When", "Notification", "By", "What happened"],
        rows=[
            [
                at(each.created_at),
                row(each, each.notification.title),
                text(each.get_channel_display()),
                text(each.get_outcome_display() if each.outcome else each.last_error),
            ]
            for each in lost.select_related("notification").order_by("-created_at", "-pk")[:SHOWN]
        ],
        empty="None of the last 90 days.",
        more=[("All deliveries", of(Delivery, person))],
    )


def audited(person: User) -> Table:
    """Show what the audit log says about somebody's account."""
    about = AuditLog.objects.filter(entity_id=person.pk).select_related("user")
    log = address(AuditLog, "changelist")
    return Table(
        key="audit",
        title="Audit trail",
        names=["When", "Action", "Changed", "Reason", "By"],
        rows=[
            [
                at(each.created_at),
                row(each, each.action),
                text(", ".join((each.changes or {}).get("fields") or ())),
                text((each.changes or {}).get("reason", "")),
                named(each.user),
            ]
            for each in about.order_by("-created_at", "-pk")[:AUDITED]
        ],
        empty="Nothing.",
        more=[
            ("All about this person", f"{log}?entity_id={person.pk}"),
            ("All by this person", f"{log}?who={person.pk}"),
        ],
    )
