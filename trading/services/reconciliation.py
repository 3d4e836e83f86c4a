"""Comparing the provider's figures with the ledger's: docs/adr/0024 says what is compared when."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from administration import audit
from dayrade.db import arrays
from dayrade.db.queries import fetched, fetched_one
from dayrade.db.transactions import service
from tournaments.models import Tournament, TournamentStatus

# The figures of a set of snapshots, from the trades that stand and were executed by then. Where no
# trade is later those are the seat's own, which change with each of its trades; else the trades
# are added up. What is held at that instant has a value of ours only where nothing is held, or
# where the positions are those of that instant and valued at prices of just that instant; else
# unrealized_pnl is NULL.
PAIRS = """
    WITH wanted AS (
        SELECT snapshot.*, seat.starting_balance, seat.realized_pnl AS realized,
               seat.total_trades AS trades, seat.total_volume AS notional,
               EXISTS (SELECT FROM trades WHERE participant_id = snapshot.participant_id
                       AND executed_at > snapshot.recorded_at) AS is_past
        FROM trading_performance snapshot
        JOIN tournament_participants seat ON seat.id = snapshot.participant_id
        WHERE snapshot.id = ANY(%s::uuid[])
    ), standing AS (
        SELECT wanted.id AS snapshot_id, wanted.recorded_at, trade.*
        FROM wanted CROSS JOIN LATERAL (
            SELECT * FROM trades WHERE participant_id = wanted.participant_id OFFSET 0
        ) trade
        WHERE wanted.is_past
          AND NOT EXISTS (SELECT FROM dayrade_busts WHERE trade_id = trade.id)
          AND NOT EXISTS (SELECT FROM dayrade_busts WHERE reversal_id = trade.id)
    ), of_symbol AS (
        SELECT snapshot_id, symbol,
               coalesce(sum(pnl) FILTER (WHERE by_then), 0)
                   - coalesce(sum(commission) FILTER (WHERE by_then), 0) AS realized,
               count(*) FILTER (WHERE by_then) AS trades,
               coalesce(sum(quantity) FILTER (WHERE by_then), 0) AS shares,
               coalesce(sum(trade_value) FILTER (WHERE by_then), 0) AS notional,
               coalesce(sum(CASE side WHEN 'buy' THEN quantity ELSE -quantity END)
                   FILTER (WHERE by_then), 0) AS held,
               bool_and(by_then) AS current
        FROM (SELECT *, executed_at <= recorded_at AS by_then FROM standing) trade
        GROUP BY snapshot_id, symbol
    ), booked AS (
        SELECT snapshot_id, sum(realized) AS realized, sum(trades) AS trades,
               sum(shares) AS shares, count(*) FILTER (WHERE trades > 0) AS stocks,
               sum(notional) AS notional, bool_and(held = 0) AS flat, bool_and(current) AS current
        FROM of_symbol GROUP BY snapshot_id
        UNION ALL
        SELECT wanted.id, realized, trades, shares_traded, stocks_traded, notional,
               NOT EXISTS (SELECT FROM positions position
                           WHERE position.participant_id = wanted.participant_id
                             AND position.status = 'open'), true
        FROM wanted LEFT JOIN dayrade_tallies tally USING (participant_id)
        WHERE NOT is_past
    ), valued AS (
        SELECT wanted.id, sum(position.unrealized_pnl) AS unrealized
        FROM wanted
        JOIN positions position ON position.participant_id = wanted.participant_id
            AND position.status = 'open'
        LEFT JOIN dayrade_marks mark ON mark.tournament_id = position.tournament_id
            AND mark.symbol = position.symbol
        GROUP BY wanted.id
        HAVING bool_and(mark.valued_as_of IS NOT DISTINCT FROM wanted.recorded_at)
    ), pairs AS (
        SELECT wanted.id AS snapshot_id, wanted.tournament_id, wanted.participant_id, pair.*
        FROM wanted
        LEFT JOIN booked ON booked.snapshot_id = wanted.id
        LEFT JOIN valued ON valued.id = wanted.id
        CROSS JOIN LATERAL (VALUES
            ('realized_pnl', coalesce(booked.realized, 0), wanted.realized_pnl),
            ('unrealized_pnl', CASE WHEN coalesce(booked.flat, true) THEN 0
                                    WHEN booked.current THEN valued.unrealized END,
             wanted.unrealized_pnl),
            ('usd_balance', wanted.starting_balance + wanted.total_pnl, wanted.usd_balance),
            ('number_of_trades', coalesce(booked.trades, 0), wanted.number_of_trades),
            ('total_shares_traded', coalesce(booked.shares, 0), wanted.total_shares_traded),
            ('number_of_stocks_traded', coalesce(booked.stocks, 0),
             wanted.number_of_stocks_traded),
            ('total_notional_traded', coalesce(booked.notional, 0), wanted.total_notional_traded)
        ) pair (figure, ours, theirs)
    )
