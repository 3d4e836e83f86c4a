"""Lines of the four personalities."""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from accounts.models import User
from dayrade.db.constraints import bounded, one_of, stamped
from dayrade.db.fields import UpdatedAtField, created_at, primary_key
from dayrade.db.functions import Now
from dayrade.db.indexes import Index
from tournaments.models import INTEGER_MAX, Participant, Tournament


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
        """Leave lines that wait for their moment, and those taken back, to staff."""
        return self if user.is_staff else self.filter(is_played=True, retraction__isnull=True)

    def waiting(self) -> Self:
        """Keep lines that may still be spoken."""
        return self.filter(is_played=False, retraction__isnull=True)


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
            Index(name="dayrade_commentary_created_at", fields=["created_at"]),
            Index(name="dayrade_commentary_trigger_user_id", fields=["trigger_user"]),
            Index(name="dayrade_commentary_room", fields=["tournament", "-created_at", "-id"]),
            Index(
                Coalesce("scheduled_at", "created_at"),
                name="dayrade_commentary_waiting",
                condition=Q(is_played=False),
            ),
            Index(
                name="dayrade_commentary_spoken",
                fields=["tournament", "-played_at"],
                condition=Q(is_played=True),
            ),
        ]

    def __str__(self) -> str:
        """Show who says what."""
        return f"{self.personality}: {self.commentary_text[:60]}"


class CommentaryFact(models.Model):
    """Something that was found worth a line, so that it is found once.

    `key` names it within its tournament, `line` is the name of what was said of it. It rests on
    `trades`, whose P&L was `figures` (in the same order), or on `subject_id`: an economic event,
    or the line that a correction is about. `commentary` is null where nobody said it.
    """

    id = primary_key()
    tournament = models.ForeignKey(
        Tournament, on_delete=models.DB_CASCADE, db_index=False, related_name="commentary_facts"
    )
    key = models.CharField(max_length=150)
    event = models.CharField(max_length=100)
    happened_at = models.DateTimeField()
    participant = models.ForeignKey(
        Participant,
        on_delete=models.DB_CASCADE,
        null=True,
        blank=True,
        db_index=False,
        related_name="commentary_facts",
    )
    trades = ArrayField(models.UUIDField(), default=list, blank=True)
    figures = ArrayField(
        models.DecimalField(max_digits=15, decimal_places=2), default=list, blank=True
    )
    subject_id = models.UUIDField(null=True, blank=True)
    commentary = models.OneToOneField(
        Commentary, on_delete=models.DB_CASCADE, null=True, blank=True, related_name="fact"
    )
    line = models.CharField(max_length=100)
    created_at = created_at()

    class Meta:
        db_table = "dayrade_commentary_facts"
        verbose_name = "told fact"
        constraints = [
            models.UniqueConstraint(
                name="dayrade_commentary_facts_key",
                fields=["tournament", "key"],
                violation_error_message="This has been told.",
            ),
        ]
        indexes = [
            Index(name="dayrade_commentary_facts_participant", fields=["participant"]),
            Index(name="dayrade_commentary_facts_happened_at", fields=["happened_at"]),
        ]

    def __str__(self) -> str:
        """Show what it is."""
        return self.key


class CommentaryState(models.Model):
    """How far the commentary of a tournament has come.

    All that was booked before `seen_until` has been looked at. `leader` is who was at the top
    then; `leader_at` and `burst_at` are when a change of the lead, and a busy chat, were last
    told. Until `speaking_until` somebody speaks.
    """

    tournament = models.OneToOneField(
        Tournament,
        on_delete=models.DB_CASCADE,
        primary_key=True,
        related_name="commentary_state",
    )
    seen_until = models.DateTimeField()
    leader = models.ForeignKey(
        Participant,
        on_delete=models.DB_SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
    )
    leader_at = models.DateTimeField(null=True, blank=True)
    burst_at = models.DateTimeField(null=True, blank=True)
    speaking_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dayrade_commentary_states"
        verbose_name = "state of commentary"
        verbose_name_plural = "states of commentary"
        indexes = [Index(name="dayrade_commentary_states_leader", fields=["leader"])]

    def __str__(self) -> str:
        """Show how far it has come."""
        return f"{self.tournament} until {self.seen_until}"


class Retraction(models.Model):
    """A line that is taken back, or will not be said; nobody but staff sees it any more.

    `retracted_by` is null where the platform did it.
    """

    id = primary_key()
    commentary = models.OneToOneField(
        Commentary, on_delete=models.DB_CASCADE, related_name="retraction"
    )
    reason = models.TextField()
    was_spoken = models.BooleanField()
    retracted_by = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, null=True, blank=True, db_index=False, related_name="+"
    )
    retracted_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "dayrade_retractions"
        constraints = [
            models.CheckConstraint(
                name="dayrade_retractions_with_reason",
                condition=~Q(reason=""),
                violation_error_message="A retraction needs a reason.",
            ),
        ]
        indexes = [
            Index(name="dayrade_retractions_retracted_by", fields=["retracted_by"]),
            Index(name="dayrade_retractions_retracted_at", fields=["retracted_at"]),
        ]

    def __str__(self) -> str:
        """Show why."""
        return self.reason
