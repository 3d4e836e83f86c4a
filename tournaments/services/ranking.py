"""Who stands where, and what a pass over a board leaves behind."""

import json
import time
from dataclasses import dataclass
from typing import Any

from django.db import connection

from dayrade import events
from dayrade.db import rows
from dayrade.db.queries import fetched, fetched_one
from dayrade.db.transactions import service
from dayrade.models import EventKind
from tournaments.models import Board, Tournament
from tournaments.services import ledger_lock

# The order of ParticipantQuerySet.in_board_order; seats equal in SHARED share a rank.
SHARED = "total_pnl * -1, realized_pnl * -1, total_trades"
ORDER = f"{SHARED}, registered_at, id"
# Places between two milestones: a page walks over as many at most, twice. In a large field they are
# more, so that a board has no more milestones than can be read at once.
MILESTONE_EVERY = 100
MILESTONES_MAX = 2_000
# Places whose changes everybody hears of who watches.
TOP = 20

# Rows are found by id and not by place: one that somebody else has just moved is ranked, too.
RANKS = f"""
    WITH board AS MATERIALIZED (
        SELECT id, total_pnl, realized_pnl, unrealized_pnl, current_balance, total_trades,
            winning_trades, losing_trades, total_volume, registered_at, current_rank, best_rank,
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
            %(every)s, ceil((SELECT count(*) FROM board) / %(most)s::numeric)) = 0), '[]'),
        coalesce(jsonb_agg(jsonb_build_object(
            'rank', rank, 'previous_rank', current_rank, 'participant', id,
            'total_pnl', total_pnl::text, 'realized_pnl', realized_pnl::text,
            'unrealized_pnl', unrealized_pnl::text, 'current_balance', current_balance::text,
            'total_trades', total_trades, 'winning_trades', winning_trades,
            'losing_trades', losing_trades, 'total_volume', total_volume::text
        ) ORDER BY place) FILTER (WHERE place < %(top)s), '[]')
    FROM board
"""  # noqa: S608  # nothing but the order above is put in
# A pass that changed nothing is no new revision.
BOARD = """
    INSERT INTO dayrade_boards AS board
        (tournament_id, revision, computed_at, took_ms, seats, totals, milestones, top)
    VALUES (%(tournament)s, 1, clock_timestamp(), %(took_ms)s, %(seats)s, %(totals)s,
            %(milestones)s::jsonb, %(top)s::jsonb)
    ON CONFLICT (tournament_id) DO UPDATE SET
        revision = board.revision + CASE
            WHEN %(changed)s OR board.seats <> excluded.seats OR board.totals <> excluded.totals
            THEN 1 ELSE 0 END,
        computed_at = excluded.computed_at, took_ms = excluded.took_ms, seats = excluded.seats,
        totals = excluded.totals, milestones = excluded.milestones, top = excluded.top
    RETURNING revision, computed_at
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


type Line = dict[str, Any]


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
        "top": TOP,
    }
    before = Board.objects.filter(tournament=tournament).values_list("revision", "top").first()
    ranked, seats, totals, milestones, top = fetched_one(RANKS, parameters)
    board = {
        "tournament": tournament.pk,
        "took_ms": round((time.perf_counter() - began) * 1000),
        "seats": seats,
        "totals": totals,
        "milestones": milestones,
        "top": top,
        "changed": ranked > 0 or (after is not None and after.changed),
    }
    ((revision, computed_at),) = fetched(BOARD, board)
    known, lines = before or (None, [])
    if revision != known:
        events.publish(
            tournament.pk,
            EventKind.LEADERBOARD,
            revision=revision,
            computed_at=events.instant(computed_at),
            seats=seats,
            **changes(lines, json.loads(top)),
        )
    return int(ranked)


def changes(before: list[Line], after: list[Line]) -> dict[str, Any]:
    """Say how the first places differ from those of the revision before.

    `top` has the lines that are new or changed, by whichever figure; `order` the seats of all
    places from the first on, where these are not the same in the same order.
    """
    known = {line["participant"]: _figures(line) for line in before}
    order = [line["participant"] for line in after]
    told = [line for line in after if known.get(line["participant"]) != _figures(line)]
    return {"top": told} | ({"order": order} if order != list(known) else {})


def _figures(line: Line) -> Line:
    return {name: value for name, value in line.items() if name != "previous_rank"}


def is_current(tournament: Tournament) -> bool:
    """Tell whether no seat's figures have changed since the last pass."""
    with connection.cursor() as cursor:
        cursor.execute(CURRENT, {"tournament": tournament.pk})
        found = cursor.fetchone()
    return bool(found and found[0])
