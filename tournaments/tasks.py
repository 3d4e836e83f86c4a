"""The jobs of tournaments."""

from uuid import UUID

from dayrade import jobs
from tournaments.services import lifecycle, seats


@jobs.app.task(name="tournaments.tell_participants", queue="notices", retry=jobs.RETRY)
def tell_participants(*, tournament_id: str, type: str, title: str, message: str) -> None:  # noqa: A002
    """Tell everybody with a seat."""
    seats.tell(tournament_id=UUID(tournament_id), type=type, title=title, message=message)


@jobs.app.periodic(cron="* * * * * */10")
@jobs.app.task(name="tournaments.advance", queue="upkeep", queueing_lock="tournaments.advance")
def advance(timestamp: int) -> None:
    """Move every tournament whose date has come."""
    lifecycle.advance_due()
