"""Reads that everybody asks for: the list, one tournament, the board, a series; and memory."""

from functools import partial

import httpx
import psycopg

from tests.benchmarks.hammer import hammering
from tests.benchmarks.report import Row

SECONDS = 8
SEATS = 10_000
POINTS = 500
P99_MS = 50
MEMORY_MB, GROWTH_MB = 150, 5
FEW, MANY = 5_000, 50_000
WORKERS = 2
VARIABLES = {"WEB_CONCURRENCY": str(WORKERS)}

TOURNAMENT = """
INSERT INTO tournaments (name, slug, division, status, registration_open_date,
    registration_close_date, start_date, end_date, max_participants, current_participants)
VALUES ('Crowd', 'crowd', 'raider', 'active', now() - interval '9 days', now() - interval '2 days',
    now() - interval '1 day', now() + interval '6 days', %(seats)s, %(seats)s) RETURNING id"""
PEOPLE = """
INSERT INTO users (email, username, password_hash)
SELECT 'crowd' || n || '@example.com', 'crowd' || n, '!' FROM generate_series(1, %(seats)s) AS n"""
FIELD = """
INSERT INTO tournament_participants (tournament_id, user_id, total_pnl, realized_pnl,
    current_balance, total_trades, winning_trades, current_rank)
SELECT %(tournament)s, id, pnl, pnl, 100000 + pnl, 9, 5, rank() OVER (ORDER BY pnl DESC)
FROM (SELECT id, hashtext(username) %% 5000000 / 100.0 AS pnl FROM users
      WHERE username LIKE 'crowd%%') AS people"""
BOARD = """
INSERT INTO dayrade_boards (tournament_id, revision, seats, totals, milestones)
VALUES (%(tournament)s, 1, %(seats)s, '{}', '[]')"""
HISTORY = """
INSERT INTO trading_performance (tournament_id, user_id, participant_id, recorded_at, data_source,
    total_pnl, realized_pnl, number_of_trades, total_shares_traded, total_notional_traded)
SELECT tournament_id, user_id, id, now() - n * interval '1 minute', 'dayrade', pnl, pnl, n, n * 100,
    n * 12345.67
FROM (SELECT * FROM tournament_participants WHERE tournament_id = %(tournament)s
      ORDER BY current_rank, id LIMIT 1) AS seat,
    LATERAL (SELECT n, hashint4(n) %% 5000000 / 100.0 AS pnl
             FROM generate_series(1, %(points)s) AS n) AS minutes
RETURNING participant_id"""


def prepare(connection):
    """Fill a tournament and return the address of a seat's series."""
    numbers = {"seats": SEATS, "points": POINTS}
    (tournament,) = connection.execute(TOURNAMENT, numbers).fetchone()
    numbers["tournament"] = tournament
    for statement in (PEOPLE, FIELD, BOARD):
        connection.execute(statement, numbers)
    (seat,) = connection.execute(HISTORY, numbers).fetchone()
    connection.execute("VACUUM ANALYZE")
    return f"/api/v1/tournaments/crowd/participants/{seat}/performance?points={POINTS}"


def row(work, least, asked, p99=None):
    """Write down a rate that is to be at least `least`, and a p99 where one is to be kept."""
    outcome, rate, costs = asked
    assert len(outcome.statuses) == 1, outcome.statuses
    found = outcome.percentile(99)
    (status,) = outcome.statuses
    return Row(
        f"{work}, {status}",
        f"at least {least:,.0f}/s" + (f", p99 at most {p99} ms" if p99 else ""),
        f"{rate:,.0f}/s, p99 {found:.1f} ms; {costs}",
        rate >= least and (not p99 or found <= p99),
    )


def boards(ask, etag_of):
    """Measure the board and its 304, where there is a board."""
    path = "/api/v1/tournaments/crowd/leaderboard?limit=100"
    if not (etag := etag_of(path)):
        return
    asked = ask(path)
    yield row(f"top 100 of {SEATS:,} seats, warm", 2000, asked, P99_MS)
    known = ask(path, headers={"If-None-Match": etag})
    yield row("the same for who has it: no slower", asked[1], known, P99_MS)


def memory(hammer, *given):
    """Compare a worker after some requests with the same after many, a twentieth of them anew."""
    mixed = [*given, *([given[0]] * (20 - len(given)))]
    hammer.ask(*mixed, answers=FEW * WORKERS)
    few = hammer.memory()
    hammer.ask(*mixed, answers=(MANY - FEW) * WORKERS)
    many = hammer.memory()
    return Row(
        f"memory of a worker over {MANY:,} requests",
        f"at most {MEMORY_MB} MB, and {GROWTH_MB} MB more than after {FEW:,}",
        f"{many:.0f} MB against {few:.0f} MB",
        many <= MEMORY_MB and many - few <= GROWTH_MB,
    )


def measure(live, url):
    """Measure with `WORKERS` processes; the load comes from the same machine."""
    with psycopg.connect(url, autocommit=True) as connection:
        series = prepare(connection)
        anew = series + "&from=2000-01-01T00:00:00.{}Z"
        one = "/api/v1/tournaments/crowd"
        with hammering(live, connection) as hammer, live.client() as client:
            etag_of = partial(etag, client)
            ask = partial(hammer.ask, seconds=SECONDS)
            # Every connection prepares its statements first.
            ask("/api/v1/tournaments", one, anew, seconds=3)
            yield row("list of tournaments", 1500, ask("/api/v1/tournaments"))
            yield row("one tournament", 1500, ask(one))
            yield from boards(ask, etag_of)
            yield row(f"series of {POINTS} points, each another", 450, ask(anew))
            yield row(f"series of {POINTS} points, the same again", 1500, ask(series))
            yield memory(hammer, "/api/v1/tournaments", one, series, anew)


def etag(client, path):
    answer = client.get(path)
    return answer.headers.get("ETag") if answer.status_code == httpx.codes.OK else None
