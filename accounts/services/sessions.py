"""Signing in, staying signed in, and signing out."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import Error as DatabaseError
from django.db.models import Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Least
from django.utils import timezone

from accounts import devices, tokens, validators
from accounts.models import User, UserSession, session_lifetime
from accounts.services import owner, two_step
from administration import audit
from dayrade import notices
from dayrade.context import origin
from dayrade.db import rows
from dayrade.db.functions import Now
from dayrade.db.transactions import UNWRITABLE, service, sqlstate
from dayrade.errors import UnauthenticatedError

REFUSED = "The e-mail address or the password is wrong."
REUSED = "This refresh token has been used before: the session has ended; sign in again."
LAST_ACCESS_PRECISION = timedelta(minutes=1)
# What `_issued` writes.
ISSUED = (
    "session_token",
    "refresh_token",
    "device_info",
    "ip_address",
    "user_agent",
    "expires_at",
    "last_accessed_at",
)


class ResetRequiredError(UnauthenticatedError):
    """The password is right, but shorter than the role asks for."""

    code = "PASSWORD_RESET_REQUIRED"


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session and its new tokens, which nobody can read again: only hashes are stored."""

    session: UserSession
    session_token: str
    refresh_token: str


def verified(*, email: str, password: str) -> User:
    """Return the person whose address and password these are, if they may sign in.

    An unknown address costs the same work as a wrong password and is refused alike. Whoever calls
    this records the refusal, as `record_denial` does.

    Raises:
        UnauthenticatedError: wrong address or password, or the account is closed or suspended;
            PASSWORD_RESET_REQUIRED: the password is right but too short for the role.

    """
    user: User | None = User.objects.with_email(email).first()
    if user is None:
        make_password(password)
    elif user.check_password(password) and User.objects.able_to_sign_in().contains(user):
        expect_length(user=user, password=password)
        return user
    raise UnauthenticatedError(REFUSED)


def expect_length(*, user: User, password: str) -> None:
    """Turn away a person whose right password is too short for their role.

    Whoever becomes staff keeps the password, of which nobody can tell the length until it is typed.

    Raises:
        ResetRequiredError: it is too short.

    """
    if len(password) < (least := validators.min_length(user)):
        raise ResetRequiredError(
            f"Your role asks for a password of {least} characters or more."
            " Ask for a link to choose a new one."
        )


def sign_in(*, email: str, password: str, code: str = "", device_name: str = "") -> OpenedSession:
    """Check password and code and open a session; a refusal is recorded in the audit log.

    A wrong code is refused as a wrong password is.

    Raises:
        UnauthenticatedError: as for `verified` and `open_session`.

    """
    try:
        user = verified(email=email, password=password)
        return open_session(user=user, code=code, device_name=device_name)
    except UnauthenticatedError as error:
        record_denial("session.denied", email=email)
        if isinstance(error, two_step.WrongCodeError):
            raise UnauthenticatedError(REFUSED) from None
        raise


@service
def open_session(*, user: User, code: str = "", device_name: str = "") -> OpenedSession:
    """Sign a person in on the device behind the current request.

    Locks the account: what ends its sessions meanwhile ends this one, or keeps it from opening.

    Raises:
        UnauthenticatedError: the account has changed since it was read: another password, closed,
            or suspended; or as for `two_step.demand`.

    """
    audit.acting(user, "session.open")
    device = devices.described(origin.get().user_agent, device_name)
    stored = rows.locked(user)
    if stored.password != user.password or not stored.is_active or stored.is_suspended:
        raise UnauthenticatedError(REFUSED)
    two_step.demand(user=stored, code=code)
    session = UserSession(user=stored)
    opened = _issued(session, Now() + session_lifetime(stored.role), device)
    session.save(force_insert=True)
    stored.last_login = session.created_at
    stored.save(update_fields=["last_login", "updated_at"])
    audit.record(stored, "session.open", entity_type="user_sessions", entity_id=session.pk)
    return opened


