"""Readers of the event stream: how soon a change of the board reaches them, and what one costs."""

import asyncio
import contextlib
import multiprocessing
import statistics
import time

from tests.benchmarks.hammer import resident
from tests.benchmarks.product import product
from tests.benchmarks.report import Row
from tests.live.provider import field
from tests.live.server import STREAM, passable_folder, production, running

READERS = 2000
SEATS = 1000
CHANGES = 20
PAUSE_SECONDS = 0.5
P99_SECONDS = 1.0
READER_KB = 50
AT_ONCE = 50
VARIABLES = {}


class Reader(asyncio.Protocol):
    """One of the readers: notes when the board has come, and how often."""

    def __init__(self, crowd, request):
        self.crowd, self.request = crowd, request
        self.began = asyncio.get_running_loop().create_future()
        self.rest = b""

    def connection_made(self, transport):
        self.transport = transport
        transport.write(self.request)

    def connection_lost(self, error):
        if not self.began.done():
            self.began.set_exception(ConnectionError(self.rest))

    def data_received(self, data):
        data = self.rest + data
        if not self.began.done() and b"event: state" in data:
            self.began.set_result(None)
        seen = data.count(b"event: leaderboard")
        if seen:
            self.crowd.came(seen)
        # What may be the beginning of the next one.
        self.rest = b"" if seen else data[-17:] if self.began.done() else data


class Crowd:
    """So many readers, in a process of their own."""

    def __init__(self):
        self.times = []
        self.everybody = asyncio.Event()

    def came(self, count):
        self.times += [time.monotonic()] * count
        if len(self.times) >= READERS:
            self.everybody.set()

    async def all_times(self):
        """Wait for everybody, for a while, and return when it came to whom."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.everybody.wait(), 10 * P99_SECONDS)
        found, self.times = self.times, []
        self.everybody.clear()
        return found


async def crowd(port, slug, orders, told):
    """Open the streams, say when they are, and tell after each change when it came to whom."""
    found = Crowd()
    loop = asyncio.get_running_loop()
    head = f"GET /api/v1/tournaments/{slug}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    readers = []
    began = time.monotonic()
    for _ in range(READERS // AT_ONCE):
        made = [
            await loop.create_connection(lambda: Reader(found, head), "127.0.0.1", port)
            for _ in range(AT_ONCE)
        ]
        readers += [reader for _, reader in made]
        await asyncio.gather(*(reader.began for _, reader in made))
    told.send(time.monotonic() - began)
    while await loop.run_in_executor(None, orders.recv):
        told.send(await found.all_times())


def run_crowd(port, slug, orders, told):
    asyncio.run(crowd(port, slug, orders, told))


def move(key, number):
    """Move the whole top of a board in a pass, and return when it was committed."""
    from django.db.models import F  # noqa: PLC0415  # in a process of the product

    from tournaments.models import Participant, Tournament  # noqa: PLC0415
    from tournaments.services import ranking  # noqa: PLC0415

    tournament = Tournament.objects.get(pk=key)
    top = Participant.objects.filter(tournament=tournament).order_by("-total_pnl", "pk")[:20]
    names = ("total_pnl", "realized_pnl", "current_balance")
    risen = {name: F(name) + number + 1 for name in names}
    Participant.objects.filter(pk__in=[one.pk for one in top]).update(**risen)
    ranking.refresh(tournament=tournament)
    return time.monotonic()


def worker_of(live):
    pid = live.process.pid
    with open(f"/proc/{pid}/task/{pid}/children") as children:  # noqa: PTH123  # no file
        return children.read().split()[0]


def changed(moving, key, orders, told):
    """Change the board again and again; return the seconds after which each reader had it."""
    seconds = []
    for number in range(CHANGES):
        orders.send(True)
        committed = moving.submit(move, key, number).result()
        seconds += [at - committed for at in told.recv()]
        time.sleep(PAUSE_SECONDS)
    return seconds


def watched(live, key, moving):
    """Return the seconds to open the streams, the KB of each, and those until a change came."""
    spawn = multiprocessing.get_context("spawn")
    orders_in, orders = spawn.Pipe(duplex=False)
    told, told_in = spawn.Pipe(duplex=False)
    before = resident(worker_of(live))
    readers = spawn.Process(target=run_crowd, args=(live.port, "crowd", orders_in, told_in))
    readers.start()
    told_in.close()
    opened = told.recv()
    # The threads that have let everybody in have come to rest.
    time.sleep(2)
    each = (resident(worker_of(live)) - before) * 1000 / READERS
    seconds = changed(moving, key, orders, told)
    orders.send(False)
    readers.join()
    return opened, each, seconds


def measure(live, url):
    """Measure one process of the stream; its readers are on the same machine."""
    key = field(url, SEATS, slug="crowd")
    variables = production(
        url,
        STREAM_READERS_PER_ADDRESS=str(2 * READERS),
        DATABASE_REQUIRE_DURABLE="true",
        LOG_LEVEL="WARNING",
    )
    with (
        passable_folder() as folder,
        running(variables, folder / "log", service=STREAM) as stream,
        product(url) as moving,
    ):
        # Everything is loaded, and every thread has its connection, before anything is weighed.
        moving.submit(move, key, 0).result()
        warm(stream)
        opened, each, seconds = watched(stream, key, moving)
    p99 = statistics.quantiles(seconds, n=100)[98]
    p50 = statistics.median(seconds)
    return [
        Row(
            f"a change of the board reaches {READERS:,} readers of one process",
            f"all of them, p99 within {P99_SECONDS:.0f} s",
            f"{len(seconds):,} of {READERS * CHANGES:,}, p50 {p50 * 1000:.0f} ms,"
            f" p99 {p99 * 1000:.0f} ms; they had come within {opened:.1f} s",
            len(seconds) == READERS * CHANGES and p99 <= P99_SECONDS,
        ),
        Row(
            "memory of an idle reader",
            f"at most {READER_KB} KB",
            f"{each:.1f} KB",
            each <= READER_KB,
        ),
    ]


def warm(stream):
    from tests.live.events import watching  # noqa: PLC0415

    for _ in range(20):
        with watching(stream.url, "crowd"):
            pass
