"""Reads what PostgreSQL has, beside what libraries keep, as text that a person can review."""

TABLES = """
    SELECT oid, relname, relpersistence = 'u' FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
      AND relname !~ '^(auth|django|procrastinate)_'
    ORDER BY relname
"""
COLUMNS = """
    SELECT attname || ' ' || format_type(atttypid, atttypmod)
           || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END
           || coalesce(' DEFAULT ' || pg_get_expr(adbin, adrelid), '')
    FROM pg_attribute
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped
    ORDER BY attnum
"""
# NOT NULL is its column's, though PostgreSQL 18 lists it here as well.
CONSTRAINTS = """
    SELECT 'CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid)
           || CASE WHEN convalidated THEN '' ELSE ' NOT VALID' END
    FROM pg_constraint WHERE conrelid = %s AND contype <> 'n' ORDER BY conname
"""
INDEXES = """
    SELECT pg_get_indexdef(indexrelid) || CASE WHEN indisvalid THEN '' ELSE ' INVALID' END
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = %s ORDER BY relname
"""
TRIGGERS = """
    SELECT pg_get_triggerdef(oid) || CASE tgenabled WHEN 'O' THEN '' ELSE ' DISABLED' END
    FROM pg_trigger WHERE tgrelid = %s AND NOT tgisinternal ORDER BY tgname
"""
FUNCTIONS = """
    SELECT oid::regprocedure || ' source ' || md5(prosrc) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND proname !~ '^procrastinate_'
    ORDER BY proname
"""


def read(cursor):
    """Return the tables, columns, constraints, indexes, triggers and functions, one a line."""
    cursor.execute(TABLES)
    lines = []
    for oid, name, unlogged in cursor.fetchall():
        lines.append(f"{'UNLOGGED ' if unlogged else ''}TABLE {name}")
        for query in (COLUMNS, CONSTRAINTS, INDEXES, TRIGGERS):
            cursor.execute(query, [oid])
            lines += [f"    {line}" for (line,) in cursor.fetchall()]
    cursor.execute(FUNCTIONS)
    return lines + [f"FUNCTION {line}" for (line,) in cursor.fetchall()]
