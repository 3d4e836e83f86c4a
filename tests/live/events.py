"""A reader of server-sent events, as a browser is one."""

import json
import socket
import threading
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import httpx

from tests.live.server import wait_until


class Events:
    """An open stream, read by a thread; each event as (kind, data, id)."""

    def __init__(self, response):
        self.response = response
        self.seen = []
        self.comments = 0
        self.retry = None
        self.is_over = False
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        fields = {}
        try:
            for line in self.response.iter_lines():
                if line.startswith(":"):
                    self.comments += 1
                elif line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                else:
                    self.take(fields)
                    fields = {}
        except (httpx.HTTPError, httpx.StreamError, OSError):
            pass
        self.is_over = True

    def take(self, fields):
        if "retry" in fields:
            self.retry = int(fields["retry"])
        if "event" in fields:
            self.seen.append((fields["event"], json.loads(fields["data"]), fields.get("id")))

    def of(self, kind):
        return [data for seen, data, _ in self.seen if seen == kind]

    def wait_for(self, kind, count=1, seconds=15):
        """Wait for so many events of a kind and return what they say."""
        wait_until(lambda: len(self.of(kind)) >= count, seconds)
        return self.of(kind)

    def wait_for_end(self, seconds=15):
        wait_until(lambda: self.is_over, seconds)

    def close(self):
        """Hang up, also on the thread that reads."""
        sock = self.response.extensions["network_stream"].get_extra_info("socket")
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        self.thread.join(10)

    @property
    def last_id(self):
        return [at for _, _, at in self.seen if at][-1]


@contextmanager
def watching(url, slug, headers=None, **query):
    """Watch a tournament until the block ends, from when the state was told."""
    path = f"{url}/api/v1/tournaments/{slug}/events"
    with (
        httpx.Client(trust_env=False, timeout=httpx.Timeout(20, read=60)) as client,
        client.stream("GET", path, headers=headers, params=query) as response,
    ):
        assert response.status_code == 200, response.read()
        events = Events(response)
        try:
            events.wait_for("state")
            yield events
        finally:
            events.close()


def slow_reader(url, slug):
    """Open a stream that nobody reads, with as small a window as the system has."""
    parts = urlsplit(url)
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    sock.connect((parts.hostname, parts.port))
    sock.sendall(
        f"GET /api/v1/tournaments/{slug}/events HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    )
    return sock
