"""Requests as fast as they are answered, over kept connections, from processes that cost little."""

import itertools
import multiprocessing
import os
import socket
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import NamedTuple

from tests.benchmarks.load import Outcome

PROCESSES = 2
# Of each process: that many requests are on their way at once.
CONNECTIONS = 4
TICKS = os.sysconf("SC_CLK_TCK")


def content_length(head):
    """Return how much follows a head; a 304 has nothing."""
    _, found, rest = head.partition(b"\r\nContent-Length: ")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


def answer(sock):
    """Read one answer and return its status."""
    read = sock.recv(262_144)
    while (end := read.find(b"\r\n\r\n")) < 0:
        read += sock.recv(262_144)
    missing = content_length(read[:end]) + end + 4 - len(read)
    while missing > 0:
        missing -= len(sock.recv(262_144))
    return int(read[9:12])


def request(path, headers, method="GET"):
    """Return the bytes of a request without a body."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n".encode()


def paths(given, process):
    """Repeat the paths for ever; a `{}` in one is a number that no other request has."""
    number = process * 1_000_000
    while True:
        for path in given:
            number += 1
            yield path.format(f"{number:09d}")


def drive(port, given, headers, until, process):
    """Ask until that many seconds have passed or that many answers have come."""
    seconds, answers = until
    asked = itertools.islice(paths(given, process), answers)
    end = time.perf_counter() + seconds
    running = itertools.takewhile(lambda _: time.perf_counter() < end, asked)
    return send(port, (request(path, headers) for path in running), CONNECTIONS)


def post(port, path, tokens, connections):
    """Post once as each of the people whose tokens these are."""
    headers = ({"Authorization": f"Bearer {token}", "Content-Length": "0"} for token in tokens)
    return send(port, (request(path, each, "POST") for each in headers), connections)


def send(port, requests, connections):
    """Send requests, so many at once, and return the outcome with the seconds of CPU it took."""
    outcome, began_at = Outcome(), time.process_time()
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    for batch in itertools.batched(requests, connections):
        sent = []
        for sock, request in zip(sockets, batch, strict=False):
            sock.sendall(request)
            sent.append((sock, time.perf_counter()))
        for sock, began in sent:
            outcome.statuses[answer(sock)] += 1
            outcome.seconds.append(time.perf_counter() - began)
    for sock in sockets:
        sock.close()
    return outcome, time.process_time() - began_at


class Costs(NamedTuple):
    """The microseconds of CPU of one request."""

    application: float
    database: float
    generator: float

    def __str__(self):
        return (
            f"CPU of one: application {self.application:.0f} µs, database {self.database:.0f} µs,"
            f" load {self.generator:.0f} µs"
        )


class Hammer:
    """The processes that ask, and what the asked ones spend on it."""

    def __init__(self, pool, live, connection):
        self.pool = pool
        self.live = live
        self.connection = connection

    def ask(self, *given, headers=None, seconds=600, answers=1_000_000_000):
        """Return the outcome, the answers a second, and the microseconds of CPU for each."""
        until = (seconds, answers // PROCESSES)
        return self.measured(
            (drive, self.live.port, given, headers or {}, until, process)
            for process in range(PROCESSES)
        )

    def post(self, path, tokens, at_once):
        """Post once as each person, and return the same."""
        return self.measured(
            (post, self.live.port, path, tokens[process::PROCESSES], at_once // PROCESSES)
            for process in range(PROCESSES)
        )

    def measured(self, calls):
        """Make each call in a process of its own."""
        before, began = self.spent(), time.perf_counter()
        driven = [self.pool.submit(*call) for call in calls]
        outcome, generator = Outcome(), 0
        for future in driven:
            of_one, seconds = future.result()
            outcome.add(of_one)
            generator += seconds
        took, after = time.perf_counter() - began, self.spent()
        number = len(outcome.seconds)
        spent = [*map(since, before, after), generator]
        return outcome, number / took, Costs(*(seconds / number * 1e6 for seconds in spent))

    def workers(self):
        """Return the ids of the server's processes that answer."""
        pid = self.live.process.pid
        with open(f"/proc/{pid}/task/{pid}/children") as children:  # noqa: PTH123  # no file
            return children.read().split()

    def spent(self):
        """Return the seconds of CPU so far, by process: the server's workers, and PostgreSQL's."""
        query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        backends = [str(pid) for (pid,) in self.connection.execute(query).fetchall()]
        return [{pid: cpu(pid) for pid in pids} for pids in (self.workers(), backends)]

    def memory(self):
        """Return the resident megabytes of the largest worker."""
        return max(map(resident, self.workers()))


def since(before, after):
    """Return the seconds between two looks; a process that is new began with none."""
    return sum(seconds - before.get(pid, 0) for pid, seconds in after.items())


def cpu(pid):
    """Return the seconds that a process has been at work."""
    with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident(pid):
    """Return the megabytes of memory that a process holds."""
    with open(f"/proc/{pid}/statm") as statm:  # noqa: PTH123
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def hammering(live, connection):
    """Start the processes."""
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        for started in [pool.submit(time.sleep, 0.2) for _ in range(PROCESSES)]:
            started.result()
        yield Hammer(pool, live, connection)
