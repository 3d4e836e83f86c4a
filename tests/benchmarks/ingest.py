"""Deliveries of trades over HTTP, against COPY of the same rows into the same table."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import batched, islice

import psycopg

from tests.benchmarks.filling import bulk
from tests.benchmarks.report import Row
from tests.live import provider
from tests.live.server import manage, production

SEATS = 10_000
TRADES = 1_000_000
BATCH = 1_000
WARM, ROUND, ROUNDS = 100_000, 50_000, 4
# Fewer leave the cores idle: two deliveries share seats, and one writes them after the other.
CONNECTIONS = 5
SHARE = 0.6
SNAPSHOTS, AT_ONCE = 10_000_000, 100_000
GROWN_SHARE = 0.9
OK = 200
SECRET = secrets.token_urlsafe(32)
VARIABLES = {"WEB_CONCURRENCY": "2", "DAYRADE_INGEST_SECRETS": SECRET}
# The same rows for another field of the same size: other ids of the same order, other seats.
TWINS = """
    CREATE UNLOGGED TABLE twins AS
    SELECT overlay(trade.id::text PLACING 'ffffff' FROM 31)::uuid AS id, twin.tournament_id,
        twin.user_id, twin.id AS participant_id, symbol, side, quantity, price, executed_at,
        order_type, trade_value, commission, net_amount, pnl, pnl_percentage, zimtra_trade_id,
        zimtra_order_id, position_type, NULL::uuid AS related_trade_id, trade.created_at
    FROM trades trade
    JOIN tournament_participants seat ON seat.id = trade.participant_id
    JOIN tournament_participants twin
        ON twin.tournament_id = %s AND twin.zimtra_account_id = seat.zimtra_account_id
    WHERE trade.tournament_id = %s AND trade.executed_at > %s
    ORDER BY trade.executed_at, trade.id
"""
# Ids in the order of the table, as snapshots have them in the order of time.
HISTORY = """
    INSERT INTO trading_performance (id, tournament_id, user_id, participant_id, recorded_at,
        data_source, total_pnl, realized_pnl, number_of_trades, total_shares_traded,
        total_notional_traded)
    SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, tournament_id, user_id,
        id, now() - n / %(seats)s * interval '1 minute', 'dayrade', pnl, pnl, 40, 4000, 123456.78
    FROM (
        SELECT %(start)s + row_number() OVER () AS n, seat.*, round(random() * 20000) AS pnl
        FROM generate_series(1, %(count)s / %(seats)s), tournament_participants seat
        WHERE tournament_id = %(tournament)s
    ) numbered
"""
COLUMNS = """id, tournament_id, user_id, participant_id, symbol, side, quantity, price, executed_at,
    order_type, trade_value, commission, net_amount, pnl, pnl_percentage, zimtra_trade_id,
    zimtra_order_id, position_type, related_trade_id, created_at"""


def delivered(url, trades):
    """Deliver trades by several connections at once; return the seconds that it took."""
    bodies = [provider.body(list(batch)) for batch in batched(trades, BATCH)]

    def run(mine):
        with provider.client(url) as connection:
            for content in mine:
                answer = provider.deliver(connection, content, SECRET)
                assert answer.status_code == OK, answer.text
                assert answer.json()["rejected"] == 0

    began = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        # In turns, so that what is delivered is nearly in order, as a feed's.
        list(pool.map(run, [bodies[number::CONNECTIONS] for number in range(CONNECTIONS)]))
    return time.perf_counter() - began


def copied(connection, twin, field, since):
    """Copy the twins of what was booked since an instant; return the seconds that it took."""
    connection.execute("DROP TABLE IF EXISTS twins")
    connection.execute(TWINS, [twin, field, since])
    with connection.cursor().copy("COPY twins TO STDOUT") as copy:
        lines = b"".join(bytes(block) for block in copy).splitlines(keepends=True)
    began = time.perf_counter()
    for batch in batched(lines, BATCH):
        cursor = connection.cursor()
        with connection.transaction(), cursor.copy(f"COPY trades ({COLUMNS}) FROM STDIN") as copy:
            copy.write(b"".join(batch))
    return time.perf_counter() - began


def grow(connection, tournament):
    """Keep a long history of a field's figures."""
    with bulk(connection, "trading_performance"):
        for start in range(0, SNAPSHOTS, AT_ONCE):
            connection.execute(
                HISTORY,
                {"start": start, "count": AT_ONCE, "seats": SEATS, "tournament": tournament},
            )


def measure(live, database):
    """Take turns at delivering and copying; then go on to a million, and verify it."""
    field, twin = provider.field(database, SEATS), provider.field(database, SEATS, slug="twin")
    feed = provider.trades(TRADES, SEATS)
    began = time.perf_counter()
    delivered(live.url, list(islice(feed, WARM)))
    seconds, copying = 0.0, 0.0
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        for _ in range(ROUNDS):
            last = "SELECT max(executed_at) FROM trades WHERE tournament_id = %s"
            (since,) = connection.execute(last, [field]).fetchone()
            seconds += delivered(live.url, list(islice(feed, ROUND)))
            copying += copied(connection, twin, field, since)
        rate, bound = ROUND * ROUNDS / seconds, ROUND * ROUNDS / copying
        yield Row(
            f"trades over HTTP by {CONNECTIONS} connections, batches of {BATCH:,}, {SEATS:,} seats",
            f"at least {SHARE:.0%} of COPY by one",
            f"{rate:,.0f}/s against {bound:,.0f}/s ({rate / bound:.0%})",
            rate >= SHARE * bound,
        )
        grow(connection, twin)
        grown = ROUND / delivered(live.url, list(islice(feed, ROUND)))
        yield Row(
            f"the same beside {SNAPSHOTS:,} snapshots",
            f"at least {GROWN_SHARE:.0%} of that",
            f"{grown:,.0f}/s ({grown / rate:.0%})",
            grown >= GROWN_SHARE * rate,
        )
        connection.execute("DELETE FROM trades WHERE tournament_id = %s", [twin])
        while part := list(islice(feed, ROUND)):
            delivered(live.url, part)
    loaded = time.perf_counter() - began
    began = time.perf_counter()
    found = manage(production(database), "verify_standings", provider.SLUG, check=False)
    verified = time.perf_counter() - began
    yield Row(
        f"{TRADES:,} trades of {SEATS:,} seats, delivered and verified",
        "no difference",
        f"{'no difference' if not found.returncode else found.stdout[-300:]}; {loaded:.0f} s, with"
        f" the copies and snapshots above, and {verified:.0f} s",
        not found.returncode,
    )
