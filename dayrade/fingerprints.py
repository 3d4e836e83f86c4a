"""What a database holds, in a line for each table: a restored one is compared by it.

Two databases with the same lines have the same rows, whatever their order, and the same tables,
constraints, indexes, triggers, functions, types, sequences and privileges. docs/operations.md says
when to look.
"""

from collections.abc import Iterator

from django.db import connection
from psycopg.sql import SQL, Identifier, Literal

from dayrade.db.queries import fetched
from dayrade.db.transactions import snapshot

# Rows are compared as text, which may not depend on how a server is set up.
PLAIN = """
    SELECT set_config('DateStyle', 'ISO', true), set_config('IntervalStyle', 'postgres', true),
           set_config('TimeZone', 'UTC', true), set_config('bytea_output', 'hex', true),
           set_config('extra_float_digits', '1', true)
"""
# This hash is the one of partitions: it is the same for every version of PostgreSQL. A sum of
# them knows no order, and unlike an XOR not even equal rows cancel each other out.
CONTENT = SQL("""
    SELECT count(*), coalesce(sum(hashtextextended(of_row::text, 0)::numeric), 0)
    FROM {} of_row
""")
TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""
DEFINITIONS = """
    WITH part (relation, line) AS (
        SELECT oid, concat_ws(' ', relpersistence, reloptions)
        FROM pg_class
        UNION ALL
        SELECT attrelid, concat_ws(' ', 'column', attname, format_type(atttypid, atttypmod),
                                   attnotnull, attidentity, attgenerated,
                                   pg_get_expr(adbin, adrelid))
        FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attnum > 0 AND NOT attisdropped
        UNION ALL
        SELECT conrelid, concat_ws(' ', conname, pg_get_constraintdef(oid), convalidated)
        FROM pg_constraint WHERE contype <> 'n'
        UNION ALL
        SELECT indrelid, concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid) FROM pg_index
        UNION ALL
        SELECT tgrelid, concat_ws(' ', pg_get_triggerdef(oid), tgenabled)
        FROM pg_trigger WHERE NOT tgisinternal
    )
    SELECT relname, sum(hashtextextended(
        -- A restored list of texts is cast one by one instead of as a whole.
        regexp_replace(line, '::(character varying|text)(\\[\\])?|[()]', '', 'g'), 0)::numeric)
    FROM part JOIN pg_class ON pg_class.oid = relation
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' GROUP BY relname
"""
OTHERS = {
    "functions": """
        SELECT CASE WHEN prokind = 'a' THEN concat_ws(' ', oid::regprocedure, aggtransfn)
                    ELSE pg_get_functiondef(oid) END
        FROM pg_proc LEFT JOIN pg_aggregate ON aggfnoid = oid
        WHERE pronamespace = 'public'::regnamespace
    """,
    "types": """
        SELECT concat_ws(' ', enumtypid::regtype, array_agg(enumlabel ORDER BY enumsortorder))
        FROM pg_enum GROUP BY enumtypid
    """,
    "sequences": """
        SELECT concat_ws(' ', seqrelid::regclass, seqtypid::regtype, seqstart, seqincrement,
                         seqmin, seqmax, seqcycle)
        FROM pg_sequence JOIN pg_class ON oid = seqrelid
        WHERE relnamespace = 'public'::regnamespace
    """,
    "privileges": """
        SELECT concat_ws(' ', relname, coalesce(pg_get_userbyid(nullif(grantee, 0)), 'PUBLIC'),
                         privilege_type)
        FROM pg_class, aclexplode(relacl)
        WHERE relnamespace = 'public'::regnamespace AND grantee <> relowner
    """,
}
HEAD = """
    SELECT position, encode(chain_hash, 'hex') FROM dayrade_audit_chain
    ORDER BY position DESC LIMIT 1
"""


@snapshot
def lines(of: str | None = None) -> list[str]:
    """Return the lines; all of them are of one instant.

    That of now, or of the snapshot `of` that another transaction has exported and still holds.
    """
    with connection.cursor() as cursor:
        if of is not None:
            cursor.execute(SQL("SET TRANSACTION SNAPSHOT {}").format(Literal(of)))
        cursor.execute(PLAIN)
    return [*_tables(), *_others(), *_head()]


def _tables() -> Iterator[str]:
    definitions = dict(fetched(DEFINITIONS))
    for (name,) in fetched(TABLES):
        with connection.cursor() as cursor:
            cursor.execute(CONTENT.format(Identifier(name)))
            rows, total = cursor.fetchone()
        yield f"{name} rows {rows} content {short(total)} definition {short(definitions[name])}"


def _others() -> Iterator[str]:
    for name, query in OTHERS.items():
        ((number, total),) = fetched(
            "SELECT count(*), coalesce(sum(hashtextextended(line, 0)::numeric), 0)"  # noqa: S608
            f" FROM ({query}) part (line)"  # a constant
        )
        yield f"{name} {number} definition {short(total)}"


def _head() -> Iterator[str]:
    for position, digest in fetched(HEAD):
        yield f"head of the audit log {position} {digest}"


def short(total: int) -> str:
    """Write a sum of hashes in sixteen digits."""
    return f"{int(total) % 2**64:016x}"
