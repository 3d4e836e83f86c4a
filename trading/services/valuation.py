"""The pass over a tournament: every open position at one set of marks, and everybody's rank."""

import logging
import time
from typing import Any

from django.db import connection

from dayrade.db import rows
from dayrade.db.queries import fetched_one
from dayrade.db.transactions import service
from tournaments.models import Tournament, TournamentStatus
from tournaments.services import ledger_lock, ranking

logger = logging.getLogger("dayrade.trading")

REST_TIMES = 10
LONG_SECONDS = 2.0

# A price from beyond the window values nothing. Neither does one at which somebody's position is
# worth a tenth of what a column holds: it is wrong, and the sums might stop everybody's pass. No
# position has that many shares for a price below 400. Locked in one order, as deliveries do.
TAKE_OVER = """
    WITH moved AS (
        SELECT mark.id FROM dayrade_marks mark JOIN tournaments ON tournaments.id = tournament_id
        WHERE tournament_id = %(tournament)s AND as_of BETWEEN start_date AND end_date
          AND (valued_price, valued_as_of) IS DISTINCT FROM (price, as_of)
          AND (price < 400 OR NOT EXISTS (
              SELECT FROM positions held
              WHERE held.tournament_id = mark.tournament_id AND held.symbol = mark.symbol
                AND status = 'open' AND quantity * price >= 1000000000000))
        ORDER BY symbol FOR NO KEY UPDATE OF mark
    )
    UPDATE dayrade_marks mark SET valued_price = price, valued_as_of = as_of
    FROM moved WHERE mark.id = moved.id
"""
# Rounded as trading.accounting does: cents half away from zero, the percentage within its bound.
# A position without a mark is valued at its cost, which is to say not at all.
POSITIONS = """
    UPDATE positions SET current_price = price, market_value = worth, unrealized_pnl = gain,
        unrealized_pnl_percentage = percentage, last_updated_at = now()
    FROM (
        SELECT valued.id, price, worth, gain, CASE
            WHEN gain IS NULL THEN NULL
            WHEN gain = 0 THEN 0
            WHEN abs(gain) * 100 >= cost_basis * 9999.9999 THEN sign(gain) * 9999.9999
            ELSE round(round(gain * 100, 30) / cost_basis, 4)
        END AS percentage
        FROM (
            SELECT *, CASE WHEN side = 'long' THEN worth - cost_basis
                           ELSE cost_basis - worth END AS gain
            FROM (
                SELECT held.*, valued_price AS price, round(quantity * valued_price, 2) AS worth
                FROM positions held LEFT JOIN dayrade_marks mark
                    ON mark.tournament_id = held.tournament_id AND mark.symbol = held.symbol
                WHERE held.tournament_id = %(tournament)s AND status = 'open'
                  AND (%(whole)s OR current_price IS DISTINCT FROM valued_price)
            ) marked
        ) valued
    ) figures
    WHERE positions.id = figures.id
      AND (current_price, market_value, unrealized_pnl, unrealized_pnl_percentage)
          IS DISTINCT FROM (price, worth, gain, percentage)
"""
SEATS = """
    UPDATE tournament_participants seat
    SET unrealized_pnl = gain, total_pnl = realized_pnl + gain,
        current_balance = starting_balance + realized_pnl + gain
    FROM (
        SELECT holder.id, coalesce(held.gain, 0) AS gain
        FROM tournament_participants holder LEFT JOIN (
            SELECT participant_id, sum(unrealized_pnl) AS gain FROM positions
            WHERE tournament_id = %(tournament)s AND status = 'open' GROUP BY participant_id
        ) held ON held.participant_id = holder.id
        WHERE holder.tournament_id = %(tournament)s
    ) figures
    WHERE seat.id = figures.id AND seat.unrealized_pnl <> gain
"""
# A field rests ten times as long as its last pass took; one that somebody is at, is left to them.
DUE = """
    SELECT tournaments.* FROM tournaments
    LEFT JOIN dayrade_boards ON tournament_id = tournaments.id
    WHERE status = 'active' AND (computed_at IS NULL OR
        computed_at + took_ms * %s * interval '1 millisecond' <= clock_timestamp())
    ORDER BY start_date, tournaments.id
"""
ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('dayrade.pass:' || %s::text, 0))"


@service
def refresh(*, tournament: Tournament, whole: bool = False, restart: bool = False) -> int:
    """Value every open position at the last marks, rank everybody, and return how many moved.

    Takes the marks over that came within the tournament's window; all rows of its board rest on
    them until the next pass. Only rows that change are written. `whole` values positions whose
    mark stayed as well; `restart` is ranking's. Locks the tournament and holds its ledger.
    """
    began = time.perf_counter()
    rows.locked(tournament)
    ledger_lock.hold(tournament.pk)
    parameters: dict[str, Any] = {"tournament": tournament.pk, "whole": whole}
    changed = False
    with connection.cursor() as cursor:
        cursor.execute(TAKE_OVER, parameters)
        cursor.execute(POSITIONS, parameters)
        if whole or cursor.rowcount:
            cursor.execute(SEATS, parameters)
            changed = cursor.rowcount > 0
    after = ranking.Pass(began=began, changed=changed)
    return ranking.refresh(tournament=tournament, after=after, restart=restart)


def settle(tournament: Tournament, *, restart: bool) -> None:
    """Value all that is open once more, for a result."""
    refresh(tournament=tournament, whole=True, restart=restart)


def refresh_due() -> int:
    """Pass over every active tournament that does not rest; return how many there were.

    Any number may run at once. One whose pass fails is logged and tried again at the next call.
    """
    passed = 0
    for tournament in Tournament.objects.raw(DUE, [REST_TIMES]):
        began = time.perf_counter()
        try:
            passed += _refresh_alone(tournament)
        except Exception:
            logger.exception("pass failed: %s", tournament.slug)
        if (seconds := time.perf_counter() - began) >= LONG_SECONDS:
            logger.warning("slow pass: %s took %.1f s", tournament.slug, seconds)
    return passed


@service
def _refresh_alone(tournament: Tournament) -> bool:
    """Pass over a tournament, unless another worker is at it."""
    (is_ours,) = fetched_one(ALONE, [tournament.pk])
    if not is_ours or rows.locked(tournament).status != TournamentStatus.ACTIVE:
        return False
    refresh(tournament=tournament)
    return True