def refresh(*, refresh_token: str) -> OpenedSession:
    """Exchange a refresh token for new tokens of its session; the old ones are worth nothing.

    Of several at once exactly one gets them. A token that was exchanged before is in two hands:
    the session ends and its owner is told.

    Raises:
        UnauthenticatedError: no token of ours, or its session has ended; TOKEN_REUSED: it was
            exchanged before.

    """
    session_id = tokens.session_of(refresh_token)
    if session_id is None:
        raise UnauthenticatedError(owner.ENDED)
    outcome = _refreshed(session_id, tokens.hashed(refresh_token))
    if isinstance(outcome, UnauthenticatedError):
        raise outcome
    return outcome


@service
def _refreshed(session_id: UUID, digest: str) -> OpenedSession | UnauthenticatedError:
    """Return a refusal rather than raise it, which would undo what is written about it.

    Locks the session: what ends it meanwhile waits, and ends what this gives out.
    """
    session = UserSession.objects.open().locked(session_id)
    if session is None:
        audit.deny(None, "session.denied", entity_type="user_sessions", entity_id=session_id)
        return UnauthenticatedError(owner.ENDED)
    if session.refresh_token != digest:
        _end_reused(session)
        return UnauthenticatedError(REUSED, code="TOKEN_REUSED")
    name = (session.device_info or {}).get("name", "")
    device = devices.described(origin.get().user_agent, name)
    opened = _issued(session, Value(session.refresh_expires_at), device)
    session.save(update_fields=ISSUED)
    audit.record(session.user, "session.refresh", entity_type="user_sessions", entity_id=session.pk)
    return opened


def _issued(session: UserSession, ends_at: Combinable, device: dict[str, str]) -> OpenedSession:
    """Put new tokens into a session, and from where it is used; the caller saves it."""
    at = origin.get()
    opened = OpenedSession(
        session, tokens.new_session_token(), tokens.new_refresh_token(session.pk)
    )
    session.session_token = tokens.hashed(opened.session_token)
    session.refresh_token = tokens.hashed(opened.refresh_token)
    session.device_info = device
    session.ip_address = at.ip_address or None
    session.user_agent = at.user_agent or None
    session.last_accessed_at = Now()
    session.expires_at = Least(Now() + timedelta(minutes=settings.API_SESSION_MINUTES), ends_at)
    return opened


def _end_reused(session: UserSession) -> None:
    session.is_active = False
    session.save(update_fields=["is_active"])
    audit.record(
        None,
        "session.token_reused",
        entity_type="user_sessions",
        entity_id=session.pk,
        details={"user": str(session.user_id)},
    )
    notices.notify(
        user=session.user,
        type="session.token_reused",
        title="We have ended one of your sessions",
        message=(
            f"A token of your session on {session.device or 'an unknown device'} came a second"
            " time, so somebody may have a copy of it. We have ended that session; your others go"
            " on. If you do not know why, change your password and look through your sessions."
        ),
        priority="high",
    )


def touch(*, session: UserSession) -> None:
    """Note that a session is in use, to the minute: reads should not cost a write each.

    A database that cannot be written to at the moment notes nothing, and reads go on.
    """
    if session.last_accessed_at >= timezone.now() - LAST_ACCESS_PRECISION:
        return
    try:
        UserSession.objects.filter(pk=session.pk).update(last_accessed_at=Now())
    except DatabaseError as error:
        if sqlstate(error) not in UNWRITABLE:
            raise


@service
def sign_out(*, session: UserSession) -> None:
    """End one session of the person whose it is; one that has ended stays as it is."""
    if UserSession.objects.filter(pk=session.pk).revoke():
        audit.record(
            session.user, "session.close", entity_type="user_sessions", entity_id=session.pk
        )


@service
def sign_out_everywhere(*, user: User) -> None:
    """End all sessions of a person, those of the back office too. Locks the account."""
    ended = UserSession.objects.of(rows.locked(user)).revoke()
    audit.record(
        user,
        "session.close_all",
        entity_type="users",
        entity_id=user.pk,
        details={"sessions": ended},
    )


def record_denial(action: str, *, email: str) -> None:
    """Note in the audit log whose door was tried in vain, where the address is known."""
    known = User.objects.with_email(email).values_list("pk", flat=True).first()
    audit.deny(None, action, entity_type="users", entity_id=known)
