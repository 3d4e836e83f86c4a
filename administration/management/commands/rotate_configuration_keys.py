"""`manage.py rotate_configuration_keys`: encrypt sensitive values under the newest key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from administration import configuration, vault


class Command(BaseCommand):
    """Afterwards the older keys can go."""

    help = (
        "Encrypt every sensitive value of the configuration under the first of CONFIGURATION_KEYS."
        " Names those that none of the keys fits, and then exits with 1: they stay as they are."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Encrypt, and say how many.

        Raises:
            CommandError: there is no key, or none fits a value.

        """
        try:
            done, unreadable = configuration.rotate_keys()
        except vault.NoKeyError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"Encrypted {done} under the first key.")
        if unreadable:
            raise CommandError(f"No key fits: {', '.join(unreadable)}. Bring theirs back.")
