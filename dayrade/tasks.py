"""The jobs that look after the queue, and after what goes soon."""

from procrastinate.job_context import JobContext

from dayrade import jobs, stalled
from dayrade.privacy import retention

KEPT_HOURS = 72


@jobs.app.periodic(cron="* * * * *")
@jobs.app.task(name="dayrade.retry_stalled", queue="upkeep")
def retry_stalled(timestamp: int) -> None:
    """Give the jobs of a worker that died to another."""
    stalled.hand_on()


@jobs.app.periodic(cron="*/10 * * * *")
@jobs.app.task(name="dayrade.forget_events", queue="upkeep", queueing_lock="forget_events")
def forget_events(timestamp: int) -> None:
    """Delete the live events that nobody resumes from any more."""
    retention.purge(retention.LIVE_EVENTS)


@jobs.app.periodic(cron="17 3 * * *")
@jobs.app.task(name="dayrade.remove_old_jobs", queue="upkeep", pass_context=True)
async def remove_old_jobs(context: JobContext, timestamp: int) -> None:
    """Forget jobs that failed for good, once there was time to look at them."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
