"""Filling a table with far more rows than a benchmark itself would write."""

from contextlib import contextmanager

from psycopg.sql import SQL, Identifier

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
