"""Which replicas may be read from now, and reading from one.

Each process that serves looks for itself, twice a second: at how far the primary's log has come,
and at how far each replica has replayed it. A replica shows all that the primary had acknowledged
at the last look whose position it has replayed; it may be read from while that is no more than
DATABASE_REPLICA_MAX_LAG before the primary's last answer. While the primary is away its last
answer stands still, and so do the replicas: those that were good enough stay so.
"""

import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, LiteralString, override

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.errors import _WaitTimeout

if TYPE_CHECKING:
    from dayrade.db.backend.connection import ReplicaConnection

logger = logging.getLogger("dayrade.replicas")

EVERY_SECONDS = 0.5
# A server that takes longer counts as lost.
ANSWER_SECONDS = 1.0
# Looks at the primary that are remembered: a replica further behind has an unknown lag.
REMEMBERED = 240
FAR = "it lags, or the primary has not been heard of yet"
WRITTEN: LiteralString = "SELECT (pg_current_wal_lsn() - '0/0')::int8"
REPLAYED: LiteralString = """
    SELECT pg_is_in_recovery(), (pg_last_wal_replay_lsn() - '0/0')::int8
"""


class LookConnection(psycopg.Connection[Any]):
    """A connection whose every wait ends soon."""

    @override
    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
        """Wait for the server's answer.

        Raises:
            psycopg.OperationalError: it takes too long; the connection is of no more use.

        """
        try:
            return super().wait(gen, timeout=ANSWER_SECONDS)
        except _WaitTimeout:
            self.pgconn.finish()
            raise psycopg.OperationalError("no answer in time") from None


class Look:
    """Asks one database one question, again and again."""

    def __init__(self, alias: str, question: LiteralString) -> None:
        """Connect at the first time."""
        self.alias = alias
        self.question = question
        self.connection: LookConnection | None = None

    def __call__(self) -> tuple[Any, ...]:
        """Return the row of the answer.

        Raises:
            psycopg.Error: there is none; the next time it is asked on another connection.

        """
        try:
            if self.connection is None:
                parameters: Any = connections[self.alias].get_connection_params()
                self.connection = LookConnection.connect(**parameters, autocommit=True)
            row: tuple[Any, ...] | None = self.connection.execute(self.question).fetchone()
        except psycopg.Error:
            if self.connection is not None:
                self.connection.close()
                self.connection = None
            raise
        if row is None:
            raise psycopg.DataError("no row")
        return row


class Primary:
    """How far the primary's log had come, and when it was asked for that."""

    def __init__(self) -> None:
        """Know nothing."""
        self.look = Look(DEFAULT_DB_ALIAS, WRITTEN)
        self.seen: deque[tuple[float, int]] = deque(maxlen=REMEMBERED)

    def ask(self) -> None:
        """Look once.

        Raises:
            psycopg.Error: it does not answer.

        """
        asked_at = time.monotonic()
        (position,) = self.look()
        self.hear(asked_at, position)

    def hear(self, asked_at: float, position: int) -> None:
        """Remember an answer."""
        if self.seen and position < self.seen[-1][1]:
            # Another server has taken its place, and knows nothing of the end of the former's log.
            self.seen.clear()
        self.seen.append((asked_at, position))

    def lag(self, replayed: int) -> float | None:
        """Return how far before the primary's last answer a replica is, in seconds.

        None where that is not known.
        """
        seen = list(self.seen)
        reached = (at for at, position in reversed(seen) if position <= replayed)
        at = next(reached, None)
        return None if at is None else seen[-1][0] - at


class Replica:
    """One replica, and whether it may be read from."""

    def __init__(self, alias: str, primary: Primary) -> None:
        """Leave it out until it has been looked at."""
        self.alias = alias
        self.primary = primary
        self.look = Look(alias, REPLAYED)
        pool = settings.DATABASES[alias]["OPTIONS"]["pool"]
        self.connections: type[ReplicaConnection] = pool["connection_class"]
        self.lag: float | None = None
        #: Why it is left out, "" while it is read from.
        self.wrong = FAR

    def ask(self) -> None:
        """Look once.

        Raises:
            psycopg.Error: it does not answer; what waits for it is told so.

        """
        try:
            in_recovery, replayed = self.look()
        except psycopg.Error:
            self.connections.is_lost = True
            self._judge("it does not answer")
            raise
        self.connections.is_lost = False
        if not in_recovery:
            self._judge("it is no replica any more")
            return
        self.lag = self.primary.lag(replayed)
        is_near = self.lag is not None and self.lag <= settings.DATABASE_REPLICA_MAX_LAG
        self._judge("" if is_near else FAR)

    @property
    def is_used(self) -> bool:
        """Tell whether it may be read from."""
        return not self.wrong

    def _judge(self, wrong: str) -> None:
        if wrong != self.wrong:
            self.wrong = wrong
            said = f"is left out: {wrong}" if wrong else "is read from"
            logger.log(logging.WARNING if wrong else logging.INFO, "%s %s", self.alias, said)


class Watch:
    """The replicas, and the threads that look at them from the first request on."""

    def __init__(self) -> None:
        """Look at nothing yet: the process may be the parent of those that read."""
        primary = Primary()
        self.primary = primary
        self.replicas = [Replica(alias, primary) for alias in settings.DATABASE_REPLICAS]
        self.turn = itertools.count()
        self.lock = threading.Lock()
        self.is_begun = False

    def chosen(self) -> str | None:
        """Return the alias of a replica that may be read from, of several one after the other."""
        self.begin()
        usable = [replica.alias for replica in self.replicas if replica.is_used]
        return usable[next(self.turn) % len(usable)] if usable else None

    def begin(self) -> None:
        """Look at the servers from now on, if there are replicas and nobody does."""
        if self.is_begun or not self.replicas:
            return
        with self.lock:
            if self.is_begun:
                return
            self.is_begun = True
        for ask in (self.primary.ask, *(replica.ask for replica in self.replicas)):
            threading.Thread(target=again, args=[ask], name="replicas", daemon=True).start()


def again(ask: Callable[[], None]) -> None:
    """Look twice a second, for ever."""
    while True:
        began = time.monotonic()
        try:
            ask()
        except psycopg.Error as error:
            logger.debug("no answer: %s", type(error).__name__)
        except Exception:
            # Nobody else in this process would look.
            logger.exception("looking at a database failed")
        time.sleep(max(0.0, EVERY_SECONDS - (time.monotonic() - began)))


watch = Watch()
# The thread's connection to the primary, while a replica's is in its place.
_primary: ContextVar[Any] = ContextVar("primary", default=None)


@contextmanager
def reading_from(alias: str) -> Iterator[Any]:
    """Let a replica stand in the primary's place for all that this thread asks; yield it.

    Raw SQL, prepared statements and snapshots name no database: they ask the default one.
    """
    own, replica = connections[DEFAULT_DB_ALIAS], connections[alias]
    token = _primary.set(own)
    connections[DEFAULT_DB_ALIAS] = replica
    try:
        yield replica
    finally:
        connections[DEFAULT_DB_ALIAS] = own
        _primary.reset(token)


@contextmanager
def reading_from_primary() -> Iterator[None]:
    """Ask the primary, inside of `reading_from` or not."""
    own = _primary.get()
    if own is None:
        yield
        return
    replica = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = own
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = replica
