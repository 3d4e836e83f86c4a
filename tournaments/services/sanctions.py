"""Taking a competitor out of the ranking, and letting them in again."""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from accounts.services import staff
from administration import audit
from dayrade import notices
from dayrade.db import rows
from dayrade.db.queries import fetched
from dayrade.db.transactions import service
from dayrade.errors import ConflictError
from tournaments.models import Participant, Tournament, TournamentStatus
from tournaments.services import ledger_lock, ranking

OVER = (TournamentStatus.COMPLETED, TournamentStatus.CANCELLED)
MOVES_SHOWN = 500

MOVES = f"""
    WITH ranked AS (
        SELECT id, user_id,
            CASE WHEN competing THEN rank() OVER (
                PARTITION BY competing ORDER BY {ranking.SHARED}
            ) END AS before,
            CASE WHEN competes_then THEN rank() OVER (
                PARTITION BY competes_then ORDER BY {ranking.SHARED}
            ) END AS after
        FROM (
            SELECT *, is_active AND NOT disqualified AS competing,
                CASE WHEN id = %(seat)s THEN is_active AND NOT %(disqualified)s
                     ELSE is_active AND NOT disqualified END AS competes_then
            FROM tournament_participants WHERE tournament_id = %(tournament)s
        ) seats
    )
    SELECT ranked.id, username, before, after, count(*) OVER ()
    FROM ranked JOIN users ON users.id = ranked.user_id
    WHERE before IS DISTINCT FROM after
    ORDER BY coalesce(before, after), coalesce(after, before), ranked.id
    LIMIT %(limit)s
"""  # noqa: S608  # nothing but the order is put in


class TournamentOverError(ConflictError):
    """The tournament is over: its result is corrected, not re-ranked."""

    code = "TOURNAMENT_OVER"


class AlreadyDisqualifiedError(ConflictError):
    """The seat is disqualified."""

    code = "ALREADY_DISQUALIFIED"


class NotDisqualifiedError(ConflictError):
    """The seat is not disqualified."""

    code = "NOT_DISQUALIFIED"


@dataclass(frozen=True, slots=True)
class Move:
    """A seat whose rank changes; None is no rank."""

    participant_id: UUID
    username: str | None
    rank: int | None
    new_rank: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """How many ranks would change, and the first of them from the top."""

    count: int
    moves: list[Move]


def preview(*, seat: Participant, disqualified: bool) -> Preview:
    """Say who would move if a seat were disqualified, or no longer; nothing is written."""
    parameters: dict[str, UUID | bool | int] = {
        "tournament": seat.tournament_id,
        "seat": seat.pk,
        "disqualified": disqualified,
        "limit": MOVES_SHOWN,
    }
    found = fetched(MOVES, parameters)
    return Preview(found[0][-1] if found else 0, [Move(*row[:-1]) for row in found])


@service
def disqualify(*, actor: User, seat: Participant, reason: str) -> Participant:
    """Take a seat's rank away, rank the others anew, and tell its owner why.

    Locks whoever decides, the owner, the tournament, holds its ledger, and locks the seat.

    Raises:
        ValidationError: the reason is empty or too long.
        ForbiddenError: the actor is not on the staff any more, or it is their own seat.
        TournamentOverError: it is completed or cancelled.
        AlreadyDisqualifiedError: it is.

    """
    return _decide(actor, seat, "participant.disqualify", disqualified=True, reason=reason)


@service
def lift(*, actor: User, seat: Participant, reason: str) -> Participant:
    """Let a disqualified seat be ranked again, and tell its owner; locks as `disqualify`.

    Raises:
        ValidationError: the reason is empty or too long.
        ForbiddenError: the actor is not on the staff any more, or it is their own seat.
        TournamentOverError: it is completed or cancelled.
        NotDisqualifiedError: it is not.

    """
    return _decide(actor, seat, "participant.reinstate", disqualified=False, reason=reason)


def _decide(
    actor: User, seat: Participant, action: str, *, disqualified: bool, reason: str
) -> Participant:
    reason = staff.reasoned(reason)
    audit.acting(actor, action, reason=reason)
    staff.deciding(actor, seat.user)
    tournament = rows.locked(Tournament(pk=seat.tournament_id))
    if tournament.status in OVER:
        raise TournamentOverError(f"{tournament} is over: correct its result instead.")
    ledger_lock.hold(tournament.pk)
    decided = mark(tournament, seat, disqualified=disqualified, reason=reason)
    if tournament.status == TournamentStatus.ACTIVE:
        ranking.refresh(tournament=tournament)
    decided.refresh_from_db()
    return decided


def mark(
    tournament: Tournament, seat: Participant, *, disqualified: bool, reason: str
) -> Participant:
    """Write down that a seat is disqualified, or no longer, and tell its owner; locks the seat.

    The caller ranks. It has locked the people and the tournament, and holds its ledger.

    Raises:
        ObjectDoesNotExist: the seat is not in this tournament.
        AlreadyDisqualifiedError: it is.
        NotDisqualifiedError: it is not.

    """
    locked = rows.locked(seat)
    if locked.tournament_id != tournament.pk:
        raise Participant.DoesNotExist
    if locked.disqualified == disqualified:
        if disqualified:
            raise AlreadyDisqualifiedError("This seat is disqualified.")
        raise NotDisqualifiedError("This seat is not disqualified.")
    decided = rows.change(
        locked,
        {"disqualified": disqualified, "disqualification_reason": reason if disqualified else None},
    )
    said = "disqualified from" if disqualified else "back in"
    notices.notify(
        user=decided.user,
        type="participant.disqualified" if disqualified else "participant.reinstated",
        title=f"You are {said} {tournament}",
        message=f"You are {said} {tournament}. The reason: {reason}",
        action_url=f"/tournaments/{tournament.slug}",
        priority="high",
    )
    return decided
