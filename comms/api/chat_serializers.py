"""Chat as JSON."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.services.staff import REASON_MAX
from comms.models import ChatMessage, MessageType
from comms.services.chat import TEXT_MAX
from dayrade.api.fields import Choice, Text
from dayrade.api.serializers import Input, Output

# What the platform says is in nobody's name, whoever's row it is.
OF_PLATFORM = (MessageType.SYSTEM_MESSAGE, MessageType.COMMENTARY)
ACTIONS = [("hide", "Hide"), ("restore", "Restore")]
WRITTEN = [
    (kind.value, kind.label) for kind in (MessageType.USER_MESSAGE, MessageType.ANNOUNCEMENT)
]


class ChatMessageSerializer(Output[ChatMessage]):
    """What somebody said; what the platform says is in nobody's name."""

    staff_only = (
        "user_id",
        "is_moderated",
        "moderation_reason",
        "moderated_by",
        "moderated_at",
        "sentiment_score",
        "relevance_score",
    )

    tournament_id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    username = serializers.CharField(source="user.username", allow_null=True)
    avatar_url = serializers.CharField(source="user.avatar_url", allow_null=True)

    class Meta:
        model = ChatMessage
        fields = [
            "id",
            "tournament_id",
            "user_id",
            "username",
            "avatar_url",
            "message_text",
            "message_type",
            "is_moderated",
            "moderation_reason",
            "moderated_by",
            "moderated_at",
            "sentiment_score",
            "relevance_score",
            "created_at",
            "updated_at",
        ]

    def to_representation(self, instance: ChatMessage) -> dict[str, Any]:
        """Leave out who has a row of the platform's."""
        shown: dict[str, Any] = super().to_representation(instance)
        if instance.message_type in OF_PLATFORM:
            shown["username"] = shown["avatar_url"] = None
        return shown


# Where the fields stand; what is not named here stands under its own name.
COLUMNS = {
    "username": "user__username",
    "avatar_url": "user__avatar_url",
    "moderated_by": "moderated_by_id",
}
FOR_STAFF = tuple(ChatMessageSerializer.Meta.fields)
FOR_ALL = tuple(name for name in FOR_STAFF if name not in ChatMessageSerializer.staff_only)


def columns(*, is_staff: bool) -> list[str]:
    """Return what a page reads, in the order of the fields."""
    return [COLUMNS.get(name, name) for name in (FOR_STAFF if is_staff else FOR_ALL)]


def written(values: Iterable[Any], *, is_staff: bool) -> dict[str, Any]:
    """Write a message as the serializer does, at a tenth of its price."""
    shown = dict(zip(FOR_STAFF if is_staff else FOR_ALL, map(plain, values), strict=True))
    if shown["message_type"] in OF_PLATFORM:
        shown["username"] = shown["avatar_url"] = None
    return shown


def posted(message: ChatMessage, *, is_staff: bool) -> dict[str, Any]:
    """Write a message that has just been posted, and so is in nobody's hands yet."""
    read = attrgetter(*(name.replace("__", ".") for name in columns(is_staff=is_staff)))
    return written(read(message), is_staff=is_staff)


def plain(value: Any) -> Any:
    """Write a value as the serializers do."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, (UUID, Decimal)) else value


@extend_schema_serializer(
    examples=[OpenApiExample("Say something", {"message_text": "Good luck everybody!"})]
)
class MessageInput(Input):
    """What somebody says; `announcement` is for staff."""

    resource = ChatMessageSerializer

    message_text = Text(max_length=TEXT_MAX, multiline=True)
    message_type = Choice(choices=WRITTEN, default=MessageType.USER_MESSAGE)


class EditInput(Input):
    """What it is to say instead."""

    resource = ChatMessageSerializer

    message_text = Text(max_length=TEXT_MAX, multiline=True)


@extend_schema_serializer(
    examples=[OpenApiExample("Hide", {"action": "hide", "reason": "Advertising"})]
)
class ModerationInput(Input):
    """What becomes of a message, and why: staff read it, the author does not."""

    action = Choice(choices=ACTIONS)
    reason = Text(max_length=REASON_MAX, multiline=True)
