"""What people do with their account."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import Role, User, UserSession, normalise_email
from administration import audit
from dayrade.context import origin
from dayrade.db import rows
from dayrade.db.functions import Now
from dayrade.db.transactions import service
from dayrade.errors import ConflictError, ForbiddenError, UnauthenticatedError

TOKEN_BYTES = 32
REFUSED = "The e-mail address or the password is wrong."
LAST_ACCESS_PRECISION = timedelta(minutes=1)


class OwnAccessError(ConflictError):
    """Nobody changes their own role or closes their own account."""

    code = "OWN_ACCESS"


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


@service
def update_profile(*, user: User, changes: Mapping[str, Any]) -> User:
    """Change what a person may change about themselves, and return it as stored.

    Locks the account.

    Raises:
        ValidationError: a value is not allowed.
        IntegrityError: the username is taken (SQLSTATE 23505).

    """
    audit.acting(user, "user.update_profile")
    return rows.change(rows.locked(user), changes)


@service
def create_by_staff(*, actor: User, password: str, fields: Mapping[str, Any]) -> User:
    """Make an account for somebody; their address counts as unverified.

    Raises:
        ForbiddenError: the actor is no admin any more.
        ValidationError: a value is not allowed.
        IntegrityError: the address, username or Zimtra id is taken (SQLSTATE 23505).

    """
    audit.acting(actor, "user.create")
    _admins(actor)
    user = User(**fields)
    user.email = normalise_email(user.email)
    user.set_password(password)
    return rows.insert(user)


@service
def update_by_staff(*, actor: User, user: User, changes: Mapping[str, Any]) -> User:
    """Change somebody's account and return it as stored; a new address is unverified.

    Closing an account ends its API sessions: opening it again does not bring them back.
    Locks every admin and the account. An admin must remain: nobody takes their own access away,
    and of two admins who take each other's, the second is no admin any more.

    Raises:
        ForbiddenError: the actor is no admin any more.
        OwnAccessError: it is the actor's own role or activity.
        ValidationError: a value is not allowed.
        IntegrityError: the address, username or Zimtra id is taken (SQLSTATE 23505).

    """
    audit.acting(actor, "user.update")
    _admins(actor)
    locked = rows.locked(user)
    if locked.pk == actor.pk and {"role", "is_active"} & changes.keys():
        raise OwnAccessError("Your own role and activity are for another admin to change.")
    values = dict(changes)
    if "email" in values:
        values["email"] = normalise_email(values["email"])
        if values["email"] != locked.email:
            values |= {"email_verified": False, "email_verified_at": None}
    if not values.get("is_active", True):
        UserSession.objects.filter(user=locked).revoke()
    return rows.change(locked, values)


def _admins(actor: User) -> None:
    """Lock every admin who can sign in, in one order, and expect the actor among them."""
    admins = User.objects.able_to_sign_in().filter(role=Role.ADMIN).order_by("pk")
    if actor.pk not in admins.select_for_update(no_key=True).values_list("pk", flat=True):
        raise ForbiddenError("Only an admin may do this.")


@service
def change_password(*, user: User, password: str) -> User:
    """Set a person's new password, end their API sessions, and return them as stored.

    Locks the account.
    """
    audit.acting(user, "user.change_password")
    digest = make_password(password)
    locked = rows.locked(user)
    UserSession.objects.filter(user=user).revoke()
    return rows.change(locked, {"password": digest})


def record_admin_sign_in(*, user: User) -> None:
    """Note in the audit log that somebody has come into the back office."""
    audit.record(user, "admin.sign_in", entity_type="users", entity_id=user.pk)


def record_admin_denial(*, email: str) -> None:
    """Note in the audit log whose door was tried in vain, where the address is known."""
    known = User.objects.with_email(email).values_list("pk", flat=True).first()
    audit.record(None, "admin.denied", entity_type="users", entity_id=known)
