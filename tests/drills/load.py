"""Clients that ask all the time, and count as failed whatever is not a whole answer of 200."""

import asyncio
import contextlib
import itertools
import json
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Load:
    """What happened: answers by kind of client, and every failure in words."""

    port: int
    answered: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    slowest: float = 0.0
    written: int = 0
    is_over: bool = False
    began: float = 0.0
    took: float = 0.0

    @property
    def total(self):
        return sum(self.answered.values())

    @property
    def rate(self):
        return self.total / self.took


class Client:
    """One client, on a connection that is kept where both sides want to."""

    def __init__(self, load, kind, *, keeps):
        self.load = load
        self.kind = kind
        self.keeps = keeps
        self.reader = self.writer = None

    async def ask(self, method, path, body=b"", *, pause=0.0):
        """Send a request, its body in parts with pauses, and take the answer."""
        began = time.monotonic()
        try:
            answer = await asyncio.wait_for(self.exchange(method, path, body, pause), 30)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            self.load.failed.append(f"{self.kind} {method} {path}: {error!r}")
            self.close()
            return
        if answer != 200:
            self.load.failed.append(f"{self.kind} {method} {path}: {answer}")
        self.load.answered[self.kind] = self.load.answered.get(self.kind, 0) + 1
        if self.kind in {"kept", "fresh"}:
            self.load.slowest = max(self.load.slowest, time.monotonic() - began)

    async def exchange(self, method, path, body, pause):
        # What the server has closed is seen before anything is sent.
        if self.writer is None or self.reader.at_eof():
            self.close()
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.load.port)
        keep = "keep-alive" if self.keeps else "close"
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: {keep}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.writer.write(head.encode())
        for part in itertools.batched(body, 16_384):
            self.writer.write(bytes(part))
            await self.writer.drain()
            await asyncio.sleep(pause)
        status, headers = parsed(await self.reader.readuntil(b"\r\n\r\n"))
        await self.reader.readexactly(int(headers["content-length"]))
        if headers["connection"] == "close":
            self.close()
        return status

    def close(self):
        if self.writer:
            self.writer.close()
        self.reader = self.writer = None


def parsed(head):
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers


async def read(load, kind, *, keeps, every):
    client = Client(load, kind, keeps=keeps)
    while not load.is_over:
        began = time.monotonic()
        await client.ask("GET", "/api/v1/tournaments")
        await asyncio.sleep(max(0, every - (time.monotonic() - began)))
    client.close()


async def wait_long(load):
    client = Client(load, "slow", keeps=True)
    while not load.is_over:
        await client.ask("GET", "/slow?seconds=1.5")
    client.close()


async def upload(load):
    client = Client(load, "upload", keeps=True)
    body = json.dumps({"text": "x" * 200_000}).encode()
    while not load.is_over:
        await client.ask("POST", "/api/v1/echo", body, pause=0.05)
    client.close()


async def write(load, numbers):
    client = Client(load, "write", keeps=True)
    while not load.is_over:
        statement = f"INSERT INTO drill_writes VALUES ({next(numbers)})"
        before = len(load.failed)
        await client.ask("POST", "/api/v1/sql", json.dumps({"statements": [[statement]]}).encode())
        load.written += len(load.failed) == before
        await asyncio.sleep(0.05)
    client.close()


async def run(load):
    numbers = itertools.count()
    await asyncio.gather(
        *(read(load, "kept", keeps=True, every=0.1) for _ in range(20)),
        *(read(load, "fresh", keeps=False, every=0.2) for _ in range(15)),
        *(wait_long(load) for _ in range(3)),
        *(upload(load) for _ in range(2)),
        *(write(load, numbers) for _ in range(2)),
    )


@contextlib.contextmanager
def loading(port):
    """Ask until the block ends; what happened is complete after it."""
    load = Load(port, began=time.monotonic())
    thread = threading.Thread(target=asyncio.run, args=(run(load),))
    thread.start()
    try:
        yield load
    finally:
        load.is_over = True
        thread.join()
        load.took = time.monotonic() - load.began
