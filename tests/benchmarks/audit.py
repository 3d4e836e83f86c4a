"""Proving an audit log of years."""

import time

import psycopg

from tests.benchmarks.filling import bulk
from tests.benchmarks.hammer import cpu
from tests.benchmarks.product import product
from tests.benchmarks.report import DASH, Row

VARIABLES = {}
ROWS = 1_000_000
SECONDS = 60
# As the triggers write them: who, what, before and after, from where; with what is redacted.
LOG = """
    INSERT INTO audit_logs (user_id, action, entity_type, entity_id, old_values, new_values,
                            changes, ip_address, user_agent, request_id, created_at)
    SELECT person.id, 'participant.update', 'tournament_participants', gen_random_uuid(),
           jsonb_build_object('current_rank', n %% 100, 'total_pnl', n / 100.0,
                              'updated_at', now() - n * interval '11 seconds'),
           jsonb_build_object('current_rank', 1 + n %% 100, 'total_pnl', n / 99.0,
                              'updated_at', now() - n * interval '10 seconds',
                              'email', '[redacted]'),
           jsonb_build_object('operation', 'update', 'reason', 'A correction, number ' || n,
                              'fields', jsonb_build_array('current_rank', 'total_pnl', 'email')),
           '203.0.113.77', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
           md5(n::text), now() - interval '2 hours' - n * interval '11 seconds'
    FROM generate_series(1, %(rows)s) n,
         (SELECT id FROM users ORDER BY id LIMIT 1) person
"""


def spent(work):
    """Do something, and return the seconds that it took, by the clock and of a processor."""
    from django.db import connection  # noqa: PLC0415  # after django.setup()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    began, before = time.perf_counter(), cpu(pid) + time.process_time()
    work()
    return time.perf_counter() - began, cpu(pid) + time.process_time() - before


def figures():
    """Chain the log and prove it as `verify_audit` does, in a process that is the product's."""
    from administration import chain, evidence  # noqa: PLC0415  # after django.setup()

    sealed, of_sealing = spent(chain.seal)
    found = []
    took, of_proving = spent(lambda: found.extend(evidence.verify()))
    assert found == []
    return [
        Row(
            f"the audit log: {ROWS:,} rows chained at once",
            DASH,
            f"{sealed:.0f} s, {of_sealing:.0f} s of a processor",
        ),
        Row(
            f"the same proved (`verify_audit`): {ROWS:,} rows",
            f"at most {SECONDS} s",
            f"{took:.0f} s, {of_proving:.0f} s of a processor",
            took <= SECONDS,
        ),
    ]


def measure(live, database):
    """Fill the log, and measure."""
    with psycopg.connect(database, autocommit=True) as connection, bulk(connection, "audit_logs"):
        connection.execute(LOG, {"rows": ROWS})
    with product(database) as process:
        return process.submit(figures).result()
