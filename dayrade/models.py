"""The supporting tables of the API, beside the specification's fifteen."""

from datetime import timedelta
from typing import Self

from django.db import models

from dayrade.db.fields import created_at, primary_key
from dayrade.db.functions import Now
from dayrade.db.indexes import Index

ANSWER_KEPT_FOR = timedelta(hours=24)
EVENT_KEPT_FOR = timedelta(hours=1)


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    """Questions asked of kept answers."""

    def expired(self) -> Self:
        """Keep those that a repetition no longer gets, by the database's clock."""
        return self.filter(created_at__lte=Now() - ANSWER_KEPT_FOR)


class IdempotencyKey(models.Model):
    """The first answer to a request, kept so that a repetition gets the same one."""

    id = primary_key()
    principal = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status_code = models.SmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.JSONField(null=True)
    created_at = created_at()

    objects = models.Manager.from_queryset(IdempotencyKeyQuerySet)()

    class Meta:
        db_table = "dayrade_idempotency_keys"
        constraints = [
            models.UniqueConstraint(
                name="dayrade_idempotency_keys_principal_key", fields=["principal", "key"]
            )
        ]
        indexes = [Index(name="dayrade_idempotency_keys_created_at", fields=["created_at"])]

    def __str__(self) -> str:
        """Show whose key it is."""
        return f"{self.key} of {self.principal}"


class RateLimitQuerySet(models.QuerySet["RateLimit"]):
    """Questions asked of counters."""

    def ended(self) -> Self:
        """Keep those whose window is over, by the database's clock."""
        return self.filter(window_ends_at__lte=Now())


class RateLimit(models.Model):
    """How often something was done in the current window; unlogged, a crash forgets it."""

    key = models.CharField(primary_key=True, max_length=200)
    window_ends_at = models.DateTimeField()
    count = models.IntegerField()

    objects = models.Manager.from_queryset(RateLimitQuerySet)()

    class Meta:
        db_table = "dayrade_rate_limits"
        indexes = [Index(name="dayrade_rate_limits_window_ends_at", fields=["window_ends_at"])]

    def __str__(self) -> str:
        """Show what is counted."""
        return f"{self.key}: {self.count}"


class EventKind(models.TextChoices):
    """What a live event is about."""

    LEADERBOARD = "leaderboard"
    CHAT = "chat"
    COMMENTARY = "commentary"
    STATUS = "status"


class EventQuerySet(models.QuerySet["Event"]):
    """Questions asked of live events."""

    def placed_after(self, position: int) -> Self:
        """Keep those after a place, in their order."""
        return self.filter(position__gt=position).order_by("position")

    def last_position(self) -> int:
        """Return the last place that was given, 0 without any."""
        last: int | None = self.aggregate(last=models.Max("position"))["last"]
        return last or 0

    def can_be_followed(self, position: int) -> bool:
        """Tell whether everything after a place is kept, by the database's clock.

        A transaction that was open for long is placed late and goes early: within half of the
        time for which events are kept, nothing has gone. After place 0 comes the very first.
        """
        lately = Now() - EVENT_KEPT_FOR / 2
        return self.filter(position=position or 1, created_at__gt=lately).exists()

    def over(self) -> Self:
        """Keep those that nobody resumes from any more, by the database's clock.

        Never the last one: the next place is counted from it.
        """
        last = Event.objects.last_position()
        return self.filter(created_at__lte=Now() - EVENT_KEPT_FOR).exclude(position=last)


class Event(models.Model):
    """Something that whoever watches a tournament live has to hear of.

    It names what changed and holds no text that could be hidden later: what is shown is read when
    it is shown. `position` is its place in the one order in which everybody hears it, given once
    the transaction that wrote it stands; until then it is null.
    """

    id = models.BigAutoField(primary_key=True)
    tournament_id = models.UUIDField()
    kind = models.CharField(max_length=20, choices=EventKind)
    subject_id = models.UUIDField(null=True)
    data = models.JSONField(default=dict, db_default={})
    position = models.BigIntegerField(null=True)
    created_at = created_at()

    objects = models.Manager.from_queryset(EventQuerySet)()

    class Meta:
        db_table = "dayrade_events"
        constraints = [
            models.UniqueConstraint(name="dayrade_events_position_key", fields=["position"]),
        ]
        indexes = [
            Index(
                name="dayrade_events_unplaced",
                fields=["id"],
                condition=models.Q(position__isnull=True),
            ),
            Index(name="dayrade_events_tournament", fields=["tournament_id", "position"]),
            Index(name="dayrade_events_created_at", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        """Show what it is about."""
        return f"{self.kind} {self.data}"
