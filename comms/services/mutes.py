"""Muting people for a time."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils import formats, timezone

from accounts.models import User
from accounts.services import staff, standing
from administration import audit
from comms.models import Mute
from dayrade import notices
from dayrade.db import rows
from dayrade.db.transactions import service
from dayrade.errors import ConflictError, ForbiddenError
from tournaments.models import Tournament

#: Whoever is to be silent for longer is suspended.
MINUTES_MAX = 60 * 24 * 30


class AlreadyMutedError(ConflictError):
    """Somebody has muted this person there already; the text says who, and until when."""

    code = "ALREADY_MUTED"


class NotMutedError(ConflictError):
    """The mute has ended, or somebody else has lifted it."""

    code = "NOT_MUTED"


@service
def mute(
    *, actor: User, user: User, minutes: int, reason: str, tournament: Tournament | None = None
) -> Mute:
    """Keep a person from writing for some minutes, in one chat or in all, and tell them why.

    Locks the actor and the person, so that of two who act at once the second is told who was
    first. Moderators mute people who are no staff, admins anybody but themselves.

    Raises:
        ForbiddenError: the actor may not.
        AlreadyMutedError: they are muted there.
        ValidationError: there is no reason, it is too long, or the time is none.

    """
    said = staff.reasoned(reason)
    if not 1 <= minutes <= MINUTES_MAX:
        raise ValidationError({"minutes": f"Choose 1 to {MINUTES_MAX:,} minutes."})
    audit.acting(actor, "user.mute", reason=said)
    locked = _within_reach(actor, user)
    same = Mute.objects.in_force().filter(user=locked, tournament=tournament)
    if first := same.select_related("muted_by").first():
        until = formats.date_format(first.ends_at, "j M Y H:i")
        raise AlreadyMutedError(f"Muted by {first.muted_by} until {until} UTC: {first.reason}")
    at = timezone.now()
    made = rows.insert(
        Mute(
            user=locked,
            tournament=tournament,
            reason=said,
            muted_by=actor,
            muted_at=at,
            ends_at=at + timedelta(minutes=minutes),
        )
    )
    until = formats.date_format(made.ends_at, "j M Y H:i")
    where = f"in the chat of {tournament}" if tournament else "in the chats"
    notices.notify(
        user=locked,
        type="chat.muted",
        title=f"You are muted {where}",
        message=f"You cannot write {where} until {until} UTC. The reason: {said}",
    )
    return made


@service
def lift(*, actor: User, mute: Mute, reason: str) -> Mute:
    """End a mute before its time, tell the person, and return it as stored; locks as `mute` does.

    Whoever has lifted it may say so again.

    Raises:
        ForbiddenError: the actor may not.
        NotMutedError: it has ended, or somebody else has lifted it.
        ValidationError: there is no reason, or it is too long.

    """
    said = staff.reasoned(reason)
    audit.acting(actor, "user.unmute", reason=said)
    person = _within_reach(actor, mute.user)
    locked = rows.locked(mute)
    if locked.lifted_at is not None:
        if locked.lifted_by_id == actor.pk:
            return locked
        raise NotMutedError(f"Lifted by {locked.lifted_by} already.")
    if locked.ends_at <= timezone.now():
        raise NotMutedError("This mute has ended.")
    locked.lifted_at, locked.lifted_by = timezone.now(), actor
    locked.save(update_fields=["lifted_at", "lifted_by"])
    notices.notify(
        user=person,
        type="chat.unmuted",
        title="You are no longer muted",
        message="You can write in the chat again.",
    )
    return locked


def _within_reach(actor: User, user: User) -> User:
    decider, locked = staff.deciding(actor, user)
    if not standing.is_within_reach(actor=decider, user=locked):
        raise ForbiddenError("Only an admin may mute staff, or lift that.")
    return locked
