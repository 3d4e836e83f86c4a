"""Tells a database that is slow from one that answers nobody.

A time limit of PostgreSQL's own does not help against a server that is stopped, or a machine that
hangs: the kernel still takes connections and bytes for it. A statement that has been quiet for a
while has a thread of the process knock at the server; when that is not answered either, all
statements of the process are given up, and no new one is begun until somebody answers.
"""

import functools
import logging
import threading
import time
from collections.abc import Callable, Generator
from typing import Any

import psycopg
from psycopg import generators, waiting
from psycopg.conninfo import make_conninfo

logger = logging.getLogger("dayrade.db")

# After so much quiet somebody knocks, and again; and so long the server has to open. With the
# ticks of psycopg's waits in between, nobody waits for three seconds.
PATIENCE_SECONDS = 0.5
ANSWER_SECONDS = 1.5
# The ticks of psycopg's waits.
TICK_SECONDS = 0.1

SAID = "the database does not answer"


class Silence:
    """What a process knows of one server: whether it is silent."""

    def __init__(self, address: str) -> None:
        """Name the server as those do who connect to it."""
        self.address = address
        self.lock = threading.Lock()
        self.is_known = False
        self.on_end: Callable[[], None] | None = None
        self.watcher: threading.Thread | None = None
        self.answered_at = 0.0

    def suspect(self, connection: psycopg.Connection[Any]) -> None:
        """Have somebody knock, unless that was done just now; do not wait for it."""
        with self.lock:
            is_watched = self.watcher is not None and self.watcher.is_alive()
            if is_watched or time.monotonic() - self.answered_at < PATIENCE_SECONDS:
                return
            door = door_of(connection)
            self.watcher = threading.Thread(
                target=self._watch, args=(door,), name="silence", daemon=True
            )
            self.watcher.start()

    def _watch(self, door: str) -> None:
        """Knock at the server's door, and then wherever its name leads, until somebody answers."""
        while not answers(door):
            if not self.is_known:
                logger.error("the database is silent: statements are given up")
            self.is_known, door = True, self.address
            time.sleep(TICK_SECONDS)
        self.answered_at = time.monotonic()
        if self.is_known:
            self.is_known = False
            logger.warning("the database answers again")
            if self.on_end:
                self.on_end()


@functools.cache
def of(address: str) -> Silence:
    """Return what is known of a server; processes have few of them."""
    return Silence(address)


def answers(address: str) -> bool:
    """Tell whether a server says anything to somebody who connects, be it a refusal."""
    knock = generators.connect(address)
    started = time.monotonic()
    try:
        waiting.wait_conn(knock, interval=TICK_SECONDS, timeout=ANSWER_SECONDS).finish()
    except psycopg.Error:
        return time.monotonic() - started < ANSWER_SECONDS
    return True


def door_of(connection: psycopg.Connection[Any]) -> str:
    """Return how to reach the very server that a connection leads to."""
    info = connection.info
    found = info.get_parameters() | {"host": info.host, "port": str(info.port)}
    if info.hostaddr:
        found["hostaddr"] = info.hostaddr
    return make_conninfo(**found, password=info.password)


def bounded[T](
    waited_for: Generator[Any, Any, T], connection: psycopg.Connection[Any], silence: Silence
) -> Generator[Any, Any, T]:
    """Be the generator of one of psycopg's waits, for as long as the server lives.

    Raises:
        psycopg.OperationalError: the server answers nobody; the connection is closed.

    """
    quiet_since = None
    try:
        awaited = next(waited_for)
        while True:
            ready = yield awaited
            if ready:
                quiet_since = None
            else:
                # A tick went by without a byte.
                now = time.monotonic()
                quiet_since = quiet_since or now - TICK_SECONDS
                if silence.is_known:
                    connection.pgconn.finish()
                    raise psycopg.OperationalError(SAID)
                if now - quiet_since >= PATIENCE_SECONDS:
                    silence.suspect(connection)
            awaited = waited_for.send(ready)
    except StopIteration as stop:
        value: T = stop.value
        return value
