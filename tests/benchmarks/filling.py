"""Filling a table with far more rows than a benchmark itself would write."""

import os
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import repeat

import psycopg
from psycopg.sql import SQL, Identifier

WORKERS_MAX = 4
INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = %s AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""
# Those that no foreign key points at.
UNIQUE = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint rule
    WHERE conrelid = %s::regclass AND contype = 'u' AND NOT EXISTS (
        SELECT FROM pg_constraint pointing
        WHERE pointing.contype = 'f' AND pointing.conindid = rule.conindid)
"""


@contextmanager
def bulk(connection, *tables):
    """Leave triggers, foreign keys and what indexes can be built afterwards out of the filling."""
    connection.execute("SET session_replication_role = replica")
    indexes, rules = [], []
    for table in tables:
        indexes += connection.execute(INDEXES, [table]).fetchall()
        found = connection.execute(UNIQUE, [table]).fetchall()
        rules += [(Identifier(table), Identifier(name), SQL(written)) for name, written in found]
    for name, _ in indexes:
        connection.execute(SQL("DROP INDEX {}").format(Identifier(name)))
    for table, name, _ in rules:
        connection.execute(SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(table, name))
    yield
    for rule in rules:
        connection.execute(SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(*rule))
    for _, definition in indexes:
        connection.execute(definition)
    connection.execute("RESET session_replication_role")
    for table in tables:
        connection.execute(SQL("VACUUM ANALYZE {}").format(Identifier(table)))


def side_by_side(url, inserts):
    """Run each table's insert, as many at once as there are processors; return the seconds."""
    began = time.monotonic()
    waiting = deque(inserts.items())
    workers = min(len(os.sched_getaffinity(0)), WORKERS_MAX)
    with few_checkpoints(url), ThreadPoolExecutor(workers) as pool:
        list(pool.map(fill_some, repeat(url, workers), repeat(waiting)))
    return time.monotonic() - began


@contextmanager
def few_checkpoints(url):
    """Have a checkpoint for every few gigabytes of log, and one after everything.

    After each the first change of a page writes the whole page to the log again.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("max_wal_size = '4GB'", "checkpoint_timeout = '1h'"):
            connection.execute(SQL("ALTER SYSTEM SET ") + SQL(setting))
        connection.execute("SELECT pg_reload_conf()")
        yield
        connection.execute("ALTER SYSTEM RESET ALL")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CHECKPOINT")


def fill_some(url, waiting):
    """Fill one table after the other until none is left."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("SET max_parallel_maintenance_workers = 0")
        connection.execute("SET synchronous_commit = off")
        with suppress(IndexError):
            while True:
                table, insert = waiting.popleft()
                with bulk(connection, table):
                    connection.execute(insert)
