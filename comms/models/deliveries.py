"""How notifications travel: the outbox, what people chose, and where nothing arrives."""

from datetime import timedelta
from typing import Any, Self
from uuid import UUID, uuid5

from django.db import models
from django.db.models import Q

from accounts.models import User
from comms.models.notifications import Channel, Notification
from dayrade.db.constraints import one_of
from dayrade.db.fields import UpdatedAtField, created_at, primary_key
from dayrade.db.functions import Now
from dayrade.db.indexes import Index

#: How often a delivery is tried, and the minutes after which it is tried anew: 10 hours in all.
ATTEMPTS = 8
PAUSES = (1, 3, 9, 27, 81, 240, 240, 240)
#: Long enough to look into what somebody says has never arrived.
KEPT_FOR = timedelta(days=90)
ERROR_MAX = 300


class DeliveryStatus(models.TextChoices):
    """How far a delivery has come."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    SKIPPED = "skipped"


class Outcome(models.TextChoices):
    """What became of an e-mail after it was handed over.

    In the order in which one takes the place of another: events come late and in any order. After
    the last three it has never left.
    """

    DEFERRED = "deferred"
    SOFT_BOUNCE = "soft_bounce"
    DELIVERED = "delivered"
    UNSUBSCRIBED = "unsubscribed"
    HARD_BOUNCE = "hard_bounce"
    SPAM = "spam"
    FAILED = "failed"
    BLOCKED = "blocked"
    INVALID = "invalid"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Questions asked of deliveries."""

    def waiting(self) -> Self:
        """Keep those that are still to be made."""
        return self.filter(status=DeliveryStatus.WAITING)

    def due(self) -> Self:
        """Keep those whose time has come, by the database's clock."""
        return self.waiting().filter(next_attempt_at__lte=Now())

    def dead(self) -> Self:
        """Keep those that were given up."""
        return self.filter(status=DeliveryStatus.DEAD)

    def over(self) -> Self:
        """Keep those that nobody needs any more."""
        return self.filter(created_at__lte=Now() - KEPT_FOR).exclude(status=DeliveryStatus.WAITING)


