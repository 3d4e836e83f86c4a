"""A tournament of the past with all its rows, and what tells whether they are still there."""

import psycopg
from psycopg.sql import SQL, Identifier

from tests.benchmarks.filling import bulk
from tests.live import provider

SLUG = "past"
SEATS = 200
# Everybody's trades, one after the other, so that a seat's lie far apart.
SEAT = """
    FROM (SELECT row_number() OVER (ORDER BY id) - 1 AS place, * FROM tournament_participants
          WHERE tournament_id = %(tournament)s) seat
    JOIN generate_series(0, %(rows)s - 1) n ON n %% %(seats)s = place
"""
ROWS = {
    "trades": """
        INSERT INTO trades (tournament_id, user_id, participant_id, symbol, side, quantity, price,
            trade_value, net_amount, executed_at, zimtra_trade_id, position_type, created_at)
        SELECT tournament_id, user_id, id, (ARRAY['AAPL', 'IBM', 'MSFT'])[1 + n / 7 %% 3],
            (ARRAY['buy', 'sell'])[1 + n / 3 %% 2], 100, 187.25, 18725, 18725,
            now() - n * interval '1 second', 'P' || n, 'open', now() - n * interval '1 second'
    """,
    "trading_performance": """
        INSERT INTO trading_performance (tournament_id, user_id, participant_id, recorded_at,
            data_source, total_pnl, realized_pnl, usd_balance)
        SELECT tournament_id, user_id, id, now() - n * interval '1 second', 'zimtra', n %% 977,
            n %% 977, 100000 + n %% 977
    """,
    "chat_messages": """
        INSERT INTO chat_messages (tournament_id, user_id, message_text, created_at)
        SELECT tournament_id, user_id, 'What comes next for number ' || n,
            now() - n * interval '1 second'
    """,
    "notifications": """
        INSERT INTO notifications (user_id, type, title, message, created_at)
        SELECT user_id, 'trade.busted', 'Notice ' || n, 'What has happened to you.',
            now() - n * interval '1 second'
    """,
    "audit_logs": """
        INSERT INTO audit_logs (user_id, action, entity_type, entity_id, new_values, created_at)
        SELECT user_id, 'tournament.update', 'tournaments', tournament_id,
            jsonb_build_object('name', n), now() - interval '1 hour' - n * interval '1 second'
    """,
}
TABLES = """
    SELECT relname, array_agg(attname::text)
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
      AND relname !~ '^procrastinate_' AND relname <> ALL (%s)
    GROUP BY relname ORDER BY relname
"""
# Of these every row changes, or goes, with what is asked and with what is migrated.
OTHERS = ["django_migrations", "schema_migrations", "dayrade_rate_limits", "user_sessions"]
PAST = "(SELECT id FROM tournaments WHERE slug = 'past')"
# What keeps out the rows that the crowd of today writes; the first that fits a table counts.
WHOLE = {
    "old_values": f"entity_type = 'tournaments' AND entity_id IN {PAST}",
    "registration_open_date": "slug = 'past'",
    "tournament_id": f"tournament_id IN {PAST}",
    "participant_id": "participant_id IN (SELECT id FROM tournament_participants"
    f" WHERE tournament_id IN {PAST})",
    "user_id": "user_id IN (SELECT id FROM users WHERE username LIKE 'past-%')",
    "password_hash": "username LIKE 'past-%'",
}


def fill(url, rows):
    """Fill a tournament of the past, with so many trades, and a quarter of it of all else.

    Return the id of one of its seats.
    """
    tournament = provider.field(url, SEATS, SLUG)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '256MB'")
        for table, query in ROWS.items():
            number = rows if table == "trades" else rows // 4
            values = {"tournament": tournament, "seats": SEATS, "rows": number}
            with bulk(connection, table):
                connection.execute(query + SEAT, values)
        query = "SELECT id FROM tournament_participants WHERE tournament_id = %s LIMIT 1"
        return connection.execute(query, [tournament]).fetchone()[0]


def digests(url):
    """Return of each table how many rows are from before the crowd came, and a hash of them."""
    found = {}
    with psycopg.connect(url) as connection:
        for table, columns in connection.execute(TABLES, [OTHERS]).fetchall():
            kept = next((rule for column, rule in WHOLE.items() if column in columns), "true")
            found[table] = connection.execute(
                SQL(
                    "SELECT count(*), sum(hashtextextended(kept::text, 0)::numeric) FROM {} kept"
                    " WHERE "
                ).format(Identifier(table))
                + SQL(kept)
            ).fetchone()
    return found
