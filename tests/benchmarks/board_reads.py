"""What PostgreSQL takes for a part of a board: any page, and the places around anybody."""

import statistics
from datetime import UTC, datetime

import psycopg

from tests.benchmarks.filling import bulk
from tests.benchmarks.passes import database_ms, plain, tournament
from tests.benchmarks.report import Row
from tournaments.services import ranking
from trading.services import board_sql

SEATS = (10_000, 100_000, 1_000_000)
WITHIN_MS = 5
TIMES = 9
LIMIT = 50

TOURNAMENT = """
    INSERT INTO tournaments (name, slug, division, status, max_participants, start_date, end_date,
        registration_open_date, registration_close_date)
    VALUES (%(slug)s, %(slug)s, 'raider', 'active', 2000000, now() - interval '1 day',
        now() + interval '1 day', now() - interval '9 days', now() - interval '2 days')
    RETURNING id
"""
# Two of five have traded; the rest share one rank in the middle.
FIELD = """
    WITH people AS (
        INSERT INTO users (email, username, password_hash)
        SELECT format('%%s-%%s@example.com', %(slug)s::text, n),
            format('%%s-%%s', %(slug)s::text, n), 'x'
        FROM generate_series(1, %(seats)s) n RETURNING id
    ), drawn AS (
        SELECT id, CASE WHEN random() < 0.4
            THEN round((random() - 0.5)::numeric * 10000, 2) ELSE 0 END AS pnl
        FROM people
    )
    INSERT INTO tournament_participants (tournament_id, user_id, total_pnl, realized_pnl,
        current_balance, total_trades, registered_at)
    SELECT %(tournament)s, id, pnl, pnl, 100000 + pnl, CASE pnl WHEN 0 THEN 0 ELSE 7 END,
        now() - random() * interval '9 days'
    FROM drawn
"""


class Field:
    """A board of so many seats, as its first pass has left it; others stand beside it."""

    def __init__(self, connection, seats):
        self.connection, self.seats = connection, seats
        names = {"slug": f"board-{seats}", "seats": seats}
        (self.tournament,) = connection.execute(TOURNAMENT, names).fetchone()
        with bulk(connection, "users", "tournament_participants"):
            connection.execute(FIELD, names | {"tournament": self.tournament})
        field = tournament(names["slug"])
        self.ranked = database_ms(lambda: ranking.refresh(tournament=field))
        connection.execute("VACUUM ANALYZE tournament_participants")
        self.values = {
            "tournament": self.tournament,
            "reach": 10_000,
            "limit": LIMIT,
            "before": 5,
            "after": 6,
            "ages": True,
            "fresh_since": datetime.now(UTC),
        }

    def took(self, query, values):
        """Return the median milliseconds of planning and executing a query."""
        found = []
        for _ in range(TIMES):
            explain = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {query}"
            ((plan,),) = self.connection.execute(explain, values).fetchone()
            found.append(plan["Planning Time"] + plan["Execution Time"])
        return statistics.median(found)

    def both(self, start, query, values):
        """Return what the two queries of a part take: where it starts, and its lines."""
        with self.connection.transaction():
            return self.in_one_transaction(start, query, values)

    def in_one_transaction(self, start, query, values):
        cursor = self.connection.execute(start, values)
        row = dict(zip([one.name for one in cursor.description], cursor.fetchone(), strict=True))
        values = values | row | board_sql.milestone(row["milestone"])
        if "offset" in values:
            values["skip"] = values["offset"] - values["m_place"]
        return self.took(start, values) + self.took(query, values)

    def page(self, offset):
        return self.both(board_sql.START, board_sql.PAGE, self.values | {"offset": offset})

    def around(self, seat):
        return self.both(board_sql.AROUND_START, board_sql.AROUND, self.values | {"around": seat})


def measured(field):
    """Return the slowest page and the slowest place of twenty each, all the way down."""
    step = field.seats // 20
    offsets = [min(n * step + 999, field.seats - LIMIT) for n in range(20)]
    pages = [field.page(offset) for offset in [0, *offsets]]
    seats = field.connection.execute(
        "SELECT id FROM tournament_participants WHERE tournament_id = %s ORDER BY id LIMIT 20",
        [field.tournament],
    ).fetchall()
    return max(pages), max(field.around(seat) for (seat,) in seats)


def figures(database):
    """Ask the database itself: what the server adds is another benchmark's."""
    rows = []
    with psycopg.connect(database, autocommit=True) as connection:
        for seats in SEATS:
            field = Field(connection, seats)
            page, around = measured(field)
            for work, took in (
                (f"{LIMIT} lines from any offset", page),
                ("own rank and the 5 places on each side", around),
            ):
                rows.append(
                    Row(
                        f"{work} of a board of {seats:,} seats, in the database",
                        f"at most {WITHIN_MS} ms",
                        f"{took:.1f} ms where it took longest (median of {TIMES})",
                        took <= WITHIN_MS,
                    )
                )
        rows.append(plain(f"first ranks of {seats:,} seats", field.ranked))
    return rows
