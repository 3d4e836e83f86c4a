"""`manage.py import_trades`: book a file of trades as if the provider had delivered it."""

import csv
import itertools
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from dayrade.db.transactions import service
from tournaments.models import Tournament
from trading.services import ingest

BATCH = 1_000
REQUIRED = (
    "zimtra_trade_id",
    "zimtra_account_id",
    "symbol",
    "side",
    "quantity",
    "price",
    "executed_at",
)
OPTIONAL = ("zimtra_order_id", "commission", "order_type")
#: Longer than any number that is one.
DIGITS_MAX = 20

type Line = tuple[int, dict[str, Any]]


class UnwantedError(Exception):
    """Takes a dry run back."""


class Command(BaseCommand):
    """Goes the way of a delivery: the same checks, the same verdicts, nothing booked twice."""

    help = (
        "Book the trades of a CSV file; its columns have the names of the fields of"
        " POST /api/v1/ingest/trades. Refused lines are listed, and kept as refused trades."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, and where it goes."""
        parser.add_argument("file", type=Path, help="the CSV file, in UTF-8")
        parser.add_argument("--tournament", required=True, help="its slug, id or Zimtra id")
        parser.add_argument("--dry-run", action="store_true", help="check everything, book nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Book a batch after the other, and sum up.

        Raises:
            CommandError: no such file or tournament, a column is missing, or a line was refused;
                what was accepted is booked all the same.

        """
        tournament = Tournament.objects.called_by_provider(options["tournament"])
        if tournament is None:
            raise CommandError("There is no such tournament.")
        book = self._try if options["dry_run"] else self._book
        try:
            with options["file"].open(newline="", encoding="utf-8-sig") as file:
                counts = book(tournament, _lines(file), quiet=options["verbosity"] == 0)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"The file cannot be read: {error}.") from error
        said = (
            f"{counts['accepted']:,} accepted, {counts['duplicate']:,} duplicates,"
            f" {counts['rejected']:,} rejected."
        )
        self.stdout.write(f"Dry run: {said}" if options["dry_run"] else said)
        if counts["rejected"]:
            raise CommandError("Some lines were refused.")

    def _try(self, *args: Any, **kwargs: Any) -> Counter[str]:
        """Book everything, and take it back."""
        found: Counter[str] = Counter()

        @service
        def rehearse() -> None:
            found.update(self._book(*args, **kwargs))
            raise UnwantedError

        try:
            rehearse()
        except UnwantedError:
            return found
        raise AssertionError("unreachable: a rehearsal is taken back")

    def _book(self, tournament: Tournament, lines: Iterator[Line], *, quiet: bool) -> Counter[str]:
        counts: Counter[str] = Counter()
        # None: no bar where nobody watches.
        with tqdm(unit=" trades", file=sys.stderr, disable=True if quiet else None) as bar:
            for batch in itertools.batched(lines, BATCH):
                items = [item for _, item in batch]
                verdicts = ingest.take(tournament=tournament, items=items)
                for (number, _), verdict in zip(batch, verdicts, strict=True):
                    counts[verdict.status] += 1
                    if verdict.status == "rejected":
                        self.stderr.write(f"Line {number}: {verdict.error}: {verdict.message}")
                bar.update(len(batch))
        return counts


def _lines(file: Any) -> Iterator[Line]:
    """Read the items with the numbers of their lines.

    Raises:
        CommandError: a column is missing, unknown or given twice, or a line has too many values.

    """
    reader = csv.DictReader(file, strict=True)
    names = list(reader.fieldnames or ())
    if missing := [name for name in REQUIRED if name not in names]:
        raise CommandError(f"Columns are missing: {', '.join(missing)}.")
    if unknown := [name for name in names if name not in (*REQUIRED, *OPTIONAL)]:
        raise CommandError(f"Columns are unknown: {', '.join(unknown)}.")
    if len(set(names)) < len(names):
        raise CommandError("A column is given twice.")
    for row in reader:
        if None in row:
            raise CommandError(f"Line {reader.line_num} has more values than the first.")
        yield reader.line_num, _item(row)


def _item(row: dict[str, str | None]) -> dict[str, Any]:
    """Make a line what JSON would have said: an empty value is none, a quantity a number."""
    item: dict[str, Any] = {name: value for name, value in row.items() if value}
    quantity = item.get("quantity", "")
    if quantity.isascii() and quantity.isdecimal() and len(quantity) <= DIGITS_MAX:
        item["quantity"] = int(quantity)
    return item
