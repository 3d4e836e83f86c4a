"""The results of a tournament: published once, and corrected by another one."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from accounts.models import User
from accounts.services import staff
from administration import audit
from dayrade import events, jobs, notices
from dayrade.db import rows
from dayrade.db.queries import executed, fetched, fetched_one
from dayrade.db.transactions import service
from dayrade.errors import ConflictError
from dayrade.models import EventKind
from tournaments.models import Participant, Result, Tournament, TournamentStatus
from tournaments.services import ledger_lock, sanctions

STANDINGS = """
    INSERT INTO dayrade_standings (result_id, participant_id, rank, pnl)
    SELECT %(result)s, id, current_rank, total_pnl FROM tournament_participants
    WHERE tournament_id = %(tournament)s AND current_rank IS NOT NULL
"""
# A trigger lets nothing else in.
FINAL = """
    UPDATE tournament_participants seat SET final_rank = rank, final_pnl = pnl
    FROM tournament_participants known
    LEFT JOIN dayrade_standings ON participant_id = known.id AND result_id = %(result)s
    WHERE known.tournament_id = %(tournament)s AND seat.id = known.id
      AND (seat.final_rank, seat.final_pnl) IS DISTINCT FROM (rank, pnl)
"""
DIFFERING = """
    SELECT count(*) FROM tournament_participants seat
    LEFT JOIN dayrade_standings ON participant_id = seat.id AND result_id = %(result)s
    WHERE seat.tournament_id = %(tournament)s
      AND (seat.final_rank, seat.final_pnl) IS DISTINCT FROM (rank, pnl)
"""
CHANGES = """
    SELECT coalesce(before.participant_id, after.participant_id),
        before.rank, before.pnl, after.rank, after.pnl
    FROM (SELECT standing.* FROM dayrade_standings standing
          JOIN dayrade_results earlier ON earlier.id = result_id
          WHERE tournament_id = %(tournament)s AND number = %(number)s - 1) before
    FULL JOIN (SELECT * FROM dayrade_standings WHERE result_id = %(result)s) after
        ON after.participant_id = before.participant_id
    WHERE (before.rank, before.pnl) IS DISTINCT FROM (after.rank, after.pnl)
