"""The one reader of the log in a process, and everybody whom it tells."""

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

from django.db import Error as DatabaseError

from accounts.models import STAFF_ROLES, UserSession
from dayrade.api.errors import Refused
from dayrade.models import Event, EventKind
from dayrade.stream import frames, shapes
from dayrade.stream.connections import CLOSING, Connection
from dayrade.stream.threads import in_thread

logger = logging.getLogger("dayrade.stream")

BATCH = 500
POLL_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0
SESSIONS_SECONDS = 5.0
# For which the last event of a reader who does not read may wait.
PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who reads a tournament in this process: which kinds of viewers, and which people."""

    kinds: frozenset[bool]
    people: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Written:
    """Events of a tournament as bytes, by position, for each kind of viewer that reads it."""

    by_kind: dict[bool, list[tuple[int, bytes]]]
    boards: dict[bool, dict[int, shapes.Told]]
    own: dict[UUID, str] = field(default_factory=dict)

    def of(self, connection: Connection) -> bytes:
        """Return what one reader hears of it, and has not heard."""
        reader = connection.reader
        own = self.own.get(reader.user_id) if reader.user_id else None
        boards = self.boards[reader.is_staff] if own else {}
        return b"".join(
            with_own(boards[position], own) if own and position in boards else frame
            for position, frame in self.by_kind[reader.is_staff]
            if position > connection.after
        )


def with_own(told: shapes.Told, own: str) -> bytes:
    """Write a revision with the reader's own line."""
    return frames.frame(told.kind, f'{told.data[:-1]},"own":{own}}}', told.position)


def write(key: UUID, found: Sequence[Event], wanted: Wanted) -> Written:
    """Write the events of a tournament once for all who read it; blocks on the database."""
    told = {kind: shapes.tell(key, found, is_staff=kind) for kind in wanted.kinds}
    boards = {
        kind: {one.position: one for one in those if one.kind == EventKind.LEADERBOARD}
        for kind, those in told.items()
    }
    is_board = any(boards.values())
    return Written(
        {
            kind: [(one.position, frames.frame(one.kind, one.data, one.position)) for one in those]
            for kind, those in told.items()
        },
        boards,
        shapes.own_lines(key, list(wanted.people)) if wanted.people and is_board else {},
    )


def ended(sessions: dict[UUID, bool]) -> set[UUID]:
    """Return which sessions have ended, or are of somebody who has become staff, or no longer is.

    `sessions` says for each whether its person was staff. Blocks on the database.
    """
    still = UserSession.objects.open().filter(pk__in=list(sessions))
    roles = dict(still.values_list("pk", "user__role"))
    return {
        key
        for key, was in sessions.items()
        if key not in roles or (roles[key] in STAFF_ROLES) != was
    }


class Hub:
    """Reads events as they get their places and hands them to the connections."""

    def __init__(self) -> None:
        """Begin without a position: the first reading finds it."""
        self.position: int | None = None
        self.by_tournament: defaultdict[UUID, set[Connection]] = defaultdict(set)
        self.woken = asyncio.Event()
        self.begun = asyncio.Event()
        self.read_at = 0.0

    @property
    def connections(self) -> list[Connection]:
        """Everybody who reads."""
        return [one for those in self.by_tournament.values() for one in those]

    @property
    def is_current(self) -> bool:
        """Whether the log has been read lately."""
        return time.monotonic() - self.read_at < 5 * POLL_SECONDS

    def wake(self) -> None:
        """Have the log read now."""
        self.woken.set()

    def join(self, connection: Connection) -> int:
        """Let a connection hear everything after the position that is returned.

        Raises:
            Refused: the log has never been read.

        """
        if self.position is None:
            raise Refused(CLOSING)
        self.by_tournament[connection.reader.tournament_id].add(connection)
        return self.position

    def leave(self, connection: Connection) -> None:
        """Forget a connection."""
        key = connection.reader.tournament_id
        self.by_tournament[key].discard(connection)
        if not self.by_tournament[key]:
            del self.by_tournament[key]

    async def run(self) -> None:
        """Read and tell until cancelled; a database that is away is waited for."""
        is_told = False
        while True:
            try:
                if self.position is None:
                    self.position = await in_thread(Event.objects.last_position)
                    self.begun.set()
                while await self.read(self.position):
                    pass
                self.read_at, is_told = time.monotonic(), False
            except DatabaseError as error:
                if not is_told:
                    logger.warning("events wait to be read: %s", type(error).__name__)
                is_told = True
            except Exception:
                logger.exception("events could not be told")
            await self.until_woken()

    async def until_begun(self, seconds: float) -> None:
        """Wait until the log has been read once, but not for longer."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.begun.wait()

    async def until_woken(self) -> None:
        """Wait for somebody to wake the hub, or for the next poll."""
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self.woken.wait()
        except TimeoutError:
            return
        self.woken.clear()

    async def read(self, after: int) -> bool:
        """Tell of what has come after a position; True where there may be more."""
        found = await in_thread(lambda: list(Event.objects.placed_after(after)[:BATCH]))
        if not found:
            # A database that was restored goes back; its new places are to be heard.
            self.position = min(after, await in_thread(Event.objects.last_position))
            return False
        by_key = {
            key: list(those)
            for key, those in groupby(
                sorted(found, key=lambda event: event.tournament_id),
                key=lambda event: event.tournament_id,
            )
        }
        written: dict[UUID, tuple[Wanted, Written]] = {}
        # Whoever joins meanwhile counts on hearing it.
        while missing := self.missing(by_key, written):
            for key, wanted in missing.items():
                written[key] = wanted, await in_thread(write, key, by_key[key], wanted)
        for key, (_, those) in written.items():
            for connection in self.by_tournament.get(key, ()):
                if told := those.of(connection):
                    connection.push(told)
        self.position = found[-1].position
        return len(found) == BATCH

    def missing(
        self, by_key: dict[UUID, list[Event]], written: dict[UUID, tuple[Wanted, Written]]
    ) -> dict[UUID, Wanted]:
        """Return which tournaments have readers for whom nothing is written yet."""
        missing = {}
        for key in by_key:
            readers = [one.reader for one in self.by_tournament.get(key, ())]
            kinds = frozenset(reader.is_staff for reader in readers)
            people = frozenset(reader.user_id for reader in readers if reader.user_id)
            had = written[key][0] if key in written else Wanted(frozenset(), frozenset())
            if not kinds <= had.kinds:
                missing[key] = Wanted(kinds | had.kinds, people)
        return missing

    async def look_after(self) -> None:
        """Keep connections alive, and give up those that nobody reads, until cancelled."""
        while True:
            await asyncio.sleep(1)
            now = time.monotonic()
            for connection in self.connections:
                if connection.is_over:
                    if now - connection.over_since > PATIENCE_SECONDS and connection.task:
                        connection.task.cancel()
                elif now - connection.quiet_since >= HEARTBEAT_SECONDS:
                    connection.push(frames.HEARTBEAT)

    async def look_at_sessions(self) -> None:
        """End the streams of people whose sessions have ended, until cancelled."""
        while True:
            await asyncio.sleep(SESSIONS_SECONDS)
            readers = [one.reader for one in self.connections]
            sessions = {one.session_id: one.is_staff for one in readers if one.session_id}
            if not sessions:
                continue
            try:
                over = await in_thread(ended, sessions)
            except DatabaseError:
                continue
            for connection in self.connections:
                if connection.reader.session_id in over:
                    connection.end("session")

    def end(self) -> None:
        """End every stream, because the process does."""
        for connection in self.connections:
            connection.end("restart")
