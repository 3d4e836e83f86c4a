"""Passes over a board: ranks, values and snapshots, in the database of a large tournament."""

import os
import statistics
import time

import psycopg

from tests.benchmarks.product import product
from tests.benchmarks.report import DASH, Row

VARIABLES = {}
SEATS = 10_000
ROUNDS = 5
# Fields of these sizes, passed over so many times each.
SIZES = {1_000: ROUNDS, 10_000: ROUNDS, 100_000: 1}
SYMBOLS = 20
HELD = 3
ONE_PERCENT_MS, ALL_MS = 50, 250
SHARE_OF_COPY = 0.6

# Triggers and foreign keys would make the filling take longer than all the rest.
FIELD = """
    SET session_replication_role = replica;
    INSERT INTO users (email, username, password_hash)
    SELECT %(slug)s || '-' || n || '@example.com', %(slug)s || '-' || n, '!'
    FROM generate_series(1, %(seats)s) n;
    INSERT INTO tournaments (name, slug, division, status, registration_open_date,
        registration_close_date, start_date, end_date, max_participants)
    VALUES (%(slug)s, %(slug)s, 'raider', 'active', now() - interval '3 days',
        now() - interval '2 days', now() - interval '1 day', now() + interval '1 day', 2000000);
    INSERT INTO tournament_participants (tournament_id, user_id, total_pnl, realized_pnl,
        current_balance, total_trades, winning_trades, losing_trades, total_volume)
    SELECT tournament.id, person.id, pnl, pnl, 100000 + pnl, 40, 20, 15, 123456.78
    FROM tournaments tournament, users person,
        LATERAL (SELECT round((random() * 40000 - 20000)::numeric, 2) AS pnl
                 WHERE person.id IS NOT NULL) drawn
    WHERE tournament.slug = %(slug)s AND starts_with(person.username, %(slug)s || '-');
    INSERT INTO dayrade_tallies
    SELECT seat.id, 4000, 9, 812.5, -640.25 FROM tournament_participants seat
    JOIN tournaments ON tournaments.id = seat.tournament_id WHERE slug = %(slug)s;
    INSERT INTO dayrade_risks
    SELECT seat.id, 100500, 104000, 3500, 240, 0.005, 0.00024 FROM tournament_participants seat
    JOIN tournaments ON tournaments.id = seat.tournament_id WHERE slug = %(slug)s;
    INSERT INTO dayrade_marks (tournament_id, symbol, price, as_of)
    SELECT id, 'S' || n, 100 + n, now() FROM tournaments, generate_series(1, %(symbols)s) n
    WHERE slug = %(slug)s;
    INSERT INTO positions (tournament_id, user_id, participant_id, symbol, quantity,
        average_price, cost_basis, side, opened_at)
    SELECT tournament_id, user_id, seat.id,
        'S' || 1 + ((hashtext(seat.id::text) & 1023) + n * 7) %% %(symbols)s,
        100, 110, 11000, 'long', now()
    FROM tournament_participants seat JOIN tournaments ON tournaments.id = tournament_id,
        generate_series(1, %(held)s) n
    WHERE slug = %(slug)s;
    ANALYZE
"""
COLUMNS = """
    tournament_id, user_id, participant_id, recorded_at, data_source, total_pnl, realized_pnl,
    unrealized_pnl, usd_balance, number_of_trades, total_shares_traded, number_of_stocks_traded,
    total_notional_traded, win_rate, best_trade, worst_trade, average_trade_size, max_drawdown,
    sharpe_ratio, volatility, current_positions, position_count, long_positions, short_positions
"""
LATEST = f"""
    SELECT gen_random_uuid(), {COLUMNS} FROM trading_performance
    WHERE recorded_at = (SELECT max(recorded_at) FROM trading_performance)
"""
MOVE = """
    UPDATE tournament_participants
    SET realized_pnl = moved, total_pnl = moved + unrealized_pnl,
        current_balance = starting_balance + moved + unrealized_pnl
    FROM (SELECT id AS mover,
              realized_pnl + round((random() * 100 - 50)::numeric, 2) AS moved
          FROM tournament_participants
          WHERE tournament_id = (SELECT id FROM tournaments WHERE slug = %(slug)s)
            AND random() < %(share)s) movers
    WHERE id = mover
"""
PRICES = """
    UPDATE dayrade_marks SET price = price + 0.01, as_of = clock_timestamp()
    WHERE tournament_id = (SELECT id FROM tournaments WHERE slug = %s)
"""


