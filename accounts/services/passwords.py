"""Passwords: checking, changing and resetting them."""

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import links
from accounts.models import User, UserSession
from accounts.services import owner
from administration import audit
from dayrade import jobs, notices
from dayrade.db import rows
from dayrade.db.transactions import service

WRONG = "This is not your password."


def check_strength(password: str, user: User, *, field: str) -> None:
    """Hold a new password against the rules, for this person.

    Raises:
        ValidationError: it is too weak, with the messages under `field`.

    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from None


def is_current(*, user: User, password: str) -> bool:
    """Tell whether this is the person's password; a wrong one is recorded."""
    if check_password(password, user.password):
        return True
    audit.deny(user, "password.denied", entity_type="users", entity_id=user.pk)
    return False


def change_password(
    *, user: User, current_password: str, new_password: str, session: UserSession | None = None
) -> User:
    """Change one's own password and return the account as stored.

    Ends every session but the one at hand. Locks the account.

    Raises:
        ValidationError: the current password is wrong, or the new one too weak; by field.
        UnauthenticatedError: as for `owner.locked`.

    """
    if not is_current(user=user, password=current_password):
        raise ValidationError({"current_password": WRONG})
    check_strength(new_password, user, field="new_password")
    return _change(user, make_password(new_password), session)


@service
def _change(user: User, digest: str, session: UserSession | None) -> User:
    audit.acting(user, "user.change_password")
    locked = owner.locked(user)
    if locked.password != user.password:
        # Somebody else was faster, and what was current is not.
        raise ValidationError({"current_password": WRONG})
    UserSession.objects.of(user, except_for=session).revoke()
    stored = rows.change(locked, {"password": digest})
    _tell(stored)
    return stored


@service
def request_reset(*, email: str) -> None:
    """Send a link to choose a new password, if the address has an account."""
    send_link(links.Kind.RESET_PASSWORD, email=email, action="user.request_reset")


def reset(*, token: str, new_password: str) -> User:
    """Set a new password for the bearer of a link and return the account as stored.

    Ends every session, and verifies the address: its mailbox has been read. Locks the account: of
    two uses at once, one finds the link used.

    Raises:
        BadLinkError: the link is of no use, which is recorded.
        ValidationError: the password is too weak.

    """
    try:
        user = links.find(links.Kind.RESET_PASSWORD, token)
        check_strength(new_password, user, field="new_password")
        return _reset(token, make_password(new_password))
    except links.BadLinkError as error:
        record_bad_link(links.Kind.RESET_PASSWORD, error)
        raise


@service
def _reset(token: str, digest: str) -> User:
    people = User.objects.select_for_update(no_key=True)
    user = links.find(links.Kind.RESET_PASSWORD, token, people)
    audit.acting(user, "user.reset_password")
    UserSession.objects.of(user).revoke()
    verified_at = user.email_verified_at or timezone.now()
    changes = {"password": digest, "email_verified": True, "email_verified_at": verified_at}
    stored = rows.change(user, changes)
    _tell(stored)
    return stored


def send_link(kind: links.Kind, *, email: str, action: str) -> None:
    """Record that a link was asked for, and queue it; an unknown address costs the same."""
    known = User.objects.with_email(email).values_list("pk", flat=True).first()
    audit.record(None, action, entity_type="users", entity_id=known)
    jobs.defer("accounts.send_link", kind=kind, user_id=str(known) if known else None)


def record_bad_link(kind: links.Kind, error: links.BadLinkError) -> None:
    """Note in the audit log that a link was refused, and whose it was."""
    details = {"kind": kind}
    audit.deny(None, "link.denied", entity_type="users", entity_id=error.user_id, details=details)


def _tell(user: User) -> None:
    notices.notify(
        user=user,
        type="password.changed",
        title="Your password was changed",
        message="If it was not you, ask for a link to choose a new one at once.",
        priority="high",
    )
