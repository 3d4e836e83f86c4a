"""The ways to open a transaction: services do, snapshots do, and nothing else."""

import functools
import random
import time
from collections.abc import Callable

from django.db import OperationalError, connection, transaction  # noqa: TID251  # the one place

ATTEMPTS = 3
PAUSE_SECONDS = 0.05
# serialization_failure and deadlock_detected: PostgreSQL asks to do the whole again.
RETRIED = ("40001", "40P01")
# read_only_sql_transaction and disk_full: there is still something to read.
UNWRITABLE = ("25006", "53100")
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


def service[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Make a function one transaction.

    Where PostgreSQL makes it the victim of a deadlock or of a serialization failure, at a
    statement or at COMMIT, the whole is done again, three times in all. Inside another service it
    is a savepoint, and the outermost one is done again.

    Raises:
        OperationalError: SQLSTATE 40001 or 40P01, when the last attempt fails as well.

    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        attempts = 1 if connection.in_atomic_block else ATTEMPTS
        for attempt in range(1, attempts + 1):
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except OperationalError as error:
                if attempt == attempts or sqlstate(error) not in RETRIED:
                    raise
            time.sleep(random.uniform(0, PAUSE_SECONDS * 2**attempt))  # noqa: S311  # jitter
        raise AssertionError("unreachable: the last attempt returns or raises")

    return run


def snapshot[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Make a function one transaction that only reads, and sees the database of one instant.

    Inside another transaction it sees what that sees.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        is_outermost = not connection.in_atomic_block
        with transaction.atomic():
            if is_outermost:
                with connection.cursor() as cursor:
                    cursor.execute(SNAPSHOT)
            return function(*args, **kwargs)

    return run


def sqlstate(error: BaseException) -> str | None:
    """Return the SQLSTATE of a database error, or None where PostgreSQL gave none."""
    cause = error.__cause__ or error
    found: str | None = getattr(cause, "sqlstate", None)
    return found
