"""The connections of a web worker: a client that is slow costs memory, never a thread.

gunicorn's own worker gives a new connection to a thread at once, which then waits for the request,
and later for whoever does not take the answer; and its loop, which serves all connections, waits
for clients to close theirs. Here the loop alone waits, for all of them at once: a thread gets a
request when all of it is there, and is done with the answer when the system or we keep the rest.
"""

import errno
import os
import selectors
import socket
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, override

from gunicorn.http import errors
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker

from dayrade.framing import Incoming
from dayrade.refusals import refusal

if TYPE_CHECKING:
    from concurrent.futures import Future

#: What a client has to send a request in, or to take an answer in: these seconds, and one more for
#: so many bytes as have moved.
SECONDS = 10
BYTES_A_SECOND = 20_000
#: How long a client has for closing its end after we have closed ours.
CLOSING_SECONDS = 2
#: What is kept of an answer before its thread waits for the client, and for all clients of a
#: worker of either: whoever has been slow the longest goes first.
KEPT = 1_000_000
KEPT_IN_ALL = 128_000_000
AT_ONCE = 256 * 1024
SWEEP_SECONDS = 0.5
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Client(socket.socket):
    """A client's socket, which keeps of an answer what is not taken at once."""

    def __init__(self, accepted: socket.socket) -> None:
        """Take an accepted socket over."""
        super().__init__(fileno=accepted.detach())
        self.unsent = bytearray()

    @override
    def setblocking(self, flag: bool) -> None:
        """Let nobody wait for ever: what a thread reads is there already, or should be."""
        self.settimeout(SECONDS if flag else 0)

    @override
    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send what is taken at once and keep the rest; wait only where too much is kept."""
        deadline = time.monotonic() + SECONDS + len(self.unsent) / BYTES_A_SECOND
        while len(self.unsent) > KEPT and not self.flush():
            with selectors.DefaultSelector() as selector:
                selector.register(self, selectors.EVENT_WRITE)
                if not selector.select(max(0, deadline - time.monotonic())):
                    raise BrokenPipeError(errno.EPIPE, "The client does not take its answer.")
        self.unsent += data
        self.flush()

    @override
    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """Send a file as any other answer."""
        file.seek(offset)
        content = file.read(count)
        self.sendall(content)
        return len(content)

    def flush(self) -> bool:
        """Send what can be sent now, and tell whether that is all."""
        while self.unsent:
            try:
                # Its own send would wait first, in a thread.
                sent = os.write(self.fileno(), self.unsent[:AT_ONCE])
            except BlockingIOError:
                return False
            del self.unsent[:sent]
        return True


type Then = Callable[[], None]


@dataclass(slots=True, eq=False)
class Slow:
    """A connection that the loop looks after until `step` says what comes then.

    `moved` are the bytes that have come or gone since it `began`, `kept` those that it costs.
    """

    conn: Any
    events: int
    step: Callable[["Slow"], Then | None]
    give_up: Callable[["Slow"], None]
    seconds: float = SECONDS
    then: Then | None = None
    began: float = field(default_factory=time.monotonic)
    moved: int = 0
    kept: int = 0

    def is_late(self, now: float) -> bool:
        """Tell whether its time is over."""
        return now > self.began + self.seconds + self.moved / BYTES_A_SECOND


STATUSES = {
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    errors.UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
}


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker with threads, of which none waits for a client.

    It answers what is not HTTP in the contract's shape too.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with nobody."""
        super().__init__(*args, **kwargs)
        #: Whoever has been slow the longest stands first.
        self.slow: dict[Slow, None] = {}
        self.looked = 0.0
        self.ended_at = 0.0

    @override
    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer for a request that never reaches the application, or comes to nothing there.

        What was wrong is named by its kind alone: its text quotes what was sent, secrets and all.
        """
        request_id = str(uuid.uuid4())
        kind = type(exc).__name__
        if isinstance(exc, errors.ParseException) and not is_ours(exc):
            status = STATUSES.get(type(exc), HTTPStatus.BAD_REQUEST)
            self.log.warning("Request %s fails before the application: %s", request_id, kind)
        else:
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            self.log.error("Request %s fails outside the application:", request_id, exc_info=exc)
        with suppress(OSError):
            client.sendall(refusal(status, request_id))

    @override
    def accept(self, listener: Any) -> None:
        """Take a connection, and wait for its request."""
        self.took(listener)

    def took(self, listener: Any) -> bool:
        """Take a connection, and tell whether there was one."""
        try:
            accepted, address = listener.accept()
        except OSError as error:
            # Whoever hung up first, or a process that has no more file descriptors.
            self.log.debug("No connection was taken: %s", error)
            return False
        self.nr_conns += 1
        self.enqueue_req(TConn(self.cfg, Client(accepted), address, listener.getsockname()))
        return True

    @override
    def set_accept_enabled(self, enabled: bool) -> None:
        """At the end take those who wait, and refuse others at once.

        gunicorn would let them connect until its last request is answered, and then hang up.
        """
        super().set_accept_enabled(enabled)
        if enabled or self.alive:
            return
        self.ended_at = time.monotonic()
        for listener in self.sockets:
            while self.nr_conns < self.worker_connections and self.took(listener):
                pass
            listener.close()

    @override
    def enqueue_req(self, conn: Any) -> None:
        """Wait until all of a request is there: here each one begins."""
        conn.init()
        begun = conn.parser.unreader.take_buffered()
        conn.incoming = Incoming(self.cfg, conn.client, begun)
        self.look_after(Slow(conn, selectors.EVENT_READ, self.receive, self.give_up_request))

    @override
    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request, which has gone on already where it waited to be told so."""
        req._expected_100_continue = False  # noqa: SLF001  # named nowhere else
        return super().handle_request(req, conn)

    @override
    def finish_request(self, conn: Any, fs: "Future[Any]") -> None:
        """Let the answer be taken, whatever time that needs, before anything else."""
        then = partial(self.finish, conn, fs)
        self.look_after(Slow(conn, selectors.EVENT_WRITE, self.deliver, self.drop, then=then))

    def finish(self, conn: Any, fs: "Future[Any]") -> None:
        """Keep the connection for another request, or close it."""
        if not fs.cancelled() and fs.exception() is None and fs.result():
            super().finish_request(conn, fs)
        else:
            self.close(conn)

    @override
    def murder_pending(self) -> None:
        """Give up who has had their time, and who has been slow the longest where all is full.

        The loop calls it in each of its rounds, of which there is one a second at least.
        """
        excess = self.nr_conns - self.worker_connections + 1
        for slow in list(self.slow)[: max(0, excess)]:
            self.forget(slow)
            self.leave(slow.conn)
        now = time.monotonic()
        if now < self.looked + SWEEP_SECONDS:
            return
        self.looked = now
        kept = sum(slow.kept for slow in self.slow)
        for slow in list(self.slow):
            if kept > KEPT_IN_ALL or slow.is_late(now) or self.is_idle_at_the_end(slow, now):
                kept -= slow.kept
                self.forget(slow)
                slow.give_up(slow)

    def is_idle_at_the_end(self, slow: Slow, now: float) -> bool:
        """Tell whether a worker that ends waits for one who has sent nothing."""
        incoming = slow.conn.incoming
        is_idle = incoming is not None and not incoming.data
        return self.ended_at > 0 and is_idle and now > self.ended_at + STOP_KEEPALIVE_LINGER

    def look_after(self, slow: Slow) -> None:
        """Go on with a connection now, if that is possible, else when its client is ready."""
        if slow.conn.sock.fileno() < 0:
            # gunicorn has hung up: the answer failed halfway.
            self.leave(slow.conn)
            return
        slow.conn.sock.setblocking(False)
        if then := step(slow, self.leave):
            then()
        else:
            self.slow[slow] = None
            self.poller.register(slow.conn.sock, slow.events, partial(self.on_ready, slow))

    def on_ready(self, slow: Slow, sock: Any) -> None:
        """Go on with a connection that the loop has waited for."""
        if then := step(slow, self.leave):
            self.forget(slow)
            then()

    def forget(self, slow: Slow) -> None:
        """Look after it no more."""
        del self.slow[slow]
        self.poller.unregister(slow.conn.sock)

    def receive(self, slow: Slow) -> Then | None:
        """Read what has come of a request."""
        conn, incoming = slow.conn, slow.conn.incoming
        while (status := incoming.look()) == HTTPStatus.CONTINUE:
            if incoming.expects:
                incoming.expects = False
                conn.sock.sendall(CONTINUE)
            part = conn.sock.recv(AT_ONCE)
            if not part:
                return (
                    partial(self.refuse, conn, 400) if incoming.data else partial(self.leave, conn)
                )
            incoming.data += part
            slow.moved += len(part)
            slow.kept = len(incoming.data)
        return partial(self.hand_over if status == HTTPStatus.OK else self.refuse, conn, status)

    def hand_over(self, conn: Any, status: int) -> None:
        """Give a request that is whole to a thread."""
        conn.parser.unreader.unread(bytes(conn.incoming.data))
        conn.incoming = None
        super().enqueue_req(conn)

    def refuse(self, conn: Any, status: int) -> None:
        """Answer for a request that no thread will see."""
        request_id = str(uuid.uuid4())
        self.log.warning("Request %s is refused before the application: %s", request_id, status)
        conn.incoming = None
        conn.sock.sendall(refusal(status, request_id))
        then = partial(self.close, conn)
        self.look_after(Slow(conn, selectors.EVENT_WRITE, self.deliver, self.drop, then=then))

    def give_up_request(self, slow: Slow) -> None:
        """Say that it has taken too long to whoever has begun one."""
        if slow.conn.incoming.data:
            self.refuse(slow.conn, HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.leave(slow.conn)

    def deliver(self, slow: Slow) -> Then | None:
        """Send what the client takes of its answer."""
        before = len(slow.conn.sock.unsent)
        is_sent = slow.conn.sock.flush()
        slow.kept = len(slow.conn.sock.unsent)
        slow.moved += before - slow.kept
        return slow.then if is_sent else None

    def close(self, conn: Any) -> None:
        """Close our end, and wait a moment for the client to close its own.

        Else what it sends meanwhile would make the system throw away what it has not read yet.
        """
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.leave(conn)
            return
        seconds = CLOSING_SECONDS
        self.look_after(Slow(conn, selectors.EVENT_READ, self.drain, self.drop, seconds))

    def drain(self, slow: Slow) -> Then | None:
        """Read what nobody asks for, up to the end."""
        return None if slow.conn.sock.recv(AT_ONCE) else partial(self.leave, slow.conn)

    def drop(self, slow: Slow) -> None:
        """Wait no longer for a client."""
        self.leave(slow.conn)

    def leave(self, conn: Any) -> None:
        """Be done with a connection."""
        self.nr_conns -= 1
        conn.close()


def is_ours(error: BaseException) -> bool:
    """Tell whether it was our answer that was wrong."""
    return isinstance(error, (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName))


def step(slow: Slow, leave: Callable[[Any], None]) -> Then | None:
    """Go on as far as that needs no waiting; who has gone is left."""
    try:
        return slow.step(slow)
    except BlockingIOError:
        return None
    except OSError:
        return partial(leave, slow.conn)
