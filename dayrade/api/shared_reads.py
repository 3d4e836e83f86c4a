"""Answers to anonymous reads, kept for a moment: whoever asks next costs no view and no query.

It stands before Django, as WSGI's middleware: most of what a read of something small costs is
what Django does around it.
"""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import psycopg
from django.conf import settings
from django.core.handlers.wsgi import get_path_info
from django.urls import Resolver404, resolve

from dayrade.api.caching import KEPT, is_known
from dayrade.db.line import Line
from dayrade.headers import ALWAYS
from dayrade.middleware import REQUEST_ID, request_id
from dayrade.telemetry import seen

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ENTRIES_MAX = 500
BYTES_MAX = 16_000_000
# One answer larger than that would drive out too many others.
ANSWER_BYTES_MAX = 1_000_000
# For how long an answer that is too old may still be given while no new one can be had.
SPARE_SECONDS = 300
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
UNAVAILABLE = "503 "
IF_NONE_MATCH = "HTTP_IF_NONE_MATCH"
# Most of what is asked for beside the API and its pages.
NEVER_SHARED = ("/static/", "/admin")

type Key = tuple[Any, ...]
type Headers = list[tuple[str, str]]
# A statement and its parameters.
type Question = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished 200, without the request's id; good until `until`, by the monotonic clock.

    With a `question`, it is good only as long as the database answers that with `seen`, as it did
    before the application was asked.
    """

    headers: Headers
    content: bytes
    until: float
    question: Question | None = None
    seen: Any = None
    #: What the log and the figures call the address.
    route: str = ""
    is_spare: bool = False

    @property
    def etag(self) -> str:
        """The tag of the content."""
        return dict(self.headers)["ETag"]

    @property
    def age(self) -> Headers:
        """Say for how long it has been too old, where it is given all the same."""
        return [("Age", str(math.ceil(time.monotonic() - self.until)))] if self.is_spare else []

    def send(self, sent: str, id_header: tuple[str, str], start: "StartResponse") -> list[bytes]:
        """Answer one request, or tell it that it has this already: `sent` is its If-None-Match."""
        if sent and is_known(self.etag, sent):
            values = dict(self.headers)
            always = [(name, values[name]) for name in ALWAYS if name in values]
            kept = [(name, values[name]) for name in KEPT]
            start("304 Not Modified", [*kept, id_header, *always, *self.age])
            return []
        start("200 OK", [*self.headers, id_header, *self.age])
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
        past = time.monotonic() - answer.until
        if past < 0:
            self.by_key.move_to_end(key)
            return answer
        if past >= SPARE_SECONDS or answer.question:
            self._drop(key)
        return None

    def spare(self, key: Key) -> Answer | None:
        """Return the answer, if it is only a little too old, and nothing asks to take it back."""
        answer = self.by_key.get(key)
        if answer is None or answer.question or time.monotonic() >= answer.until + SPARE_SECONDS:
            return None
        return replace(answer, is_spare=True)

    def forget(self, key: Key, answer: Answer) -> None:
        """Drop an answer, unless another one has taken its place."""
        if self.by_key.get(key) is answer:
            self._drop(key)

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
    While no answer can be had (503), the last one is given, with its `Age`, for five minutes.
    Where a view names a question, each answer is given only if the database says, after the
    request has come, that nothing it shows was taken away. Only whole answers with an ETag are
    kept, of views that are `hot`.
    """

    def __init__(self, wrapped: "WSGIApplication", *, seconds: float) -> None:
        """Stand before an application."""
        self.wrapped = wrapped
        self.seconds = seconds
        self.lock = threading.Lock()
        self.answers = Answers()
        self.line = Line()
        self.flights: dict[Key, Flight] = {}

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Be a WSGI application."""
        if not is_anonymous_read(environ):
            return self.wrapped(environ, start)
        key = tuple(map(environ.get, DEPENDS_ON))
        with self.lock:
            answer = self.answers.get(key)
        answer = self._still(key, answer)
        if answer is None:
            hot = hot_view(environ)
            if hot is None:
                return self.wrapped(environ, start)
            flight, is_own = self._join(key)
            if is_own:
                return self._ask(key, flight, hot.question, environ, start)
            if flight.done.wait(WAIT_SECONDS):
                # It may have begun before what it shows was changed; this request came after.
                answer = self._still(key, flight.answer)
            if answer is None:
                return self.wrapped(environ, start)
        known = seen.of(environ)
        known.route, known.is_from_memory = answer.route, True
        named = (REQUEST_ID, request_id(environ.get("HTTP_X_REQUEST_ID", "")))
        return answer.send(environ.get(IF_NONE_MATCH, ""), named, start)

    def _still(self, key: Key, answer: Answer | None) -> Answer | None:
        """Return an answer, if what it shows has not been changed; else it is forgotten."""
        if answer is None or answer.question is None:
            return answer
        try:
            if self.line.ask(*answer.question) == answer.seen:
                return answer
        except psycopg.Error:
            # The application says what is the matter.
            pass
        with self.lock:
            self.answers.forget(key, answer)
        return None

    def _join(self, key: Key) -> tuple[Flight, bool]:
        """Return the request that is on its way for a key, and whether it is one's own to make."""
        with self.lock:
            if (landed := self.answers.get(key)) is not None:
                flight = Flight(answer=landed)
                flight.done.set()
                return flight, False
            if key in self.flights:
                return self.flights[key], False
            self.flights[key] = flight = Flight()
            return flight, True

    def _ask(
        self,
        key: Key,
        flight: Flight,
        question: Question | None,
        environ: "WSGIEnvironment",
        start: "StartResponse",
    ) -> Iterable[bytes]:
        """Ask the application, for everybody who waits for the same.

        The ETag that this caller has is left out meanwhile: a 304 would serve nobody else.
        """
        asked_at = time.monotonic()
        sent = environ.pop(IF_NONE_MATCH, "")
        try:
            said, is_said = self._said(question)
            status, headers, content = answer_of(self.wrapped, environ)
            named = next(header for header in headers if header[0] == REQUEST_ID)
            if status.startswith(UNAVAILABLE):
                with self.lock:
                    flight.answer = self.answers.spare(key)
            elif is_said and is_kept(status, headers):
                kept = [header for header in headers if header is not named]
                until, route = asked_at + self.seconds, seen.of(environ).route
                flight.answer = Answer(kept, content, until, question, said, route)
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

    def _said(self, question: Question | None) -> tuple[Any, bool]:
        """Return what the database answers, and whether it does."""
        try:
            return (self.line.ask(*question) if question else None), True
        except psycopg.Error:
            return None, False


def is_anonymous_read(environ: "WSGIEnvironment") -> bool:
    """Tell whether everybody who sends such a request gets the same."""
    return (
        environ["REQUEST_METHOD"] in {"GET", "HEAD"}
        and not environ["PATH_INFO"].startswith(NEVER_SHARED)
        and "HTTP_AUTHORIZATION" not in environ
        and settings.SESSION_COOKIE_NAME not in environ.get("HTTP_COOKIE", "")
        and "HTTP_TRANSFER_ENCODING" not in environ
        and environ.get("CONTENT_LENGTH", "") in {"", "0"}
    )


@dataclass(frozen=True, slots=True)
class Hot:
    """A view that has agreed to answers a moment old, but for what its question tells."""

    question: Question | None


def hot_view(environ: "WSGIEnvironment") -> Hot | None:
    """Return what answers an address from memory, if its view has agreed to that."""
    try:
        found = resolve(get_path_info(environ))
    except Resolver404:
        return None
    # A view of the API is made of a class; a page of the arena is a function.
    view: Any = getattr(found.func, "cls", found.func)
    return Hot(view.revision(**found.kwargs)) if getattr(view, "hot", False) else None


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
