"""Jobs whose worker has died: another does them, but not for ever."""

import logging

from django.db import IntegrityError, connection

from dayrade.db.queries import executed, fetched, fetched_one
from dayrade.db.transactions import service

logger = logging.getLogger("dayrade.jobs")

# One that was under way at so many deaths has probably caused them.
DEATHS_MAX = 5
ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('dayrade.stalled', 0))"
# A worker tells every ten seconds that it lives.
STALLED = """
    SELECT job.id, task_name, attempts FROM procrastinate_jobs job
    LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
    WHERE status = 'doing' AND (
        worker.id IS NULL OR last_heartbeat < clock_timestamp() - interval '30 seconds')
    ORDER BY job.id FOR UPDATE OF job
"""
RETRY = "SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)"
# Kept with the others that have failed for good.
GIVE_UP = "UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s"
FORGET = "DELETE FROM procrastinate_jobs WHERE id = %s"


@service
def hand_on() -> int:
    """Let the jobs of dead workers wait again, and return how many do.

    One that was under way at `DEATHS_MAX` deaths has failed for good; one whose like waits
    already goes, for that will do what is left of it. Any number may run at once: one works.
    """
    (is_ours,) = fetched_one(ALONE)
    if not is_ours:
        return 0
    waiting = 0
    for key, task, attempts in fetched(STALLED):
        if attempts + 1 >= DEATHS_MAX:
            logger.error("job %s (%s) is given up: it has outlived no worker", key, task)
            executed(GIVE_UP, [key])
            continue
        try:
            _retry(key)
        except IntegrityError:
            executed(FORGET, [key])
        else:
            waiting += 1
    return waiting


@service
def _retry(key: int) -> None:
    """Be a savepoint: its like may wait."""
    with connection.cursor() as cursor:
        cursor.execute(RETRY, [key])
