"""Migration operations: triggers, composite foreign keys, and indexes under live traffic."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, override

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import Error as DatabaseError
from django.db.migrations import RunSQL
from django.db.migrations.operations.base import Operation

# The setting lets the audit log's trigger through; each row so changed leaves another.
REDACT_AUDITED = """
    SELECT set_config('dayrade.redaction', 'Values of {table} are redacted by a release.', true);
    UPDATE audit_logs
    SET old_values = (
            SELECT jsonb_object_agg(key, CASE WHEN key = ANY (ARRAY[{names}]) AND value <> 'null'
                                              THEN '"[redacted]"' ELSE value END)
            FROM jsonb_each(old_values)),
        new_values = (
            SELECT jsonb_object_agg(key, CASE WHEN key = ANY (ARRAY[{names}]) AND value <> 'null'
                                              THEN '"[redacted]"' ELSE value END)
            FROM jsonb_each(new_values))
    WHERE entity_type = '{table}'
      AND (old_values ?| ARRAY[{names}] OR new_values ?| ARRAY[{names}]);
    SELECT set_config('dayrade.redaction', '', true)
"""


def updated_at_trigger(table: str) -> RunSQL:
    """Keep `updated_at` by the specification's trigger, so that no path can forget it."""
    return RunSQL(
        f"CREATE TRIGGER update_{table}_updated_at BEFORE UPDATE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION update_updated_at_column()",
        f"DROP TRIGGER update_{table}_updated_at ON {table}",
    )


def audit_trigger(
    table: str,
    *,
    events: str = "INSERT OR UPDATE OR DELETE",
    redact: Sequence[str] = (),
) -> RunSQL:
    """Write an audit row for every change of the table's rows.

    `events` narrows what counts ("INSERT OR DELETE OR UPDATE OF name"): the columns after
    UPDATE OF keep derived figures out. The values of `redact` never enter the log, only that they
    changed.
    """
    arguments = ", ".join(f"'{column}'" for column in redact)
    return RunSQL(
        f"CREATE TRIGGER dayrade_audit_{table} AFTER {events} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION dayrade_audit({arguments})",
        f"DROP TRIGGER dayrade_audit_{table} ON {table}",
    )


@contextlib.contextmanager
def patience(schema_editor: Any) -> Iterator[None]:
    """Let what is done CONCURRENTLY wait for as long as the oldest transaction takes.

    Nobody but another migration waits behind it; giving way, it would begin from the start, and
    never end while a backup or a long report is at work.
    """
    if schema_editor.collect_sql:
        yield
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        usual = cursor.fetchone()
        cursor.execute("SET lock_timeout = 0")
    try:
        yield
    finally:
        # A lost connection has raised what there is to say.
        with contextlib.suppress(DatabaseError), schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", usual)


class Patient(Operation):
    """Waits, before another operation, for as long as what is done CONCURRENTLY needs."""

    @override
    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        with patience(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    @override
    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        with patience(schema_editor):
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class RepeatableIndex(AddIndexConcurrently):
    """Creates an index, after any interruption again: a half built one goes, a whole one stays."""

    @override
    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if not schema_editor.collect_sql:
            with schema_editor.connection.cursor() as cursor:
                cursor.execute(
                    "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)",
                    [schema_editor.quote_name(self.index.name)],
                )
                found = cursor.fetchone()
            if found == (True,):
                return
            if found:
                schema_editor.execute(f"DROP INDEX CONCURRENTLY {self.index.name}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class AddLiveIndex(Patient, RepeatableIndex):
    """Create an index of a table that is in use; its migration has `atomic = False`."""


class LiveSQL(Patient, RunSQL):
    """Run statements that build or drop indexes CONCURRENTLY; each may be run again."""


def swap_index(name: str, forwards: str, backwards: str) -> RunSQL:
    """Build an index anew under live traffic and let it take another's place, with its name.

    `forwards` and `backwards` are what follows the name in CREATE INDEX. Its migration has
    `atomic = False`; it may be run again after any interruption.
    """
    return LiveSQL(_swapped(name, forwards), _swapped(name, backwards))


def _swapped(name: str, definition: str) -> tuple[str, ...]:
    new = f"{name}_new"
    return (
        f"DROP INDEX CONCURRENTLY IF EXISTS {new}",
        f"CREATE INDEX CONCURRENTLY {new} {definition}",
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        f"ALTER INDEX {new} RENAME TO {name}",
    )


def fillfactor(table: str, percent: int) -> RunSQL:
    """Leave room in the pages of a table that is updated in place, so that no index is touched.

    It holds for pages written from then on.
    """
    return RunSQL(
        f"ALTER TABLE {table} SET (fillfactor = {percent})",
        f"ALTER TABLE {table} RESET (fillfactor)",
    )


def redact_audited(table: str, columns: Sequence[str]) -> RunSQL:
    """Take values out of the audit rows that were written before their columns were redacted."""
    names = ", ".join(f"'{column}'" for column in columns)
    return RunSQL(REDACT_AUDITED.format(table=table, names=names), RunSQL.noop)


def participant_foreign_key(table: str) -> RunSQL:
    """Make a row's tournament and user those of its participant.

    It cascades like the specification's own keys, so that the order in which PostgreSQL fires
    their triggers cannot matter.
    """
    name = f"dayrade_{table}_participant_fkey"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name}"
        " FOREIGN KEY (participant_id, tournament_id, user_id)"
        " REFERENCES tournament_participants (id, tournament_id, user_id) ON DELETE CASCADE",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )
