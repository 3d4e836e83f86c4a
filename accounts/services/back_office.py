"""Signing in to the back office, and staying signed in there."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from accounts import devices, tokens
from accounts.models import User, UserSession
from accounts.services import sessions, two_step
from administration import audit
from dayrade.context import origin
from dayrade.db import rows
from dayrade.db.functions import Now
from dayrade.db.transactions import service
from dayrade.errors import UnauthenticatedError

TOKEN_BYTES = 32
NAME = "Back office"
REFUSED = "The e-mail address, the password or the code is wrong."


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A new session and the token for the cookie; only its hash is stored."""

    session: UserSession
    token: str


def hashed(token: str) -> str:
    """Return the SHA-256 of a cookie's token, with a prefix: it is no token of the API."""
    return tokens.hashed(f"back-office:{token}")


def sign_in(*, email: str, password: str, code: str = "") -> OpenedSession:
    """Check password and code and open a session; a refusal is recorded in the audit log.

    Whoever is no staff is refused as for a wrong password, and so is a wrong code.

    Raises:
        UnauthenticatedError: wrong address, password or code, or the back office is closed to
            this person.

    """
    try:
        return open_session(user=sessions.verified(email=email, password=password), code=code)
    except UnauthenticatedError as error:
        sessions.record_denial("admin.denied", email=email)
        if error.code == UnauthenticatedError.code:
            raise UnauthenticatedError(REFUSED) from None
        raise


@service
def open_session(*, user: User, code: str = "") -> OpenedSession:
    """Let staff in on the device behind the current request.

    Locks the account: what ends its sessions meanwhile ends this one, or keeps it from opening.

    Raises:
        UnauthenticatedError: no staff, the code is wrong, or the account has changed since it
            was read: another password, closed, or suspended.

    """
    audit.acting(user, "admin.sign_in")
    stored = rows.locked(user)
    if stored.password != user.password or not stored.is_active or not stored.is_staff:
        raise UnauthenticatedError(REFUSED)
    if two_step.is_set_up(stored) and not two_step.check(user=stored, code=code):
        raise UnauthenticatedError(REFUSED)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    at = origin.get()
    session = UserSession.objects.create(
        user=stored,
        session_token=hashed(token),
        # Nobody has it: the back office refreshes nothing.
        refresh_token=hashed(secrets.token_urlsafe(TOKEN_BYTES)),
        device_info=devices.described(at.user_agent, NAME),
        ip_address=at.ip_address or None,
        user_agent=at.user_agent or None,
        expires_at=Now() + timedelta(hours=settings.STAFF_SESSION_HOURS),
    )
    audit.record(stored, "admin.sign_in", entity_type="user_sessions", entity_id=session.pk)
    return OpenedSession(session, token)


def resumed(*, token: str, is_used: bool = True) -> UserSession | None:
    """Return the live session of a cookie's token, with its person, and note its use.

    A page that only asks for news does not use it.
    """
    session = UserSession.objects.signed_in(hashed(token))
    if session is not None and is_used:
        sessions.touch(session=session)
    return session


def record_denial(*, user: User, action: str, method: str, route: str) -> None:
    """Note in the audit log what a signed-in person was refused."""
    details = {"method": method, "route": route}
    audit.deny(user, action, entity_type="users", entity_id=user.pk, details=details)
