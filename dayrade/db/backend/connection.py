"""The connection of a pool, which remembers why the last one could not be made."""

import select
from collections.abc import Mapping
from typing import Any, ClassVar, Self, override

import psycopg
from psycopg._preparing import PrepareManager
from psycopg.abc import PQGen
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool

from dayrade.db.backend import silence

# What psycopg takes for itself of what it is called with.
NOT_LIBPQ = ("autocommit", "prepare_threshold", "context", "row_factory", "cursor_factory")


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
    """A psycopg connection, which no server keeps waiting that answers nobody.

    `failure` is what libpq said when the process's last attempt failed, None after a success. Each
    replica has a class of its own, so that none speaks for another server.
    """

    failure: ClassVar[str | None] = None
    server: silence.Silence | None = None

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
            psycopg.OperationalError: as psycopg's own; or the server is known to be silent.

        """
        known = silence_of(kwargs, conninfo)
        try:
            if known.is_known:
                raise psycopg.OperationalError(silence.SAID)
            connection = super().connect(conninfo, **kwargs)
        except psycopg.Error as error:
            cls.failure = str(error)
            raise
        cls.failure = None
        connection.server = known
        return connection

    @override
    def wait[T](
        self, gen: PQGen[T], interval: float = silence.TICK_SECONDS, timeout: float | None = None
    ) -> T:
        """Wait for an answer; everything that is asked of PostgreSQL comes this way.

        Raises:
            psycopg.OperationalError: the server answers nobody; the connection is closed.

        """
        if self.server is None:
            return super().wait(gen, interval, timeout)
        return super().wait(silence.bounded(gen, self, self.server), interval, timeout)


class ReplicaConnection(Connection):
    """A connection to a replica, which waits no longer for one that does not answer.

    `is_lost` is told by whoever watches the replica.
    """

    is_lost: ClassVar[bool] = False

    @classmethod
    def of_its_own(cls) -> "type[ReplicaConnection]":
        """Return the class of one replica's connections."""
        return type(cls.__name__, (cls,), {})

    @override
    def wait[T](
        self, gen: PQGen[T], interval: float = silence.TICK_SECONDS, timeout: float | None = None
    ) -> T:
        """Wait for the server's answer.

        Raises:
            psycopg.OperationalError: the replica has been found lost meanwhile.

        """
        return super().wait(self._watched(gen), interval, timeout)

    def _watched[T](self, answering: PQGen[T]) -> PQGen[T]:
        """Pass on what psycopg waits for; ten times a second it is told that nothing has come."""
        try:
            awaited = next(answering)
            while True:
                ready = yield awaited
                if not ready and self.is_lost:
                    self.pgconn.finish()
                    raise psycopg.OperationalError("the replica does not answer")
                awaited = answering.send(ready)
        except StopIteration as end:
            value: T = end.value
            return value


def silence_of(parameters: Mapping[str, Any], conninfo: str = "") -> silence.Silence:
    """Return what is known of the server that somebody connects to with these parameters."""
    to = {name: value for name, value in parameters.items() if name not in NOT_LIBPQ}
    return silence.of(make_conninfo(conninfo, **to))
