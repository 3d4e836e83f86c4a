"""`manage.py link_accounts`: say from a file which trading account is whose."""

import csv
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dayrade.errors import ConflictError
from tournaments.models import Tournament
from tournaments.services import accounts
from tournaments.services.accounts import Line

PEOPLE = ("email", "username")
ACCOUNT = "zimtra_account_id"


class Command(BaseCommand):
    """Links the seats of a tournament at once, all or none."""

    help = (
        "Link seats with their trading accounts from a CSV file with the columns email (or"
        " username) and zimtra_account_id. Exit status: 0 all linked, 1 nothing changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the tournament and the file."""
        parser.add_argument("slug", help="The tournament's slug.")
        parser.add_argument("file", type=Path, help="The CSV file, in UTF-8.")
        parser.add_argument("--dry-run", action="store_true", help="Check all, change nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the file and link.

        Raises:
            CommandError: no such tournament or file, it is over, or lines are wrong.

        """
        tournament = Tournament.objects.filter(slug=options["slug"]).first()
        if tournament is None:
            raise CommandError(f"There is no tournament {options['slug']}.")
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as file:
                by, lines = read(file)
        except (OSError, ValueError, csv.Error) as error:
            # A UnicodeDecodeError would show what the file holds.
            said = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error
            raise CommandError(f"{options['file']} cannot be read: {said}.") from None
        dry_run = options["dry_run"]
        try:
            count = accounts.link_field(tournament=tournament, by=by, lines=lines, dry_run=dry_run)
        except accounts.WrongLinesError as error:
            for number, said in error.errors:
                self.stderr.write(f"line {number}: {said}")
            raise CommandError(f"{error}: nothing was changed.") from None
        except ConflictError as error:
            raise CommandError(error.message) from None
        if options["verbosity"]:
            verb = "would change" if dry_run else "changed"
            self.stdout.write(f"{len(lines):,} lines read, {count:,} seats {verb}.")


def read(file: TextIO) -> tuple[str, list[Line]]:
    """Return the column that names people, and the lines.

    Raises:
        ValueError: a column is missing.

    """
    reader = csv.DictReader(file, strict=True)
    names = reader.fieldnames or ()
    by = next((name for name in PEOPLE if name in names), None)
    if by is None or ACCOUNT not in names:
        raise ValueError(f"it needs the columns email (or username) and {ACCOUNT}")
    return by, [
        Line(reader.line_num, (row[by] or "").strip(), (row[ACCOUNT] or "").strip())
        for row in reader
    ]