"""


class BlockedError(ConflictError):
    """Something stands between the tournament and its final result."""

    code = "COMPLETION_BLOCKED"


class NotCompletedError(ConflictError):
    """The tournament has no result that could be corrected."""

    code = "TOURNAMENT_NOT_COMPLETED"


class NothingToCorrectError(ConflictError):
    """What is published is what the ledger says."""

    code = "NOTHING_TO_CORRECT"


@dataclass(frozen=True, slots=True)
class Change:
    """A seat that a correction changes: rank and P&L before and after it, None for no rank."""

    participant_id: UUID
    username: str | None
    rank: int | None
    pnl: Decimal | None
    new_rank: int | None
    new_pnl: Decimal | None


class _TakenBack(Exception):  # noqa: N818  # no error: it ends a preview
    """Carries what a correction changed out of the transaction that is rolled back."""

    def __init__(self, changes: list[Change]) -> None:
        """Keep the changes."""
        super().__init__()
        self.changes = changes


def blocks(tournament: Tournament) -> list[str]:
    """Say what stands between a tournament and its final result, for a person.

    Differences that are none any more are settled by it: belongs into a service.
    """
    return [said for _, said in _blocked_by(tournament, settle=True)]


def check(*, tournament: Tournament) -> list[tuple[str, str]]:
    """Say what stands between a tournament and its final result, each with whose word it is.

    That is a path of COMPLETION_BLOCKS. Nothing is written.
    """
    return _blocked_by(tournament, settle=False)


def _blocked_by(tournament: Tournament, *, settle: bool) -> list[tuple[str, str]]:
    """Ask everybody who may be in the way; to `settle` writes down what is no longer so."""
    paths = settings.COMPLETION_BLOCKS
    return [
        (path, said) for path in paths for said in import_string(path)(tournament, settle=settle)
    ]


def publish(tournament: Tournament, *, actor: User | None) -> Result:
    """Value and rank the field a last time, keep its figures, and make them the result.

    The caller has locked the tournament and holds its ledger.

    Raises:
        BlockedError: there cannot be a result yet; the message says why.

    """
    _expect_unblocked(tournament)
    import_string(settings.VALUATION)(tournament, restart=False)
    import_string(settings.LAST_SNAPSHOT)(tournament)
    return record(tournament, actor=actor)


@service
def correct(
    *,
    actor: User,
    tournament: Tournament,
    reason: str,
    disqualify: Participant | None = None,
    reinstate: Participant | None = None,
) -> Result:
    """Publish another result from what the ledger says now, and tell those whom it moves.

    A seat may be disqualified by it, or let in again. Whoever held a best rank starts anew.
    Locks all admins, the owners of the seats, the tournament, and holds its ledger.

    Raises:
        ValidationError: the reason is empty or too long.
        ForbiddenError: the actor is no admin in good standing any more, or it is their own seat.
        NotCompletedError: it is not completed.
        AlreadyDisqualifiedError: the seat is.
        NotDisqualifiedError: the seat to let in again is not.
        BlockedError: there cannot be a result now; the message says why.
        NothingToCorrectError: no rank and no P&L would change.

    """
    reason = staff.reasoned(reason)
    audit.acting(actor, "tournament.correct", reason=reason)
    staff.expect_admin(actor)
    decisions = [(disqualify, True), (reinstate, False)]
    for seat, _ in decisions:
        if seat:
            staff.deciding(actor, seat.user)
    locked = rows.locked(tournament)
    if locked.status != TournamentStatus.COMPLETED:
        raise NotCompletedError(f"{locked} is not completed: there is no result to correct.")
    ledger_lock.hold(locked.pk)
    for seat, disqualified in decisions:
        if seat:
            sanctions.mark(locked, seat, disqualified=disqualified, reason=reason)
    _expect_unblocked(locked)
    import_string(settings.VALUATION)(locked, restart=True)
    result = record(locked, actor=actor, reason=reason)
    if not _changes(result):
        raise NothingToCorrectError("No rank and no P&L would change.")
    jobs.defer("tournaments.tell_corrected", result_id=str(result.pk))
    return result


def preview(
    *,
    actor: User,
    tournament: Tournament,
    reason: str,
    disqualify: Participant | None = None,
    reinstate: Participant | None = None,
) -> list[Change]:
    """Say what a correction would change, the best new rank first; nothing is written.

    It is made and rolled back, under its locks, so that it cannot say anything else.

    Raises:
        what `correct` raises.

    """
    try:
        _try(actor, tournament, reason=reason, disqualify=disqualify, reinstate=reinstate)
    except _TakenBack as made:
        return made.changes
    raise AssertionError("unreachable: a preview is taken back")


@service
def _try(actor: User, tournament: Tournament, **asked: Any) -> None:
    changes = _changes(correct(actor=actor, tournament=tournament, **asked))
    seats = Participant.objects.filter(pk__in=changes).select_related("user")
    found = [Change(seat.pk, seat.user.username, *changes[seat.pk]) for seat in seats]
    found.sort(key=lambda one: (one.new_rank is None, one.new_rank, one.rank, one.participant_id))
    raise _TakenBack(found)


def differing(tournament: Tournament) -> int:
    """Count the seats whose final figures are not those of the latest result."""
    latest = _latest(tournament)
    if latest is None:
        return 0
    found = fetched_one(DIFFERING, {"result": latest.pk, "tournament": tournament.pk})
    return int(found[0])


@service
def put_back(*, actor: User, tournament: Tournament, reason: str) -> int:
    """Make final what the latest result says, in a person's name; return how many seats that moved.

    Locks all admins and the tournament, and holds its ledger.

    Raises:
        ValidationError: the reason is empty or too long.
        ForbiddenError: the actor is no admin in good standing any more.
        NothingToCorrectError: what is stored is what the result says, or there is none.

    """
    reason = staff.reasoned(reason)
    audit.acting(actor, "result.restore", reason=reason)
    staff.expect_admin(actor)
    locked = rows.locked(tournament)
    ledger_lock.hold(locked.pk)
    if not (moved := restore(locked)):
        raise NothingToCorrectError("Every seat has what the result says.")
    return moved


def record(tournament: Tournament, *, actor: User | None, reason: str | None = None) -> Result:
    """Write the stored ranks and P&L down as the next result, and as final.

    The caller has locked the tournament and holds its ledger.
    """
    number = Result.objects.filter(tournament=tournament).count() + 1
    result = rows.insert(
        Result(tournament=tournament, number=number, published_by=actor, reason=reason)
    )
    parameters = {"result": result.pk, "tournament": tournament.pk}
    with connection.cursor() as cursor:
        cursor.execute(STANDINGS, parameters)
        cursor.execute(FINAL, parameters)
    result.refresh_from_db()
    events.publish(
        tournament.pk,
        EventKind.STATUS,
        status="published" if number == 1 else "corrected",
        at=events.instant(result.published_at),
    )
    return result


def restore(tournament: Tournament) -> int:
    """Make final what the latest result says, where something else is stored; count the seats.

    The caller has locked the tournament and holds its ledger.
    """
    latest = _latest(tournament)
    if latest is None:
        return 0
    return executed(FINAL, {"result": latest.pk, "tournament": tournament.pk})


def _latest(tournament: Tournament) -> Result | None:
    return Result.objects.filter(tournament=tournament).order_by("-number").first()


@service
def tell(*, result_id: UUID) -> None:
    """Tell everybody whose rank or P&L a correction changed; nobody is told twice."""
    result = Result.objects.select_related("tournament").get(pk=result_id)
    changes = _changes(result)
    seats = Participant.objects.filter(pk__in=changes).select_related("user").order_by("user")
    for seat in seats:
        before_rank, before_pnl, rank, pnl = changes[seat.pk]
        notices.notify(
            user=seat.user,
            type="result.corrected",
            title=f"The result of {result.tournament} was corrected",
            message=(
                f"You had {_said(before_rank, before_pnl)}, you have {_said(rank, pnl)} now."
                f" The reason: {result.reason}"
            ),
            action_url=f"/tournaments/{result.tournament.slug}",
            priority="high",
        )


def _said(rank: int | None, pnl: "Decimal | None") -> str:
    return "no rank" if rank is None else f"rank {rank} with a P&L of {pnl}"


def _changes(result: Result) -> dict[UUID, list[Any]]:
    """Return the seats that a result changes: rank and P&L before, and after."""
    parameters: dict[str, Any] = {
        "tournament": result.tournament_id,
        "number": result.number,
        "result": result.pk,
    }
    return {seat: figures for seat, *figures in fetched(CHANGES, parameters)}


def _expect_unblocked(tournament: Tournament) -> None:
    if said := blocks(tournament):
        raise BlockedError(" ".join(said))
