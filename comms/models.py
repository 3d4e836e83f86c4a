"""Chat, commentary, notifications and the texts of e-mails."""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import Exact, GreaterThanOrEqual, LessThanOrEqual

from accounts.models import User
from dayrade.db.constraints import bounded, one_of, stamped
from dayrade.db.fields import UpdatedAtField, created_at, money, primary_key
from dayrade.db.functions import CharLength, Trim
from dayrade.db.indexes import Index
from tournaments.models import INTEGER_MAX, Tournament
from trading.models import Trade


class MessageType(models.TextChoices):
    """Who a chat message speaks for."""

    USER_MESSAGE = "user_message"
    SYSTEM_MESSAGE = "system_message"
    COMMENTARY = "commentary"
    ANNOUNCEMENT = "announcement"


class Personality(models.TextChoices):
    """The voices of the commentary."""

    BULL = "bull"
    BEAR = "bear"
    SAGE = "sage"
    ROCKET = "rocket"


class CommentarySource(models.TextChoices):
    """What a line of commentary is about."""

    TRADING = "trading"
    ECONOMIC = "economic"
    CHAT = "chat"
    MANUAL = "manual"


class Priority(models.TextChoices):
    """How soon something has to be said."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class Channel(models.TextChoices):
    """The ways by which a notification travels."""

    IN_APP = "in_app"
    EMAIL = "email"
    PUSH = "push"
    SMS = "sms"


def in_app() -> list[str]:
    """Return the channels of a notification that names none."""
    return [Channel.IN_APP]


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
            Index(name="dayrade_chat_messages_room", fields=["tournament", "-created_at", "-id"]),
        ]

    def __str__(self) -> str:
        """Show how the message begins."""
        return self.message_text[:60]


class CommentaryQuerySet(models.QuerySet["Commentary"]):
    """Questions asked of commentary."""

    def visible_to(self, user: Any) -> Self:
        """Leave lines that are still waiting for their moment to staff."""
        return self if user.is_staff else self.filter(is_played=True)


class Commentary(models.Model):
    """A line spoken by one of four personalities, with the facts it rests on."""

    id = primary_key()
    tournament = models.ForeignKey(
        Tournament,
        on_delete=models.DB_CASCADE,
        null=True,
        blank=True,
        db_index=False,
        related_name="commentary",
    )

    personality = models.CharField(max_length=20, choices=Personality)
    commentary_text = models.TextField()

    trigger_event = models.CharField(max_length=100, null=True, blank=True)
    trigger_data = models.JSONField(null=True, blank=True)
    trigger_user = models.ForeignKey(
        User,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        db_index=False,
        related_name="triggered_commentary",
    )

    audio_url = models.URLField(max_length=500, null=True, blank=True)
    audio_duration = models.IntegerField(null=True, blank=True)
    audio_generated = models.BooleanField(default=False, db_default=False)

    scheduled_at = models.DateTimeField(null=True, blank=True)
    played_at = models.DateTimeField(null=True, blank=True)
    is_played = models.BooleanField(default=False, db_default=False)

    source = models.CharField(max_length=20, choices=CommentarySource)
    priority = models.CharField(
        max_length=10, choices=Priority, default=Priority.MEDIUM, db_default=Priority.MEDIUM
    )

    created_at = created_at()
    updated_at = UpdatedAtField()

    objects = models.Manager.from_queryset(CommentaryQuerySet)()

    class Meta:
        db_table = "commentary"
        verbose_name_plural = "commentary"
        constraints = [
            one_of("commentary", "personality", Personality),
            one_of("commentary", "source", CommentarySource),
            one_of("commentary", "priority", Priority),
            stamped(
                "commentary",
                "is_played",
                "played_at",
                message="A played line has its instant, no other has one.",
            ),
            models.CheckConstraint(
                name="dayrade_commentary_audio_generated_stamped",
                condition=Q(audio_generated=False) | Q(audio_url__isnull=False),
                violation_error_message="Generated audio has an address.",
            ),
            bounded(
                "commentary",
                "audio_duration",
                low=0,
                high=INTEGER_MAX,
                message="Audio lasts 0 seconds or more.",
            ),
        ]
        indexes = [
            Index(name="idx_commentary_tournament_id", fields=["tournament"]),
            Index(name="idx_commentary_personality", fields=["personality"]),
            Index(name="idx_commentary_scheduled_at", fields=["scheduled_at"]),
            Index(name="idx_commentary_source", fields=["source"]),
            Index(name="idx_commentary_priority", fields=["priority"]),
            Index(name="dayrade_commentary_trigger_user_id", fields=["trigger_user"]),
            Index(name="dayrade_commentary_room", fields=["tournament", "-created_at", "-id"]),
        ]

    def __str__(self) -> str:
        """Show who says what."""
        return f"{self.personality}: {self.commentary_text[:60]}"


class ChannelsDefault(Func):
    """ARRAY['in_app'], as the specification writes the default."""

    template = "ARRAY['in_app']"
    output_field = ArrayField(models.CharField(max_length=20))


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Questions asked of notifications."""

    def visible_to(self, user: Any) -> Self:
        """Keep one's own; nobody reads another person's."""
        return self.filter(user_id=user.pk)

    def unread(self) -> Self:
        """Keep those nobody has opened."""
        return self.filter(is_read=False)