def database_ms(work):
    """Do something and return the milliseconds that its statements took."""
    from django.db import connection  # noqa: PLC0415  # after django.setup()

    spent = []

    def timed(execute, sql, parameters, many, context):
        began = time.perf_counter()
        try:
            return execute(sql, parameters, many, context)
        finally:
            spent.append((time.perf_counter() - began) * 1000)

    with connection.execute_wrapper(timed):
        work()
    return sum(spent)


def run(statement, parameters):
    """Execute one or several statements, with the parameters put in on this side."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        psycopg.ClientCursor(connection).execute(statement, parameters)


def tournament(slug):
    from tournaments.models import Tournament  # noqa: PLC0415  # after django.setup()

    return Tournament.objects.get(slug=slug)


def fill(slug, seats):
    """Make a field of so many seats."""
    run(FIELD, {"slug": slug, "seats": seats, "symbols": SYMBOLS, "held": HELD})


def rank(slug, share, rounds=ROUNDS):
    """Return the milliseconds to rank a field of which so many have moved: the median."""
    from tournaments.services import ranking  # noqa: PLC0415  # after django.setup()

    field = tournament(slug)
    ranking.refresh(tournament=field)
    taken = []
    for _ in range(rounds):
        run(MOVE, {"slug": slug, "share": share})
        taken.append(database_ms(lambda: ranking.refresh(tournament=field)))
    return statistics.median(taken)


def value(slug, rounds):
    """Return the milliseconds to value and rank a field at new prices: the median."""
    from trading.services import valuation  # noqa: PLC0415  # after django.setup()

    field = tournament(slug)
    valuation.refresh(tournament=field)
    taken = []
    for _ in range(rounds):
        run(PRICES, [slug])
        taken.append(database_ms(lambda: valuation.refresh(tournament=field)))
    return statistics.median(taken)


def snapshot(slug):
    """Return the milliseconds of a snapshot, and of a COPY of the same rows: the medians."""
    from trading.services import snapshots  # noqa: PLC0415  # after django.setup()

    field = tournament(slug)
    taken, copied = [], []
    for _ in range(ROUNDS):
        # As if the interval had gone by.
        run("UPDATE trading_performance SET recorded_at = recorded_at - interval '1 d'", None)
        run("VACUUM ANALYZE trading_performance", None)
        taken.append(database_ms(lambda: snapshots.take(tournament=field, source=snapshots.OWN)))
        copied.append(copy_latest())
    return statistics.median(taken), statistics.median(copied)


def copy_latest():
    """Copy the rows of the last snapshot into the table once more; return the milliseconds."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        with cursor.copy(f"COPY ({LATEST}) TO STDOUT") as source:
            rows = b"".join(bytes(block) for block in source)
        began = time.perf_counter()
        with cursor.copy(f"COPY trading_performance (id, {COLUMNS}) FROM STDIN") as target:
            target.write(rows)
        spent = (time.perf_counter() - began) * 1000
        connection.rollback()
        return spent


def figures():
    """Measure everything, in a process that is the product's."""
    fill("field", SEATS)
    taken, copied = snapshot("field")
    rows = [
        at_most(
            f"re-rank of {SEATS:,}, 1 % moved by up to $50", rank("field", 0.01), ONE_PERCENT_MS
        ),
        at_most(f"re-rank of {SEATS:,}, all moved by up to $50", rank("field", 1), ALL_MS),
        Row(
            f"snapshot of {SEATS:,} seats, against COPY of the same rows",
            f"at least {SHARE_OF_COPY:.0%} of its speed",
            f"{copied / taken:.0%} ({taken:.0f} ms against {copied:.0f} ms)",
            copied / taken >= SHARE_OF_COPY,
        ),
    ]
    for seats, rounds in SIZES.items():
        slug = f"of-{seats}"
        fill(slug, seats)
        held = f"{seats * HELD:,} open positions"
        rows += [
            plain(f"ranks of {seats:,} seats, all moved", rank(slug, 1, rounds)),
            plain(f"pass over {seats:,} seats with {held}, every price moved", value(slug, rounds)),
        ]
    return rows


def at_most(work, milliseconds, limit):
    return Row(
        work, f"at most {limit} ms in the database", f"{milliseconds:.0f} ms", milliseconds <= limit
    )


def plain(work, milliseconds):
    return Row(work, DASH, f"{milliseconds:.0f} ms in the database")


def measure(live, database):
    """Time passes and snapshots of fields of their own."""
    with product(database) as process:
        return process.submit(figures).result()
