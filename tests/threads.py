"""Threads for races, each with a connection of its own."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from dayrade.db.transactions import service


def somebody_waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


def until(condition, seconds=5):
    """Wait for a condition; return whether it came true."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def while_uncommitted(first, second):
    """Do the second thing in a thread while the first is done but not committed.

    Return both results and whether the second had to wait.
    """
    with ThreadPoolExecutor(1) as pool:

        @service
        def both():
            done = first()
            future = pool.submit(closing(second))
            waited = until(lambda: future.done() or somebody_waits_for_a_lock())
            return done, future, waited and not future.done()

        done, future, waited = both()
        return done, future.result(30), waited


def at_once(work, count):
    """Do something in so many threads, from one moment, and return the results."""
    together = threading.Barrier(count)

    def run():
        together.wait()
        return work()

    with ThreadPoolExecutor(count) as pool:
        futures = [pool.submit(closing(run)) for _ in range(count)]
        return [future.result(30) for future in futures]


def closing(work):
    """Give up the thread's connection when the work is done."""

    def run():
        try:
            return work()
        finally:
            connection.close()

    return run