class Notification(models.Model):
    """Something a person should know, and how it has reached them."""

    id = primary_key()
    user = models.ForeignKey(
        User, on_delete=models.DB_CASCADE, db_index=False, related_name="notifications"
    )

    type = models.CharField(max_length=50)
    title = models.CharField(max_length=255)
    message = models.TextField()

    is_read = models.BooleanField(default=False, db_default=False)
    read_at = models.DateTimeField(null=True, blank=True)

    priority = models.CharField(
        max_length=10, choices=Priority, default=Priority.MEDIUM, db_default=Priority.MEDIUM
    )
    channels = ArrayField(
        models.CharField(max_length=20, choices=Channel),
        default=in_app,
        db_default=ChannelsDefault(),
    )

    action_url = models.CharField(max_length=500, null=True, blank=True)
    action_label = models.CharField(max_length=100, null=True, blank=True)

    email_sent = models.BooleanField(default=False, db_default=False)
    email_sent_at = models.DateTimeField(null=True, blank=True)
    push_sent = models.BooleanField(default=False, db_default=False)
    push_sent_at = models.DateTimeField(null=True, blank=True)

    tournament = models.ForeignKey(
        Tournament,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        db_index=False,
        related_name="notifications",
    )
    trade = models.ForeignKey(
        Trade,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        db_index=False,
        related_name="notifications",
    )

    created_at = created_at()
    updated_at = UpdatedAtField()

    objects = models.Manager.from_queryset(NotificationQuerySet)()

    class Meta:
        db_table = "notifications"
        constraints = [
            one_of("notifications", "priority", Priority),
            models.CheckConstraint(
                name="dayrade_notifications_channels_known",
                condition=Q(channels__contained_by=Channel.values) & ~Q(channels=[]),
                violation_error_message=f"Choose among: {', '.join(Channel.values)}.",
            ),
            stamped(
                "notifications",
                "is_read",
                "read_at",
                message="A read notification has its instant, no other has one.",
            ),
            stamped(
                "notifications",
                "email_sent",
                "email_sent_at",
                message="A sent e-mail has its instant, no other has one.",
            ),
            stamped(
                "notifications",
                "push_sent",
                "push_sent_at",
                message="A sent push has its instant, no other has one.",
            ),
        ]
        indexes = [
            Index(name="idx_notifications_user_id", fields=["user"]),
            Index(name="idx_notifications_type", fields=["type"]),
            Index(name="idx_notifications_is_read", fields=["is_read"]),
            Index(name="idx_notifications_created_at", fields=["created_at"]),
            Index(name="idx_notifications_priority", fields=["priority"]),
            Index(name="dayrade_notifications_tournament_id", fields=["tournament"]),
            Index(name="dayrade_notifications_trade_id", fields=["trade"]),
            Index(name="dayrade_notifications_inbox", fields=["user", "-created_at", "-id"]),
            Index(name="dayrade_notifications_unread", fields=["user"], condition=Q(is_read=False)),
        ]

    def __str__(self) -> str:
        """Show the title."""
        return self.title


class EmailTemplate(models.Model):
    """The text of an e-mail; `variables` declares every name that the text may use."""

    id = primary_key()
    name = models.CharField(max_length=100)
    subject = models.CharField(max_length=255)
    content = models.TextField()

    template_type = models.CharField(max_length=50)
    brevo_template_id = models.IntegerField(null=True, blank=True)
    variables = models.JSONField(null=True, blank=True)

    is_active = models.BooleanField(default=True, db_default=True)

    created_at = created_at()
    updated_at = UpdatedAtField()

    class Meta:
        db_table = "email_templates"
        constraints = [
            models.UniqueConstraint(
                name="email_templates_name_key",
                fields=["name"],
                violation_error_message="Another template has this name.",
            ),
            models.CheckConstraint(
                name="dayrade_email_templates_variables_listed",
                condition=Q(variables__isnull=True)
                | Q(Exact(Func(F("variables"), function="jsonb_typeof"), Value("array"))),
                violation_error_message="Variables are a list of names.",
            ),
            bounded(
                "email_templates",
                "brevo_template_id",
                low=1,
                high=INTEGER_MAX,
                message="A Brevo template has a positive number.",
            ),
        ]
        indexes = [
            Index(name="idx_email_templates_name", fields=["name"]),
            Index(name="idx_email_templates_type", fields=["template_type"]),
        ]

    def __str__(self) -> str:
        """Show the name."""
        return self.name
