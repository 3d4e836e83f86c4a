"""Jobs whose worker died are handed on, once."""

import pytest
from django.db import connection

from dayrade import stalled
from dayrade.tasks import retry_stalled
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
JOB = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, status, queueing_lock)
    VALUES ('passes', 'trading.value', %s, %s) RETURNING id
"""


@pytest.fixture(autouse=True)
def _nothing_waits():
    forget()
    yield
    forget()


def forget():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def queue(status, lock):
    with connection.cursor() as cursor:
        cursor.execute(JOB, [status, lock])
        ((key,),) = cursor.fetchall()
    return key


def queued():
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, status FROM procrastinate_jobs ORDER BY id")
        return cursor.fetchall()


def test_stalled_jobs_wait_again():
    waiting = [queue("doing", lock) for lock in ("one", None)]

    retry_stalled(timestamp=0)

    assert queued() == [(key, "todo") for key in waiting]


def test_stalled_job_goes_when_its_like_waits():
    queue("doing", "one")
    others = [queue("todo", "one"), queue("doing", "two")]

    retry_stalled(timestamp=0)

    assert queued() == [(key, "todo") for key in others]


def test_job_that_outlives_no_worker_is_given_up(caplog):
    key = queue("doing", None)
    for _ in range(stalled.DEATHS_MAX - 1):
        assert queued() == [(key, "doing")]
        retry_stalled(timestamp=0)
        assert queued() == [(key, "todo")]
        change("status = 'doing'")

    retry_stalled(timestamp=0)

    assert queued() == [(key, "failed")]
    assert "trading.value" in caplog.text


def change(what):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE procrastinate_jobs SET {what}")


def test_job_of_a_worker_that_lives_is_left_alone():
    key = queue("doing", None)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        (worker,) = cursor.fetchone()
    change(f"worker_id = {worker}")

    retry_stalled(timestamp=0)

    assert queued() == [(key, "doing")]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")


def test_stalled_job_is_handed_on_once_by_many():
    queue("doing", None)

    counts = at_once(stalled.hand_on, 4)

    assert sum(counts) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT attempts FROM procrastinate_jobs")
        assert cursor.fetchall() == [(1,)]
