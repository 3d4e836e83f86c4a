"""Who stands where."""

from django.db import connection

from dayrade.db import rows
from dayrade.db.transactions import service
from tournaments.models import Tournament

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


@service
def refresh(*, tournament: Tournament) -> int:
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
