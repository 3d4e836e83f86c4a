"""Writing in the chat of a tournament, and changing or taking back what one has written."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from administration import audit, configuration
from comms import gateway
from comms.models import ChatMessage, MessageType
from comms.services import chat_sql, wording
from dayrade import events
from dayrade.db import rows
from dayrade.db.queries import executed, fetched, fetched_one
from dayrade.db.transactions import service
from dayrade.errors import ConflictError, ForbiddenError, TooOftenError
from dayrade.models import EventKind
from tournaments.models import Tournament, key_of

CATEGORY = "chat"
TEXT_MAX = 1000
#: The reason of a message that its author took back: only they are its moderator as well.
DELETED = "Deleted by its author"
#: The reason of a message that was taken back at GetStream.
DELETED_ELSEWHERE = "Deleted at GetStream"


class ChatClosedError(ConflictError):
    """Nobody may write in this chat now."""

    code = "CHAT_CLOSED"


class NotAParticipantError(ConflictError):
    """Only those who compete, and staff, write in a chat."""

    code = "NOT_A_PARTICIPANT"


class MutedError(ConflictError):
    """Staff have muted this person for a time."""

    code = "MUTED"


class MessageRefusedError(ConflictError):
    """The message has something in it that the configuration does not allow."""

    code = "MESSAGE_REFUSED"


class EditWindowOverError(ConflictError):
    """What was written longer ago stays as it is."""

    code = "EDIT_WINDOW_OVER"


@dataclass(frozen=True, slots=True)
class Room:
    """The chat of a tournament, and what is configured for all of them."""

    tournament_id: uuid.UUID
    settings: dict[str, Any]

    @classmethod
    def found(cls, address: str, viewer: Any) -> Self | None:
        """Return the chat of the tournament of that slug or id, if the viewer may know of it."""
        query, values = addressed(chat_sql.ROOM, address)
        found = fetched(query, values | {"is_staff": viewer.is_staff})
        if not found:
            return None
        ((tournament_id, stored),) = found
        return cls(tournament_id, configuration.with_defaults(CATEGORY, stored))


def addressed(query: str, address: str) -> tuple[str, dict[str, Any]]:
    """Let a statement find the tournament of a slug or id by the index for it."""
    key = key_of(address)
    column = "id" if isinstance(key, uuid.UUID) else "slug"
    return query.format(column=column), {"address": key}


def revision_of(address: str) -> tuple[str, dict[str, Any]]:
    """Return the statement that tells how often something was taken out of a chat or changed."""
    return addressed(chat_sql.REVISION, address)


def post(*, user: User, room: Room, text: str, getstream_id: str | None = None) -> ChatMessage:
    """Say something in a tournament's chat, and return the message as stored.

    Of one person's messages at the same moment no more get through than the configuration lets.
    `getstream_id` is the id of a message that comes from there.

    Raises:
        ValidationError: the text is empty or too long.
        MessageRefusedError: it has a blocked word or a link.
        ChatClosedError: the chat is not open.
        NotAParticipantError: the person neither competes nor is on the staff.
        MutedError: they are muted; the message says until when.
        TooOftenError: they write too fast.

    """
    message = ChatMessage(
        tournament_id=room.tournament_id,
        user=user,
        message_text=worded(text, room.settings),
        getstream_message_id=getstream_id,
    )
    if getstream_id is None and gateway.is_on():
        return _post_and_sync(message, room.settings)
    # One statement is a transaction by itself, and a third cheaper than within another one.
    return _post(message, room.settings)


@service
def _post_and_sync(message: ChatMessage, settings: dict[str, Any]) -> ChatMessage:
    posted = _post(message, settings)
    gateway.defer_sync(posted.pk)
    return posted


def _post(message: ChatMessage, settings: dict[str, Any]) -> ChatMessage:
    each = timedelta(seconds=settings["seconds_per_message"])
    values = gate_of(message.user, message.tournament_id, settings) | {
        "each": each,
        "ahead": each * (settings["burst"] - 1),
        "id": message.pk,
        "text": message.message_text,
        "getstream_id": message.getstream_message_id,
    }
    is_open, may_write, muted_until, created_at, wait = fetched_one(chat_sql.POST, values)
    expect_open(is_open, may_write, muted_until)
    if created_at is None:
        raise TooOftenError("You write too fast.", seconds=wait or each.total_seconds())
    message.created_at = message.updated_at = created_at
    return message


@service
def announce(*, user: User, room: Room, text: str, key: uuid.UUID | None = None) -> ChatMessage:
    """Say something to everybody in the name of the staff, whether or not the chat is open.

    `key` is the id of the message, where its sender has chosen one.

    Raises:
        ForbiddenError: the person is not on the staff.
        ValidationError: the text is empty or too long.

    """
    if not user.is_staff:
        raise ForbiddenError("Only staff announce.")
    return _speak(user, room.tournament_id, text, MessageType.ANNOUNCEMENT, key)


@service
def tell(*, tournament: Tournament, text: str) -> ChatMessage | None:
    """Let the platform say something; the row is that of whoever has made the tournament.

    Nothing is said where nobody is known to have made it.

    Raises:
        ValidationError: the text is empty or too long.

    """
    if tournament.created_by is None:
        return None
    return _speak(tournament.created_by, tournament.pk, text, MessageType.SYSTEM_MESSAGE)


def _speak(
    user: User,
    tournament_id: uuid.UUID,
    text: str,
    kind: MessageType,
    key: uuid.UUID | None = None,
) -> ChatMessage:
    spoken = ChatMessage(
        id=key or uuid.uuid4(),
        tournament_id=tournament_id,
        user=user,
        message_text=within_bounds(text),
        message_type=kind,
    )
    rows.insert(spoken)
    announce_change(spoken, "posted")
    return spoken


@service
def edit(*, user: User, message: ChatMessage, text: str) -> ChatMessage:
    """Change what one has written, within the time for that; locks the message.

    Raises:
        ObjectDoesNotExist: it is not the person's own, hidden, or no message of a person.
        EditWindowOverError: it was written too long ago.
        ConflictError: as for `post`.
        ValidationError: as for `post`.

    """
    audit.acting(user, "chat_message.edit")
    settings = configuration.values(CATEGORY)
    said = worded(text, settings)
    locked = _own(user, message)
    values = gate_of(user, locked.tournament_id, settings)
    expect_open(*fetched_one(chat_sql.ASK, values))
    if timezone.now() > locked.created_at + timedelta(seconds=settings["edit_seconds"]):
        raise EditWindowOverError("This message was written too long ago to be changed.")
    if said == locked.message_text:
        return locked
    changed = rows.change(locked, {"message_text": said})
    announce_change(changed, "edited")
    return changed


@service
def delete(*, user: User, message: ChatMessage) -> None:
    """Take back what one has written: nobody but staff sees it any more; locks the message.

    Raises:
        ObjectDoesNotExist: as for `edit`.

    """
    audit.acting(user, "chat_message.delete")
    hide(_own(user, message), by=user, reason=DELETED, action="deleted")


def _own(user: User, message: ChatMessage) -> ChatMessage:
    """Lock a message that its author may change.

    Raises:
        ObjectDoesNotExist: it is not the person's own, or hidden.

    """
    locked = rows.locked(message)
    if locked.user_id != user.pk or locked.is_moderated:
        raise ChatMessage.DoesNotExist
    return locked


def hide(message: ChatMessage, *, by: User | None, reason: str, action: str) -> ChatMessage:
    """Take a locked message out of every public outlet, and tell whoever watches."""
    hidden = rows.change(
        message,
        {
            "is_moderated": True,
            "moderation_reason": reason,
            "moderated_by": by,
            "moderated_at": timezone.now(),
        },
    )
    announce_change(hidden, action)
    return hidden


def announce_change(message: ChatMessage, action: str) -> None:
    """Tell whoever watches that a message was posted, edited, hidden, restored or deleted.

    Whatever is no new message makes kept answers worthless: as soon as this commits, none of them
    is given out any more.
    """
    if action != "posted":
        executed(chat_sql.BUMP, [message.tournament_id])
    events.publish(message.tournament_id, EventKind.CHAT, subject_id=message.pk, action=action)
    gateway.defer_sync(message.pk)


def worded(text: str, settings: dict[str, Any]) -> str:
    """Return a text as it is stored, if its words may be said.

    Raises:
        ValidationError: it is empty or too long.
        MessageRefusedError: it has a blocked word or a link.

    """
    said = within_bounds(text)
    if wrong := wording.refused(said, settings):
        raise MessageRefusedError(wrong)
    return said


def within_bounds(text: str) -> str:
    """Return a text without the spaces around it.

    Raises:
        ValidationError: nothing is left, or too much.

    """
    said = text.strip()
    if not said:
        raise ValidationError({"message_text": "Say something."})
    if len(said) > TEXT_MAX:
        raise ValidationError({"message_text": f"Use at most {TEXT_MAX:,} characters."})
    return said


def gate_of(user: User, tournament: uuid.UUID, settings: dict[str, Any]) -> dict[str, Any]:
    """Return what decides whether somebody may write, as parameters of the statements."""
    return {
        "user": user.pk,
        "is_staff": user.is_staff,
        "tournament": tournament,
        "enabled": settings["enabled"],
        "after_end": timedelta(hours=settings["hours_after_end"]),
    }


def expect_open(is_open: bool, may_write: bool, muted_until: datetime | None) -> None:
    """Refuse whoever may not write.

    Raises:
        ChatClosedError: the chat is not open.
        NotAParticipantError: the person neither competes nor is on the staff.
        MutedError: they are muted.

    """
    if not is_open:
        raise ChatClosedError("This chat is closed.")
    if not may_write:
        raise NotAParticipantError("Only competitors and staff write in this chat.")
    if muted_until is not None:
        at = muted_until.isoformat().replace("+00:00", "Z")
        raise MutedError(f"You are muted until {at}.")
