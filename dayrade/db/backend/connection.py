"""The connection of a pool, which remembers why the last one could not be made."""

from typing import Any, ClassVar, Self

import psycopg


class Connection(psycopg.Connection[Any]):
    """A psycopg connection.

    `failure` is what libpq said when the process's last attempt failed, None after a success.
    """

    failure: ClassVar[str | None] = None

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
