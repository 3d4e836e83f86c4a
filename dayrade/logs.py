"""Log lines: each one line, with the request's id, and never a row of the database."""

import json
import logging
import re
from datetime import UTC, datetime
from types import TracebackType

import psycopg
from django.db import Error as DatabaseError

from dayrade.context import origin
from dayrade.db.transactions import sqlstate

# Of C0, C1 and Unicode, what ends a line or moves a terminal's cursor.
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

# Of a text; whoever makes a longer one would fill the log's disk.
LONGEST = 20_000

type ExceptionInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class RequestId(logging.Filter):
    """Adds `request_id` to records, "-" outside a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop nothing."""
        record.request_id = origin.get().request_id or "-"
        return True


class Eventful(logging.Filter):
    """Drops what the queue says of every job that went well: failures and retries stay."""

    ROUTINE = ("jobs_deferred", "start_job", "job_success")

    def filter(self, record: logging.LogRecord) -> bool:
        """Go by what the queue calls its acts."""
        return getattr(record, "action", "") not in self.ROUTINE


def escaped(text: str) -> str:
    """Write control characters as escapes: nobody can write a line of the log by a name."""
    return CONTROLS.sub(lambda found: repr(found[0])[1:-1], text)


def shortened(text: str) -> str:
    """Leave out the end of a text that nobody reads, and say how much."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text) - LONGEST} more)"


class Formatter(logging.Formatter):
    """Withholds the text of database errors in tracebacks: PostgreSQL quotes the failing row."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        """Write the line, what was put into it on one."""
        record.message = shortened(escaped(record.message))
        return super().formatMessage(record)

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802  # logging's name
        """Print the chain of exceptions, of database errors only the SQLSTATE."""
        error = ei[1]
        withheld: list[BaseException] = []
        seen: set[int] = set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            if isinstance(error, (DatabaseError, psycopg.Error)):
                withheld.append(error)
            error = error.__cause__ or error.__context__
        text = super().formatException(ei)
        for found in withheld:
            if said := str(found):
                text = text.replace(said, f"(SQLSTATE {sqlstate(found)})")
        return shortened(text)


class JsonFormatter(Formatter):
    """Writes a record as one line of JSON; `fields` of the record stand beside its message."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": shortened(record.getMessage()),
            "request_id": getattr(record, "request_id", "-"),
            "process": record.process,
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = record.stack_info
        # What is not ASCII is escaped: control characters of every kind are.
        return json.dumps(line, default=str)
