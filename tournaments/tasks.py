"""The jobs of tournaments."""

import logging
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from procrastinate import RetryStrategy

from dayrade import jobs
from tournaments.models import Tournament
from tournaments.services import bookings, lifecycle, results, seats
from tournaments.sources.ticketsource import TicketSource

logger = logging.getLogger(__name__)
#: The next poll is never far: whatever this leaves undone, that does.
SOON = RetryStrategy(max_attempts=3, wait=30)


@jobs.app.task(name="tournaments.tell_participants", queue="notices", retry=jobs.RETRY)
def tell_participants(*, tournament_id: str, type: str, title: str, message: str) -> None:  # noqa: A002
    """Tell everybody with a seat."""
    seats.tell(tournament_id=UUID(tournament_id), type=type, title=title, message=message)


@jobs.app.task(name="tournaments.tell_corrected", queue="notices", retry=jobs.RETRY)
def tell_corrected(*, result_id: str) -> None:
    """Tell everybody whose rank or P&L a correction changed."""
    results.tell(result_id=UUID(result_id))


@jobs.app.periodic(cron="* * * * * */10")
@jobs.app.task(name="tournaments.advance", queue="upkeep", queueing_lock="tournaments.advance")
def advance(timestamp: int) -> None:
    """Move every tournament whose date has come, and tell of freezes."""
    lifecycle.advance_due()
    lifecycle.tell_freezes()


@jobs.app.periodic(cron="*/5 * * * *")
@jobs.app.task(name="tournaments.poll_bookings", queue="upkeep", queueing_lock="bookings")
def poll_bookings(timestamp: int) -> None:
    """Have the bookings read of every tournament that sells, each by a job of its own."""
    if not settings.TICKETSOURCE_API_KEY:
        return
    for key in Tournament.objects.selling(at=timezone.now()).values_list("pk", flat=True):
        jobs.defer_alone(
            "tournaments.import_bookings", key=f"bookings {key}", tournament_id=str(key)
        )


@jobs.app.task(name="tournaments.import_bookings", queue="bookings", retry=SOON)
def import_bookings(*, tournament_id: str) -> None:
    """Read a tournament's bookings and settle them, if it still sells."""
    selling = Tournament.objects.selling(at=timezone.now())
    tournament = selling.filter(pk=UUID(tournament_id)).first()
    if tournament is None:
        return
    source = TicketSource(url=settings.TICKETSOURCE_URL, key=settings.TICKETSOURCE_API_KEY)
    imported = bookings.poll(tournament=tournament, source=source)
    if imported.foreign:
        logger.warning(
            "%s: bookings of another tournament: %s", tournament.slug, ", ".join(imported.foreign)
        )
