"""What was done to a person, in one line of time, and what is in force now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Model, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import Truncator

from accounts.models import User
from administration.models import AuditLog
from comms.models import ChatMessage, Mute, ReportStatus
from comms.services.moderation import is_deleted
from dayrade.admin.columns import MINUTE, address, page_of
from dayrade.people.tables import Cell, Table, at, named, row, text
from tournaments.models import Participant
from tournaments.services.sanctions import OVER

#: How many of each kind are read, and how many are shown in all.
READ, SHOWN = 10, 20
IN_FORCE_SHOWN = 50
QUOTED = 80
#: What the audit log calls the sanctions that no table keeps, in words, and their colour.
BY_AUDIT = {
    "user.suspend": ("Suspended", "danger"),
    "user.lift_suspension": ("Suspension lifted", "success"),
    "participant.disqualify": ("Disqualified", "danger"),
    "participant.reinstate": ("Let in again", "success"),
}


@dataclass(frozen=True, slots=True)
class Sanction:
    """One thing that was done to somebody, with its reason."""

    when: datetime
    what: Cell
    details: Cell
    reason: str
    by: Model | None

    @property
    def cells(self) -> Sequence[Cell]:
        """Return it as a row."""
        return at(self.when), self.what, self.details, text(self.reason), named(self.by)


def mutes_of(person: User) -> list[Mute]:
    """Read the mutes of somebody that end last."""
    found = Mute.objects.filter(user=person).select_related("tournament", "muted_by", "lifted_by")
    return list(found.order_by("-ends_at")[:READ])


def in_force(mute: Mute) -> bool:
    """Tell a mute that holds from one that has ended."""
    return mute.lifted_at is None and mute.ends_at > timezone.now()


def timeline(person: User, seats: Sequence[Participant], mutes: Iterable[Mute]) -> Table:
    """Return what was done to somebody, the latest first."""
    found = [*by_audit(person, seats), *map(muted, mutes), *hidden(person)]
    found.sort(key=lambda each: each.when, reverse=True)
    messages = f"{address(ChatMessage, 'changelist')}?user__id__exact={person.pk}"
    return Table(
        key="sanctions",
        title="Sanctions",
        names=["When", "What", "Where", "Reason", "By"],
        rows=[each.cells for each in found[:SHOWN]],
        empty="None.",
        more=[
            ("All mutes", f"{address(Mute, 'changelist')}?user__id__exact={person.pk}"),
            ("All hidden messages", f"{messages}&is_moderated__exact=1"),
        ],
    )


def by_audit(person: User, seats: Sequence[Participant]) -> list[Sanction]:
    """Read suspensions and disqualifications, which rows show only while they last."""
    about: dict[Any, Cell] = {person.pk: Cell("Everywhere")}
    about |= {seat.pk: row(seat, seat.tournament) for seat in seats}
    rows = AuditLog.objects.filter(entity_id__in=about, action__in=BY_AUDIT)
    return [
        Sanction(
            when=each.created_at,
            what=Cell(BY_AUDIT[each.action][0], colour=BY_AUDIT[each.action][1]),
            details=about[each.entity_id],
            reason=(each.changes or {}).get("reason", ""),
            by=each.user,
        )
        for each in rows.select_related("user").order_by("-created_at", "-pk")[:SHOWN]
    ]


def muted(mute: Mute) -> Sanction:
    """Say of a mute until when it was, and whether it was lifted."""
    until = formats.date_format(mute.ended_at, MINUTE)
    said = f"lifted {until} by {mute.lifted_by}" if mute.lifted_at else f"until {until}"
    return Sanction(
        when=mute.muted_at,
        what=Cell("Muted", colour="warning"),
        details=row(mute, f"{mute.tournament or 'All chats'}, {said}"),
        reason=mute.reason,
        by=mute.muted_by,
    )


def hidden(person: User) -> list[Sanction]:
    """Read the messages that staff have hidden, and how many reports of each were upheld."""
    upheld = Count("reports", filter=Q(reports__status=ReportStatus.UPHELD))
    latest = ChatMessage.objects.filter(user=person, is_moderated=True).order_by("-moderated_at")
    found = ChatMessage.objects.filter(pk__in=latest.values("pk")[:READ])
    rows: QuerySet[Any] = found.annotate(upheld=upheld).select_related("moderated_by")
    return [
        Sanction(
            when=each.moderated_at,
            what=Cell(
                f"Hidden, {each.upheld} report{'s' if each.upheld > 1 else ''} upheld"
                if each.upheld
                else "Message hidden",
                colour="danger",
            ),
            details=row(each, Truncator(each.message_text).chars(QUOTED)),
            reason=each.moderation_reason,
            by=each.moderated_by,
        )
        for each in rows
        if not is_deleted(each)
    ]


def last_step(action: str) -> QuerySet[Any]:
    """Read the last audit row of that action about the row of the query around it."""
    rows = AuditLog.objects.filter(entity_id=OuterRef("pk"), action=action)
    return rows.order_by("-created_at", "-pk")


def since_and_by(rows: QuerySet[Any], action: str) -> QuerySet[Any]:
    """Add `since` and the name `by` of who did it, by the audit log."""
    last = last_step(action)
    found: QuerySet[Any] = rows.annotate(
        since=Subquery(last.values("created_at")[:1]),
        by=Subquery(last.values("user__username")[:1]),
    )
    return found


def suspended() -> Table:
    """Return who is suspended, who joined last first."""
    people = User.objects.filter(is_suspended=True).order_by("-created_at", "-pk")
    page = address(User, "changelist")
    return Table(
        key="suspended",
        title="Suspended people",
        names=["Person", "Since", "Until", "Reason", "By", "Lift"],
        rows=[
            [
                row(each),
                at(each.since),
                Cell("Until lifted"),
                text(each.suspension_reason),
                text(each.by),
                Cell("Lift", reverse("admin:accounts_user_lift_suspension", args=[each.pk])),
            ]
            for each in since_and_by(people, "user.suspend")[:IN_FORCE_SHOWN]
        ],
        empty="Nobody is suspended.",
        more=[("All suspended people", f"{page}?standing=suspended")],
    )


def mutes() -> Table:
    """Return who may not write now, whose mute ends first at the top."""
    found = Mute.objects.in_force().select_related("user", "tournament", "muted_by")
    return Table(
        key="mutes",
        title="Mutes",
        names=["Person", "Since", "Until", "Where", "Reason", "By", "Lift"],
        rows=[
            [
                row(each.user),
                at(each.muted_at),
                at(each.ends_at),
                text(each.tournament or "All chats"),
                text(each.reason),
                named(each.muted_by),
                Cell("Lift", reverse("admin:comms_mute_lift", args=[each.pk])),
            ]
            for each in found.order_by("ends_at", "pk")[:IN_FORCE_SHOWN]
        ],
        empty="Nobody is muted.",
        more=[("All mutes in force", f"{address(Mute, 'changelist')}?state=in_force")],
    )


def disqualified() -> Table:
    """Return who is disqualified where the tournament is not over, the latest first."""
    seats = Participant.objects.filter(disqualified=True).exclude(tournament__status__in=OVER)
    found = since_and_by(seats.select_related("user", "tournament"), "participant.disqualify")
    page = address(Participant, "changelist")
    return Table(
        key="disqualified",
        title="Disqualifications in tournaments that are not over",
        names=["Person", "Since", "Until", "Tournament", "Reason", "By", "Lift"],
        rows=[
            [
                row(each.user),
                at(each.since),
                Cell("Until lifted"),
                Cell(str(each.tournament), page_of(each)),
                text(each.disqualification_reason),
                text(each.by),
                Cell("Lift", reverse("admin:tournaments_participant_lift", args=[each.pk])),
            ]
            for each in found.order_by("-updated_at", "-pk")[:IN_FORCE_SHOWN]
        ],
        empty="Nobody is disqualified.",
        more=[("All disqualified seats", f"{page}?disqualified__exact=1")],
    )
