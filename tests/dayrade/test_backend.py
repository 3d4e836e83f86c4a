"""The database backend: slow statements, COPY, JSON."""

import logging
from decimal import Decimal

import pytest
from django.db import DataError, connection

from dayrade.models import IdempotencyKey

pytestmark = pytest.mark.django_db

SECRET = "hunter2"


@pytest.fixture
def slow(settings, caplog):
    """Count every statement as slow and return the lines logged."""
    settings.DATABASE_SLOW_QUERY_MS = 0
    caplog.set_level(logging.WARNING, "dayrade.db")
    return lambda: [record.getMessage() for record in caplog.records]


def lines_end(lines, statement):
    (line,) = lines
    return line.startswith("slow query: ") and line.endswith(f" ms: {statement}")


def test_slow_statement_is_logged_without_parameters(slow):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", [SECRET])

    assert lines_end(slow(), "SELECT %s")


def test_slow_executemany_is_logged_without_parameters(slow):
    with connection.cursor() as cursor:
        cursor.executemany("SELECT %s", [[SECRET], [SECRET]])

    assert lines_end(slow(), "SELECT %s")


def test_slow_copy_is_logged_without_rows(slow):
    statement = "COPY dayrade_rate_limits (key, window_ends_at, count) FROM STDIN"

    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write_row((SECRET, "2030-01-01", 1))

    assert lines_end(slow(), statement)


def test_failing_statement_is_logged_without_the_error(slow):
    with pytest.raises(DataError), connection.cursor() as cursor:
        cursor.execute("SELECT %s::text::uuid", [SECRET])

    assert lines_end(slow(), "SELECT %s::text::uuid")


def test_long_statement_is_cut(slow):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT '{'x' * 1000}'")

    assert len(slow()[0].split(" ms: ")[1]) == 500


def test_quick_statement_is_not_logged(slow, settings):
    settings.DATABASE_SLOW_QUERY_MS = 10_000

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")

    assert slow() == []


def test_failing_copy_is_djangos_error():
    statement = "COPY dayrade_rate_limits FROM STDIN"

    with (
        pytest.raises(DataError),
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        copy.write("no row\n")


def test_decimals_are_numbers_in_json():
    key = IdempotencyKey.objects.create(
        principal="p", key="k", request_hash="h", status_code=200, body={"a": [Decimal("1.50")]}
    )

    key.refresh_from_db()

    assert key.body == {"a": [1.5]}


def test_what_is_not_json_is_refused():
    with pytest.raises(TypeError, match="set is not JSON"):
        IdempotencyKey.objects.create(
            principal="p", key="k", request_hash="h", status_code=200, body={"a": {1}}
        )


@pytest.mark.django_db
def test_command_may_take_its_time_but_not_wait_for_locks():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout')"
        )
        found = cursor.fetchone()

    assert found == ("0", "5s")


def test_statements_in_use_are_prepared():
    with connection.cursor() as cursor:
        for _ in range(7):
            cursor.execute("SELECT 'prepared once', %s::int", [1])
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%prepared once%%'"
            " AND statement NOT LIKE %s",
            ["%pg_prepared%"],
        )

        assert cursor.fetchone() == (1,)
