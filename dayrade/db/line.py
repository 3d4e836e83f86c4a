"""A connection of the process for questions so small that taking one from the pool costs more."""

import threading
import time
from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection

from dayrade.db.backend.connection import Connection

# For how long nobody tries to connect after that has failed.
PAUSE_SECONDS = 1
# How long a question waits for the one before it.
WAIT_SECONDS = 1


class Line:
    """One connection, which is opened when it is first needed and again when it was lost.

    Its questions are each a transaction. It is for one at a time, and nobody waits for it long.
    """

    def __init__(self) -> None:
        """Open nothing yet: the process may be the parent of those that ask."""
        self.lock = threading.Lock()
        self.connection: psycopg.Connection[Any] | None = None
        self.resting_until = 0.0

    def ask(self, query: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Return the first row, or None where there is none.

        Raises:
            psycopg.Error: the database does not answer now.

        """
        if not self.lock.acquire(timeout=WAIT_SECONDS):
            raise psycopg.OperationalError("the line is busy")
        try:
            row: tuple[Any, ...] | None = self._opened().execute(query, values).fetchone()
        except psycopg.Error:
            self._hang_up()
            raise
        finally:
            self.lock.release()
        return row

    def _opened(self) -> psycopg.Connection[Any]:
        if self.connection is None:
            if time.monotonic() < self.resting_until:
                raise psycopg.OperationalError("the database was not there a moment ago")
            self.resting_until = time.monotonic() + PAUSE_SECONDS
            parameters: Any = connection.get_connection_params()
            self.connection = Connection.connect(**parameters, autocommit=True)
            self.resting_until = 0.0
        return self.connection

    def _hang_up(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None
