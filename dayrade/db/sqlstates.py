"""What a database error means to the caller, by SQLSTATE.

The first five rows are the specification's (Error Handling Specifications); the rest is what a
caller can act on. Texts are fixed: PostgreSQL's own quote rows, other people's among them.
"""

import re
from dataclasses import dataclass

import psycopg
from django.db import DataError, Error, InterfaceError, OperationalError, connection
from psycopg_pool import PoolTimeout

from dayrade.db.backend.base import is_busy
from dayrade.db.transactions import sqlstate


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a code and a sentence; `retry_after` in seconds; `alert` wakes somebody."""

    status: int
    error: str
    message: str
    retry_after: int | None = None
    alert: bool = False


DUPLICATE = Answer(409, "DUPLICATE_ENTRY", "Resource already exists")
FOREIGN_KEY = Answer(400, "FOREIGN_KEY_VIOLATION", "Invalid reference to related resource")
CHECK = Answer(400, "CONSTRAINT_VIOLATION", "Data validation failed")
SCHEMA = Answer(500, "SCHEMA_ERROR", "Database schema error", alert=True)
DEFAULT = Answer(500, "DATABASE_ERROR", "Database operation failed", alert=True)

IN_USE = Answer(409, "RESOURCE_IN_USE", "Resource is in use")
CHARACTER = Answer(400, "INVALID_CHARACTER", "A text has a character that cannot be stored")
DATETIME = Answer(400, "INVALID_DATETIME", "A date or time is invalid")
PATTERN = Answer(400, "INVALID_PATTERN", "A search pattern is invalid")
PAGINATION = Answer(400, "INVALID_PAGINATION", "A page size or offset is invalid")
COMPLEX = Answer(400, "PAYLOAD_TOO_COMPLEX", "The data is too complex")
CONFLICT = Answer(409, "TRANSACTION_CONFLICT", "Somebody else changed this; try again", 1)
UNKNOWN_OUTCOME = Answer(
    503,
    "OUTCOME_UNKNOWN",
    "It is not known whether this was done; repeat it with the same Idempotency-Key",
    2,
)
UNAVAILABLE = Answer(503, "SERVICE_UNAVAILABLE", "Service temporarily unavailable", 2)
REFUSED_LOGIN = Answer(503, "SERVICE_UNAVAILABLE", "Service temporarily unavailable", 2, alert=True)
TIMEOUT = Answer(503, "QUERY_TIMEOUT", "This took too long; try again", 2)
EXHAUSTED = Answer(503, "POOL_EXHAUSTED", "Too many requests at once; try again", 1)
READ_ONLY = Answer(503, "READ_ONLY", "Nothing can be changed at the moment; try again", 5)
RESOURCES = Answer(503, "INSUFFICIENT_RESOURCES", "Service temporarily unavailable", 30, alert=True)
INVALID_DATA = Answer(400, "INVALID_DATA", "Data validation failed")

# Longest match wins: a whole SQLSTATE, else its class of two characters.
ANSWERS = {
    "23505": DUPLICATE,
    "23503": FOREIGN_KEY,
    "23514": CHECK,
    "42P01": SCHEMA,
    "42703": SCHEMA,
    "42883": SCHEMA,
    "42704": SCHEMA,
    "42P02": SCHEMA,
    "3F000": SCHEMA,
    "23502": Answer(400, "MISSING_REQUIRED_FIELD", "A required value is missing"),
    "23001": IN_USE,
    "55006": IN_USE,
    "23P01": Answer(409, "CONFLICT", "This conflicts with an existing resource"),
    "23000": CHECK,
    "22001": Answer(400, "VALUE_TOO_LONG", "A value is too long"),
    "22003": Answer(400, "NUMERIC_OUT_OF_RANGE", "A number is out of range"),
    "22P02": Answer(400, "INVALID_FORMAT", "A value has the wrong format"),
    "22P05": CHARACTER,
    "22021": CHARACTER,
    "22007": DATETIME,
    "22008": DATETIME,
    "22009": DATETIME,
    "22015": DATETIME,
    "22023": Answer(400, "INVALID_PARAMETER", "A parameter is invalid"),
    "22025": PATTERN,
    "2201B": PATTERN,
    "2200C": PATTERN,
    "2201W": PAGINATION,
    "2201X": PAGINATION,
    # Division by zero can only be in our own SQL.
    "22012": Answer(400, "INVALID_DATA", "Data validation failed", alert=True),
    "22": INVALID_DATA,
    "54": COMPLEX,
    "40001": CONFLICT,
    "40P01": CONFLICT,
    "40003": UNKNOWN_OUTCOME,
    "08007": UNKNOWN_OUTCOME,
    "55P03": Answer(409, "LOCK_TIMEOUT", "Somebody else is changing this; try again", 1),
    "57014": TIMEOUT,
    "57P01": UNAVAILABLE,
    "57P02": UNAVAILABLE,
    "57P03": UNAVAILABLE,
    "57P05": UNAVAILABLE,
    "25P03": UNAVAILABLE,
    "25P04": UNAVAILABLE,
    "08": UNAVAILABLE,
    "28": REFUSED_LOGIN,
    "3D000": REFUSED_LOGIN,
    "53300": EXHAUSTED,
    "53": RESOURCES,
    "25006": READ_ONLY,
}

# Our own triggers raise these.
RULES = {
    "DR001": Answer(409, "BUSINESS_RULE_VIOLATION", "Applied migrations are not edited"),
    "DR002": Answer(409, "RESULT_PUBLISHED", "A published result is corrected, never overwritten"),
    "DR005": Answer(409, "AUDIT_LOG_STAYS", "The audit log is only ever added to"),
}


# libpq hands out no SQLSTATE of a refused connection, only PostgreSQL's (English) words.
REFUSALS = (
    (re.compile(r"FATAL: .*(too many (clients|connections)|connection slots)"), "53300"),
    (re.compile(r"FATAL: .*(password authentication failed|pg_hba.conf)"), "28000"),
    (re.compile(r"FATAL: .*role .* (does not exist|is not permitted to log in)"), "28000"),
    (re.compile(r"FATAL: .*database .* (does not exist|is not currently accepting)"), "3D000"),
)

# A standby has no unlogged tables, such as the one that counts requests. PostgreSQL has no SQLSTATE
# of its own for that.
UNSUPPORTED, OF_STANDBY = "0A000", "unlogged relations during recovery"


def answer(error: Error | psycopg.Error) -> Answer:
    """Return what a database error means to the caller."""
    state = sqlstate(error) or refusal(error)
    if state == UNSUPPORTED and OF_STANDBY in str(error):
        return READ_ONLY
    if state is not None:
        return RULES.get(state) or ANSWERS.get(state) or ANSWERS.get(state[:2]) or DEFAULT
    # Without a SQLSTATE the error arose on our side of the wire.
    if isinstance(error.__cause__ or error, PoolTimeout):
        return EXHAUSTED if pool_is_exhausted() else UNAVAILABLE
    if isinstance(error, (DataError, psycopg.DataError)):
        return CHARACTER
    if isinstance(
        error,
        (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError),
    ):
        return UNAVAILABLE
    return DEFAULT


def refusal(error: BaseException) -> str | None:
    """Return the SQLSTATE with which PostgreSQL refused a connection, or None."""
    text = str(error.__cause__ or error)
    return next((state for pattern, state in REFUSALS if pattern.search(text)), None)


def pool_is_exhausted() -> bool:
    """Tell whether a wait for a connection ended because all were at work.

    Asked where no attempt to connect failed meanwhile: a pool that had room to grow and did not
    was waiting for the database.
    """
    pool = getattr(connection, "pool", None)
    return pool is not None and is_busy(pool)
