"""Log lines without rows of the database."""

import logging

import pytest
from django.db import IntegrityError, connection
from django.http import HttpResponse
from django.utils.log import log_response

from dayrade.context import Origin, origin
from dayrade.logs import Eventful, Formatter, RequestId
from tests.factories.accounts import UserFactory

SECRET = "hunter2@example.com"


def formatted(error):
    return Formatter().formatException((type(error), error, error.__traceback__))


@pytest.mark.django_db
def test_traceback_withholds_the_row():
    UserFactory(email=SECRET)

    with pytest.raises(IntegrityError) as caught:
        UserFactory(email=SECRET)

    text = formatted(caught.value)
    assert SECRET in str(caught.value)
    assert SECRET not in text
    assert "IntegrityError: (SQLSTATE 23505)" in text
    assert "UniqueViolation: (SQLSTATE 23505)" in text


@pytest.mark.django_db
def test_traceback_withholds_the_row_behind_another_error():
    def wrap():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT %s::uuid", [SECRET])
        except Exception as error:
            raise RuntimeError(f"wrapped: {error}") from error

    with pytest.raises(RuntimeError) as caught:
        wrap()

    text = formatted(caught.value)
    assert SECRET not in text
    assert "RuntimeError: wrapped: (SQLSTATE 22P02)" in text


def test_other_tracebacks_are_whole():
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # any will do
        int("no number")

    text = formatted(caught.value)
    assert text.endswith("invalid literal for int() with base 10: 'no number'")


@pytest.mark.parametrize(("request_id", "shown"), [("abc", "abc"), ("", "-")])
def test_line_carries_the_request_id(request_id, shown):
    record = logging.LogRecord("x", logging.INFO, "", 0, "message", None, None)
    token = origin.set(Origin(request_id=request_id))

    try:
        RequestId().filter(record)
    finally:
        origin.reset(token)

    assert record.request_id == shown


@pytest.mark.parametrize(
    ("action", "shown"),
    [
        ("start_job", False),
        ("job_success", False),
        ("jobs_deferred", False),
        ("job_error", True),
        ("job_error_retry", True),
        (None, True),
    ],
)
def test_jobs_that_went_well_are_not_logged(action, shown):
    record = logging.makeLogRecord({"action": action} if action else {})

    assert Eventful().filter(record) is shown


@pytest.mark.parametrize(("status", "lines"), [(404, 0), (409, 0), (503, 1)])
def test_refusals_are_not_logged_and_failures_are(rf, caplog, status, lines):
    response = HttpResponse(status=status)

    log_response("%s", "said", response=response, request=rf.get("/"))

    assert len(caplog.records) == lines
