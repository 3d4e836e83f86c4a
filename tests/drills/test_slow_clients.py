"""Clients that send a byte now and then, or take nothing: everybody else is served all the same."""

import contextlib
import os
import socket
import time

import httpx
import pytest

from dayrade.clients import CLOSING_SECONDS, SECONDS
from tests.live.server import STREAM, production, running

#: Of each kind, so over 200 in all.
CLIENTS = 25
GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /large HTTP/1.1\r\nHost: localhost\r\n"
# What each begins with, what it sends from then on, and what it gets at its end.
KINDS = {
    "silent": (b"", b"", b""),
    "head": (GET + b"X: ", b"y", b"HTTP/1.1 408 "),
    "body": (POST + b"Content-Length: 100000\r\n\r\n", b" ", b"HTTP/1.1 408 "),
    "chunks": (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", b"HTTP/1.1 408 "),
    "told": (POST + b"Expect: 100-continue\r\nContent-Length: 9000\r\n\r\n", b" ", b"HTTP/1.1 100"),
    "announced": (POST + b"Content-Length: 1000000000000\r\n\r\n", b" ", b"HTTP/1.1 413 "),
    "follower": (GET + b"\r\nGET /he", b"a", b"HTTP/1.1 200 "),
    "unread": (POST.replace(b"POST", b"GET") + b"\r\n", b"", b"HTTP/1.1 200 "),
    "unclosed": (GET + b"Connection: close\r\n\r\n", b"", b"HTTP/1.1 200 "),
}
STREAMED = ("silent", "head")


@pytest.fixture(scope="module")
def environment():
    return production(
        os.environ["DATABASE_URL"],
        DJANGO_SETTINGS_MODULE="tests.drills.large",
        WEB_CONCURRENCY="1",
        WEB_THREADS="2",
    )


@contextlib.contextmanager
def clients(port, kind, count):
    with contextlib.ExitStack() as opened:
        made = []
        for _ in range(count):
            client = opened.enter_context(socket.socket())
            # Nothing of an answer hides in a buffer of the system.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(30)
            client.connect(("127.0.0.1", port))
            client.sendall(KINDS[kind][0])
            made.append(client)
        yield made


def trickle(port, slow, *, seconds):
    """Send byte after byte while ordinary requests are made; return how those were answered."""
    answers = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        answer = httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False, timeout=20)
        answers.append(answer.status_code)
        for kind, made in slow.items():
            for client in made:
                with contextlib.suppress(OSError):
                    client.send(KINDS[kind][1])
        time.sleep(0.2)
    return answers


def taken(client):
    """Read what was answered, to the end, which has to be there."""
    client.settimeout(5)
    with contextlib.suppress(ConnectionError):
        return b"".join(iter(lambda: client.recv(1 << 20), b""))
    return b""


def test_slow_clients_take_no_thread_and_are_cut(environment, tmp_path):
    with (
        running(environment, tmp_path / "log", ready="/healthz") as live,
        contextlib.ExitStack() as opened,
    ):
        slow = {kind: opened.enter_context(clients(live.port, kind, CLIENTS)) for kind in KINDS}

        answers = trickle(live.port, slow, seconds=SECONDS + CLOSING_SECONDS + 2)
        got = {kind: [taken(client) for client in made] for kind, made in slow.items()}
        after = trickle(live.port, {}, seconds=0.5)

    assert set(answers) == {200}
    assert set(after) == {200}
    for kind, (_, _, expected) in KINDS.items():
        assert {answer[: len(expected)] for answer in got[kind] if answer} <= {expected}, kind
    # Whoever was cut while it sent may have lost its answer on the way; hardly all of them.
    assert [kind for kind in KINDS if KINDS[kind][2] and not any(got[kind])] == []
    assert not any("Traceback" in line for line in (tmp_path / "log").read_text().splitlines())


def test_answer_that_fails_halfway_takes_no_worker_along(environment, tmp_path):
    log = tmp_path / "log"
    with running(environment, log, ready="/healthz") as live, live.client() as client:
        for _ in range(3):
            with pytest.raises(httpx.RemoteProtocolError):
                client.get("/broken")
        after = trickle(live.port, {}, seconds=0.5)

    assert set(after) == {200}
    assert "Exception in worker process" not in log.read_text()


def test_stream_is_not_held_by_slow_clients(environment, tmp_path):
    log = tmp_path / "log"
    with (
        running(environment, log, ready="/healthz", service=STREAM) as live,
        contextlib.ExitStack() as opened,
    ):
        slow = {kind: opened.enter_context(clients(live.port, kind, CLIENTS)) for kind in STREAMED}

        answers = trickle(live.port, slow, seconds=SECONDS + 2)
        for made in slow.values():
            for client in made:
                taken(client)

    assert set(answers) == {200}
