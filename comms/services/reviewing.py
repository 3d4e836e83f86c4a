"""Deciding about a message as it was looked at: whoever comes second is told of the first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.services import staff
from comms.models import ChatMessage, ChatReport, ReportStatus
from comms.services import moderation
from dayrade.db import rows
from dayrade.db.queries import fetched_one
from dayrade.db.transactions import service
from dayrade.errors import ConflictError

#: What the audit log calls it, and what it was to the message.
WORDS = {
    "chat_message.hide": "hidden",
    "chat_message.restore": "shown again",
    "chat_message.edit": "changed by its author",
    "chat_message.delete": "taken back by its author",
    "chat_report.uphold": "hidden",
    "chat_report.dismiss": "left as it is, and its reports dismissed",
}
# Of a message, `said`, as a statement finds it.
REPORTS = """
    SELECT coalesce(array_agg(report.id), '{}') AS ids, count(*) AS number,
        coalesce(array_agg(report.reason ORDER BY report.created_at)
                 FILTER (WHERE report.status = 'open'), '{}') AS open
    FROM dayrade_chat_reports report WHERE report.message_id = said.id
"""
# Whatever happens to a message or its reports leaves a row in the audit log, and none ever goes.
# What the actor has done they know: `number` counts the others' doings, `others` is their last.
CHANGES = """
    SELECT count(*) FILTER (WHERE log.user_id IS DISTINCT FROM %(actor)s) AS number,
        (array_agg(log.id ORDER BY log.created_at DESC, log.id))[1] AS last,
        (array_agg(log.id ORDER BY log.created_at DESC, log.id)
         FILTER (WHERE log.user_id IS DISTINCT FROM %(actor)s))[1] AS others
    FROM audit_logs log WHERE log.entity_id = ANY (reports.ids || said.id)
"""
STATE = f"""
    SELECT changes.number, reports.number, last.action, decider.username,
        last.changes ->> 'reason', last.created_at
    FROM chat_messages said
    CROSS JOIN LATERAL ({REPORTS}) reports
    CROSS JOIN LATERAL ({CHANGES}) changes
    LEFT JOIN audit_logs last ON last.id = changes.others
    LEFT JOIN users decider ON decider.id = last.user_id
    WHERE said.id = %(message)s
"""  # noqa: S608  # only constants are put together


class ChangedError(ConflictError):
    """Something has happened to the message since it was looked at; the text says what."""

    code = "CHANGED"


@dataclass(frozen=True, slots=True)
class Seen:
    """How a message was when somebody looked at it: how often others had changed or reported it."""

    changes: int
    reports: int

    def __str__(self) -> str:
        """Write it for whoever has to send it back."""
        return f"{self.changes}.{self.reports}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what was sent back.

        Raises:
            ValidationError: it was not written by us.

        """
        changes, _, reports = text.partition(".")
        if not (changes + reports).isdecimal() or len(text) > len("9" * 9 + "." + "9" * 9):
            raise ValidationError({"seen": "Say how the message was when it was looked at."})
        return cls(int(changes or 0), int(reports or 0))


@service
def hide(*, actor: User, message: ChatMessage, reason: str, seen: Seen) -> None:
    """Hide a message that is still as it was seen; locks and raises as `moderation.hide` does.

    Raises:
        ChangedError: somebody else has decided about it since, or its author has changed it.

    """
    _expect_as_seen(actor, message, seen)
    moderation.hide(actor=actor, message=message, reason=reason)


@service
def restore(*, actor: User, message: ChatMessage, reason: str, seen: Seen) -> None:
    """Show a hidden message again that is still as it was seen.

    Locks and raises as `moderation.restore` does.

    Raises:
        ChangedError: as for `hide`.

    """
    _expect_as_seen(actor, message, seen)
    moderation.restore(actor=actor, message=message, reason=reason)


@service
def dismiss(*, actor: User, message: ChatMessage, reason: str, seen: Seen) -> None:
    """Dismiss all open reports of a message; locks and raises as `moderation.decide` does.

    Raises:
        ChangedError: as for `hide`, and if somebody has reported it since.
        AlreadyDecidedError: no report of it is open.

    """
    reported = _expect_as_seen(actor, message, seen)
    if reported > seen.reports:
        raise ChangedError("It has been reported again since you looked at it.")
    waiting = ChatReport.objects.filter(message=message, status=ReportStatus.OPEN)
    report = waiting.order_by("created_at", "pk").first()
    if report is None:
        raise moderation.AlreadyDecidedError("No report of this message is open.")
    report.message = message
    moderation.decide(actor=actor, report=report, uphold=False, reason=reason)


def _expect_as_seen(actor: User, message: ChatMessage, seen: Seen) -> int:
    """Lock as the decisions do, and return how often the message has been reported by now.

    Raises:
        ChangedError: as for `hide`.

    """
    staff.deciding(actor, message.user)
    rows.locked(message)
    values = {"message": message.pk, "actor": actor.pk}
    changes, reports, action, name, reason, at = fetched_one(STATE, values)
    if changes != seen.changes:
        raise ChangedError(f"It was {told(action, name, reason, at)}")
    return int(reports)


def told(action: str, name: str | None, reason: str | None, at: datetime) -> str:
    """Write what was done to a message, by whom, when and why."""
    by = "" if "author" in WORDS.get(action, "") else f" by {name or 'somebody'}"
    why = f": {reason}" if reason else "."
    return f"{WORDS.get(action, 'changed')}{by} at {at:%H:%M:%S} UTC{why}"
