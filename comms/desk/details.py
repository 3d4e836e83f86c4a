"""What stands beside the message that a moderator looks at."""

from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.http import Http404
from django.utils.functional import cached_property

from accounts.models import User
from administration.models import AuditLog
from comms.admin.speakers import Speaker
from comms.desk import queue
from comms.desk.queue import NOBODY
from comms.models import ChatMessage, ChatReport, Mute
from dayrade.admin.columns import address
from dayrade.events import instant
from tournaments.models import Participant

AROUND = 6
REPORTS = 50
EDITS = 20


def details(actor: User, message: ChatMessage) -> dict[str, Any]:
    """Write who speaks, the messages around, the reports and what the text was before.

    Raises:
        Http404: it has gone since it was read.

    """
    found = Details(message)
    rows = queue.named(actor, [message.pk])
    if not rows:
        raise Http404
    return {
        "row": queue.shown(actor, rows[0]),
        "speaker": found.speaker(),
        "around": found.around(),
        "reports": found.reports(),
        "edits": found.edits(),
        "url": address(ChatMessage, "change", message.pk),
    }


class Details:
    """What is known about a message."""

    def __init__(self, message: ChatMessage) -> None:
        """Look nothing up yet."""
        self.message = message

    @cached_property
    def of_room(self) -> QuerySet[ChatMessage]:
        """All messages of the chat."""
        return ChatMessage.objects.filter(tournament=self.message.tournament_id).select_related(
            "user"
        )

    def speaker(self) -> dict[str, Any]:
        """Write who speaks; what only admins may know of people is not in it."""
        speaker = Speaker(self.message)
        author = self.message.user
        return {
            "name": author.username or NOBODY,
            "since": instant(author.created_at),
            "standing": speaker.standing,
            "positions": speaker.positions,
            "fills": speaker.fills,
            "sanctions": speaker.sanctions,
            "mutes": self.mutes(),
            "url": address(User, "change", author.pk),
            "seat_url": speaker.seat and address(Participant, "change", speaker.seat.pk),
        }

    def mutes(self) -> list[dict[str, Any]]:
        """Write the mutes in force that keep the author from this chat."""
        here = Q(tournament=None) | Q(tournament=self.message.tournament_id)
        found = Mute.objects.in_force().filter(here, user=self.message.user_id)
        return [
            {
                "id": str(mute.pk),
                "until": instant(mute.ends_at),
                "by": mute.muted_by.username or "somebody",
                "reason": mute.reason,
                "everywhere": mute.tournament_id is None,
            }
            for mute in found.select_related("muted_by").order_by("-ends_at", "pk")
        ]

    def around(self) -> list[dict[str, Any]]:
        """Write some messages before and after, the oldest first, and this one among them."""
        place, own = Tuple("created_at", "pk"), (self.message.created_at, self.message.pk)
        before = self.of_room.filter(TupleLessThan(place, own)).order_by("-created_at", "-pk")
        after = self.of_room.filter(TupleGreaterThan(place, own)).order_by("created_at", "pk")
        found = [*reversed(before[:AROUND]), self.message, *after[:AROUND]]
        return [
            {
                "id": str(each.pk),
                "at": instant(each.created_at),
                "author": each.user.username or NOBODY,
                "text": each.message_text,
                "hidden": each.is_moderated,
                "same": each.user_id == self.message.user_id,
            }
            for each in found
        ]

    def reports(self) -> list[dict[str, Any]]:
        """Write who has reported it, and what for."""
        found = ChatReport.objects.filter(message=self.message).select_related(
            "user", "resolved_by"
        )
        return [
            {
                "reason": report.get_reason_display(),
                "comment": report.comment or "",
                "by": report.user.username or NOBODY,
                "at": instant(report.created_at),
                "status": report.status,
                "decided_by": report.resolved_by and (report.resolved_by.username or "somebody"),
            }
            for report in found.order_by("created_at", "pk")[:REPORTS]
        ]

    def edits(self) -> list[dict[str, Any]]:
        """Write what the text was before its author changed it, the latest first."""
        found = AuditLog.objects.filter(
            entity_id=self.message.pk, action="chat_message.edit"
        ).order_by("-created_at", "-pk")
        return [
            {
                "at": instant(each.created_at),
                "text": (each.old_values or {}).get("message_text", ""),
            }
            for each in found[:EDITS]
        ]
