"""The stream over HTTP: one route, and what supervisors ask.

It speaks ASGI without Django's own handler, which would keep several times as much for every
open connection. What is asked and answered at the beginning is the API's own.
"""

import asyncio
import contextlib
import io
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest
from django.http.request import validate_host
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from rest_framework.exceptions import MethodNotAllowed

from dayrade import ending
from dayrade.api import errors
from dayrade.api.throttling import address_key
from dayrade.context import USER_AGENT_MAX, Origin, origin
from dayrade.db.sqlstates import Answer
from dayrade.headers import always
from dayrade.health import ENDING, NOT_READY
from dayrade.middleware import REQUEST_ID, client_address, request_id
from dayrade.stream import admission, frames
from dayrade.stream.bus import bus, listen
from dayrade.stream.connections import Connection, Limits
from dayrade.stream.hub import Hub
from dayrade.stream.placer import Placer
from dayrade.stream.threads import in_thread
from dayrade.telemetry.requests import PATH_SHOWN
from dayrade.telemetry.views import require_reader

logger = logging.getLogger("dayrade.request")

type Scope = MutableMapping[str, Any]
type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type Headers = dict[str, str]

EVENTS: Final = re.compile(r"/api/v1/tournaments/([A-Za-z0-9-]{1,255})/events")
OK, NO_CONTENT, UNAUTHORIZED = 200, 204, 401
METHODS = "GET, HEAD, OPTIONS"
LAST_WORD_SECONDS = 0.05
# For which the first readers wait for the log; a database that is away is not waited for longer.
START_SECONDS = 3
ALLOWED = {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": f"Authorization, {admission.LAST_EVENT_ID}, {REQUEST_ID}",
    "Access-Control-Max-Age": "3600",
}
STREAM = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    # A proxy such as nginx would else gather events before it passes them on.
    "X-Accel-Buffering": "no",
}


class Service:
    """The ASGI application: a hub, whoever reads from it, and the threads behind it."""

    def __init__(self) -> None:
        """Begin with nobody; `open` starts the work."""
        self.limits = Limits()
        self.hub = Hub()
        self.tasks: list[asyncio.Task[None]] = []
        self.placer: Placer | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Be an ASGI application."""
        if scope["type"] == "lifespan":
            await self.live(receive, send)
        elif scope["type"] == "http":
            await self.answer(scope, Written(scope, send))

    async def live(self, receive: Receive, send: Send) -> None:
        """Work from the server's start to its end."""
        await receive()
        self.open()
        await self.hub.until_begun(START_SECONDS)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.shut()
        await send({"type": "lifespan.shutdown.complete"})

    def open(self) -> None:
        """Start to place events, to read them, and to look after connections."""
        loop = asyncio.get_running_loop()
        shared = bus()

        def announce(position: int) -> None:
            # This process needs no bus.
            loop.call_soon_threadsafe(self.hub.wake)
            shared.announce(position)

        self.placer = Placer(announce)
        self.placer.start()
        work = (
            self.hub.run(),
            self.hub.look_after(),
            self.hub.look_at_sessions(),
            listen(shared, self.hub.wake),
        )
        self.tasks = [loop.create_task(one) for one in work]

    def close(self) -> None:
        """Take nobody in any more, and send everybody away."""
        self.limits.is_closing = True
        self.hub.end()

    async def shut(self) -> None:
        """Stop the work."""
        if self.placer:
            self.placer.stop()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def answer(self, scope: Scope, send: Send) -> None:
        """Answer one request: with a stream, or at once."""
        headers = always(settings)
        try:
            request = told_apart(scope, headers)
            match = EVENTS.fullmatch(scope["path"])
            if match and request.method == "GET" and self.limits.is_closing:
                # Come too late: a browser would take a refusal for good.
                await start(send, OK, headers | STREAM)
                await send(part(frames.ending("restart"), more=False))
            elif match:
                address = address_key()
                self.limits.enter(address)
                try:
                    await self.watch(request, match[1], headers, send)
                finally:
                    self.limits.leave(address)
            else:
                await self.tell_supervisors(request, headers, send)
        except Exception as error:  # noqa: BLE001  # classified, as all failures are
            found, details = errors.classify(error)
            errors.report(error, found)
            await fail(send, headers, found, details)

    async def tell_supervisors(self, request: HttpRequest, headers: Headers, send: Send) -> None:
        """Answer what a supervisor, a balancer or Prometheus asks.

        Raises:
            Http404: it is something else.

        """
        path = request.path
        if path == "/readyz" and ending.is_announced():
            await fail(send, headers, ENDING)
        elif path == "/healthz" or (path == "/readyz" and self.hub.is_current):
            told = {
                "success": True,
                "readers": self.limits.total,
                "position": self.hub.position,
            }
            await whole(send, OK, headers, json.dumps(told))
        elif path == "/readyz":
            await fail(send, headers, NOT_READY)
        elif path == "/metrics":
            require_reader(request.headers.get("Authorization", ""))
            await whole(send, OK, headers | {"Content-Type": CONTENT_TYPE_LATEST}, self.figures())
        else:
            raise Http404

    def figures(self) -> str:
        """Write this process's figures as Prometheus reads them."""
        registry = CollectorRegistry()
        for name, said, value in (
            ("readers", "Connections that are open.", self.limits.total),
            ("position", "The last event that was read.", self.hub.position or 0),
            ("is_current", "Whether the log of events was read lately.", self.hub.is_current),
        ):
            Gauge(f"dayrade_stream_{name}", said, registry=registry).set(value)
        return generate_latest(registry).decode()

    async def watch(self, request: HttpRequest, slug: str, headers: Headers, send: Send) -> None:
        """Let somebody watch a tournament until they go, or have to.

        Raises:
            MethodNotAllowed: it is no read.
            Exception: as for `admission.admit`.

        """
        if request.method == "OPTIONS":
            await whole(send, NO_CONTENT, headers | ALLOWED, "")
            return
        if request.method not in {"GET", "HEAD"}:
            headers["Allow"] = METHODS
            raise MethodNotAllowed(request.method or "")
        admitted = await in_thread(admission.admit, request, slug)
        # A connection is open for hours: nothing of the request is kept.
        is_head = request.method == "HEAD"
        del request
        if is_head:
            await whole(send, OK, headers | STREAM, "")
            return
        connection = Connection(admitted.reader, asyncio.current_task())
        position = self.hub.join(connection)
        try:
            if self.limits.is_closing:
                connection.end("restart")
            connection.after = max(position, admitted.after or 0)
            first = await in_thread(admission.opening, admitted, position)
            del admitted
            await start(send, OK, headers | STREAM)
            await send(part(first))
            del first
            await pump(connection, send)
        finally:
            self.hub.leave(connection)


