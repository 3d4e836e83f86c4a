"""The jobs of trading."""

from dayrade import jobs
from trading.services import reconciliation, snapshots, valuation


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


@jobs.app.periodic(cron="* * * * *")
@jobs.app.task(name="trading.recheck", queue="upkeep", queueing_lock="trading.recheck")
def recheck(timestamp: int) -> None:
    """Close differences that late trades have settled."""
    reconciliation.recheck_active()


@jobs.app.periodic(cron="*/10 * * * *")
@jobs.app.task(name="trading.compare", queue="upkeep", queueing_lock="trading.compare")
def compare(timestamp: int) -> None:
    """Look at the latest figures of the provider again."""
    reconciliation.recheck_active(thoroughly=True)
