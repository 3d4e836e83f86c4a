"""`manage.py verify_standings`: prove a tournament's figures from its trades."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tournaments.models import Tournament
from trading.services import repair, verify


class Command(BaseCommand):
    """Silence means that everything is right."""

    help = (
        "Rebuild every position, figure and rank of a tournament from its trades and list what"
        " is stored otherwise. Prints nothing and exits with 0 where all is right, with 1 where"
        " something differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the tournament, and whether to mend it."""
        parser.add_argument("slug", help="the tournament's slug or id")
        parser.add_argument("--repair", action="store_true", help="write what is right")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, list, and mend where asked to.

        Raises:
            CommandError: there is no such tournament, something differs, or still does after the
                repair.

        """
        tournament = Tournament.objects.addressed(options["slug"]).first()
        if tournament is None:
            raise CommandError("There is no such tournament.")
        found = verify.differences(tournament=tournament)
        for difference in found:
            self.stdout.write(str(difference))
        if not found:
            return
        if not options["repair"]:
            raise CommandError(f"{_counted(len(found))}; --repair writes what is right.")
        repair.repair(tournament=tournament, differences=found)
        left = verify.differences(tournament=tournament)
        if left:
            for difference in left:
                self.stderr.write(str(difference))
            raise CommandError(f"{_counted(len(left))} left after the repair.")
        self.stdout.write(f"Repaired: {_counted(len(found))}.")


def _counted(number: int) -> str:
    return f"{number:,} difference{'s' * (number != 1)}"
