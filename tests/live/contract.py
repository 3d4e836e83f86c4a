"""The contract's answers to database errors, written down a second time."""

import re

import pytest

# Status, code, Retry-After or "-", and the SQLSTATEs that are answered so.
ROWS = """
409 DUPLICATE_ENTRY - 23505
400 FOREIGN_KEY_VIOLATION - 23503
400 CONSTRAINT_VIOLATION - 23514 23000
500 SCHEMA_ERROR - 42P01 42703 42883 42704 3F000 42P02
400 MISSING_REQUIRED_FIELD - 23502
409 RESOURCE_IN_USE - 23001 55006
409 CONFLICT - 23P01
400 VALUE_TOO_LONG - 22001
400 NUMERIC_OUT_OF_RANGE - 22003
400 INVALID_FORMAT - 22P02
400 INVALID_CHARACTER - 22P05 22021
400 INVALID_DATETIME - 22007 22008 22009 22015
400 INVALID_PARAMETER - 22023
400 INVALID_PATTERN - 22025 2201B 2200C
400 INVALID_PAGINATION - 2201W 2201X
400 INVALID_DATA - 22012 22000 22P03
400 PAYLOAD_TOO_COMPLEX - 54000 54001 54011 54023
409 TRANSACTION_CONFLICT 1 40001 40P01
503 OUTCOME_UNKNOWN 2 40003 08007
409 LOCK_TIMEOUT 1 55P03
503 QUERY_TIMEOUT 2 57014
503 SERVICE_UNAVAILABLE 2 57P01 57P02 57P03 57P05 25P03 25P04 08000 08006 28000 28P01 3D000
503 POOL_EXHAUSTED 1 53300
503 INSUFFICIENT_RESOURCES 30 53100 53200 53000 53400
503 READ_ONLY 5 25006
500 DATABASE_ERROR - 42501 42601 55000 25P02 25001 26000 2D000 34000
500 DATABASE_ERROR - P0001 58000 58030 XX000 XX001 XX002 F0000
409 BUSINESS_RULE_VIOLATION - DR001
409 RESULT_PUBLISHED - DR002
"""

MESSAGES = {
    "DUPLICATE_ENTRY": "Resource already exists",
    "RESULT_PUBLISHED": "A published result is corrected, never overwritten",
    "FOREIGN_KEY_VIOLATION": "Invalid reference to related resource",
    "CONSTRAINT_VIOLATION": "Data validation failed",
    "SCHEMA_ERROR": "Database schema error",
    "MISSING_REQUIRED_FIELD": "A required value is missing",
    "RESOURCE_IN_USE": "Resource is in use",
    "CONFLICT": "This conflicts with an existing resource",
    "VALUE_TOO_LONG": "A value is too long",
    "NUMERIC_OUT_OF_RANGE": "A number is out of range",
    "INVALID_FORMAT": "A value has the wrong format",
    "INVALID_CHARACTER": "A text has a character that cannot be stored",
    "INVALID_DATETIME": "A date or time is invalid",
    "INVALID_PARAMETER": "A parameter is invalid",
    "INVALID_PATTERN": "A search pattern is invalid",
    "INVALID_PAGINATION": "A page size or offset is invalid",
    "INVALID_DATA": "Data validation failed",
    "PAYLOAD_TOO_COMPLEX": "The data is too complex",
    "TRANSACTION_CONFLICT": "Somebody else changed this; try again",
    "OUTCOME_UNKNOWN": (
        "It is not known whether this was done; repeat it with the same Idempotency-Key"
    ),
    "LOCK_TIMEOUT": "Somebody else is changing this; try again",
    "QUERY_TIMEOUT": "This took too long; try again",
    "SERVICE_UNAVAILABLE": "Service temporarily unavailable",
    "POOL_EXHAUSTED": "Too many requests at once; try again",
    "INSUFFICIENT_RESOURCES": "Service temporarily unavailable",
    "READ_ONLY": "Nothing can be changed at the moment; try again",
    "DATABASE_ERROR": "Database operation failed",
    "BUSINESS_RULE_VIOLATION": "Applied migrations are not edited",
}


def table():
    """Return status, code, message and Retry-After of each SQLSTATE."""
    answers = {}
    for line in ROWS.strip().splitlines():
        status, error, retry_after, *sqlstates = line.split()
        retry_after = None if retry_after == "-" else retry_after
        for sqlstate in sqlstates:
            answers[sqlstate] = (int(status), error, MESSAGES[error], retry_after)
    return answers


ANSWERS = table()

every_sqlstate = pytest.mark.parametrize("sqlstate", ANSWERS)


def assert_answer(response, status, error, message, retry_after=None):
    """Expect exactly the contract's answer."""
    assert (response.status_code, response.headers.get("Retry-After"), response.json()) == (
        status,
        retry_after,
        {"success": False, "message": message, "error": error},
    )
    assert response.headers["Content-Type"] == "application/json"
    assert re.fullmatch(r"[0-9a-f-]{36}", response.headers["X-Request-ID"])
