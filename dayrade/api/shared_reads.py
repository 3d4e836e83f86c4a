"""Answers to anonymous reads, kept for a moment: whoever asks next costs no view and no query.

It stands before Django, as WSGI's middleware: most of what a read of something small costs is
what Django does around it.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.handlers.wsgi import get_path_info
from django.urls import Resolver404, resolve

from dayrade.api.caching import KEPT, is_known
from dayrade.middleware import REQUEST_ID, request_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ENTRIES_MAX = 500
BYTES_MAX = 16_000_000
# One answer larger than that would drive out too many others.
ANSWER_BYTES_MAX = 1_000_000
# How long a request waits for the one that asks for the same: rather than hold every thread
# behind a statement that hangs, it then asks by itself.
WAIT_SECONDS = 5
# What an answer depends on, beside who asks: links of pages are absolute.
DEPENDS_ON = (
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_ACCEPT",
    "HTTP_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "wsgi.url_scheme",
    "SERVER_NAME",
    "SERVER_PORT",
    "SCRIPT_NAME",
)
IF_NONE_MATCH = "HTTP_IF_NONE_MATCH"

type Key = tuple[Any, ...]
type Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished 200, without the request's id; good until `until`, by the monotonic clock."""

    headers: Headers
    content: bytes
    until: float

    @property
    def etag(self) -> str:
        """The tag of the content."""
        return dict(self.headers)["ETag"]

    def send(self, sent: str, id_header: tuple[str, str], start: "StartResponse") -> list[bytes]:
        """Answer one request, or tell it that it has this already: `sent` is its If-None-Match."""
        if sent and is_known(self.etag, sent):
            values = dict(self.headers)
            start("304 Not Modified", [*((name, values[name]) for name in KEPT), id_header])
            return []
        start("200 OK", [*self.headers, id_header])
        return [self.content]


class Answers:
    """The kept answers, the least recently used first; for one thread at a time."""

    def __init__(self) -> None:
        """Start with none."""
        self.by_key: OrderedDict[Key, Answer] = OrderedDict()
        self.size = 0

    def get(self, key: Key) -> Answer | None:
        """Return the answer, if it is not too old."""
        answer = self.by_key.get(key)
        if answer is None:
            return None
        if answer.until <= time.monotonic():
            self._drop(key)
            return None
        self.by_key.move_to_end(key)
        return answer

    def add(self, key: Key, answer: Answer) -> None:
        """Keep an answer in the place of those that nobody has asked for the longest."""
        self._drop(key)
        self.by_key[key] = answer
        self.size += len(answer.content)
        while len(self.by_key) > ENTRIES_MAX or self.size > BYTES_MAX:
            self._drop(next(iter(self.by_key)))

    def _drop(self, key: Key) -> None:
        if dropped := self.by_key.pop(key, None):
            self.size -= len(dropped.content)


@dataclass(slots=True)
class Flight:
    """One request on its way, and what those behind it get: None where they ask themselves."""

    done: threading.Event = field(default_factory=threading.Event)
    answer: Answer | None = None


class SharedReads:
    """Answers from memory what an anonymous caller asked within the last `seconds`.

    Of several that ask the same at once, one asks the application and the others wait for it.
    Only whole answers with an ETag are kept, of views that are `hot`.
    """

    def __init__(self, wrapped: "WSGIApplication", *, seconds: float) -> None:
        """Stand before an application."""
        self.wrapped = wrapped
        self.seconds = seconds
        self.lock = threading.Lock()
        self.answers = Answers()
        self.flights: dict[Key, Flight] = {}

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Be a WSGI application."""
        if not is_anonymous_read(environ):
            return self.wrapped(environ, start)
        key = tuple(map(environ.get, DEPENDS_ON))
        with self.lock:
            answer = self.answers.get(key)
        if answer is None:
            if not is_hot(environ):
                return self.wrapped(environ, start)
            with self.lock:
                answer = self.answers.get(key)
                ahead = self.flights.get(key)
                if answer is None and ahead is None:
                    self.flights[key] = own = Flight()
            if answer is None and ahead is None:
                return self._ask(key, own, environ, start)
            if ahead is not None and ahead.done.wait(WAIT_SECONDS):
                answer = ahead.answer
            if answer is None:
                return self.wrapped(environ, start)
        named = (REQUEST_ID, request_id(environ.get("HTTP_X_REQUEST_ID", "")))
        return answer.send(environ.get(IF_NONE_MATCH, ""), named, start)

    def _ask(
        self, key: Key, flight: Flight, environ: "WSGIEnvironment", start: "StartResponse"
    ) -> Iterable[bytes]:
        """Ask the application, for everybody who waits for the same.

        The ETag that this caller has is left out meanwhile: a 304 would serve nobody else.
        """
        asked_at = time.monotonic()
        sent = environ.pop(IF_NONE_MATCH, "")
        try:
            status, headers, content = answer_of(self.wrapped, environ)
            named = next(header for header in headers if header[0] == REQUEST_ID)
            if is_kept(status, headers):
                headers.remove(named)
                answer = Answer(headers, content, asked_at + self.seconds)
                flight.answer = answer
        finally:
            with self.lock:
                if flight.answer and len(flight.answer.content) <= ANSWER_BYTES_MAX:
                    self.answers.add(key, flight.answer)
                del self.flights[key]
            flight.done.set()
        if flight.answer:
            return flight.answer.send(sent, named, start)
        start(status, headers)
        return [content]


def is_anonymous_read(environ: "WSGIEnvironment") -> bool:
    """Tell whether everybody who sends such a request gets the same."""
    return (
        environ["REQUEST_METHOD"] in {"GET", "HEAD"}
        and environ["PATH_INFO"].startswith("/api/")
        and "HTTP_AUTHORIZATION" not in environ
        and settings.SESSION_COOKIE_NAME not in environ.get("HTTP_COOKIE", "")
        and "HTTP_TRANSFER_ENCODING" not in environ
        and environ.get("CONTENT_LENGTH", "") in {"", "0"}
    )


def is_hot(environ: "WSGIEnvironment") -> bool:
    """Tell whether the view has agreed to answers that are a moment old."""
    try:
        view = resolve(get_path_info(environ)).func
    except Resolver404:
        return False
    return getattr(getattr(view, "cls", None), "hot", False)


def is_kept(status: str, headers: Headers) -> bool:
    """Tell whether an answer may be given to others."""
    names = {name for name, _ in headers}
    return status == "200 OK" and names >= set(KEPT) and "Set-Cookie" not in names


def answer_of(
    application: "WSGIApplication", environ: "WSGIEnvironment"
) -> tuple[str, Headers, bytes]:
    """Return the status, headers and whole content of an application's answer."""
    started: list[Any] = []

    def start(status: str, headers: Headers, exc_info: Any = None, /) -> Any:
        started[:] = status, list(headers)

    chunks = application(environ, start)
    try:
        content = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    status, headers = started
    return status, headers, content
