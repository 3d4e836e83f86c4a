"""The ways in which a database fails; each lasts as long as its block."""

import contextlib
import http.client
import json
import os
import signal
import threading
from pathlib import Path

import psycopg

from tests.live.server import wait_until

PROMOTE_SECONDS = 30


def processes(cluster):
    """Return the process ids of a whole PostgreSQL, its postmaster first."""
    postmaster = cluster.pid
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text()
    return [postmaster, *map(int, children.split())]


@contextlib.contextmanager
def stopped(cluster):
    """Stop every process of PostgreSQL: the kernel goes on taking connections for it."""
    found = processes(cluster)
    for pid in found:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(found):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def killed(cluster):
    """Kill PostgreSQL, and start it when the time is over."""
    cluster.kill()
    try:
        yield
    finally:
        cluster.start()


@contextlib.contextmanager
def crowded(cluster):
    """Take every connection that the server has; those of the service end first."""
    with contextlib.ExitStack() as stack:
        own = stack.enter_context(psycopg.connect(cluster.url(), autocommit=True))
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                own.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE backend_type = 'client backend' AND application_name <> 'crowd'"
                    " AND pid <> pg_backend_pid()"
                )
                taken = psycopg.connect(cluster.url(), application_name="crowd")
                stack.enter_context(contextlib.closing(taken))
        yield


@contextlib.contextmanager
def read_only(cluster):
    """Refuse every write, as a standby does."""
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        for value in ("on", "off"):
            connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
            connection.execute("SELECT pg_reload_conf()")
            if value == "on":
                yield


@contextlib.contextmanager
def exhausted(port, number):
    """Keep every connection of the pools at work on slow statements."""
    ended = threading.Event()

    def hold():
        while not ended.is_set():
            asking = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            with contextlib.closing(asking):
                body = json.dumps({"statements": [["SELECT pg_sleep(2.5)"]]})
                asking.request("POST", "/api/v1/sql", body, {"Content-Type": "application/json"})
                asking.getresponse().read()

    threads = [threading.Thread(target=hold) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


@contextlib.contextmanager
def full(folder):
    """Leave no byte of space in a file system."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            # The last bytes one by one.
            try:
                file.write(bytes(1_000_000))
            except OSError:
                file.write(bytes(1))
    try:
        yield
    finally:
        ballast.unlink()


@contextlib.contextmanager
def full_log(cluster, folder):
    """Leave no space for the write-ahead log: PostgreSQL gives up and has to be started again."""
    with full(folder):
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                with psycopg.connect(cluster.url(), autocommit=True) as connection:
                    connection.execute("CREATE TEMPORARY TABLE more (text text)")
                    connection.execute(
                        "SELECT pg_logical_emit_message(false, 'drill', repeat('x', 100000)),"
                        " pg_switch_wal()"
                    )
        wait_until(lambda: cluster.pid is None)
        yield
    cluster.start()


@contextlib.contextmanager
def failover(cluster, standby):
    """Put a standby in the place of its primary: first it only reads, at the end it takes over."""
    # A primary that ends in order has sent everything.
    cluster.stop("fast")
    standby.stop("fast")
    standby.sockets = cluster.sockets
    standby.settings["primary_conninfo"] = ""
    standby.start()
    yield
    with psycopg.connect(standby.url(), autocommit=True) as connection:
        connection.execute("SELECT pg_promote(true, %s)", [PROMOTE_SECONDS])
