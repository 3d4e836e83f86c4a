"""Gives published events their places in the one order in which everybody hears them.

Every process of the stream tries; whoever has the advisory lock places what stands committed, so
that places appear in their order, and nobody waits for a process that has died.
"""

import logging
import threading
from collections.abc import Callable

from django.db import Error as DatabaseError
from django.db import connection

from dayrade.db.queries import fetched_one
from dayrade.db.transactions import service

logger = logging.getLogger("dayrade.stream")

EVERY_SECONDS = 0.1
RETRY_SECONDS = 1.0
WAITING = "SELECT EXISTS (SELECT FROM dayrade_events WHERE position IS NULL)"
ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('dayrade.stream.place', 0))"
# A statement of its own after the lock: it sees what the last holder has committed.
PLACE = """
    WITH last AS MATERIALIZED (
        SELECT coalesce(max(position), 0) AS position FROM dayrade_events
    ), waiting AS MATERIALIZED (
        SELECT id, row_number() OVER (ORDER BY id) AS number FROM (
            SELECT id FROM dayrade_events WHERE position IS NULL ORDER BY id LIMIT 1000
        ) oldest
    ), placed AS (
        UPDATE dayrade_events event SET position = last.position + number
        FROM last, waiting WHERE event.id = waiting.id
        RETURNING event.position
    )
    SELECT max(position) FROM placed
"""


@service
def place() -> int | None:
    """Give places to what waits; return the last one, or None where nothing was placed.

    What a transaction has published that is still open gets its place after it has committed.
    """
    (is_ours,) = fetched_one(ALONE)
    if not is_ours:
        return None
    (last,) = fetched_one(PLACE)
    return None if last is None else int(last)


class Placer(threading.Thread):
    """Places a few times a second until it is stopped, and says so to `announce`."""

    def __init__(self, announce: Callable[[int], None]) -> None:
        """Name whom to tell of the last place that was given; it may raise what it likes."""
        super().__init__(name="placer", daemon=True)
        self.announce = announce
        self.stopped = threading.Event()

    def run(self) -> None:
        """Place; a database that is away is waited for."""
        pause = EVERY_SECONDS
        while not self.stopped.wait(pause):
            try:
                self.once()
                pause = EVERY_SECONDS
            except DatabaseError as error:
                if pause == EVERY_SECONDS:
                    logger.warning("events wait for their places: %s", type(error).__name__)
                pause = RETRY_SECONDS
                connection.close()
            except Exception:
                # Nobody else in this process would place.
                logger.exception("placing failed")
                pause = RETRY_SECONDS
        connection.close()

    def once(self) -> None:
        """Place what waits, if anything does."""
        (is_anything,) = fetched_one(WAITING)
        if is_anything and (last := place()) is not None:
            self.announce(last)

    def stop(self) -> None:
        """End after the work at hand."""
        self.stopped.set()
