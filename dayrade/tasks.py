"""The jobs that look after the queue."""

from procrastinate.exceptions import UniqueViolation
from procrastinate.job_context import JobContext
from procrastinate.jobs import Status

from dayrade import jobs

KEPT_HOURS = 72


@jobs.app.periodic(cron="* * * * *")
@jobs.app.task(name="dayrade.retry_stalled", queue="upkeep", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Give the jobs of a worker that died to another."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            # Its like waits already, and will do what is left of it.
            await manager.finish_job(job, Status.FAILED, delete_job=True)


@jobs.app.periodic(cron="17 3 * * *")
@jobs.app.task(name="dayrade.remove_old_jobs", queue="upkeep", pass_context=True)
async def remove_old_jobs(context: JobContext, timestamp: int) -> None:
    """Forget jobs that failed for good, once there was time to look at them."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
