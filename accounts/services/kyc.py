"""The check of a person's identity: who may move it from which state to which."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from django.utils import timezone

from accounts.models import KycStatus, Role, User
from accounts.services import owner, staff
from administration import audit
from dayrade import notices
from dayrade.db import rows
from dayrade.db.transactions import service
from dayrade.errors import ConflictError, ForbiddenError, InvalidTransitionError


class By(Enum):
    """Who takes a step."""

    OWNER = "owner"
    STAFF = "staff"
    ADMIN = "admin"


#: Every step that there is: an approved identity is not taken back, its account is suspended.
TRANSITIONS: Mapping[tuple[str, str], By] = {
    (KycStatus.PENDING, KycStatus.IN_REVIEW): By.OWNER,
    (KycStatus.REQUIRES_ACTION, KycStatus.IN_REVIEW): By.OWNER,
    (KycStatus.IN_REVIEW, KycStatus.APPROVED): By.STAFF,
    (KycStatus.IN_REVIEW, KycStatus.REJECTED): By.STAFF,
    (KycStatus.IN_REVIEW, KycStatus.REQUIRES_ACTION): By.STAFF,
    (KycStatus.REJECTED, KycStatus.IN_REVIEW): By.ADMIN,
}
#: Where the owner sees their check in the front end.
PAGE = "/account/kyc"
#: What the owner is told of each decision; the reason follows where they can do something with it.
NOTICES: Mapping[str, tuple[str, str]] = {
    KycStatus.APPROVED: ("Your identity is confirmed", "You can enter tournaments."),
    KycStatus.REJECTED: ("Your identity could not be confirmed", "The reason: {reason}"),
    KycStatus.REQUIRES_ACTION: (
        "Your identity check needs something from you",
        "{reason} Submit your profile again when that is done.",
    ),
    KycStatus.IN_REVIEW: ("Your identity is looked at again", "We will tell you the result."),
}


class EmailUnverifiedError(ConflictError):
    """The e-mail address has to be verified first."""

    code = "EMAIL_UNVERIFIED"


class ProfileIncompleteError(ConflictError):
    """A part of the profile that the check rests on is empty; the message names it."""

    code = "PROFILE_INCOMPLETE"


def choices(*, actor: User, user: User) -> list[str]:
    """Return the states that this member of staff can decide on for somebody."""
    if actor.pk == user.pk:
        return []
    mine = {By.STAFF, By.ADMIN} if actor.role == Role.ADMIN else {By.STAFF}
    return [
        end for (start, end), by in TRANSITIONS.items() if start == user.kyc_status and by in mine
    ]


@service
def submit(*, user: User) -> User:
    """Ask for one's identity to be checked, and return the account as stored; locks it.

    Raises:
        InvalidTransitionError: it is checked already, or this is for an admin to reopen.
        EmailUnverifiedError: the e-mail address is not verified.
        ProfileIncompleteError: the profile lacks something; the message names it.
        UnauthenticatedError: as for `owner.locked`.

    """
    audit.acting(user, "kyc.submit")
    locked = owner.locked(user)
    if TRANSITIONS.get((locked.kyc_status, KycStatus.IN_REVIEW)) != By.OWNER:
        raise InvalidTransitionError(
            f"Your identity check is {locked.get_kyc_status_display().lower()}."
        )
    if not locked.email_verified:
        raise EmailUnverifiedError("Verify your e-mail address first.")
    if missing := [name for name in User.IDENTITY if not getattr(locked, name)]:
        raise ProfileIncompleteError(f"Fill in your profile first: {', '.join(missing)}.")
    return rows.change(locked, {"kyc_status": KycStatus.IN_REVIEW})


@service
def decide(
    *, actor: User, user: User, status: str, reason: str, since: datetime | None = None
) -> User:
    """Move somebody's identity check on, tell them, and return them as stored.

    `since` is when the state began that the actor has looked at: a decision about an earlier
    submission is refused. Locks the actor and the person, so that of two who decide the second
    is refused.

    Raises:
        ForbiddenError: the actor is no staff any more, is that person, or this takes an admin.
        InvalidTransitionError: no such step leads on from where the check is.
        ValidationError: there is no reason, or it is too long.

    """
    said = staff.reasoned(reason)
    audit.acting(actor, "kyc.decide", reason=said)
    decider, locked = staff.deciding(actor, user)
    by = TRANSITIONS.get((locked.kyc_status, status), By.OWNER)
    if by == By.OWNER:
        raise InvalidTransitionError(
            f"A check that is {locked.kyc_status} does not become {status}."
        )
    if by == By.ADMIN and decider.role != Role.ADMIN:
        raise ForbiddenError("Only an admin may reopen a rejected check.")
    if since is not None and since != User.objects.with_kyc_since().get(pk=locked.pk).kyc_since:
        raise InvalidTransitionError("Something was submitted or decided since you looked.")
    approved_at = timezone.now() if status == KycStatus.APPROVED else None
    stored = rows.change(locked, {"kyc_status": status, "kyc_approved_at": approved_at})
    title, message = NOTICES[status]
    notices.notify(
        user=stored,
        type=f"kyc.{status}",
        title=title,
        message=message.format(reason=said),
        action_url=PAGE,
        priority="high",
    )
    return stored
