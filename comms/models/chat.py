"""What was said in the chat of a tournament."""

from typing import Any, Self

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from accounts.models import User
from dayrade.db.constraints import bounded, one_of, stamped
from dayrade.db.fields import UpdatedAtField, created_at, money, primary_key
from dayrade.db.functions import CharLength, Trim
from dayrade.db.indexes import Index
from dayrade.db.words import words
from tournaments.models import Tournament


class MessageType(models.TextChoices):
    """Who a chat message speaks for."""

    USER_MESSAGE = "user_message"
    SYSTEM_MESSAGE = "system_message"
    COMMENTARY = "commentary"
    ANNOUNCEMENT = "announcement"


class ChatMessageQuerySet(models.QuerySet["ChatMessage"]):
    """Questions asked of chat messages."""

    def visible_to(self, user: Any) -> Self:
        """Leave hidden messages to staff."""
        return self if user.is_staff else self.filter(is_moderated=False)


class ChatMessage(models.Model):
    """What somebody said in a tournament's chat; hidden by moderation, never erased."""

    id = primary_key()
    tournament = models.ForeignKey(
        Tournament, on_delete=models.DB_CASCADE, db_index=False, related_name="chat_messages"
    )
    user = models.ForeignKey(
        User, on_delete=models.DB_CASCADE, db_index=False, related_name="chat_messages"
    )

    message_text = models.TextField()
    message_type = models.CharField(
        max_length=20,
        choices=MessageType,
        default=MessageType.USER_MESSAGE,
        db_default=MessageType.USER_MESSAGE,
    )

    getstream_message_id = models.CharField(max_length=100, null=True, blank=True)
    channel_id = models.CharField(max_length=100, null=True, blank=True)

    is_moderated = models.BooleanField(default=False, db_default=False)
    moderation_reason = models.TextField(null=True, blank=True)
    moderated_by = models.ForeignKey(
        User,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        db_column="moderated_by",
        db_index=False,
        related_name="moderated_messages",
    )
    moderated_at = models.DateTimeField(null=True, blank=True)

    sentiment_score = money(3, null=True)
    relevance_score = money(3, null=True)

    created_at = created_at()
    updated_at = UpdatedAtField()

    objects = models.Manager.from_queryset(ChatMessageQuerySet)()

    class Meta:
        db_table = "chat_messages"
        constraints = [
            one_of("chat_messages", "message_type", MessageType),
            models.CheckConstraint(
                name="chat_messages_text_length",
                condition=LessThanOrEqual(CharLength("message_text"), 1000),
                violation_error_message="A message has at most 1,000 characters.",
            ),
            models.CheckConstraint(
                name="dayrade_chat_messages_text_present",
                condition=GreaterThanOrEqual(CharLength(Trim("message_text")), 1),
                violation_error_message="A message says something.",
            ),
            models.UniqueConstraint(
                name="dayrade_chat_messages_getstream_message_id_key",
                fields=["getstream_message_id"],
                condition=Q(getstream_message_id__isnull=False),
                violation_error_message="This message has arrived.",
            ),
            stamped(
                "chat_messages",
                "is_moderated",
                "moderated_at",
                "moderation_reason",
                message="A hidden message has an instant and a reason, no other has them.",
            ),
            bounded(
                "chat_messages",
                "sentiment_score",
                low=-1,
                high=1,
                message="A sentiment lies between -1.00 and 1.00.",
            ),
            bounded(
                "chat_messages",
                "relevance_score",
                low=0,
                high=1,
                message="A relevance lies between 0.00 and 1.00.",
            ),
        ]
        indexes = [
            Index(name="idx_chat_messages_tournament_id", fields=["tournament"]),
            Index(name="idx_chat_messages_user_id", fields=["user"]),
            Index(name="idx_chat_messages_created_at", fields=["created_at"]),
            Index(name="idx_chat_messages_getstream_id", fields=["getstream_message_id"]),
            Index(name="dayrade_chat_messages_moderated_by", fields=["moderated_by"]),
            GinIndex(words("message_text"), name="dayrade_chat_messages_words"),
            Index(name="dayrade_chat_messages_room", fields=["tournament", "-created_at", "-id"]),
            Index(
                name="dayrade_chat_messages_hidden",
                fields=["tournament", "-created_at", "-id"],
                condition=Q(is_moderated=True),
            ),
            Index(name="dayrade_chat_messages_of_user", fields=["user", "-created_at", "-id"]),
            Index(
                name="dayrade_chat_messages_hidden_of_user",
                fields=["user", "-moderated_at"],
                condition=Q(is_moderated=True),
            ),
        ]

    def __str__(self) -> str:
        """Show how the message begins."""
        return self.message_text[:60]
