"""Wakes the processes of the stream when events have got their places.

A message says no more than that there is something to read: one that is lost delays nobody by
more than a poll of the hub.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Protocol

import psycopg
from django.conf import settings
from django.db import connection

from dayrade.db.queries import executed

logger = logging.getLogger("dayrade.stream")

CHANNEL = "dayrade_events"
RECONNECT_SECONDS = 1.0
# The placer waits no longer for Redis: the next events have to get their places.
ANNOUNCE_SECONDS = 0.25

type Wake = Callable[[], None]


class Bus(Protocol):
    """How processes wake each other."""

    def announce(self, position: int) -> None:
        """Wake every process; called by the placer's thread, after its commit."""

    async def heard(self, wake: Wake) -> None:
        """Call `wake` at each announcement, until the connection is lost, which raises."""


class PostgresBus:
    """NOTIFY and LISTEN, on a connection of its own."""

    def announce(self, position: int) -> None:
        """Notify: a few times a second at most, so its lock at commit hinders nobody."""
        executed("SELECT pg_notify(%s, %s)", [CHANNEL, str(position)])

    async def heard(self, wake: Wake) -> None:
        """Listen until the connection is lost.

        Raises:
            psycopg.Error: it is, or cannot be made.

        """
        parameters = connection.get_connection_params()
        # These are for blocking cursors.
        for name in ("cursor_factory", "context"):
            parameters.pop(name, None)
        listener = await psycopg.AsyncConnection.connect(**parameters, autocommit=True)
        async with listener:
            await listener.execute(f"LISTEN {CHANNEL}")
            wake()
            async for _ in listener.notifies():
                wake()


class RedisBus:
    """Publish and subscribe in Redis, where NOTIFY should not be spent on it."""

    def __init__(self, url: str) -> None:
        """Connect at the first use."""
        import redis  # noqa: PLC0415  # only where it is configured
        from redis.backoff import NoBackoff  # noqa: PLC0415
        from redis.retry import Retry  # noqa: PLC0415

        self.url = url
        self.publisher: Any = redis.Redis.from_url(
            url,
            protocol=2,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=ANNOUNCE_SECONDS,
            socket_connect_timeout=ANNOUNCE_SECONDS,
        )

    def announce(self, position: int) -> None:
        """Publish; a Redis that is away leaves it to the polls."""
        from redis.exceptions import RedisError  # noqa: PLC0415

        try:
            self.publisher.publish(CHANNEL, str(position))
        except RedisError as error:
            logger.warning("Redis cannot be told of events: %s", type(error).__name__)

    async def heard(self, wake: Wake) -> None:
        """Listen until the connection is lost.

        Raises:
            redis.exceptions.RedisError: it is, or cannot be made.

        """
        from redis import asyncio as redis  # noqa: PLC0415

        client: Any = redis.Redis.from_url(self.url, protocol=2, socket_connect_timeout=2)
        async with client, client.pubsub() as subscribed:
            await subscribed.subscribe(CHANNEL)
            async for _ in subscribed.listen():
                wake()


def bus() -> Bus:
    """Return the bus that is configured."""
    return RedisBus(settings.REDIS_URL) if settings.REDIS_URL else PostgresBus()


async def listen(bus: Bus, wake: Wake) -> None:
    """Listen until cancelled; connect anew whenever the connection is lost."""
    is_told = False
    while True:
        try:
            await bus.heard(wake)
        except Exception as error:  # noqa: BLE001  # whatever the client raises: polls go on
            if not is_told:
                logger.warning("events are polled for: %s", type(error).__name__)
            is_told = True
        else:
            is_told = False
        await asyncio.sleep(RECONNECT_SECONDS)
