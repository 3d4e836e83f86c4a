"""The connection of a pool, which remembers why the last one could not be made."""

import select
from typing import Any, ClassVar, Self, override

import psycopg
from psycopg._preparing import PrepareManager
from psycopg_pool import ConnectionPool


class Prepared(PrepareManager):
    """The prepared statements of a connection, which outlive a ROLLBACK.

    psycopg forgets all of them there, because what was rolled back could have made the tables that
    they name. A request makes none, and every refusal is a ROLLBACK: nothing would stay prepared.
    """

    @override
    def clear(self) -> bool:
        """Keep them."""
        return False


class Connection(psycopg.Connection[Any]):
    """A psycopg connection.

    `failure` is what libpq said when the process's last attempt failed, None after a success.
    """

    failure: ClassVar[str | None] = None

    @override
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Keep statements prepared; where they are kept is private to psycopg 3.3."""
        super().__init__(*args, **kwargs)
        self._prepared = Prepared()

    @staticmethod
    def check(connection: "Connection") -> None:
        """Be a pool's check before it hands a connection out: raise where it is of no use.

        A connection at rest has nothing to read until the server hangs up, so that most need no
        question to PostgreSQL, which cost as much as one of the request's own.
        """
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLIN)
        if waiting.poll(0):
            ConnectionPool.check_connection(connection)

    @classmethod
    def connect(cls, conninfo: str = "", **kwargs: Any) -> Self:
        """Connect, and remember how it went.

        Raises:
            psycopg.OperationalError: as psycopg's own.

        """
        try:
            connection = super().connect(conninfo, **kwargs)
        except psycopg.Error as error:
            Connection.failure = str(error)
            raise
        Connection.failure = None
        return connection
