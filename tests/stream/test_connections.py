"""What waits for a reader is bounded, and so are the readers."""

import asyncio
import uuid

import pytest
from rest_framework.exceptions import Throttled

from dayrade.api.errors import Refused
from dayrade.stream import connections
from dayrade.stream.connections import Connection, Limits, Reader


def connection():
    return Connection(Reader(uuid.uuid4()))


def taken(made):
    return asyncio.run(made.take())


def test_frames_are_taken_in_one_piece():
    made = connection()
    for frame in (b"a", b"b"):
        made.push(frame)

    assert taken(made) == b"ab"
    assert (made.size, len(made.frames)) == (0, 0)


def test_frame_wakes_whoever_waits():
    async def wait():
        made = connection()
        waiting = asyncio.create_task(made.take())
        await asyncio.sleep(0)
        made.push(b"a")
        return await waiting

    assert asyncio.run(wait()) == b"a"


@pytest.mark.parametrize(
    ("frame", "count"),
    [(b"x", connections.FRAMES_MAX), (b"x" * 4096, connections.BYTES_MAX // 4096)],
)
def test_who_lets_too_much_wait_is_dropped(frame, count):
    made = connection()
    for _ in range(count):
        made.push(frame)
    assert not made.is_over

    made.push(frame)
    made.push(b"never")

    assert made.is_over
    assert b'event: end\ndata: {"reason": "slow"}\n\n' in taken(made)
    assert taken(made) == b""


def test_what_waits_is_sent_before_another_end():
    made = connection()
    made.push(b"before")

    made.end("restart")
    made.end("session")

    told = taken(made)
    assert told.startswith(b"before")
    assert told.count(b"event: end") == 1


def test_limits_count_who_is_there(settings):
    settings.STREAM_READERS, settings.STREAM_READERS_PER_ADDRESS = 3, 2
    limits = Limits()
    for address in ("a", "a", "b"):
        limits.enter(address)

    with pytest.raises(Refused, match="Too many"):
        limits.enter("c")
    limits.leave("b")
    with pytest.raises(Throttled):
        limits.enter("a")
    limits.leave("a")
    limits.enter("a")

    assert (limits.total, dict(limits.by_address)) == (2, {"a": 2})


def test_nobody_enters_a_process_that_ends():
    limits = Limits()
    limits.is_closing = True

    with pytest.raises(Refused, match="unavailable"):
        limits.enter("a")
