"""When a request is whole, told from its bytes as they come.

gunicorn takes it apart afterwards, and decides where its body ends: nothing here reads a header in
another way. What gunicorn refuses whatever follows is handed to it at once.
"""

import re
from http import HTTPStatus
from typing import Any

from django.conf import settings
from gunicorn.http.body import LengthReader
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader

LINE_MAX = 8_200
HEAD_MAX = 64 * 1024
BODY = re.compile(rb"\r\n(?:content-length|transfer-encoding)[ \t]*:", re.IGNORECASE)
REQUEST_LINE = re.compile(rb"\S+ \S+ HTTP/\d\.\d")
SIZE = re.compile(rb"([0-9a-fA-F]+)[ \t]*(?:;.*)?", re.DOTALL)
HEAD_END = b"\r\n\r\n"
LINE_END = b"\r\n"


def body_limit(path: str) -> int:
    """Return how many bytes a body may have that comes without a file."""
    large = path.startswith(settings.INGEST_PATH)
    name = "INGEST_UPLOAD_MAX_MEMORY_SIZE" if large else "DATA_UPLOAD_MAX_MEMORY_SIZE"
    limit: int = getattr(settings, name)
    return limit


class Incoming:
    """A request that is on its way; `begun` are bytes that have come with the one before."""

    def __init__(self, cfg: Any, peer: Any, begun: bytes = b"") -> None:
        """Begin with its first bytes, if there are any."""
        self.cfg = cfg
        self.peer = peer
        self.limit: int = settings.INGEST_UPLOAD_MAX_MEMORY_SIZE
        self.data = bytearray(begun)
        #: Whether the client waits to be told that it may go on.
        self.expects = False
        self.searched = 0
        self.begin = 0
        self.end: int | None = None
        self.chunk = 0
        self.size = 0

    def look(self) -> int:
        """Tell how far it is, as a status.

        100: more has to come; 200: it can be taken apart without waiting; any other one refuses it.
        """
        if not self.begin:
            found = self.data.find(HEAD_END, self.searched)
            if found < 0:
                return self._headless()
            self.begin = self.chunk = found + len(HEAD_END)
            if not BODY.search(self.data, 0, self.begin) or not self._is_understood():
                return HTTPStatus.OK
        if self.end is None:
            return self._chunks()
        if self.end - self.begin > self.limit:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return HTTPStatus.OK if len(self.data) >= self.end else HTTPStatus.CONTINUE

    def _headless(self) -> int:
        """Look at what has no end of a head yet."""
        self.searched = max(0, len(self.data) - len(HEAD_END) + 1)
        line = self.data.removeprefix(LINE_END)
        ends = line.find(LINE_END)
        if _has_bare_feed(self.data) or (ends < 0 and len(line) > LINE_MAX):
            return HTTPStatus.OK
        if ends >= 0 and not REQUEST_LINE.fullmatch(line, 0, ends):
            return HTTPStatus.OK
        if len(self.data) > HEAD_MAX:
            return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        return HTTPStatus.CONTINUE

    def _is_understood(self) -> bool:
        """Ask gunicorn how the body ends; False where it refuses the head."""
        head = IterUnreader([bytes(self.data[: self.begin])])
        try:
            request = Request(self.cfg, head, self.peer)
        except Exception:  # noqa: BLE001  # it says so again, to the client
            return False
        reader = request.body.reader
        if isinstance(reader, LengthReader):
            self.end = self.begin + reader.length
        else:
            self.limit = body_limit(request.path)
        self.expects = request._expected_100_continue  # noqa: SLF001  # named nowhere else
        return True

    def _chunks(self) -> int:
        """Go along the chunks that have come."""
        while True:
            ends = self.data.find(LINE_END, self.chunk)
            if ends < 0:
                is_endless = len(self.data) - self.chunk > LINE_MAX
                return HTTPStatus.OK if is_endless else HTTPStatus.CONTINUE
            found = SIZE.fullmatch(self.data, self.chunk, ends)
            if found is None:
                return HTTPStatus.OK
            size = int(found[1], 16)
            if not size:
                return self._trailers(ends)
            after = ends + len(LINE_END) + size
            # What surrounds chunks may not be without bounds, either.
            if self.size + size > self.limit or after - self.begin > 2 * self.limit + HEAD_MAX:
                return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            if len(self.data) < after + len(LINE_END):
                return HTTPStatus.CONTINUE
            if self.data[after : after + len(LINE_END)] != LINE_END:
                return HTTPStatus.OK
            self.size += size
            self.chunk = after + len(LINE_END)

    def _trailers(self, begin: int) -> int:
        """Look for the end of what follows the last chunk."""
        if self.data.startswith(HEAD_END, begin) or self.data.find(HEAD_END, begin) >= 0:
            return HTTPStatus.OK
        if _has_bare_feed(self.data[begin:]):
            return HTTPStatus.OK
        is_large = len(self.data) - begin > HEAD_MAX
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE if is_large else HTTPStatus.CONTINUE


def _has_bare_feed(data: bytearray) -> bool:
    return data.count(b"\n") != data.count(LINE_END)
