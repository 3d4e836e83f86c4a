"""Requests as fast as they are answered, over kept connections, from processes that cost little."""

import multiprocessing
import os
import socket
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

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


def request(path, headers):
    """Return the bytes of a GET."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n".encode()


def paths(given, process):
    """Repeat the paths for ever; a `{}` in one is a number that no other request has."""
    number = process * 1_000_000
    while True:
        for path in given:
            number += 1
            yield path.format(f"{number:09d}")


def drive(port, given, headers, until, process):
    """Ask until that many seconds have passed or that many answers have come."""
    outcome = Outcome()
    seconds, answers = until
    asked = paths(given, process)
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
    end = time.perf_counter() + seconds
    while time.perf_counter() < end and len(outcome.seconds) < answers:
        sent = []
        for sock in sockets:
            sock.sendall(request(next(asked), headers))
            sent.append(time.perf_counter())
        for sock, began in zip(sockets, sent, strict=True):
            outcome.statuses[answer(sock)] += 1
            outcome.seconds.append(time.perf_counter() - began)
    for sock in sockets:
        sock.close()
    return outcome


class Hammer:
    """The processes that ask, and what the asked ones spend on it."""

    def __init__(self, pool, live, connection):
        self.pool = pool
        self.live = live
        self.connection = connection

    def ask(self, *given, headers=None, seconds=600, answers=1_000_000_000):
        """Return the outcome, the answers a second, and the microseconds of CPU for each."""
        until = (seconds, answers / PROCESSES)
        before, began = self.spent(), time.perf_counter()
        driven = [
            self.pool.submit(drive, self.live.port, given, headers or {}, until, process)
            for process in range(PROCESSES)
        ]
        outcome = Outcome()
        for future in driven:
            outcome.add(future.result())
        took, after = time.perf_counter() - began, self.spent()
        number = len(outcome.seconds)
        costs = [(late - early) / number * 1e6 for early, late in zip(before, after, strict=True)]
        return outcome, number / took, costs

    def workers(self):
        """Return the ids of the server's processes that answer."""
        pid = self.live.process.pid
        with open(f"/proc/{pid}/task/{pid}/children") as children:  # noqa: PTH123  # no file
            return children.read().split()

    def spent(self):
        """Return the seconds of CPU of the server's workers and of PostgreSQL so far."""
        query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        backends = [str(pid) for (pid,) in self.connection.execute(query).fetchall()]
        return sum(map(cpu, self.workers())), sum(map(cpu, backends))

    def memory(self):
        """Return the resident megabytes of the largest worker."""
        return max(map(resident, self.workers()))


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
