"""Filling a table with far more rows than a benchmark itself would write."""

from contextlib import contextmanager

from psycopg.sql import SQL, Identifier

INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = %s AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""


@contextmanager
def bulk(connection, *tables):
    """Leave triggers, foreign keys and what indexes can be built afterwards out of the filling."""
    found = [row for table in tables for row in connection.execute(INDEXES, [table])]
    connection.execute("SET session_replication_role = replica")
    for name, _ in found:
        connection.execute(SQL("DROP INDEX {}").format(Identifier(name)))
    yield
    for _, definition in found:
        connection.execute(definition)
    connection.execute("RESET session_replication_role")
    for table in tables:
        connection.execute(SQL("VACUUM ANALYZE {}").format(Identifier(table)))
