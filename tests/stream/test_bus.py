"""Processes wake each other, by PostgreSQL or by Redis, and outlive the loss of both."""

import asyncio
import contextlib
import logging
import socketserver
import threading

import pytest
from django.db import connection

from dayrade.stream import bus

pytestmark = pytest.mark.django_db(transaction=True)


class Redis(socketserver.ThreadingTCPServer):
    """As much of a Redis as publishing and subscribing take, in its own protocol."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Client)
        self.subscribers = []
        self.clients = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.server_address[1]}/0"

    def end(self):
        self.shutdown()
        for client in self.clients:
            with contextlib.suppress(OSError):
                client.connection.shutdown(2)
        self.server_close()


class Client(socketserver.StreamRequestHandler):
    def handle(self):
        self.server.clients.append(self)
        with contextlib.suppress(OSError, ValueError):
            while words := self.words():
                self.answer(words[0].upper(), words[1:])

    def words(self):
        count = int(self.rfile.readline()[1:] or 0)
        found = []
        for _ in range(count):
            length = int(self.rfile.readline()[1:])
            found.append(self.rfile.read(length + 2)[:-2])
        return found

    def answer(self, command, words):
        if command == b"SUBSCRIBE":
            self.server.subscribers.append(self)
            self.wfile.write(b"*3\r\n$9\r\nsubscribe\r\n" + text(words[0]) + b":1\r\n")
        elif command == b"PUBLISH":
            for one in self.server.subscribers:
                one.wfile.write(b"*3\r\n$7\r\nmessage\r\n" + text(words[0]) + text(words[1]))
            self.wfile.write(b":1\r\n")
        else:
            self.wfile.write(b"+OK\r\n")


def text(word):
    return b"$%d\r\n%s\r\n" % (len(word), word)


async def woken(shared, act, *, until, seconds=10):
    """Listen, act once somebody listens, and return when that has woken often enough."""
    times = 0
    enough = asyncio.Event()

    def wake():
        nonlocal times
        times += 1
        if times == 1:
            loop.run_in_executor(None, act)
        if times >= until:
            enough.set()

    loop = asyncio.get_running_loop()
    listening = asyncio.create_task(bus.listen(shared, wake))
    try:
        await asyncio.wait_for(enough.wait(), seconds)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    return times


def closing(act):
    def run():
        try:
            act()
        finally:
            connection.close()

    return run


def test_postgresql_wakes():
    shared = bus.PostgresBus()

    times = asyncio.run(woken(shared, closing(lambda: shared.announce(7)), until=2))

    assert times == 2


def test_postgresql_is_listened_to_again_when_the_connection_was_lost(caplog):
    def cut():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE 'LISTEN%%' AND datname = current_database()"
            )

    # It wakes whenever it begins to listen: something may have come before.
    times = asyncio.run(woken(bus.PostgresBus(), closing(cut), until=2))

    assert times == 2
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_redis_wakes():
    server = Redis()
    shared = bus.RedisBus(server.url)

    times = asyncio.run(woken(shared, lambda: shared.announce(7), until=2))
    server.end()

    assert times == 2


def test_redis_that_is_away_is_left_to_the_polls(caplog):
    server = Redis()
    shared = bus.RedisBus(server.url)
    server.end()

    shared.announce(7)

    (record,) = caplog.records
    assert record.getMessage().startswith("Redis cannot be told")


def test_bus_is_what_is_configured(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert isinstance(bus.bus(), bus.RedisBus)

    settings.REDIS_URL = ""

    assert isinstance(bus.bus(), bus.PostgresBus)
