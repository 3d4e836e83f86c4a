"""The links that prove who reads an address."""

from django.core.mail import EmailMessage
from django.db.models import TextChoices

from accounts.models import User


class Kind(TextChoices):
    """What a link is for."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  # no password
    KNOWN_ADDRESS = "known_address"


def message(kind: Kind, user: User) -> EmailMessage | None:
    """Write the e-mail with a new link, or None where there is nothing to send."""
    return None
