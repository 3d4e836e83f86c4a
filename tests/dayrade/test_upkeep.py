"""Jobs whose worker died are handed on, once."""

import asyncio
from types import SimpleNamespace

import pytest
from django.db import connection

from dayrade import jobs
from dayrade.tasks import retry_stalled

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


def look_after():
    async def look():
        with jobs.app.replace_connector(jobs.app.connector.get_worker_connector()) as app:
            async with app.open_async():
                await retry_stalled(SimpleNamespace(app=app), timestamp=0)

    asyncio.run(look())


def test_stalled_jobs_wait_again():
    stalled = [queue("doing", lock) for lock in ("one", None)]

    look_after()

    assert queued() == [(key, "todo") for key in stalled]


def test_stalled_job_goes_when_its_like_waits():
    queue("doing", "one")
    others = [queue("todo", "one"), queue("doing", "two")]

    look_after()

    assert queued() == [(key, "todo") for key in others]