class Delivery(models.Model):
    """A notification on its way by one channel.

    `next_attempt_at` is moved on before each attempt: whoever dies while sending leaves it due
    again. `rounds` counts how often staff have had it sent anew.
    """

    id = primary_key()
    notification = models.ForeignKey(
        Notification, on_delete=models.DB_CASCADE, db_index=False, related_name="deliveries"
    )
    user = models.ForeignKey(
        User, on_delete=models.DB_CASCADE, db_index=False, related_name="deliveries"
    )
    channel = models.CharField(max_length=20, choices=Channel)
    status = models.CharField(
        max_length=20,
        choices=DeliveryStatus,
        default=DeliveryStatus.WAITING,
        db_default=DeliveryStatus.WAITING,
    )
    attempts = models.SmallIntegerField(default=0, db_default=0)
    rounds = models.SmallIntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    last_error = models.CharField(max_length=ERROR_MAX, default="", db_default="", blank=True)
    provider_id = models.CharField(max_length=255, default="", db_default="", blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome, null=True, blank=True)
    outcome_at = models.DateTimeField(null=True, blank=True)
    created_at = created_at()
    updated_at = UpdatedAtField()

    objects = models.Manager.from_queryset(DeliveryQuerySet)()

    class Meta:
        db_table = "dayrade_deliveries"
        verbose_name_plural = "deliveries"
        constraints = [
            one_of("dayrade_deliveries", "status", DeliveryStatus),
            one_of("dayrade_deliveries", "outcome", Outcome),
            models.CheckConstraint(
                name="dayrade_deliveries_channel_check",
                condition=Q(channel__in=[Channel.EMAIL, Channel.PUSH, Channel.SMS]),
                violation_error_message="The application itself needs no delivery.",
            ),
            models.CheckConstraint(
                name="dayrade_deliveries_sent_stamped",
                condition=Q(status=DeliveryStatus.SENT, sent_at__isnull=False)
                | (~Q(status=DeliveryStatus.SENT) & Q(sent_at__isnull=True)),
                violation_error_message="What was sent has its instant, nothing else has one.",
            ),
            models.CheckConstraint(
                name="dayrade_deliveries_outcome_stamped",
                condition=Q(outcome__isnull=True, outcome_at__isnull=True)
                | Q(outcome__isnull=False, outcome_at__isnull=False),
                violation_error_message="An outcome has its instant.",
            ),
            models.UniqueConstraint(
                name="dayrade_deliveries_notification_id_channel_key",
                fields=["notification", "channel"],
                violation_error_message="By each channel a notification travels once.",
            ),
        ]
        indexes = [
            Index(name="dayrade_deliveries_user_id", fields=["user"]),
            Index(
                name="dayrade_deliveries_waiting",
                fields=["next_attempt_at"],
                condition=Q(status=DeliveryStatus.WAITING),
            ),
            Index(
                name="dayrade_deliveries_dead",
                fields=["created_at"],
                condition=Q(status=DeliveryStatus.DEAD),
            ),
            Index(
                name="dayrade_deliveries_provider_id",
                fields=["provider_id"],
                condition=~Q(provider_id=""),
            ),
            Index(name="dayrade_deliveries_created_at", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        """Show what travels by which channel."""
        return f"{self.notification} by {Channel(self.channel).label}"

    @property
    def idempotency_key(self) -> UUID:
        """The name of this round, by which a provider knows a repetition."""
        return uuid5(self.id, str(self.rounds))


class TellingKey(models.Model):
    """That somebody was told something once; the same is not told again."""

    id = primary_key()
    user = models.ForeignKey(User, on_delete=models.DB_CASCADE, db_index=False, related_name="+")
    key = models.CharField(max_length=200)
    created_at = created_at()

    class Meta:
        db_table = "dayrade_telling_keys"
        indexes = [Index(name="dayrade_telling_keys_created_at", fields=["created_at"])]
        constraints = [
            models.UniqueConstraint(
                name="dayrade_telling_keys_user_id_key_key",
                fields=["user", "key"],
                violation_error_message="This was told already.",
            )
        ]

    def __str__(self) -> str:
        """Show the key."""
        return self.key


class Category(models.TextChoices):
    """The kinds of notifications that people choose channels for."""

    SECURITY = "security"
    IDENTITY = "identity"
    BOOKINGS = "bookings"
    TOURNAMENTS = "tournaments"
    RESULTS = "results"
    TRADES = "trades"
    CHAT = "chat"
    OTHER = "other"


class Preference(models.Model):
    """What somebody has chosen, where it is not the default."""

    id = primary_key()
    user = models.ForeignKey(
        User, on_delete=models.DB_CASCADE, db_index=False, related_name="preferences"
    )
    category = models.CharField(max_length=20, choices=Category)
    channel = models.CharField(max_length=20, choices=Channel)
    enabled = models.BooleanField()
    created_at = created_at()

    class Meta:
        db_table = "dayrade_notification_preferences"
        indexes = [Index(name="dayrade_notification_preferences_created_at", fields=["created_at"])]
        constraints = [
            one_of("dayrade_notification_preferences", "category", Category),
            one_of("dayrade_notification_preferences", "channel", Channel),
            models.UniqueConstraint(
                name="dayrade_notification_preferences_user_category_channel_key",
                fields=["user", "category", "channel"],
                violation_error_message="There is one choice for each category and channel.",
            ),
        ]

    def __str__(self) -> str:
        """Show what is chosen."""
        return f"{self.category} by {self.channel}: {'on' if self.enabled else 'off'}"


class UnreachableAddress(models.Model):
    """An e-mail address that takes nothing; it counts until its owner has another one."""

    id = primary_key()
    user = models.ForeignKey(User, on_delete=models.DB_CASCADE, db_index=False, related_name="+")
    address = models.CharField(max_length=255)
    reason = models.CharField(max_length=20, choices=Outcome)
    created_at = created_at()

    class Meta:
        db_table = "dayrade_unreachable_addresses"
        indexes = [Index(name="dayrade_unreachable_addresses_created_at", fields=["created_at"])]
        verbose_name_plural = "unreachable addresses"
        constraints = [
            one_of("dayrade_unreachable_addresses", "reason", Outcome),
            models.UniqueConstraint(
                name="dayrade_unreachable_addresses_user_id_key",
                fields=["user"],
                violation_error_message="A person has one address.",
            ),
        ]

    def __str__(self) -> str:
        """Show the address."""
        return self.address


class PushSubscription(models.Model):
    """A browser that takes push messages; its address is a secret of the browser's."""

    id = primary_key()
    user = models.ForeignKey(
        User, on_delete=models.DB_CASCADE, db_index=False, related_name="push_subscriptions"
    )
    endpoint = models.CharField(max_length=1000)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=50)
    created_at = created_at()

    class Meta:
        db_table = "dayrade_push_subscriptions"
        constraints = [
            models.UniqueConstraint(
                name="dayrade_push_subscriptions_endpoint_key",
                fields=["endpoint"],
                violation_error_message="This browser is somebody's already.",
            )
        ]
        indexes = [
            Index(name="dayrade_push_subscriptions_user_id", fields=["user"]),
            Index(name="dayrade_push_subscriptions_created_at", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        """Show whose it is, and never the address."""
        return f"A browser of {self.user}"

    def as_known_to_browsers(self) -> dict[str, Any]:
        """Return it as PushSubscription.toJSON() does."""
        return {"endpoint": self.endpoint, "keys": {"p256dh": self.p256dh, "auth": self.auth}}
