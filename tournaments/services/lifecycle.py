"""The life of a tournament: who may move it where, and what happens then.

The life is `draft → registration_open → registration_closed → active → completed`; `cancelled`
can be reached from any of them but `completed`. Dates move it by themselves; staff may act before
them, and the date that is passed over becomes the instant at which they acted.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from accounts.services import staff
from administration import audit
from dayrade import events, jobs, notices
from dayrade.db import rows
from dayrade.db.transactions import service
from dayrade.errors import ConflictError, InvalidTransitionError
from dayrade.models import Event, EventKind
from tournaments.models import Tournament, TournamentStatus
from tournaments.rules import Rules
from tournaments.services import freeze, ledger_lock, results

logger = logging.getLogger("dayrade.tournaments")

DRAFT, OPEN, CLOSED, ACTIVE, COMPLETED, CANCELLED = TournamentStatus

TRANSITIONS: Mapping[str, Sequence[TournamentStatus]] = {
    DRAFT: (OPEN, CANCELLED),
    OPEN: (CLOSED, CANCELLED),
    CLOSED: (ACTIVE, CANCELLED),
    ACTIVE: (COMPLETED, CANCELLED),
    COMPLETED: (),
    CANCELLED: (),
}
#: Which date takes a tournament into a status.
DATES: Mapping[str, str] = {
    OPEN: "registration_open_date",
    CLOSED: "registration_close_date",
    ACTIVE: "start_date",
    COMPLETED: "end_date",
}
TOLD: Mapping[str, str] = {
    OPEN: "Registration for {} is open.",
    CLOSED: "Registration for {} is closed.",
    ACTIVE: "{} has started.",
    COMPLETED: "{} is over. The result is final.",
    CANCELLED: "{} is cancelled.",
}
# A freeze that nobody was there to tell of is no news any more. Within that time the event of one
# that was told is kept.
FREEZE_IS_NEWS = timedelta(minutes=30)
FROZEN = "frozen"
TOO_FEW = "Fewer than {} competitors registered."


class TooFewParticipantsError(ConflictError):
    """Registration cannot be closed early while too few have registered; it can be cancelled."""

    code = "TOO_FEW_PARTICIPANTS"


@service
def transition(*, actor: User, tournament: Tournament, to: str, reason: str) -> Tournament:
    """Move a tournament ahead of its dates, or cancel it, and return it as stored.

    The date that was to do it becomes now. Everybody with a seat is told. Locks all admins and
    the tournament, and holds its ledger where that is the end.

    Raises:
        ValidationError: the reason is empty or too long.
        ForbiddenError: the actor is no admin in good standing any more.
        InvalidTransitionError: there is no way from its status to that one.
        TooFewParticipantsError: it would close with fewer than its smallest field.
        results.BlockedError: it cannot be completed yet; the message says why.

    """
    reason = staff.reasoned(reason)
    audit.acting(actor, "tournament.transition", reason=reason)
    staff.expect_admin(actor)
    locked = rows.locked(tournament)
    if to not in TRANSITIONS[locked.status]:
        raise InvalidTransitionError(
            f"{locked} is {locked.get_status_display().lower()}: it cannot become"
            f" {TournamentStatus(to).label.lower()}."
        )
    if to == CLOSED and locked.current_participants < locked.min_participants:
        raise TooFewParticipantsError(
            f"Only {locked.current_participants} of at least {locked.min_participants} have"
            " registered: wait for the date, or cancel it."
        )
    return _move(locked, TournamentStatus(to), actor=actor, at=timezone.now(), reason=reason)


def advance_due(*, at: datetime | None = None) -> int:
    """Move every tournament as far as its dates say, and return how many steps that took.

    Any number may run at once, and however late: each step is taken once, under the tournament's
    lock. A tournament whose step fails is logged and tried again at the next call. `at` is aware;
    now by default.
    """
    steps = 0
    for tournament in Tournament.objects.due(at=at or timezone.now()):
        try:
            while _advance(tournament.pk, at or timezone.now()):
                steps += 1
        except Exception:
            logger.exception("step failed: %s", tournament.slug)
    return steps


def tell_freezes(*, at: datetime | None = None) -> int:
    """Tell everybody who watches of the freezes that have just begun; return how many there were.

    Any number may run at once: each freeze is told once. `at` is aware; now by default.
    """
    now = at or timezone.now()
    running = Tournament.objects.exclude(status__in=[DRAFT, *freeze.PUBLISHED])
    begun = [
        tournament.pk
        for tournament in running.filter(rules__freeze_at__isnull=False)
        if (frozen_at := Rules.read(tournament.rules).freeze_at)
        and now - FREEZE_IS_NEWS <= frozen_at <= now
    ]
    return sum(_tell_freeze(key) for key in begun)


@service
def _tell_freeze(key: UUID) -> bool:
    """Tell of a tournament's freeze, unless somebody has; locks the tournament."""
    tournament = rows.locked(Tournament(pk=key))
    frozen_at = Rules.read(tournament.rules).freeze_at
    if frozen_at is None:
        return False
    at = events.instant(frozen_at)
    told = Event.objects.filter(tournament_id=key, kind=EventKind.STATUS)
    if told.filter(data={"status": FROZEN, "at": at}).exists():
        return False
    events.publish(key, EventKind.STATUS, status=FROZEN, at=at)
    return True


@service
def _advance(key: UUID, at: datetime) -> bool:
    """Take the next step of one tournament, if it is due and nobody else has taken it.

    Waits for whoever is at the tournament: a busy one would else be passed over again and again.
    """
    audit.acting(None, "tournament.advance")
    due = Tournament.objects.due(at=at).filter(pk=key)
    tournament = due.select_for_update(no_key=True).first()
    if tournament is None:
        return False
    to = TRANSITIONS[tournament.status][0]
    if to == COMPLETED and results.blocks(tournament):
        return False
    reason = ""
    if to == CLOSED and tournament.current_participants < tournament.min_participants:
        to, reason = CANCELLED, TOO_FEW.format(tournament.min_participants)
        audit.acting(None, "tournament.advance", reason=reason)
    _move(tournament, to, actor=None, at=None, reason=reason)
    return True


def _move(
    tournament: Tournament,
    to: TournamentStatus,
    *,
    actor: User | None,
    at: datetime | None,
    reason: str,
) -> Tournament:
    """Write the new status, and with `at` the date that it passes over; tell the competitors."""
    changes: dict[str, object] = {"status": to}
    if at:
        changes |= passed_over(tournament, to, at)
    if to in (COMPLETED, CANCELLED):
        ledger_lock.hold(tournament.pk)
    if to == COMPLETED:
        results.publish(tournament, actor=actor)
    moved = rows.change(tournament, changes)
    events.publish(
        moved.pk, EventKind.STATUS, status=str(to), at=events.instant(at or timezone.now())
    )
    title = TOLD[to].format(moved.name)
    notices.speak(tournament=moved, text=title)
    if moved.current_participants:
        jobs.defer(
            "tournaments.tell_participants",
            tournament_id=str(moved.pk),
            type=f"tournament.{to}",
            title=title,
            message=f"{title} {reason}".strip(),
        )
    return moved


def passed_over(tournament: Tournament, to: TournamentStatus, at: datetime) -> dict[str, datetime]:
    """Return the dates that staff pass over, moved to when they acted, where they lie ahead."""
    if to not in DATES:
        return {}
    names = list(DATES.values())[: list(DATES).index(to) + 1]
    return {name: at for name in names if getattr(tournament, name) > at}
