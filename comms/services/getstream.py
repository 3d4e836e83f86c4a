"""Keeping GetStream's copy of the chats equal to ours, and taking what is written there."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from administration import audit
from comms import gateway
from comms.models import ChatMessage
from comms.services import chat
from dayrade import jobs
from dayrade.db import rows
from dayrade.db.queries import executed, fetched
from dayrade.db.transactions import service
from dayrade.errors import DomainError, UnauthenticatedError

WINDOW = timedelta(minutes=15)
ID_MAX = 100
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
# What was taken once is not taken again; the answers of a day are kept, for longer than the window.
TAKE = """
    INSERT INTO dayrade_idempotency_keys (principal, key, request_hash, status_code, headers)
    VALUES ('getstream', %(digest)s, %(digest)s, 200, '{}')
    ON CONFLICT (principal, key) DO NOTHING RETURNING key
"""


class UnknownError(DomainError):
    """There is no such person or room here."""

    code = "UNKNOWN"


@service
def sync(*, message_id: UUID) -> None:
    """Make GetStream show a message as it is here, or no more.

    Of one message one job is at work: whoever waits here reads what the one before could not know.

    Raises:
        GatewayError: it could not be done.

    """
    executed(LOCK, [f"getstream {message_id}"])
    message = ChatMessage.objects.select_related("user").filter(pk=message_id).first()
    if message is None:
        return
    if message.is_moderated:
        if message.getstream_message_id is not None:
            remote().take_out(message.getstream_message_id)
        return
    remote().show(message)
    if message.getstream_message_id is None:
        ChatMessage.objects.filter(pk=message.pk).update(
            getstream_message_id=str(message.pk), channel_id=gateway.channel_of(message)
        )


def take_out(*, getstream_id: str) -> None:
    """Delete at GetStream what was refused here.

    Raises:
        GatewayError: it could not be done.

    """
    remote().take_out(getstream_id)


def remote() -> gateway.Gateway:
    """Return what speaks to GetStream."""
    return gateway.GetStream()


@service
def receive(*, event: Mapping[str, Any], digest: str) -> tuple[str, str]:
    """Take an event of GetStream's webhook, and return what became of it and a refusal's code.

    `accepted`, `ignored` for what changes nothing here, `duplicate` for what came before, or
    `refused`: what is refused is deleted there, or made equal to what stands here. `digest` is of
    the body.

    Raises:
        UnauthenticatedError: it is too old, so its signature may be a copy.

    """
    at = _instant(event.get("created_at"))
    if at is None or abs(timezone.now() - at) > WINDOW:
        raise UnauthenticatedError("The event is too old, or from the future.")
    if not fetched(TAKE, {"digest": digest}):
        return "duplicate", ""
    told = event.get("message")
    act = {
        "message.new": _posted,
        "message.updated": _edited,
        "message.deleted": _deleted,
    }.get(str(event.get("type")))
    if act is None or not isinstance(told, Mapping) or not isinstance(told.get("id"), str):
        return "ignored", ""
    if not 1 <= len(told["id"]) <= ID_MAX:
        return "ignored", ""
    executed(LOCK, [f"getstream {told['id']}"])
    return act(event, told)


def _posted(event: Mapping[str, Any], told: Mapping[str, Any]) -> tuple[str, str]:
    if _known(told["id"]) is not None:
        return "ignored", ""
    try:
        user = _person(told)
        room = _room(event, user)
        # A savepoint: what is refused leaves nothing behind but the verdict.
        message = service(chat.post)(
            user=user, room=room, text=str(told.get("text", "")), getstream_id=told["id"]
        )
    except (DomainError, ValidationError) as error:
        jobs.defer("comms.take_out_message", getstream_id=told["id"])
        return "refused", getattr(error, "code", None) or "VALIDATION_ERROR"
    ChatMessage.objects.filter(pk=message.pk).update(channel_id=gateway.channel_of(message))
    return "accepted", ""


def _edited(event: Mapping[str, Any], told: Mapping[str, Any]) -> tuple[str, str]:
    message = _known(told["id"])
    text = str(told.get("text", ""))
    if message is None or message.is_moderated or text.strip() == message.message_text:
        return "ignored", ""
    try:
        service(chat.edit)(user=message.user, message=message, text=text)
    except (DomainError, ValidationError, ObjectDoesNotExist) as error:
        gateway.defer_sync(message.pk)
        return "refused", getattr(error, "code", None) or "VALIDATION_ERROR"
    return "accepted", ""


def _deleted(event: Mapping[str, Any], told: Mapping[str, Any]) -> tuple[str, str]:
    message = _known(told["id"])
    if message is None:
        return "ignored", ""
    audit.acting(None, "chat_message.delete", reason=chat.DELETED_ELSEWHERE)
    locked = rows.locked(message)
    if locked.is_moderated:
        return "ignored", ""
    chat.hide(locked, by=None, reason=chat.DELETED_ELSEWHERE, action="deleted")
    return "accepted", ""


def _known(getstream_id: str) -> ChatMessage | None:
    """Return the message of that id there, also if ours has only just been sent."""
    found = ChatMessage.objects.select_related("user")
    message = found.filter(getstream_message_id=getstream_id).first()
    key = _uuid(getstream_id)
    return message or (found.filter(pk=key).first() if key else None)


def _person(told: Mapping[str, Any]) -> User:
    """Return who wrote a message.

    Raises:
        UnknownError: nobody who could sign in here.

    """
    sender = told.get("user")
    key = _uuid(sender.get("id")) if isinstance(sender, Mapping) else None
    person: User | None = User.objects.able_to_sign_in().filter(pk=key).first() if key else None
    if person is None:
        raise UnknownError("Nobody of that id may write here.", code="UNKNOWN_USER")
    return person


def _room(event: Mapping[str, Any], viewer: User) -> chat.Room:
    """Return the chat that a channel is.

    Raises:
        UnknownError: it is none.

    """
    key = _uuid(event.get("channel_id"))
    room = chat.Room.found(str(key), viewer) if key else None
    if room is None or event.get("channel_type") != gateway.CHANNEL_TYPE:
        raise UnknownError("There is no such chat.", code="UNKNOWN_ROOM")
    return room


def _instant(value: object) -> datetime | None:
    try:
        at = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        # It is written as an instant, and there is none such.
        return None
    return at if at is not None and at.tzinfo is not None else None


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
