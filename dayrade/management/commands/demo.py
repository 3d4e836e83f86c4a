"""Load the demo."""

import sys
from argparse import ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from dayrade import demo
from dayrade.demo.world import COMPETITORS_MIN

COMPETITORS_MAX = 2000


class Command(BaseCommand):
    """Fills an empty database with people whose password is public."""

    help = (
        "Load a demo world into an empty database: the same one for the same seed and instant."
        " Its passwords are public, so that with DEBUG off it needs --force."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what the world follows from."""
        parser.add_argument("--seed", type=int, default=1, help="which world (default: 1)")
        parser.add_argument(
            "--at",
            type=instant,
            metavar="ISO",
            help="the world's now, such as 2026-03-02T16:00Z (default: today at 0:00 UTC)",
        )
        parser.add_argument(
            "--competitors",
            type=int,
            default=200,
            help="seats of the active tournament (default: 200)",
        )
        parser.add_argument("--force", action="store_true", help="load it where DEBUG is off, too")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the world, with a bar where somebody watches, and tell how to sign in."""
        if not (settings.DEVELOPMENT or options["force"]):
            raise CommandError("The demo's passwords are public: with DEBUG off it needs --force.")
        quiet = options["verbosity"] == 0
        if not COMPETITORS_MIN <= options["competitors"] <= COMPETITORS_MAX:
            raise CommandError(f"--competitors must be {COMPETITORS_MIN} to {COMPETITORS_MAX}.")
        at = options["at"] or timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
        with tqdm(
            total=100,
            file=sys.stderr,
            disable=True if quiet else None,  # None: where the output is no terminal
            bar_format="{desc:<24} {bar:40} {percentage:3.0f} % {elapsed}",
        ) as bar:

            def show(done: int, doing: str) -> None:
                bar.set_description_str(doing, refresh=False)
                bar.update(done - bar.n)

            try:
                demo.load(
                    seed=options["seed"],
                    at=at,
                    competitors=options["competitors"],
                    progress=show,
                )
            except demo.NotEmptyError as error:
                raise CommandError(error.message) from error
        if not quiet:
            for sign_in in demo.SIGN_INS:
                self.stdout.write(f"{sign_in.role:<10}  {sign_in.email}  {sign_in.password}")


def instant(text: str) -> datetime:
    """Read an instant; without an offset it is UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no date and time of ISO 8601") from error
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
