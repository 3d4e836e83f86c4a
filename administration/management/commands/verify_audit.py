"""`manage.py verify_audit`: prove the audit log from its chain."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from administration import evidence


class Command(BaseCommand):
    """Silence means that nothing was altered, removed, inserted or swapped."""

    help = (
        "Seal what is due, then prove every row of the audit log from the chain. Prints nothing"
        " and exits with 0 where all is well; lists what is not, the oldest first, and exits with"
        " 1 otherwise."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the heads that were exported."""
        parser.add_argument(
            "--heads",
            type=Path,
            metavar="FILE",
            help="lines of export_audit_head, or of the log (audit head …): each must be there",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, and list.

        Raises:
            CommandError: something is wrong, or the file cannot be read.

        """
        found = evidence.verify(self.heads(options["heads"]))
        for finding in found:
            self.stdout.write(finding)
        if found:
            raise CommandError("The audit log is not what it was: see docs/operations.md.")

    def heads(self, path: Path | None) -> list[str] | None:
        """Read the lines of the heads.

        Raises:
            CommandError: the file cannot be read.

        """
        if path is None:
            return None
        try:
            return path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path} cannot be read: {error}") from error
