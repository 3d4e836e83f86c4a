"""`manage.py migrate`, one at a time, under live traffic."""

import contextlib
import time
from collections.abc import Iterator
from typing import Any

from django.core.management.commands import migrate
from django.db import OperationalError, connection

from dayrade.db.transactions import sqlstate

# A migration that waited longer for its locks would hold up everybody behind it: it gives way
# after DATABASE_LOCK_TIMEOUT and tries again after so many seconds.
PAUSES = (0.5, 1, 2, 4, 8, 15, 15, 15, 15, 15)
LOCK_TIMEOUT, DEADLOCK = "55P03", "40P01"
TURN = "hashtextextended('dayrade migrate', 0)"
POLL_SECONDS = 0.2


class Command(migrate.Command):
    """Django's, which waits for another one that is at work on the database.

    Two at once would create the same table, and one of them would end in an error. What a lock
    refuses is tried again from the migration that was refused; whatever was applied before stays.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate in turn; what only looks does not wait."""
        looks = options["plan"] or options["check_unapplied"]
        with contextlib.nullcontext() if looks else self.turn():
            for pause in PAUSES:
                try:
                    super().handle(*args, **options)
                except OperationalError as error:
                    if sqlstate(error) not in {LOCK_TIMEOUT, DEADLOCK}:
                        raise
                else:
                    return
                self.stdout.write(f"\nIts locks are taken; it tries again in {pause} s.")
                time.sleep(pause)
            super().handle(*args, **options)

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Hold a lock of the connection, which outlives its transactions.

        It is tried, not waited for: a statement that waits keeps its snapshot, for which CREATE
        INDEX CONCURRENTLY would wait in turn.
        """
        with connection.cursor() as cursor:
            told = False
            while not is_granted(cursor, f"pg_try_advisory_lock({TURN})"):
                if not told:
                    self.stdout.write("Waiting for another migrate to end.")
                    told = True
                time.sleep(POLL_SECONDS)
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                is_granted(cursor, f"pg_advisory_unlock({TURN})")


def is_granted(cursor: Any, call: str) -> bool:
    """Call a function of PostgreSQL's and return its answer."""
    cursor.execute(f"SELECT {call}")
    (granted,) = cursor.fetchone()
    return bool(granted)
