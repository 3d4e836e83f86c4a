"""The jobs of trading."""

from dayrade import jobs
from trading.services import snapshots, valuation


@jobs.app.periodic(cron="* * * * * */2")
@jobs.app.task(name="trading.value", queue="passes", queueing_lock="trading.value")
def value(timestamp: int) -> None:
    """Value and rank every active tournament that does not rest."""
    valuation.refresh_due()


@jobs.app.periodic(cron="* * * * * */2")
@jobs.app.task(name="trading.snapshot", queue="passes", queueing_lock="trading.snapshot")
def snapshot(timestamp: int) -> None:
    """Take the snapshots that are due."""
    snapshots.take_due()