"""
# A difference that stays the same is told once, however many snapshots repeat it.
OPEN = f"""{PAIRS}
    INSERT INTO dayrade_breaks
        (id, tournament_id, participant_id, snapshot_id, figure, ours, theirs)
    SELECT gen_random_uuid(), tournament_id, participant_id, snapshot_id, figure, ours, theirs
    FROM pairs
    WHERE ours <> theirs AND NOT EXISTS (
        SELECT FROM dayrade_breaks known
        WHERE known.participant_id = pairs.participant_id AND known.figure = pairs.figure
          AND known.status IN ('open', 'accepted')
          AND known.theirs - known.ours = pairs.theirs - pairs.ours
    )
    ORDER BY snapshot_id, figure
    ON CONFLICT (snapshot_id, figure) DO UPDATE
    SET ours = EXCLUDED.ours, status = 'open', resolved_at = NULL, resolved_by_id = NULL,
        reason = NULL
    WHERE dayrade_breaks.status = 'matched'
"""  # noqa: S608  # our own text
CLOSE = f"""{PAIRS}
    UPDATE dayrade_breaks break
    SET status = 'matched', ours = pairs.ours, resolved_at = now()
    FROM pairs
    WHERE break.snapshot_id = pairs.snapshot_id AND break.figure = pairs.figure
      AND break.status = 'open' AND pairs.ours = pairs.theirs
"""  # noqa: S608  # our own text
REFRESH = f"""{PAIRS}
    UPDATE dayrade_breaks break SET ours = pairs.ours
    FROM pairs
    WHERE break.snapshot_id = pairs.snapshot_id AND break.figure = pairs.figure
      AND break.status = 'open' AND pairs.ours <> break.ours
"""  # noqa: S608  # our own text
# What the statements above would leave open, and what a look at other snapshots would add to it.
STILL = f"""{PAIRS}
    SELECT count(*) FROM dayrade_breaks break
    JOIN pairs USING (snapshot_id, figure)
    WHERE break.status = 'open' AND (pairs.ours = pairs.theirs) IS NOT TRUE
"""  # noqa: S608  # our own text
NEW = f"""{PAIRS}
    SELECT count(*) FROM pairs
    WHERE ours <> theirs AND NOT EXISTS (
        SELECT FROM dayrade_breaks known
        WHERE known.participant_id = pairs.participant_id AND known.figure = pairs.figure
          AND known.status = 'accepted'
          AND (known.snapshot_id = pairs.snapshot_id
               OR known.theirs - known.ours = pairs.theirs - pairs.ours)
    )
"""  # noqa: S608  # our own text
IN_DOUBT = """
    SELECT DISTINCT snapshot_id FROM dayrade_breaks WHERE tournament_id = %s AND status = 'open'
"""
LATEST = """
    SELECT latest.id FROM tournament_participants seat
    CROSS JOIN LATERAL (
        SELECT id FROM trading_performance snapshot
        WHERE snapshot.participant_id = seat.id AND snapshot.data_source = 'zimtra'
        ORDER BY recorded_at DESC, id DESC LIMIT 1
    ) latest
    WHERE seat.tournament_id = %s
"""


def compare(snapshots: Iterable[UUID]) -> int:
    """Note where the provider's snapshots differ from the ledger; return how many figures do."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [arrays.plain(snapshots)])
        opened: int = cursor.rowcount
    return opened


def settle(tournament: Tournament, *, thoroughly: bool = False) -> int:
    """Close the differences that are none any more, and return how many those were.

    A late trade, or a bust, settles what it explains. `thoroughly` also looks at the latest
    snapshot of every seat again: what matched when it came may not after a late trade. Belongs
    into a service.
    """
    with connection.cursor() as cursor:
        cursor.execute(IN_DOUBT, [tournament.pk])
        in_doubt = arrays.plain(key for (key,) in cursor.fetchall())
        cursor.execute(CLOSE, [in_doubt])
        closed: int = cursor.rowcount
        cursor.execute(REFRESH, [in_doubt])
        if thoroughly:
            cursor.execute(LATEST, [tournament.pk])
            compare(key for (key,) in cursor.fetchall())
    return closed


def remaining(tournament: Tournament) -> int:
    """Count the differences that there are now; nothing is written.

    The latest snapshots are looked at where no difference is known.
    """
    in_doubt = [key for (key,) in fetched(IN_DOUBT, [tournament.pk])]
    (still,) = fetched_one(STILL, [arrays.plain(in_doubt)])
    if still:
        return int(still)
    latest = [key for (key,) in fetched(LATEST, [tournament.pk])]
    (new,) = fetched_one(NEW, [arrays.plain(latest)])
    return int(new)


@service
def recheck(*, tournament: Tournament, thoroughly: bool = False) -> int:
    """Settle what can be, in the name of the platform."""
    audit.acting(None, "break.match")
    return settle(tournament, thoroughly=thoroughly)


def recheck_active(*, thoroughly: bool = False) -> None:
    """Recheck every active tournament, each in a transaction of its own."""
    for tournament in Tournament.objects.filter(status=TournamentStatus.ACTIVE).order_by("pk"):
        recheck(tournament=tournament, thoroughly=thoroughly)
