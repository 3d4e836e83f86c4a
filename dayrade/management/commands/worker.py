"""`manage.py worker`: do the jobs."""

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
        while True:
            try:
                connector = cast("DjangoConnector", app.connector).get_worker_connector()
                with app.replace_connector(connector) as working:
                    working.run_worker(
                        concurrency=options["concurrency"],
                        delete_jobs="successful",
                        shutdown_graceful_timeout=STOP_SECONDS,
                    )
            except ConnectorException as error:
                self.stderr.write(f"The queue is out of reach: {error.__cause__ or error}")
                time.sleep(PAUSE_SECONDS)
            else:
                return
