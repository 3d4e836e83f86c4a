"""What people should know, and how it reaches them."""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q

from accounts.models import User
from comms.models.commentary import Priority
from dayrade.db.constraints import one_of, stamped
from dayrade.db.fields import UpdatedAtField, created_at, primary_key
from dayrade.db.indexes import Index
from tournaments.models import Tournament
from trading.models import Trade


class Channel(models.TextChoices):
    """The ways by which a notification travels."""

    IN_APP = "in_app"
    EMAIL = "email"
    PUSH = "push"
    SMS = "sms"


def in_app() -> list[str]:
    """Return the channels of a notification that names none."""
    return [Channel.IN_APP]


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
            # Counts them as well as it lists them.
            Index(
                name="dayrade_notifications_unread",
                fields=["user", "-created_at", "-id"],
                condition=Q(is_read=False),
            ),
        ]

    def __str__(self) -> str:
        """Show the title."""
        return self.title
