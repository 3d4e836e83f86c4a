"""The open connections of a process: what waits for each of them, and how many there may be."""

import asyncio
import time
from collections import Counter, deque
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from rest_framework.exceptions import Throttled

from dayrade.api.errors import Refused
from dayrade.db.sqlstates import Answer
from dayrade.stream import frames

# What may wait for a reader who does not read: some minutes of an ordinary evening.
FRAMES_MAX = 256
BYTES_MAX = 256 * 1024
FULL_SECONDS = 10
FULL = Answer(503, "STREAM_FULL", "Too many are watching; try again soon", FULL_SECONDS)
CLOSING = Answer(503, "SERVICE_UNAVAILABLE", "Service temporarily unavailable", 1)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who watches what; `user_id` and `session_id` are None for nobody in particular."""

    tournament_id: UUID
    is_staff: bool = False
    user_id: UUID | None = None
    session_id: UUID | None = None


class Connection:
    """One reader's stream: frames go in by the hub and out by the task that serves it."""

    __slots__ = (
        "after",
        "frames",
        "is_over",
        "over_since",
        "quiet_since",
        "reader",
        "size",
        "task",
        "waiter",
    )

    def __init__(self, reader: Reader, task: "asyncio.Task[Any] | None" = None) -> None:
        """Begin with nothing to send."""
        self.reader = reader
        self.task = task
        #: Events up to this position have been seen.
        self.after = 0
        self.frames: deque[bytes] = deque()
        self.size = 0
        self.waiter: asyncio.Future[None] | None = None
        self.is_over = False
        self.over_since = 0.0
        self.quiet_since = time.monotonic()

    def push(self, frame: bytes) -> None:
        """Let a frame wait; whoever has let too many wait is dropped."""
        if self.is_over:
            return
        if len(self.frames) >= FRAMES_MAX or self.size + len(frame) > BYTES_MAX:
            self.end("slow")
            return
        self._add(frame)

    def end(self, reason: str) -> None:
        """Let nothing follow but the reason; what waits for a slow reader is forgotten."""
        if self.is_over:
            return
        if reason == "slow":
            self.frames.clear()
            self.size = 0
        self._add(frames.ending(reason))
        self.is_over = True
        self.over_since = time.monotonic()

    def _add(self, frame: bytes) -> None:
        self.frames.append(frame)
        self.size += len(frame)
        self.quiet_since = time.monotonic()
        if self.waiter and not self.waiter.done():
            self.waiter.set_result(None)

    async def take(self) -> bytes:
        """Wait for frames and return them in one piece; b"" at the end."""
        while not self.frames:
            if self.is_over:
                return b""
            self.waiter = asyncio.get_running_loop().create_future()
            try:
                await self.waiter
            finally:
                self.waiter = None
        taken = b"".join(self.frames)
        self.frames.clear()
        self.size = 0
        return taken


class Limits:
    """How many read at once: in this process, and from one address."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.total = 0
        self.by_address: Counter[str] = Counter()
        self.is_closing = False

    def enter(self, address: str) -> None:
        """Count one more; "" is nobody's address.

        Raises:
            Refused: the process takes no more, or ends.
            Throttled: the address has enough.

        """
        if self.is_closing:
            raise Refused(CLOSING)
        if self.total >= settings.STREAM_READERS:
            raise Refused(FULL)
        if address and self.by_address[address] >= settings.STREAM_READERS_PER_ADDRESS:
            raise Throttled(FULL_SECONDS)
        self.total += 1
        self.by_address[address] += 1

    def leave(self, address: str) -> None:
        """Count one less."""
        self.total -= 1
        self.by_address[address] -= 1
        if not self.by_address[address]:
            del self.by_address[address]
