"""`manage.py reset_two_step`: let in an admin who has lost their authenticator."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.services import two_step


class Command(BaseCommand):
    """Takes an authenticator away where no other admin can."""

    help = "Take somebody's authenticator away and end their sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare whose, and why."""
        parser.add_argument("email", help="Their e-mail address.")
        parser.add_argument("--reason", required=True, help="Why; it is in the audit log.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take it away.

        Raises:
            CommandError: nobody has this address or an authenticator, or there is no reason.

        """
        user = User.objects.with_email(options["email"]).first()
        if user is None:
            raise CommandError("Nobody has this e-mail address.")
        try:
            two_step.remove(actor=None, user=user, reason=options["reason"])
        except two_step.NotBegunError as error:
            raise CommandError(error.message) from None
        except ValidationError as error:
            raise CommandError(error.messages[0]) from None
        self.stdout.write(f"{user} signs in without an authenticator, and sets up a new one.")
