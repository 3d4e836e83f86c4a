"""Hiding what breaks the rules, showing it again, and what people report."""

from django.utils import timezone

from accounts.models import User
from accounts.services import staff
from administration import audit
from administration.models import AuditLog
from comms.models import ChatMessage, ChatReport, ReportStatus
from comms.services import chat
from dayrade.db import rows
from dayrade.db.transactions import service
from dayrade.errors import ConflictError

RESTORED = "chat_message.restore"


class AlreadyHiddenError(ConflictError):
    """Somebody else has hidden the message; the text says who, when and why."""

    code = "ALREADY_HIDDEN"


class NotHiddenError(ConflictError):
    """There is nothing to show again; the text says who has done so, if anybody has."""

    code = "NOT_HIDDEN"


class DeletedByAuthorError(ConflictError):
    """What its author has taken back, staff do not publish."""

    code = "DELETED_BY_AUTHOR"


class OwnMessageError(ConflictError):
    """Nobody reports themselves."""

    code = "OWN_MESSAGE"


class AlreadyReportedError(ConflictError):
    """A person reports a message once."""

    code = "ALREADY_REPORTED"


class AlreadyDecidedError(ConflictError):
    """Somebody has decided the report."""

    code = "ALREADY_DECIDED"


@service
def hide(*, actor: User, message: ChatMessage, reason: str) -> ChatMessage:
    """Hide a message and return it as stored; whoever has hidden it may say so again.

    Its open reports are upheld. Locks the actor, the author and the message, so that of two who
    act at once the second is told who was first.

    Raises:
        ForbiddenError: the actor is no staff any more, or the author.
        AlreadyHiddenError: somebody else was first.
        ValidationError: there is no reason, or it is too long.

    """
    said = staff.reasoned(reason)
    audit.acting(actor, "chat_message.hide", reason=said)
    staff.deciding(actor, message.user)
    locked = rows.locked(message)
    if locked.is_moderated and locked.moderated_by_id != actor.pk:
        by = "its author" if is_deleted(locked) else locked.moderated_by or "somebody"
        at = f"{locked.moderated_at:%H:%M:%S}"
        raise AlreadyHiddenError(f"It was hidden by {by} at {at} UTC: {locked.moderation_reason}")
    if not locked.is_moderated:
        chat.hide(locked, by=actor, reason=said, action="hidden")
        _settle(locked, by=actor, status=ReportStatus.UPHELD)
    return locked


@service
def restore(*, actor: User, message: ChatMessage, reason: str) -> ChatMessage:
    """Show a hidden message again and return it as stored; locks as `hide` does.

    Whoever has shown it again may say so again.

    Raises:
        ForbiddenError: as for `hide`.
        NotHiddenError: it is not hidden, or somebody else was first.
        DeletedByAuthorError: its author has taken it back.
        ValidationError: as for `hide`.

    """
    said = staff.reasoned(reason)
    audit.acting(actor, RESTORED, reason=said)
    staff.deciding(actor, message.user)
    locked = rows.locked(message)
    if not locked.is_moderated:
        return _restored(actor, locked)
    if is_deleted(locked):
        raise DeletedByAuthorError("Its author has taken this message back.")
    shown = rows.change(
        locked,
        {
            "is_moderated": False,
            "moderation_reason": None,
            "moderated_by": None,
            "moderated_at": None,
        },
    )
    chat.announce_change(shown, "restored")
    return shown


def is_deleted(message: ChatMessage) -> bool:
    """Tell whether a hidden message was taken back by its author."""
    return message.moderated_by_id == message.user_id or (
        message.moderated_by_id is None and message.moderation_reason == chat.DELETED_ELSEWHERE
    )


def _restored(actor: User, message: ChatMessage) -> ChatMessage:
    """Return a message that this actor was the last to show again.

    Raises:
        NotHiddenError: it was somebody else, or nobody.

    """
    of_message = AuditLog.objects.filter(entity_id=message.pk, action=RESTORED)
    last = of_message.select_related("user").order_by("-created_at").first()
    if last is None:
        raise NotHiddenError("This message is not hidden.")
    if last.user_id != actor.pk:
        at, why = f"{last.created_at:%H:%M:%S}", (last.changes or {}).get("reason", "")
        raise NotHiddenError(f"It was shown again by {last.user} at {at} UTC: {why}")
    return message


@service
def report(*, user: User, message: ChatMessage, reason: str, comment: str = "") -> ChatReport:
    """Tell staff that a message breaks the rules.

    Raises:
        OwnMessageError: it is the person's own.
        AlreadyReportedError: the person has done so.
        ValidationError: a value is not allowed.

    """
    audit.acting(user, "chat_report.create")
    if message.user_id == user.pk:
        raise OwnMessageError("This is your own message: delete it.")
    made = ChatReport(message=message, user=user, reason=reason, comment=comment.strip() or None)
    rows.validate(made)
    # One statement: of two at once one finds the other's.
    ChatReport.objects.bulk_create([made], ignore_conflicts=True)
    stored = ChatReport.objects.get(message=message, user=user)
    if stored.pk != made.pk:
        raise AlreadyReportedError("You have reported this message.")
    return stored


@service
def decide(*, actor: User, report: ChatReport, uphold: bool, reason: str) -> ChatReport:
    """Uphold a report, which hides its message, or dismiss it; so for all open ones of the message.

    A message that is hidden already stays as it is. Locks as `hide` does.

    Raises:
        ForbiddenError: the actor is no staff any more, or the author of the message.
        AlreadyDecidedError: somebody has decided it.
        ValidationError: there is no reason, or it is too long.

    """
    said = staff.reasoned(reason)
    audit.acting(actor, f"chat_report.{'uphold' if uphold else 'dismiss'}", reason=said)
    staff.deciding(actor, report.message.user)
    message = rows.locked(report.message)
    locked = rows.locked(report)
    if locked.status != ReportStatus.OPEN:
        how = f"{locked.get_status_display().lower()} by {locked.resolved_by}"
        raise AlreadyDecidedError(f"This report was {how}.")
    if uphold and not message.is_moderated:
        chat.hide(message, by=actor, reason=said, action="hidden")
    _settle(message, by=actor, status=ReportStatus.UPHELD if uphold else ReportStatus.DISMISSED)
    locked.refresh_from_db()
    return locked


def _settle(message: ChatMessage, *, by: User, status: ReportStatus) -> None:
    """Decide the open reports of a locked message."""
    found = ChatReport.objects.filter(message=message, status=ReportStatus.OPEN)
    found.update(status=status, resolved_at=timezone.now(), resolved_by=by)
