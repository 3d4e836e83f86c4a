"""What staff do with tournaments."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from accounts.models import User
from administration import audit
from dayrade.db import rows
from dayrade.db.transactions import service
from dayrade.errors import ConflictError
from tournaments.models import Tournament, TournamentStatus

CHANGEABLE = (
    TournamentStatus.DRAFT,
    TournamentStatus.REGISTRATION_OPEN,
    TournamentStatus.REGISTRATION_CLOSED,
)

# The order is that of ParticipantQuerySet.in_board_order, as far as figures differ.
RANKS = """
    WITH ranked AS (
        SELECT id, CASE WHEN is_active AND NOT disqualified THEN rank() OVER (
            PARTITION BY is_active AND NOT disqualified
            ORDER BY total_pnl DESC, realized_pnl DESC, total_trades
        ) END AS rank
        FROM tournament_participants
        WHERE tournament_id = %s
    )
    UPDATE tournament_participants seat
    SET current_rank = ranked.rank, best_rank = least(seat.best_rank, ranked.rank)
    FROM ranked
    WHERE seat.id = ranked.id AND seat.current_rank IS DISTINCT FROM ranked.rank
"""


class FrozenError(ConflictError):
    """The tournament has begun: what was promised to competitors stands."""

    code = "TOURNAMENT_FROZEN"


@service
def create(*, actor: User, fields: Mapping[str, Any]) -> Tournament:
    """Draft a tournament.

    Raises:
        ValidationError: a value is not allowed.
        IntegrityError: the slug or the Zimtra id is taken (SQLSTATE 23505).

    """
    audit.acting(actor, "tournament.create")
    return rows.insert(Tournament(**fields, created_by=actor))


@service
def update(*, actor: User, tournament: Tournament, changes: Mapping[str, Any]) -> Tournament:
    """Change a tournament that has not begun, and return it as stored.

    Locks the tournament.

    Raises:
        FrozenError: it is active, completed or cancelled.
        ValidationError: a value is not allowed.
        IntegrityError: the slug or the Zimtra id is taken (SQLSTATE 23505).

    """
    audit.acting(actor, "tournament.update")
    locked = rows.locked(tournament)
    if locked.status not in CHANGEABLE:
        raise FrozenError(f"{locked} is {locked.get_status_display().lower()}: it is frozen.")
    return rows.change(locked, changes)


@service
def refresh_ranks(*, tournament: Tournament) -> int:
    """Rank the seats that compete by their stored figures; return how many ranks changed.

    Seats equal in total P&L, realized P&L and number of trades share a rank (1, 2, 2, 4). A
    withdrawn or disqualified seat has none. Only rows whose rank changed are written. Locks the
    tournament: a second pass waits, and then sees what the first one saw and more.
    """
    rows.locked(tournament)
    with connection.cursor() as cursor:
        cursor.execute(RANKS, [tournament.pk])
        changed: int = cursor.rowcount
    return changed
