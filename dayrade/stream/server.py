"""gunicorn's configuration for the stream: `gunicorn -c python:dayrade.stream.server`.

Its names are gunicorn's settings.
"""

import os
import resource
import socket
import uuid
from http import HTTPStatus
from pathlib import Path
from typing import Any, override

from django.conf import settings
from gunicorn.asgi.protocol import ASGIProtocol
from gunicorn.workers import gasgi

from dayrade import development, machine, master
from dayrade.clients import SECONDS
from dayrade.environment import environment
from dayrade.refusals import refusal
from dayrade.stream.threads import THREADS
from dayrade.telemetry.servers import Log

env = environment()
allowed = machine.allowed()

wsgi_app = "dayrade.stream.asgi:application"
bind = "{}:{}".format(*development.stream_address())
workers = env.positive("STREAM_CONCURRENCY", 1)
worker_class = "dayrade.stream.server.Worker"
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # heartbeats
asgi_lifespan = "on"
# A connection that is lost is left at once.
asgi_disconnect_grace_period = 0
timeout = 30
# Streams end at once; what is left then is gone.
graceful_timeout = 5
# One stream, or one refusal, each.
keepalive = 0
backlog = 4096
control_socket_disable = True
forwarder_headers = ""
loglevel = env.str("LOG_LEVEL", "INFO").lower()
logger_class = Log

# How long what was sent may be neither taken nor refused: of a reader who has gone to sleep, and
# of one who has been sent away without reading it.
UNREAD_MS = 30_000
# What the system keeps for each; it would let megabytes wait.
UNREAD_BYTES = 128 * 1024

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dayrade.settings")
# Each thread's, and the placer's.
os.environ["DATABASE_POOL_SIZE"] = str(THREADS + 1)
readers = env.positive("STREAM_READERS", allowed.readers(workers))
os.environ["STREAM_READERS"] = str(readers)
settings.DATABASES  # noqa: B018  # what they miss is one line, not a traceback


class Protocol(ASGIProtocol):  # type: ignore[misc]  # gunicorn has no types
    """A connection that answers what is not HTTP in the contract's shape too.

    Whoever does not say what it wants within some seconds is cut.
    """

    is_asked = False

    @override
    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.worker.loop.call_later(SECONDS, self.give_up)

    @override
    def _on_headers_complete(self, *args: Any) -> Any:
        self.is_asked = True
        return super()._on_headers_complete(*args)

    def give_up(self) -> None:
        """Wait no longer for a request."""
        if not self.is_asked and not self.transport.is_closing():
            self._send_error_response(HTTPStatus.REQUEST_TIMEOUT)
            self.transport.close()

    @override
    def _send_error_response(self, status: int, *args: Any, **kwargs: Any) -> None:
        self._safe_write(refusal(status, str(uuid.uuid4())))


class Worker(gasgi.ASGIWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker that sends its readers away when it has to end."""

    @override
    def init_process(self) -> None:
        """Put our connections in the place of gunicorn's, which names the class nowhere else."""
        gasgi.ASGIProtocol = Protocol
        super().init_process()

    @override
    def handle_exit_signal(self) -> None:
        """End every stream: gunicorn would wait for them.

        Whoever is sent away comes back; it must not be to this process.
        """
        super().handle_exit_signal()
        for server in self.servers:
            server.close()
        self.asgi.close()


def on_starting(server: Any) -> None:
    """Allow as many open connections as the system does."""
    master.install(server)
    server.log.info(
        "Workers: %s, of %s readers and %s connections; allowed: %s",
        workers,
        readers,
        THREADS + 2,
        allowed,
    )
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def when_ready(server: Any) -> None:
    """Let the system keep little for each reader and give up who does not read.

    Accepted connections inherit it.
    """
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD_BYTES)
        if listener.sock.family in (socket.AF_INET, socket.AF_INET6):
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)
