"""Signing in and out."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import User, UserSession
from administration import audit
from dayrade.context import origin
from dayrade.db import rows
from dayrade.db.functions import Now
from dayrade.db.transactions import service
from dayrade.errors import UnauthenticatedError

TOKEN_BYTES = 32
REFUSED = "The e-mail address or the password is wrong."
LAST_ACCESS_PRECISION = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A new session and its token, which nobody can read again: only its hash is stored."""

    session: UserSession
    session_token: str


def hashed(token: str) -> str:
    """Return the SHA-256 of a token in hexadecimal, as `user_sessions` stores it."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(*, email: str, password: str) -> OpenedSession:
    """Check a password and open a session.

    An unknown address costs the same work as a wrong password and is refused alike. A refusal
    is recorded in the audit log.

    Raises:
        UnauthenticatedError: wrong address or password, or the account is closed or suspended.

    """
    user = User.objects.with_email(email).first()
    if user is None:
        make_password(password)
    elif user.check_password(password) and User.objects.able_to_sign_in().contains(user):
        return open_session(user=user)
    audit.record(
        None,
        "session.denied",
        entity_type="users",
        entity_id=user.pk if user else None,
    )
    raise UnauthenticatedError(REFUSED)


@service
def open_session(*, user: User) -> OpenedSession:
    """Sign a person in on the device behind the current request.

    Locks the account: what ends its sessions meanwhile ends this one, or keeps it from opening.

    Raises:
        UnauthenticatedError: the account has changed since it was read: another password, closed,
            or suspended.

    """
    audit.acting(user, "session.open")
    stored = rows.locked(user)
    if stored.password != user.password or not stored.is_active or stored.is_suspended:
        raise UnauthenticatedError(REFUSED)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    at = origin.get()
    session = UserSession.objects.create(
        user=user,
        session_token=hashed(token),
        refresh_token=hashed(secrets.token_urlsafe(TOKEN_BYTES)),
        ip_address=at.ip_address or None,
        user_agent=at.user_agent or None,
        expires_at=timezone.now() + timedelta(hours=settings.API_SESSION_HOURS),
    )
    user.last_login = session.created_at
    user.save(update_fields=["last_login", "updated_at"])
    audit.record(user, "session.open", entity_type="user_sessions", entity_id=session.pk)
    return OpenedSession(session, token)


def touch(*, session: UserSession) -> None:
    """Note that a session is in use, to the minute: reads should not cost a write each."""
    if session.last_accessed_at < timezone.now() - LAST_ACCESS_PRECISION:
        UserSession.objects.filter(pk=session.pk).update(last_accessed_at=Now())


@service
def sign_out(*, session: UserSession) -> None:
    """End one session."""
    UserSession.objects.filter(pk=session.pk).revoke()
    audit.record(session.user, "session.close", entity_type="user_sessions", entity_id=session.pk)


def record_admin_sign_in(*, user: User) -> None:
    """Note in the audit log that somebody has come into the back office."""
    audit.record(user, "admin.sign_in", entity_type="users", entity_id=user.pk)


def record_admin_denial(*, email: str) -> None:
    """Note in the audit log whose door was tried in vain, where the address is known."""
    known = User.objects.with_email(email).values_list("pk", flat=True).first()
    audit.record(None, "admin.denied", entity_type="users", entity_id=known)
