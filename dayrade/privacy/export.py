"""Everything held about a person, as one JSON document.

Which rows are theirs follows from the foreign keys to people, and what is shown of them from the
classes of the columns. Only the audit log is named: its rows are about one person and by another.
"""

import tempfile
from collections.abc import Iterator
from typing import IO

from django.db import connection
from django.utils import timezone
from psycopg.sql import SQL, Composable, Identifier, Literal

from accounts.models import User
from accounts.services import staff
from administration import audit
from dayrade.db.queries import fetched
from dayrade.db.transactions import service, snapshot
from dayrade.privacy.columns import PERSONAL, TABLES, Kind
from dayrade.privacy.erasure import BY_OWNER

IN_MEMORY = 1_000_000
ROWS_AT_ONCE = 1000
LOG = "audit_logs"

TYPES = """
    SELECT c.relname, a.attname, a.atttypid::regtype::text
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = current_schema()::regnamespace AND a.attnum > 0
      AND NOT a.attisdropped
    ORDER BY c.relname, a.attnum
"""
PEOPLE_KEYS = """
    SELECT conrelid::regclass::text, attname FROM pg_constraint
    JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
    WHERE contype = 'f' AND confrelid = 'users'::regclass
"""
ME = SQL("%(person)s")
WRITTEN_AS = {
    # A float would lose digits, and an instant has to say of which zone it is.
    "numeric": SQL("{}::text"),
    "timestamp with time zone": SQL(
        """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    ),
}
BY_THEM = SQL("""
    WITH mine AS ({mine})
    SELECT to_json(r)::text FROM (
        SELECT {columns} FROM audit_logs
        LEFT JOIN mine ON mine.kind = entity_type AND mine.id = entity_id
        WHERE user_id = %(person)s
    ) r
""")
ABOUT_THEM = SQL("""
    WITH mine AS ({mine})
    SELECT to_json(r)::text FROM (
        SELECT {columns} FROM mine
        JOIN audit_logs ON mine.kind = entity_type AND mine.id = entity_id
        WHERE user_id IS DISTINCT FROM %(person)s
    ) r
""")


def export(*, actor: User, person: User, reason: str = BY_OWNER) -> IO[bytes]:
    """Write what is held about a person and return the file, to be read from its start.

    All of it is of one instant, whatever is written meanwhile. It is recorded before anything is
    read; memory does not grow with it.

    Raises:
        ForbiddenError: the actor is neither the person nor an admin.
        ValidationError: there is no reason, or it is too long.

    """
    _record(actor, person, reason)
    return _written(person)


@service
def _record(actor: User, person: User, reason: str) -> None:
    if actor.pk != person.pk:
        staff.expect_admin(actor)
    audit.record(
        actor,
        "user.export",
        entity_type="users",
        entity_id=person.pk,
        details={"reason": staff.reasoned(reason)},
    )


@snapshot
def _written(person: User) -> IO[bytes]:
    # Closed by the caller: it is the body of an answer.
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
    try:
        at = timezone.now().isoformat().replace("+00:00", "Z")
        file.write(f'{{"exported_at": "{at}", "person": "{person.pk}"'.encode())
        for name, query in queries():
            file.write(f',\n"{name}": ['.encode())
            separator = "\n"
            for row in rows(query, person):
                file.write(f"{separator}{row}".encode())
                separator = ",\n"
            file.write(b"]")
        file.write(b"}\n")
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def rows(query: Composable, person: User) -> Iterator[str]:
    """Read one part, a row of JSON each, through a cursor of the server that hands out some."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, {"person": str(person.pk)})
        while some := cursor.fetchmany(ROWS_AT_ONCE):
            yield from (row for (row,) in some)


def queries() -> Iterator[tuple[str, Composable]]:
    """Return each part's name and its statement, which takes `person`.

    A table's own part has its name. Where another column leads to a person, such as
    `chat_messages.moderated_by`, the rows are somebody else's.
    """
    types: dict[str, dict[str, str]] = {}
    for of, column, kind in fetched(TYPES):
        types.setdefault(of, {})[column] = kind
    keys = {(of, column) for of, column in fetched(PEOPLE_KEYS)}
    for name, table in TABLES.items():
        if name == LOG:
            continue
        links = [table.owner] if table.owner else []
        links += sorted(column for of, column in keys if of == name and column != table.owner)
        for link in links:
            part = name if link == table.owner else f"{name}.{link}"
            yield part, _rows_by(name, link, types[name], keys)
    yield LOG, BY_THEM.format(mine=_mine(), columns=_of_log(keys, by_them=True))
    yield f"{LOG}.entity_id", ABOUT_THEM.format(mine=_mine(), columns=_of_log(keys, by_them=False))


def _rows_by(name: str, link: str, types: dict[str, str], keys: set[tuple[str, str]]) -> Composable:
    """Select the rows that a column leads to; of somebody else's, nothing that is personal."""
    table = TABLES[name]
    hidden = {Kind.SECRET} if link == table.owner else {Kind.SECRET, *PERSONAL}
    shown = [column for column in types if table.columns[column] not in hidden]
    columns = SQL(", ").join(
        SQL("{} AS {}").format(
            _only_me(column)
            if (name, column) in keys
            else WRITTEN_AS.get(types[column], SQL("{}")).format(Identifier(column)),
            Identifier(column),
        )
        for column in shown
    )
    return SQL("SELECT to_json(r)::text FROM (SELECT {} FROM {} WHERE {} = {}) r").format(
        columns, Identifier(name), Identifier(link), ME
    )


def _only_me(column: str) -> Composable:
    """Leave the ids of other people out."""
    return SQL("CASE WHEN {0} = {1} THEN {0} END").format(Identifier(column), ME)


def _mine() -> Composable:
    """Select the table and the id of every row of theirs that an audit row may be about."""
    return SQL(" UNION ALL ").join(
        SQL("SELECT {} AS kind, id FROM {} WHERE {} = {}").format(
            Literal(name), Identifier(name), Identifier(table.owner), ME
        )
        for name, table in TABLES.items()
        if table.owner and not table.forgotten and name != LOG
    )


def _of_log(keys: set[tuple[str, str]], *, by_them: bool) -> Composable:
    """Select what an audit row says about the person, and from where only they have acted."""
    others = SQL(", ").join(Literal(column) for _, column in sorted(keys) if column != "user_id")
    about = SQL("CASE WHEN mine.id IS NOT NULL THEN {} END AS {}")
    values = SQL("CASE WHEN mine.id IS NOT NULL THEN {0} - ARRAY[{1}] END AS {0}")
    columns: list[Composable] = [
        SQL("audit_logs.id, action, entity_type, request_id"),
        about.format(Identifier("entity_id"), Identifier("entity_id")),
        about.format(Identifier("changes"), Identifier("changes")),
        *(values.format(Identifier(name), others) for name in ("old_values", "new_values")),
        SQL("{} AS created_at").format(
            WRITTEN_AS["timestamp with time zone"].format(Identifier("created_at"))
        ),
    ]
    if by_them:
        columns.append(SQL("user_id, ip_address, user_agent"))
    return SQL(", ").join(columns)
