"""`manage.py erased`: who was erased, kept elsewhere, and erased again after a restore."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dayrade.privacy import erasure


class Command(BaseCommand):
    """A backup has everybody who was erased after it: this list outlives the database."""

    help = (
        "Print a line for each person who was erased, or add to a file those that it does not"
        " name. With --again, erase whom a file names and a restored backup still has."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where the list goes, or comes from."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--file", type=Path, help="add to this file who is not in it")
        which.add_argument(
            "--again", type=Path, metavar="FILE", help="erase whom it names: such lines, or the log"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """List, or erase.

        Raises:
            CommandError: a file cannot be read or written, or somebody cannot be erased yet.

        """
        path: Path | None = options["file"] or options["again"]
        try:
            if options["again"]:
                self.again(erasure.named(options["again"].read_text("utf-8").splitlines()))
            elif path is None:
                self.stdout.writelines(f"{line}\n" for line in lines(set()))
            else:
                self.add(path)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path}: {error}") from error

    def add(self, path: Path) -> None:
        """Only add: after a restore the file knows more than the database."""
        known = set(erasure.named(path.read_text("utf-8").splitlines())) if path.exists() else set()
        with path.open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines(known))

    def again(self, people: list[Any]) -> None:
        """Erase each, in a transaction of its own.

        Raises:
            CommandError: somebody has a seat in a tournament that is not over.

        """
        done, waiting = 0, []
        for person in people:
            try:
                done += erasure.erase_again(person=person)
            except erasure.InTournamentError:
                waiting.append(person)
        self.stdout.write(f"Erased {done} of {len(people)}: the others are erased, or not here.")
        for person in waiting:
            self.stdout.write(f"{person} has a seat in a tournament that is not over.")
        if waiting:
            raise CommandError("Run it again when these tournaments are over.")


def lines(known: set[Any]) -> list[str]:
    """Write a line for everybody who was erased and is not known."""
    found = erasure.erased()
    return [f"erased {person} at {at.isoformat()}" for person, at in found if person not in known]
