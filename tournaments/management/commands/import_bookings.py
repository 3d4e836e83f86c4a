"""`manage.py import_bookings`: read TicketSource's exported bookings in."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from tournaments.models import Mismatch, Tournament
from tournaments.services import bookings
from tournaments.sources import Booked, export

ERRORS_SHOWN = 50
EXIT_WITH_BAD_LINES = 3
FOREIGN = "Belongs to another tournament"


class Command(BaseCommand):
    """Does what the poll does, from a file."""

    help = (
        "Read bookings from TicketSource's CSV export and give them their seats."
        " Exit status: 0 all read, 1 nothing read, 3 read but for lines that were skipped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the tournament and the file."""
        parser.add_argument("slug", help="The tournament's slug.")
        parser.add_argument("file", type=Path, help="The export, as CSV in UTF-8.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would come of it, and change nothing."
        )
        parser.add_argument(
            "--skip-bad-lines",
            action=argparse.BooleanOptionalAction,
            default=False,
            help="Read the good lines of a file that has bad ones.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the file and settle its bookings.

        Raises:
            CommandError: no such tournament, no such file, or lines that are wrong.

        """
        tournament = Tournament.objects.filter(slug=options["slug"]).first()
        if tournament is None:
            raise CommandError(f"There is no tournament {options['slug']}.")
        found = self.read(options["file"], skip=options["skip_bad_lines"])
        act = self.rehearse if options["dry_run"] else self.take
        quiet = options["verbosity"] == 0
        with tqdm(
            total=len(found.bookings),
            file=sys.stderr,
            disable=True if quiet else None,  # None: where the output is no terminal
            unit=" bookings",
        ) as bar:
            standing = act(tournament, found.bookings, bar.update)
        if not quiet:
            self.report(standing)
        if found.errors:
            sys.exit(EXIT_WITH_BAD_LINES)

    def read(self, path: Path, *, skip: bool) -> export.Export:
        """Read the file; say what is wrong with its lines."""
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                found = export.read(file)
        except (OSError, ValueError) as error:
            # A UnicodeDecodeError would show what the file holds.
            said = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error
            raise CommandError(f"{path} cannot be read: {said}.") from None
        for line, said in found.errors[:ERRORS_SHOWN]:
            self.stderr.write(f"line {line}: {said}")
        if len(found.errors) > ERRORS_SHOWN:
            self.stderr.write(f"and {len(found.errors) - ERRORS_SHOWN} lines more")
        if found.errors and not skip:
            raise CommandError(f"{len(found.errors)} lines are wrong: nothing was read.")
        return found

    def rehearse(
        self, tournament: Tournament, found: list[Booked], progress: Callable[[], object]
    ) -> Counter[str]:
        """Find out what would come of each."""
        standing: Counter[str] = Counter()
        for booked in found:
            standing[bookings.rehearse(tournament=tournament, booked=booked)] += 1
            progress()
        return standing

    def take(
        self, tournament: Tournament, found: list[Booked], progress: Callable[[], object]
    ) -> Counter[str]:
        """Store and settle them."""
        done = bookings.take(tournament=tournament, found=found, progress=progress)
        return done.standing + Counter({bookings.FOREIGN: len(done.foreign)})

    def report(self, standing: Counter[str]) -> None:
        """Say how many stand how."""
        words = dict(Mismatch.choices) | {bookings.FOREIGN: FOREIGN, "paid": "Has its seat"}
        for name, count in sorted(standing.items()):
            self.stdout.write(f"{count:>6}  {words.get(name, name.capitalize())}")
