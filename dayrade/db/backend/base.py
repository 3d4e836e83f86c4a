"""The database backend that settings name as ENGINE.

Django's foreign keys are deferred to COMMIT and carry hashed names. The specification's are
immediate and named by PostgreSQL, so a violation is raised by the statement that commits it and
its name can be told to a person. Two of the hooks overridden here are private to Django 6.1;
the catalogue test is the alarm if a later version moves them.
"""

import contextlib
import functools
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, ClassVar

import psycopg
from django.conf import settings
from django.db import OperationalError
from django.db.backends import utils
from django.db.backends.postgresql import base, operations, schema
from psycopg import IsolationLevel
from psycopg.errors import TransactionResolutionUnknown
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool, PoolTimeout

from dayrade.db.backend import silence
from dayrade.db.backend.connection import silence_of

logger = logging.getLogger("dayrade.db")

SQL_SHOWN = 500
# How often a request that waits for a connection looks whether any can be made.
NOTICE_SECONDS = 0.25
# How long it waits while none could be: enough for an attempt on this machine, which goes on
# without it elsewhere.
ATTEMPT_SECONDS = 0.05
# How long it waits where the one before it waited in vain for all to be at work: enough to be
# handed one, and not so long that those who wait take every thread.
EXHAUSTED_SECONDS = 0.1


def is_busy(pool: ConnectionPool) -> bool:
    """Tell a pool whose connections are all at work from one that is waiting for the database."""
    stats = pool.get_stats()
    return bool(stats["pool_size"] >= stats["pool_max"] and not stats["pool_available"])


@contextlib.contextmanager
def slow_query_logged(sql: Any) -> Iterator[None]:
    """Log the statement run inside when it takes longer than DATABASE_SLOW_QUERY_MS.

    Logged are the duration and the statement's text with its placeholders: never parameters and
    never the error's text, which quotes rows.
    """
    started = time.perf_counter()
    try:
        yield
    finally:
        elapsed_ms = (time.perf_counter() - started) * 1000
        if elapsed_ms >= settings.DATABASE_SLOW_QUERY_MS:
            said = " ".join(str(sql).split())[:SQL_SHOWN]
            logger.warning("slow query: %.0f ms: %s", elapsed_ms, said)


def log_slow_query(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Be Django's execute wrapper, for single statements and for executemany."""
    with slow_query_logged(sql):
        return execute(sql, params, many, context)


class Cursor(utils.CursorWrapper):
    """Times COPY too, which passes Django's execute wrappers by."""

    @contextlib.contextmanager
    def copy(self, statement: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Run a COPY; its errors are raised as Django's."""
        with (
            slow_query_logged(statement),
            self.db.wrap_database_errors,
            self.cursor.copy(statement, *args, **kwargs) as copy,
        ):
            yield copy


def as_number(value: Any) -> float:
    """Write a Decimal into JSON as PostgreSQL's jsonb hands it out again: as a number."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


class DatabaseOperations(operations.DatabaseOperations):
    """Checks foreign keys at once, and stores decimals in JSON."""

    def deferrable_sql(self) -> str:
        """Return nothing: constraints are immediate unless a model says otherwise."""
        return ""

    def adapt_json_value(self, value: Any, encoder: type[json.JSONEncoder] | None) -> Any:
        """Accept the decimals that the API's JSON parser makes of numbers with a point."""
        if encoder is None:
            return Jsonb(value, dumps=functools.partial(json.dumps, default=as_number))
        return super().adapt_json_value(value, encoder)


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Names foreign keys as PostgreSQL does and adds no index that nobody declared."""

    def _fk_constraint_name(self, model: Any, field: Any, suffix: str) -> str:
        return self.quote_name(f"{model._meta.db_table}_{field.column}_fkey")

    def _create_like_index_sql(self, model: Any, field: Any) -> None:
        return None


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection with the above, a log of slow statements, and errors that tell what failed."""

    # The threads that wait for a connection; the pool's own figure keeps those that gave up.
    waiting: ClassVar[set[int]] = set()
    # The pools of which nobody has got a connection since somebody waited in vain.
    exhausted: ClassVar[set[int]] = set()

    SchemaEditorClass = DatabaseSchemaEditor
    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Install the slow-query log on every connection, whatever opens it."""
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(log_slow_query)

    @functools.cached_property
    def server(self) -> silence.Silence:
        """What the process knows of the server."""
        return silence_of(self.get_connection_params())

    def make_cursor(self, cursor: Any) -> Cursor:
        """Wrap psycopg's cursor."""
        return Cursor(cursor, self)

    def get_new_connection(self, conn_params: Any) -> Any:
        """Take a connection from the pool, or say why none can be made.

        A pool only tells that none came in time. Where the last attempt to connect failed, its
        error is raised instead and at once: requests that wait for a database that is away
        would take every thread. So it is while the database is silent; afterwards every
        connection is made anew.
        """
        if (pool := self.pool) is None:
            return super().get_new_connection(conn_params)
        if self.server.is_known:
            raise psycopg.OperationalError(silence.SAID)
        self.server.on_end = pool.drain
        self.isolation_level = IsolationLevel.READ_COMMITTED
        pool.open()
        made: Any = pool.connection_class
        is_exhausted = id(pool) in self.exhausted
        deadline = time.monotonic() + (EXHAUSTED_SECONDS if is_exhausted else pool.timeout)
        seconds = NOTICE_SECONDS if made.failure is None else ATTEMPT_SECONDS
        if is_exhausted:
            seconds = min(seconds, EXHAUSTED_SECONDS)
        self.waiting.add(threading.get_ident())
        try:
            while True:
                try:
                    found = pool.getconn(timeout=seconds)
                except PoolTimeout:
                    if failure := made.failure:
                        raise psycopg.OperationalError(failure) from None
                    remaining = deadline - time.monotonic()
                    if remaining <= 0:
                        if is_busy(pool):
                            self.exhausted.add(id(pool))
                        raise
                    # Where all are at work, nothing but the place in the queue matters.
                    seconds = remaining if is_busy(pool) else min(remaining, NOTICE_SECONDS)
                else:
                    self.exhausted.discard(id(pool))
                    return found
        finally:
            self.waiting.discard(threading.get_ident())

    def _commit(self) -> None:
        """Commit; a connection lost meanwhile leaves open whether it was done."""
        try:
            super()._commit()  # type: ignore[misc]  # private to Django
        except OperationalError as error:
            if self.connection is not None and self.connection.closed:
                with self.wrap_database_errors:
                    raise TransactionResolutionUnknown("connection lost at COMMIT") from error
            raise
