"""Suspending people, letting them in again, and ending their sessions."""

from accounts.models import Role, User, UserSession
from accounts.services import staff
from administration import audit
from dayrade import notices
from dayrade.db import rows
from dayrade.db.transactions import service
from dayrade.errors import ConflictError, ForbiddenError, InvalidTransitionError


class SessionEndedError(ConflictError):
    """There is no session left to end."""

    code = "SESSION_ENDED"


@service
def suspend(*, actor: User, user: User, reason: str) -> User:
    """Suspend a person, end their sessions, tell them why, and return them as stored.

    What they have done stands. Locks the actor and the person.

    Raises:
        ForbiddenError: the actor may not; moderators suspend people who are no staff, admins
            anybody but themselves.
        InvalidTransitionError: the person is suspended.
        ValidationError: there is no reason, or it is too long.

    """
    said = staff.reasoned(reason)
    audit.acting(actor, "user.suspend", reason=said)
    locked = _within_reach(actor, user)
    if locked.is_suspended:
        why = locked.suspension_reason
        raise InvalidTransitionError(f"This person is suspended already: {why}")
    UserSession.objects.of(locked).revoke()
    stored = rows.change(locked, {"is_suspended": True, "suspension_reason": said})
    notices.notify(
        user=stored,
        type="user.suspended",
        title="Your account is suspended",
        message=f"You cannot sign in until it is lifted. The reason: {said}",
        priority="high",
    )
    return stored


@service
def lift_suspension(*, actor: User, user: User, reason: str) -> User:
    """Let a suspended person in again, tell them, and return them as stored.

    The reason is for the audit log, which also keeps that of the suspension. Sessions stay ended.
    Locks the actor and the person.

    Raises:
        ForbiddenError: as for `suspend`.
        InvalidTransitionError: the person is not suspended.
        ValidationError: as for `suspend`.

    """
    said = staff.reasoned(reason)
    audit.acting(actor, "user.lift_suspension", reason=said)
    locked = _within_reach(actor, user)
    if not locked.is_suspended:
        raise InvalidTransitionError("This person is not suspended.")
    stored = rows.change(locked, {"is_suspended": False, "suspension_reason": None})
    notices.notify(
        user=stored,
        type="user.suspension_lifted",
        title="Your suspension is lifted",
        message="You can sign in again.",
        priority="high",
    )
    return stored


@service
def end_session(*, actor: User, session: UserSession, reason: str) -> None:
    """End one session of somebody, and tell them. Locks every admin.

    Raises:
        ForbiddenError: the actor is no admin any more.
        SessionEndedError: it has ended already.
        ValidationError: as for `suspend`.

    """
    said = staff.reasoned(reason)
    staff.expect_admin(actor)
    if not UserSession.objects.filter(pk=session.pk).revoke():
        raise SessionEndedError("This session has ended already.")
    audit.record(
        actor,
        "session.end",
        entity_type="user_sessions",
        entity_id=session.pk,
        details={"reason": said},
    )
    _tell_of_end(session.user, f"Your session on {session.device or 'an unknown device'} has ended")


@service
def end_sessions(*, actor: User, user: User, reason: str) -> int:
    """End all sessions of somebody, tell them, and return how many there were.

    They can sign in again. Locks every admin and the account, so that no session opens meanwhile.

    Raises:
        ForbiddenError: the actor is no admin any more.
        SessionEndedError: there is none.
        ValidationError: as for `suspend`.

    """
    said = staff.reasoned(reason)
    staff.expect_admin(actor)
    locked = rows.locked(user)
    ended = UserSession.objects.of(locked).revoke()
    if not ended:
        raise SessionEndedError("This person has no session.")
    audit.record(
        actor,
        "session.end_all",
        entity_type="users",
        entity_id=user.pk,
        details={"reason": said, "sessions": ended},
    )
    _tell_of_end(locked, "All your sessions have ended")
    return ended


def _tell_of_end(user: User, title: str) -> None:
    notices.notify(
        user=user,
        type="session.ended",
        title=title,
        message="An admin of Dayrade has done this. You can sign in again.",
        priority="high",
    )


def is_within_reach(*, actor: User, user: User) -> bool:
    """Tell whether a member of staff may suspend this person, or lift that."""
    return actor.pk != user.pk and (actor.role == Role.ADMIN or user.role == Role.USER)


def _within_reach(actor: User, user: User) -> User:
    decider, locked = staff.deciding(actor, user)
    if not is_within_reach(actor=decider, user=locked):
        raise ForbiddenError("Only an admin may suspend staff, or lift that.")
    return locked
