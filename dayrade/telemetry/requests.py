"""The outermost layer: a line and the figures of each request, whoever answers it."""

import logging
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from gunicorn.http.errors import ParseException

from dayrade.context import Origin, origin
from dayrade.middleware import REQUEST_ID
from dayrade.telemetry import figures, seen

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger("dayrade.request")

PATH_SHOWN = 300
UNKNOWN = "(none)"
FAILED = 500
REFUSED = 400


class Observed:
    """An application whose requests are counted, timed and written down."""

    def __init__(self, wrapped: "WSGIApplication") -> None:
        """Stand before an application."""
        self.wrapped = wrapped

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Be a WSGI application."""
        request = Request(environ)

        def started(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            request.status = int(status[:3])
            request.id = next((value for name, value in headers if name == REQUEST_ID), "-")
            return start(status, headers) if exc_info is None else start(status, headers, exc_info)

        try:
            answer = self.wrapped(environ, started)
        except ParseException:
            # A body that breaks off: the server refuses it after us.
            request.status = REFUSED
            request.end()
            raise
        except BaseException:
            request.end()
            raise
        if getattr(answer, "streaming", False):
            return Streamed(answer, request)
        request.end()
        return answer


class Request:
    """One request, from when it came."""

    def __init__(self, environ: "WSGIEnvironment") -> None:
        """Begin to time it."""
        self.began = time.perf_counter()
        self.environ = environ
        self.status = FAILED
        self.id = "-"

    def end(self) -> None:
        """Count it and write its line; never the query, which may hold what is secret."""
        seconds = time.perf_counter() - self.began
        known = seen.of(self.environ)
        method, route = self.environ["REQUEST_METHOD"], known.route or UNKNOWN
        figures.count_request(method, route, self.status, seconds, known)
        if not logger.isEnabledFor(logging.INFO):
            return
        token = origin.set(Origin(request_id=self.id))
        try:
            logger.info(
                "%s %s %s",
                method,
                self.environ["PATH_INFO"][:PATH_SHOWN],
                self.status,
                extra={
                    "fields": {
                        "method": method,
                        "route": route,
                        "status": self.status,
                        "duration_ms": round(seconds * 1000, 2),
                        "actor": known.actor or None,
                        "from_memory": known.is_from_memory,
                    }
                },
            )
        finally:
            origin.reset(token)


class Streamed:
    """An answer that is written while it is sent: it ends with its last part."""

    def __init__(self, answer: Any, request: Request) -> None:
        """Wrap the answer's parts."""
        self.answer = answer
        self.parts = iter(answer)
        self.request = request

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        part: bytes = next(self.parts)
        return part

    def close(self) -> None:
        """Be told by the server that it is done."""
        try:
            self.answer.close()
        finally:
            self.request.end()
