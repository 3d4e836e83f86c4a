"""Snapshots: everybody's figures at one instant, written by one statement."""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dayrade.db import rows
from dayrade.db.queries import fetched_one
from dayrade.db.transactions import service
from dayrade.errors import ConflictError
from tournaments.models import Tournament, TournamentStatus
from tournaments.rules import Rules
from trading import risk

logger = logging.getLogger("dayrade.trading")

#: The platform's own, at the tournament's interval; and what staff asked for.
OWN, ON_DEMAND = "dayrade", "on_demand"
LONG_SECONDS = 2.0
# How long before a freeze the board that is then shown is kept: two runs of the job.
FREEZE_LEAD = timedelta(seconds=4)

# Whether the interval has its snapshot, and whether the freeze that is near has one.
TAKEN = """
    SELECT
        EXISTS (SELECT FROM trading_performance
                WHERE tournament_id = %(tournament)s AND data_source = 'dayrade'
                  AND recorded_at >= to_timestamp(
                      floor(extract(epoch FROM at) / %(seconds)s) * %(seconds)s)),
        at >= %(freeze_from)s AND at < %(freeze_at)s AND NOT EXISTS (
            SELECT FROM trading_performance
            WHERE tournament_id = %(tournament)s AND data_source = 'dayrade'
              AND recorded_at >= %(freeze_from)s)
    FROM (SELECT coalesce(%(at)s, clock_timestamp()) AS at) clock
"""
# Own snapshots alone enter the running sums. One beyond the interval's own is no return, but its
# balance may be a peak or the end of a fall. trading.risk says the same in Python.
RISK = """
    INSERT INTO dayrade_risks AS stored (participant_id, last_balance, peak_balance,
        max_drawdown, returns, returns_sum, returns_square_sum, broken)
    SELECT id,
        CASE WHEN %(counts)s OR last_balance IS NULL THEN balance ELSE last_balance END,
        greatest(peak_balance, balance),
        greatest(coalesce(max_drawdown, 0), peak_balance - balance),
        coalesce(returns, 0) + (change IS NOT NULL)::int,
        coalesce(returns_sum, 0) + coalesce(change, 0),
        coalesce(returns_square_sum, 0) + coalesce(change * change, 0),
        coalesce(broken OR %(counts)s AND last_balance <= 0, false)
    FROM (
        SELECT competing.id, current_balance AS balance, risk.*,
            CASE WHEN %(counts)s AND NOT broken AND last_balance > 0 THEN
                round(round(current_balance - last_balance, 30) / last_balance, 12)
            END AS change
        FROM competing LEFT JOIN dayrade_risks risk ON participant_id = competing.id
    ) known
    ON CONFLICT (participant_id) DO UPDATE SET
        last_balance = excluded.last_balance, peak_balance = excluded.peak_balance,
        max_drawdown = excluded.max_drawdown, returns = excluded.returns,
        returns_sum = excluded.returns_sum, returns_square_sum = excluded.returns_square_sum,
        broken = excluded.broken
    RETURNING stored.*
"""
STORED = "SELECT * FROM dayrade_risks WHERE participant_id IN (SELECT id FROM competing)"
SNAPSHOT = """
    WITH competing AS MATERIALIZED (
        SELECT * FROM tournament_participants
        WHERE tournament_id = %(tournament)s AND is_active AND NOT disqualified
    ), risk AS ({risk}), spread AS (
        SELECT *, returns * returns_square_sum - returns_sum * returns_sum AS square
        FROM risk WHERE returns >= %(returns_min)s AND NOT broken
    ), deviation AS (
        SELECT *, sqrt(round(square, 50) / (returns::bigint * (returns - 1))) AS deviation
        FROM spread WHERE square > 0
    ), ratios AS (
        SELECT participant_id,
            least(9999.9999, round(round(deviation, 20), 4)) AS volatility,
            greatest(-9999.9999, least(9999.9999, round(round(
                round(returns_sum, 50) / (returns * deviation), 20), 4))) AS sharpe_ratio
        FROM deviation
    ), held AS (
        SELECT participant_id,
            jsonb_agg(jsonb_build_object(
                'symbol', symbol, 'side', side, 'quantity', quantity,
                'average_price', average_price::text, 'current_price', current_price::text,
                'unrealized_pnl', unrealized_pnl::text) ORDER BY symbol) AS positions,
            count(*) FILTER (WHERE side = 'long') AS longs,
            count(*) FILTER (WHERE side = 'short') AS shorts
        FROM positions WHERE tournament_id = %(tournament)s AND status = 'open'
        GROUP BY participant_id
    ), taken AS (
        INSERT INTO trading_performance (
            tournament_id, user_id, participant_id, recorded_at, data_source,
            total_pnl, realized_pnl, unrealized_pnl, usd_balance,
            number_of_trades, total_shares_traded, number_of_stocks_traded,
            total_notional_traded, win_rate, best_trade, worst_trade, average_trade_size,
            max_drawdown, volatility, sharpe_ratio,
            current_positions, position_count, long_positions, short_positions)
        SELECT tournament_id, user_id, seat.id, %(at)s::timestamptz, %(source)s,
            total_pnl, realized_pnl, unrealized_pnl, current_balance,
            total_trades, coalesce(shares_traded, 0), coalesce(stocks_traded, 0),
            total_volume,
            coalesce(round(
                winning_trades * 100.0 / nullif(winning_trades + losing_trades, 0), 2), 0),
            coalesce(best_trade, 0), coalesce(worst_trade, 0),
            coalesce(round(round(total_volume, 30) / nullif(total_trades, 0), 2), 0),
            coalesce(risk.max_drawdown, 0), volatility, sharpe_ratio,
            coalesce(positions, '[]'), coalesce(longs + shorts, 0),
            coalesce(longs, 0), coalesce(shorts, 0)
        FROM competing seat
        LEFT JOIN risk ON risk.participant_id = seat.id
        LEFT JOIN ratios ON ratios.participant_id = seat.id
        LEFT JOIN held ON held.participant_id = seat.id
        LEFT JOIN dayrade_tallies tally ON tally.participant_id = seat.id
        RETURNING 1
    )
    SELECT %(at)s::timestamptz, count(*) FROM taken
"""


