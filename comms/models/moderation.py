"""What keeps a chat in order: mutes, and messages that somebody has reported."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now as StatementNow

from accounts.models import User
from comms.models.chat import ChatMessage
from dayrade.db.constraints import one_of
from dayrade.db.fields import created_at, primary_key
from dayrade.db.functions import Now
from dayrade.db.indexes import Index
from tournaments.models import Tournament


class MuteQuerySet(models.QuerySet["Mute"]):
    """Questions asked of mutes; the clock is the database's."""

    def in_force(self) -> Self:
        """Keep those that have neither ended nor been lifted."""
        return self.filter(lifted_at__isnull=True, ends_at__gt=StatementNow())


class Mute(models.Model):
    """A time in which somebody may write in no chat, or not in that of one tournament."""

    id = primary_key()
    user = models.ForeignKey(
        User, on_delete=models.DB_CASCADE, db_index=False, related_name="mutes"
    )
    tournament = models.ForeignKey(
        Tournament,
        on_delete=models.DB_CASCADE,
        null=True,
        blank=True,
        db_index=False,
        related_name="mutes",
    )
    reason = models.TextField()
    muted_by = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_index=False, related_name="+"
    )
    muted_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, null=True, blank=True, db_index=False, related_name="+"
    )

    objects = models.Manager.from_queryset(MuteQuerySet)()

    class Meta:
        db_table = "dayrade_mutes"
        constraints = [
            models.CheckConstraint(
                name="dayrade_mutes_ends_later",
                condition=Q(ends_at__gt=F("muted_at")),
                violation_error_message="A mute ends after it begins.",
            ),
            models.CheckConstraint(
                name="dayrade_mutes_lifted",
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                violation_error_message="Somebody has lifted a mute at an instant, or nobody has.",
            ),
        ]
        indexes = [
            Index(name="dayrade_mutes_user", fields=["user", "-ends_at"]),
            Index(name="dayrade_mutes_muted_at", fields=["muted_at"]),
            Index(name="dayrade_mutes_tournament", fields=["tournament"]),
            Index(name="dayrade_mutes_muted_by", fields=["muted_by"]),
            Index(name="dayrade_mutes_lifted_by", fields=["lifted_by"]),
            Index(
                name="dayrade_mutes_not_lifted",
                fields=["ends_at"],
                condition=Q(lifted_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        """Show who is muted, and until when."""
        return f"{self.user} until {self.ends_at:%Y-%m-%d %H:%M}"

    @property
    def ended_at(self) -> datetime:
        """When it ends, or has ended."""
        return self.lifted_at or self.ends_at


class ReportReason(models.TextChoices):
    """What is wrong with a message, in the words of who reports it."""

    SPAM = "spam"
    ABUSE = "abuse"
    SCAM = "scam"
    CHEATING = "cheating"
    OTHER = "other"


class ReportStatus(models.TextChoices):
    """What became of a report."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class ChatReport(models.Model):
    """Somebody's word that a message breaks the rules; `upheld` means that it was hidden."""

    id = primary_key()
    message = models.ForeignKey(
        ChatMessage, on_delete=models.DB_CASCADE, db_index=False, related_name="reports"
    )
    user = models.ForeignKey(
        User, on_delete=models.DB_CASCADE, db_index=False, related_name="chat_reports"
    )
    reason = models.CharField(max_length=10, choices=ReportReason)
    comment = models.TextField(null=True, blank=True)
    created_at = created_at()
    status = models.CharField(
        max_length=10,
        choices=ReportStatus,
        default=ReportStatus.OPEN,
        db_default=ReportStatus.OPEN,
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, null=True, blank=True, db_index=False, related_name="+"
    )

    class Meta:
        db_table = "dayrade_chat_reports"
        verbose_name = "reported message"
        constraints = [
            one_of("dayrade_chat_reports", "reason", ReportReason),
            one_of("dayrade_chat_reports", "status", ReportStatus),
            models.UniqueConstraint(
                name="dayrade_chat_reports_once",
                fields=["message", "user"],
                violation_error_message="This person has reported the message.",
            ),
            models.CheckConstraint(
                name="dayrade_chat_reports_resolved",
                condition=Q(status="open", resolved_at__isnull=True, resolved_by__isnull=True)
                | ~Q(status="open") & Q(resolved_at__isnull=False, resolved_by__isnull=False),
                violation_error_message="What is decided has its instant and whoever decided.",
            ),
        ]
        indexes = [
            Index(
                name="dayrade_chat_reports_open",
                fields=["created_at", "id"],
                condition=Q(status="open"),
            ),
            Index(name="dayrade_chat_reports_created_at", fields=["created_at"]),
            Index(name="dayrade_chat_reports_user", fields=["user"]),
            Index(name="dayrade_chat_reports_resolved_by", fields=["resolved_by"]),
        ]

    def __str__(self) -> str:
        """Show who has reported what for."""
        return f"{self.get_reason_display()}: {self.message}"


class ChatRoom(models.Model):
    """How often something said in a tournament's chat was taken out of it or changed.

    New messages do not count: kept answers may lack them, and may not show what was taken out.
    """

    tournament = models.OneToOneField(
        Tournament, on_delete=models.DB_CASCADE, primary_key=True, related_name="chat_room"
    )
    revision = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "dayrade_chat_rooms"

    def __str__(self) -> str:
        """Show whose room it is."""
        return f"Chat of {self.tournament}"
