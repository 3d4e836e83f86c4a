"""`manage.py migrate`, one at a time, under live traffic."""

import contextlib
import time
from collections.abc import Iterator
from typing import Any, override

from django.apps import apps
from django.core.management import CommandError
from django.core.management.commands import migrate
from django.db import Error, OperationalError, connection
from django.db import transaction as transactions  # noqa: TID251  # a migration's is no service

from dayrade.db.transactions import sqlstate

# While a migration waits for its lock, everybody else waits behind it: it gives way after so long,
# or after DATABASE_LOCK_TIMEOUT where that is shorter, and tries again after so many seconds.
GIVE_WAY = """
    SELECT set_config('lock_timeout', least(nullif(setting::int, 0), 1000)::text, false)
    FROM pg_settings WHERE name = 'lock_timeout'
"""
PAUSES = (0.5, 1, 2, 4, 8, 15, 15, 15, 15, 15)
LOCK_TIMEOUT, DEADLOCK = "55P03", "40P01"
TURN = "hashtextextended('dayrade migrate', 0)"
POLL_SECONDS = 0.2
# Without it the server goes on with the statement of a process that was killed, and keeps its turn.
WATCH_CLIENT = "SET client_connection_check_interval = '200ms'"
AS_BEFORE = ("RESET client_connection_check_interval", "RESET lock_timeout")
POOLED = (
    "DATABASE_URL leads through a pooler, which hands one connection to several: two migrate at"
    " once would not see each other. Give migrate a DATABASE_URL that leads past it."
)
WHOLE = """
    SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indisvalid AND pg_table_is_visible(indexrelid)
"""


class Command(migrate.Command):
    """Django's, which waits for another one that is at work on the database.

    Two at once would create the same table, and one of them would end in an error. What a lock
    refuses is tried again from the migration that was refused; whatever was applied before stays.
    """

    # Ends what a migration has begun: commits what is done, takes back what failed.
    step: contextlib.ExitStack

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate in turn; what only looks does not wait."""
        looks = options["plan"] or options["check_unapplied"]
        with contextlib.nullcontext() if looks else self.turn():
            for pause in (*PAUSES, None):
                try:
                    with contextlib.ExitStack() as self.step:
                        super().handle(*args, **options)
                except OperationalError as error:
                    if pause is None or sqlstate(error) not in {LOCK_TIMEOUT, DEADLOCK}:
                        raise
                    self.stdout.write(f"\nIts locks are taken; it tries again in {pause} s.")
                    time.sleep(pause)
                else:
                    break
            if not (looks or options["app_label"]):
                require_indexes()

    @override
    def migration_progress_callback(
        self, action: str, migration: Any = None, fake: bool = False
    ) -> None:
        """Note a migration in the transaction that makes it, or takes it back.

        Django notes many of them in a transaction of its own afterwards; killed between the two,
        the next migrate would create what is there.
        """
        if action in {"apply_success", "unapply_success"}:
            self.step.close()
        super().migration_progress_callback(action, migration, fake)
        if action in {"apply_start", "unapply_start"} and migration.atomic:
            self.step.enter_context(transactions.atomic())

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Hold a lock of the connection, which outlives its transactions.

        It is tried, not waited for: a statement that waits keeps its snapshot, for which CREATE
        INDEX CONCURRENTLY would wait in turn.

        Raises:
            CommandError: the connection leads through a pooler.

        """
        with connection.cursor() as cursor:
            if asked(cursor, "pg_backend_pid()") != connection.connection.info.backend_pid:
                raise CommandError(POOLED)
            told = False
            while not asked(cursor, f"pg_try_advisory_lock({TURN})"):
                if not told:
                    self.stdout.write("Waiting for another migrate to end.")
                    told = True
                time.sleep(POLL_SECONDS)
            cursor.execute(WATCH_CLIENT)
            cursor.execute(GIVE_WAY)
        try:
            yield
        finally:
            # Where the connection is lost, so is the lock, and the reason has been raised.
            with contextlib.suppress(Error), connection.cursor() as cursor:
                for statement in AS_BEFORE:
                    cursor.execute(statement)
                asked(cursor, f"pg_advisory_unlock({TURN})")


def require_indexes() -> None:
    """Look whether every index of the models is there and whole.

    Raises:
        CommandError: one is not, as after a way back that was interrupted and never ended.

    """
    with connection.cursor() as cursor:
        cursor.execute(WHOLE)
        whole = {name for (name,) in cursor.fetchall()}
    declared = [
        (model._meta, index) for model in apps.get_models() for index in model._meta.indexes
    ]
    if missing := [
        f"{meta.label}: {index.name}" for meta, index in declared if index.name not in whole
    ]:
        raise CommandError(
            "Indexes are missing or half built; go back over the migrations that add them, and"
            f" migrate again: {', '.join(missing)}"
        )


def asked(cursor: Any, call: str) -> Any:
    """Call a function of PostgreSQL's and return its answer."""
    cursor.execute(f"SELECT {call}")
    (answer,) = cursor.fetchone()
    return answer