class NotActiveError(ConflictError):
    """Snapshots are taken while a tournament runs."""

    code = "TOURNAMENT_NOT_ACTIVE"


@dataclass(frozen=True, slots=True)
class Taken:
    """When a snapshot was taken, and of how many seats."""

    recorded_at: datetime
    count: int


@service
def take(*, tournament: Tournament, source: str) -> Taken:
    """Keep the figures of every seat that competes, as they are stored; locks the tournament.

    `source` is OWN or ON_DEMAND. Deliveries go on meanwhile: one statement sees each of them
    wholly or not at all.

    Raises:
        NotActiveError: the tournament does not run.

    """
    locked = rows.locked(tournament)
    if locked.status != TournamentStatus.ACTIVE:
        raise NotActiveError(f"{locked} is not active: its figures stand still.")
    is_own = source == OWN
    # One instant decides to which interval it belongs and is written down.
    (at,) = fetched_one("SELECT clock_timestamp()")
    parameters: dict[str, Any] = {
        "tournament": locked.pk,
        "source": source,
        "at": at,
        "counts": is_own and not _taken(locked, at)[0],
        "returns_min": risk.RETURNS_MIN,
    }
    return Taken(*fetched_one(SNAPSHOT.format(risk=RISK if is_own else STORED), parameters))


def take_last(tournament: Tournament) -> None:
    """Keep the figures that a result rests on."""
    take(tournament=tournament, source=OWN)


def take_due(*, at: datetime | None = None) -> int:
    """Take the snapshots that are due at `at`, the database's now by default; return how many.

    One for each interval since 1970, however late it wakes, and one more just before a freeze: it
    is the board that is shown until the result. Any number may run at once. One that fails is
    logged and tried again at the next call.
    """
    count = 0
    for tournament in Tournament.objects.filter(status=TournamentStatus.ACTIVE).order_by("pk"):
        began = time.perf_counter()
        try:
            count += _is_due(tournament, at) and _take_if_due(tournament, at)
        except Exception:
            logger.exception("snapshot failed: %s", tournament.slug)
        if (seconds := time.perf_counter() - began) >= LONG_SECONDS:
            logger.warning("slow snapshot: %s took %.1f s", tournament.slug, seconds)
    return count


@service
def _take_if_due(tournament: Tournament, at: datetime | None) -> bool:
    """Take a snapshot, unless another worker has taken it meanwhile."""
    locked = rows.locked(tournament)
    if locked.status != TournamentStatus.ACTIVE or not _is_due(locked, at):
        return False
    take(tournament=locked, source=OWN)
    return True


def _is_due(tournament: Tournament, at: datetime | None) -> bool:
    has_interval, lacks_freeze = _taken(tournament, at)
    return not has_interval or lacks_freeze


def _taken(tournament: Tournament, at: datetime | None = None) -> tuple[bool, bool]:
    """Tell whether the interval has its own snapshot, and whether a freeze is near without one."""
    rules = Rules.read(tournament.rules)
    freeze_at = rules.freeze_at
    parameters: dict[str, Any] = {
        "tournament": tournament.pk,
        "seconds": rules.snapshot_seconds,
        "freeze_at": freeze_at,
        "freeze_from": freeze_at and freeze_at - FREEZE_LEAD,
        "at": at,
    }
    has_interval, lacks_freeze = fetched_one(TAKEN, parameters)
    return has_interval, bool(lacks_freeze)
