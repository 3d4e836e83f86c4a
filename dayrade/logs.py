"""Log lines that carry the request's id and never a row of the database."""

import logging
from types import TracebackType

import psycopg
from django.db import Error as DatabaseError

from dayrade.context import origin
from dayrade.db.transactions import sqlstate

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


class Formatter(logging.Formatter):
    """Withholds the text of database errors in tracebacks: PostgreSQL quotes the failing row."""

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
        return text
