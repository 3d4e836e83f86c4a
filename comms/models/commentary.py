"""Lines of the four personalities."""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.models import User
from dayrade.db.constraints import bounded, one_of, stamped
from dayrade.db.fields import UpdatedAtField, created_at, primary_key
from dayrade.db.indexes import Index
from tournaments.models import INTEGER_MAX, Tournament


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
