"""The links in e-mails: proofs that whoever opens one reads the address.

Nothing is stored. A token is signed under SECRET_KEY and names the person and the state that its
use changes: once used, or once that state has changed otherwise, it fits no more.
"""

import hashlib
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, TimestampSigner
from django.db.models import TextChoices
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare

from accounts.models import User, UserQuerySet

SEPARATOR = "."


class Kind(TextChoices):
    """What an e-mail is about."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  # no password
    KNOWN_ADDRESS = "known_address"


SUBJECTS = {
    Kind.VERIFY_EMAIL: "Confirm your e-mail address",
    Kind.RESET_PASSWORD: "Choose a new password",
    Kind.KNOWN_ADDRESS: "You have an account already",
}
PATHS = {Kind.VERIFY_EMAIL: "/verify-email", Kind.RESET_PASSWORD: "/reset-password"}


class BadLinkError(ValidationError):
    """The token is none, too old, used, or outdated; `user_id` is whose it was, if it was ours."""

    def __init__(self, user_id: UUID | None = None) -> None:
        """Say what to do about it, and nothing of the reason."""
        super().__init__({"token": "This link has expired or was used. Ask for a new one."})
        self.user_id = user_id


def lifetime(kind: Kind) -> timedelta:
    """Return for how long a link can be used."""
    if kind == Kind.RESET_PASSWORD:
        return timedelta(minutes=settings.PASSWORD_RESET_MINUTES)
    return timedelta(hours=settings.EMAIL_LINK_HOURS)


def token(kind: Kind, user: User) -> str:
    """Sign a token for the state that the person is in now."""
    return _signer(kind).sign(f"{user.pk.hex}{SEPARATOR}{_state(kind, user)}")


def find(kind: Kind, token: str, people: UserQuerySet | None = None) -> User:
    """Return the person whose link this is, among `people`, which may lock.

    Raises:
        BadLinkError: it is of no use, or no more, or the account is closed or suspended.

    """
    try:
        signed = _signer(kind).unsign(token, max_age=lifetime(kind))
    except BadSignature:
        raise BadLinkError from None
    key, _, state = signed.partition(SEPARATOR)
    within = User.objects.all() if people is None else people
    user = within.able_to_sign_in().filter(pk=key).first()
    if user is None or not constant_time_compare(state, _state(kind, user)):
        raise BadLinkError(UUID(key))
    return user


def message(kind: Kind, user: User) -> EmailMessage | None:
    """Write the e-mail with a new link, or None where there is nothing to send.

    No word of it is anybody's choice: else it could be used to write to strangers.
    """
    if kind == Kind.KNOWN_ADDRESS and not user.email_verified:
        kind = Kind.VERIFY_EMAIL
    if not user.is_active or user.is_suspended:
        return None
    if kind == Kind.VERIFY_EMAIL and user.email_verified:
        return None
    values = {"site": settings.FRONTEND_URL}
    if path := PATHS.get(kind):
        # After the hash sign, so that no server on the way writes it into a log.
        values["link"] = f"{settings.FRONTEND_URL}{path}#token={token(kind, user)}"
        values["lifetime"] = _in_words(lifetime(kind))
    return EmailMessage(
        SUBJECTS[kind], render_to_string(f"mail/{kind}.txt", values), to=[user.email]
    )


def _signer(kind: Kind) -> TimestampSigner:
    return TimestampSigner(salt=f"accounts.links.{kind}", sep=SEPARATOR)


def _state(kind: Kind, user: User) -> str:
    """Hash what the use of a link changes, so that the link does not outlive it."""
    state = user.password if kind == Kind.RESET_PASSWORD else str(user.email_verified)
    return hashlib.sha256(f"{user.email}\n{state}".encode()).hexdigest()[:32]


def _in_words(time: timedelta) -> str:
    minutes = int(time.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    return f"{minutes} minutes" if rest or not hours else f"{hours} hour{'s' * (hours > 1)}"
