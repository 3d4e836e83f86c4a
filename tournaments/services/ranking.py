"""Who stands where, and what a pass over a board leaves behind."""

import time
from dataclasses import dataclass
from typing import Any

from django.db import connection

from dayrade.db import rows
from dayrade.db.transactions import service
from tournaments.models import Tournament
from tournaments.services import ledger_lock

# The order of ParticipantQuerySet.in_board_order; seats equal in SHARED share a rank.
SHARED = "total_pnl * -1, realized_pnl * -1, total_trades"
ORDER = f"{SHARED}, registered_at, id"
# Places between two milestones: a page walks over as many at most, twice. In a large field they are
# more, so that a board has no more milestones than can be read at once.
MILESTONE_EVERY = 100
MILESTONES_MAX = 2_000

# Rows are found by id and not by place: one that somebody else has just moved is ranked, too.
RANKS = f"""
    WITH board AS MATERIALIZED (
        SELECT id, total_pnl, realized_pnl, unrealized_pnl, total_trades, winning_trades,
            losing_trades, total_volume, registered_at, current_rank, best_rank,
            rank() OVER (ORDER BY {SHARED}) AS rank,
            row_number() OVER (ORDER BY {ORDER}) - 1 AS place
        FROM tournament_participants
        WHERE tournament_id = %(tournament)s AND is_active AND NOT disqualified
    ), ranked AS (
        UPDATE tournament_participants seat
        SET current_rank = board.rank,
            best_rank = CASE WHEN %(restart)s THEN board.rank
                             ELSE least(seat.best_rank, board.rank) END
        FROM board
        WHERE seat.tournament_id = %(tournament)s AND seat.id = board.id
          AND (board.current_rank IS DISTINCT FROM board.rank
               OR %(restart)s AND board.best_rank IS DISTINCT FROM board.rank)
        RETURNING 1
    ), unranked AS (
        UPDATE tournament_participants
        SET current_rank = NULL, best_rank = CASE WHEN %(restart)s THEN NULL ELSE best_rank END
        WHERE tournament_id = %(tournament)s AND NOT (is_active AND NOT disqualified)
          AND (current_rank IS NOT NULL OR %(restart)s AND best_rank IS NOT NULL)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM ranked) + (SELECT count(*) FROM unranked),
        count(*),
        ARRAY[sum(total_pnl), sum(realized_pnl), sum(unrealized_pnl), sum(total_trades),
              sum(winning_trades), sum(losing_trades), sum(total_volume)]::text[],
        coalesce(jsonb_agg(
            jsonb_build_array(place, total_pnl::text, realized_pnl::text, total_trades,
                              registered_at, id) ORDER BY place
        ) FILTER (WHERE place > 0 AND place %% greatest(
            %(every)s, ceil((SELECT count(*) FROM board) / %(most)s::numeric)) = 0), '[]')
    FROM board
"""  # noqa: S608  # nothing but the order above is put in
# A pass that changed nothing is no new revision.
BOARD = """
    INSERT INTO dayrade_boards AS board
        (tournament_id, revision, computed_at, took_ms, seats, totals, milestones)
    VALUES (%(tournament)s, 1, clock_timestamp(), %(took_ms)s, %(seats)s, %(totals)s,
            %(milestones)s::jsonb)
    ON CONFLICT (tournament_id) DO UPDATE SET
        revision = board.revision + CASE
            WHEN %(changed)s OR board.seats <> excluded.seats OR board.totals <> excluded.totals
            THEN 1 ELSE 0 END,
        computed_at = excluded.computed_at, took_ms = excluded.took_ms, seats = excluded.seats,
        totals = excluded.totals, milestones = excluded.milestones
"""
CURRENT = """
    SELECT board.seats = count(seat.id) AND board.totals = ARRAY[
        sum(total_pnl), sum(realized_pnl), sum(unrealized_pnl), sum(total_trades),
        sum(winning_trades), sum(losing_trades), sum(total_volume)]::text[]
    FROM dayrade_boards board
    LEFT JOIN tournament_participants seat ON seat.tournament_id = board.tournament_id
        AND is_active AND NOT disqualified
    WHERE board.tournament_id = %(tournament)s
    GROUP BY board.tournament_id
"""


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass did before it ranks: whether it changed a figure, and when it began.

    `began` is by time.perf_counter().
    """

    began: float
    changed: bool


@service
def refresh(*, tournament: Tournament, after: Pass | None = None, restart: bool = False) -> int:
    """Rank the seats that compete by their stored figures; return how many rows changed.

    Seats equal in total P&L, realized P&L and number of trades share a rank (1, 2, 2, 4). A
    withdrawn or disqualified seat has none. Only rows whose rank changed are written. With
    `restart`, after a correction, the best rank held so far is forgotten. What changed anything
    is a new revision of the board. Locks the tournament and holds its ledger: a second pass
    waits, and then sees what the first one saw and more.
    """
    began = after.began if after else time.perf_counter()
    rows.locked(tournament)
    ledger_lock.hold(tournament.pk)
    parameters: dict[str, Any] = {
        "tournament": tournament.pk,
        "restart": restart,
        "every": MILESTONE_EVERY,
        "most": MILESTONES_MAX,
    }
    with connection.cursor() as cursor:
        cursor.execute(RANKS, parameters)
        ((ranked, seats, totals, milestones),) = cursor.fetchall()
        board = {
            "tournament": tournament.pk,
            "took_ms": round((time.perf_counter() - began) * 1000),
            "seats": seats,
            "totals": totals,
            "milestones": milestones,
            "changed": ranked > 0 or (after is not None and after.changed),
        }
        cursor.execute(BOARD, board)
    return int(ranked)


def is_current(tournament: Tournament) -> bool:
    """Tell whether no seat's figures have changed since the last pass."""
    with connection.cursor() as cursor:
        cursor.execute(CURRENT, {"tournament": tournament.pk})
        found = cursor.fetchone()
    return bool(found and found[0])
