"""`manage.py export_audit_head`: what to keep elsewhere, to prove the audit log by."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from administration import chain


class Command(BaseCommand):
    """Seals what is due and hands out the newest link, signed."""

    help = (
        "Print the signed head of the audit log's chain as a line of JSON, or append it to a file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where it goes."""
        parser.add_argument("--file", type=Path, help="append it to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Export it.

        Raises:
            CommandError: there is nothing in the log, or the file cannot be written.

        """
        chain.seal(wait=True)
        head = chain.head()
        if head is None:
            raise CommandError("The audit log is empty.")
        if options["file"] is None:
            self.stdout.write(head.line)
            return
        try:
            with options["file"].open("a", encoding="utf-8") as file:
                file.write(f"{head.line}\n")
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}.") from error
