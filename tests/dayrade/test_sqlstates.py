"""Errors that carry no SQLSTATE; the table itself is raised in tests/live/test_errors.py."""

import psycopg
import pytest
from django.db import DataError, InterfaceError, OperationalError, ProgrammingError, connection
from psycopg_pool import PoolTimeout

from dayrade.db import sqlstates

SERVER = 'connection failed: connection to server at "db.example.com", port 5432 failed: '


@pytest.mark.parametrize(
    ("text", "error", "alert"),
    [
        ("FATAL:  sorry, too many clients already", "POOL_EXHAUSTED", False),
        ('FATAL:  too many connections for role "x"', "POOL_EXHAUSTED", False),
        ("FATAL:  remaining connection slots are reserved", "POOL_EXHAUSTED", False),
        ('FATAL:  password authentication failed for user "x"', "SERVICE_UNAVAILABLE", True),
        ('FATAL:  no pg_hba.conf entry for host "1.2.3.4"', "SERVICE_UNAVAILABLE", True),
        ('FATAL:  role "x" does not exist', "SERVICE_UNAVAILABLE", True),
        ('FATAL:  database "x" does not exist', "SERVICE_UNAVAILABLE", True),
        ("FATAL:  the database system is starting up", "SERVICE_UNAVAILABLE", False),
        ("Connection refused", "SERVICE_UNAVAILABLE", False),
        ("role too many clients database", "SERVICE_UNAVAILABLE", False),
    ],
)
def test_refused_connection(text, error, alert):
    found = sqlstates.answer(psycopg.OperationalError(SERVER + text))

    assert (found.status, found.error, found.alert) == (503, error, alert)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DataError("NUL"), "INVALID_CHARACTER"),
        (psycopg.DataError("NUL"), "INVALID_CHARACTER"),
        (OperationalError("server closed the connection"), "SERVICE_UNAVAILABLE"),
        (InterfaceError("connection already closed"), "SERVICE_UNAVAILABLE"),
        (PoolTimeout("without a pool"), "SERVICE_UNAVAILABLE"),
        (ProgrammingError("can't adapt"), "DATABASE_ERROR"),
    ],
)
def test_error_of_our_side(error, code):
    assert sqlstates.answer(error).error == code


@pytest.mark.django_db
def test_nul_is_an_invalid_character():
    with pytest.raises(DataError) as caught, connection.cursor() as cursor:
        cursor.execute("SELECT %s", ["a\0b"])

    assert sqlstates.answer(caught.value).error == "INVALID_CHARACTER"
