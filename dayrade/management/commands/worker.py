"""`manage.py worker`: do the jobs."""

import asyncio
import signal
import time
from typing import TYPE_CHECKING, Any, cast

from django.core.management.base import BaseCommand, CommandParser
from procrastinate.exceptions import ConnectorException

from dayrade.jobs import app

if TYPE_CHECKING:
    from procrastinate.contrib.django.django_connector import DjangoConnector

PAUSE_SECONDS = 2
STOP_SECONDS = 20


class Command(BaseCommand):
    """Does the queued and the periodic jobs until it is stopped; any number may run at once."""

    help = "Do the queued and the periodic jobs until stopped."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the number of jobs at once."""
        parser.add_argument("--concurrency", type=int, default=4, help="jobs at once (4)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work; a database that is away is waited for."""
        while not asyncio.run(self.is_asked_to_stop(options["concurrency"])):
            time.sleep(PAUSE_SECONDS)

    async def is_asked_to_stop(self, concurrency: int) -> bool:
        """Work until somebody asks for the end, or, False, until the database is lost.

        The library's own handling of signals would not tell the two apart.
        """
        asked = asyncio.Event()
        loop = asyncio.get_running_loop()

        def ask(number: int) -> None:
            # A second signal is for somebody without patience.
            loop.remove_signal_handler(number)
            asked.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, ask, number)
        working = asyncio.create_task(work(concurrency))
        asking = asyncio.create_task(asked.wait())
        await asyncio.wait((working, asking), return_when=asyncio.FIRST_COMPLETED)
        asking.cancel()
        # It first finishes what it has begun.
        working.cancel()
        try:
            await working
        except asyncio.CancelledError:
            pass
        except ConnectorException as error:
            self.stderr.write(f"The queue is out of reach: {error.__cause__ or error}")
        return asked.is_set()


async def work(concurrency: int) -> None:
    """Do jobs until cancelled, or until a connection is lost.

    Raises:
        ConnectorException: the database cannot be reached.

    """
    connector = cast("DjangoConnector", app.connector).get_worker_connector()
    with app.replace_connector(connector) as connected:
        async with connected.open_async():
            await connected.run_worker_async(
                concurrency=concurrency,
                delete_jobs="successful",
                shutdown_graceful_timeout=STOP_SECONDS,
                install_signal_handlers=False,
            )