class Written:
    """A way to send an answer that writes a line when it begins: a stream may last for hours."""

    __slots__ = ("began", "scope", "send")

    def __init__(self, scope: Scope, send: Send) -> None:
        """Begin to time it."""
        self.began = time.perf_counter()
        self.scope = scope
        self.send = send

    async def __call__(self, message: Message) -> None:
        """Send a part."""
        if message["type"] == "http.response.start":
            self.write(message["status"])
        await self.send(message)

    def write(self, status: int) -> None:
        """Write the line; never the query, which may hold a ticket."""
        method, path = self.scope["method"], self.scope["path"]
        fields = {
            "method": method,
            "status": status,
            "duration_ms": round((time.perf_counter() - self.began) * 1000, 2),
        }
        logger.info("%s %s %s", method, path[:PATH_SHOWN], status, extra={"fields": fields})


async def pump(connection: Connection, send: Send) -> None:
    """Send what comes for a connection until its end."""
    try:
        while taken := await connection.take():
            await send(part(taken))
    except asyncio.CancelledError:
        if not connection.is_over:
            raise
        # It reads too slowly for its last event to be waited for.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORD_SECONDS):
                await send(part(b"".join(connection.frames)))
    await send(part(b"", more=False))


def told_apart(scope: Scope, headers: Headers) -> HttpRequest:
    """Read a request, note where it comes from, and set the headers that depend on that.

    Raises:
        SuspiciousOperation: its host is none of ours.

    """
    request = ASGIRequest(dict(scope), io.BytesIO())
    named = request_id(request.headers.get(REQUEST_ID, ""))
    agent = request.headers.get("User-Agent", "")[:USER_AGENT_MAX]
    origin.set(Origin(named, client_address(request), agent))
    headers[REQUEST_ID] = named
    headers["Vary"] = "Origin"
    sent = request.headers.get("Origin", "")
    if is_known(sent):
        headers["Access-Control-Allow-Origin"] = sent
        headers["Access-Control-Expose-Headers"] = f"{REQUEST_ID}, Retry-After"
    request.get_host()
    return request


def is_known(sent: str) -> bool:
    """Tell whether pages of an origin may read the stream: the front end's, and our own."""
    if not sent:
        return False
    parts = urlsplit(settings.FRONTEND_URL)
    own = urlsplit(sent).hostname or ""
    return sent == f"{parts.scheme}://{parts.netloc}" or validate_host(own, settings.ALLOWED_HOSTS)


async def start(send: Send, status: int, headers: Headers) -> None:
    """Begin an answer."""
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})


def part(content: bytes, *, more: bool = True) -> Message:
    """Make a part of an answer's body."""
    return {"type": "http.response.body", "body": content, "more_body": more}


async def whole(send: Send, status: int, headers: Headers, content: str) -> None:
    """Give a whole answer."""
    body = content.encode()
    kind = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    await start(send, status, kind | headers | {"Content-Length": str(len(body))})
    await send(part(body, more=False))


async def fail(
    send: Send, headers: Headers, answer: Answer, details: errors.Details | None = None
) -> None:
    """Answer with a failure in the contract's shape."""
    extra = errors.headers(answer)
    if answer.status == UNAUTHORIZED:
        extra["WWW-Authenticate"] = "Bearer"
    content = json.dumps(errors.body(answer, details))
    await whole(send, answer.status, headers | extra, content)
