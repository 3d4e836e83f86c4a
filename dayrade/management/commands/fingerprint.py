"""`manage.py fingerprint`: what to compare a restored database by."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from dayrade import fingerprints


class Command(BaseCommand):
    """Its output is the same for two databases that hold the same: diff shows what differs."""

    help = (
        "Print for each table how many rows it has, a hash over all of them in any order, and one"
        " of its definition; then functions, sequences, privileges and the head of the audit log."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the instant."""
        parser.add_argument(
            "--snapshot", metavar="ID", help="of pg_export_snapshot(), as pg_dump takes it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read everything, and print.

        Raises:
            CommandError: nobody holds that snapshot.

        """
        try:
            found = fingerprints.lines(options["snapshot"])
        except DatabaseError as error:
            if options["snapshot"] is None:
                raise
            raise CommandError(f"The snapshot {options['snapshot']} is not there.") from error
        for line in found:
            self.stdout.write(line)
