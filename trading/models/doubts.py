"""What somebody has to look at before a result is final: refused trades, breaks, busts."""

from django.db import models
from django.db.models import Q

from accounts.models import User
from dayrade.db.constraints import amount, one_of
from dayrade.db.fields import primary_key
from dayrade.db.functions import Now
from dayrade.db.indexes import Index
from tournaments.models import Participant, Tournament
from trading.models.ledger import Trade
from trading.models.performance import PerformanceSnapshot

OPEN_IS_UNDECIDED = Q(status="open", resolved_at__isnull=True) | ~Q(status="open") & Q(
    resolved_at__isnull=False
)


def resolved_by() -> "models.ForeignKey[User | None]":
    """Return who decided; null where it settled itself."""
    return models.ForeignKey(
        User, on_delete=models.DO_NOTHING, null=True, blank=True, db_index=False, related_name="+"
    )


class QuarantineStatus(models.TextChoices):
    """What became of a refused trade."""

    OPEN = "open"
    BOOKED = "booked"
    DISMISSED = "dismissed"


class QuarantinedTrade(models.Model):
    """A trade that the ledger refused, as it was delivered; the same refusal is kept once.

    `booked` means that a trade of this id was accepted later.
    """

    id = primary_key()
    tournament = models.ForeignKey(
        Tournament, on_delete=models.DB_CASCADE, db_index=False, related_name="quarantine"
    )
    zimtra_trade_id = models.CharField(max_length=100, null=True, blank=True)
    digest = models.CharField(max_length=64)
    payload = models.JSONField()
    error = models.CharField(max_length=50)
    message = models.TextField()
    received_at = models.DateTimeField(db_default=Now())
    status = models.CharField(
        max_length=10,
        choices=QuarantineStatus,
        default=QuarantineStatus.OPEN,
        db_default=QuarantineStatus.OPEN,
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = resolved_by()
    reason = models.TextField(null=True, blank=True)

    class Meta:
        db_table = "dayrade_quarantine"
        verbose_name = "refused trade"
        constraints = [
            one_of("dayrade_quarantine", "status", QuarantineStatus),
            models.UniqueConstraint(
                name="dayrade_quarantine_digest_key",
                fields=["tournament", "digest"],
                violation_error_message="This refusal is known.",
            ),
            models.CheckConstraint(
                name="dayrade_quarantine_resolved",
                condition=OPEN_IS_UNDECIDED,
                violation_error_message="What is decided has its instant.",
            ),
        ]
        indexes = [
            Index(
                name="dayrade_quarantine_open",
                fields=["tournament", "zimtra_trade_id"],
                condition=Q(status="open"),
            ),
            Index(name="dayrade_quarantine_received_at", fields=["received_at"]),
            Index(name="dayrade_quarantine_resolved_by", fields=["resolved_by"]),
        ]

    def __str__(self) -> str:
        """Show what was refused."""
        return f"{self.zimtra_trade_id or 'A trade without id'}: {self.error}"


class BreakStatus(models.TextChoices):
    """What became of a difference."""

    OPEN = "open"
    MATCHED = "matched"
    ACCEPTED = "accepted"


class Break(models.Model):
    """A figure of the provider that differs from ours; `matched` means that it no longer does."""

    id = primary_key()
    tournament = models.ForeignKey(
        Tournament, on_delete=models.DB_CASCADE, db_index=False, related_name="breaks"
    )
    participant = models.ForeignKey(
        Participant, on_delete=models.DB_CASCADE, db_index=False, related_name="breaks"
    )
    snapshot = models.ForeignKey(
        PerformanceSnapshot, on_delete=models.DB_CASCADE, db_index=False, related_name="breaks"
    )
    figure = models.CharField(max_length=30)
    ours = models.DecimalField(max_digits=24, decimal_places=4)
    theirs = models.DecimalField(max_digits=24, decimal_places=4)
    found_at = models.DateTimeField(db_default=Now())
    status = models.CharField(
        max_length=10, choices=BreakStatus, default=BreakStatus.OPEN, db_default=BreakStatus.OPEN
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = resolved_by()
    reason = models.TextField(null=True, blank=True)

    class Meta:
        db_table = "dayrade_breaks"
        verbose_name = "difference"
        constraints = [
            one_of("dayrade_breaks", "status", BreakStatus),
            models.UniqueConstraint(
                name="dayrade_breaks_snapshot_figure_key",
                fields=["snapshot", "figure"],
                violation_error_message="This difference is known.",
            ),
            amount("dayrade_breaks", "ours", 24, 4),
            amount("dayrade_breaks", "theirs", 24, 4),
            models.CheckConstraint(
                name="dayrade_breaks_resolved",
                condition=OPEN_IS_UNDECIDED,
                violation_error_message="What is decided has its instant.",
            ),
        ]
        indexes = [
            Index(
                name="dayrade_breaks_tournament",
                fields=["tournament", "status"],
            ),
            Index(name="dayrade_breaks_found_at", fields=["found_at"]),
            Index(
                name="dayrade_breaks_open",
                fields=["found_at"],
                condition=Q(status=BreakStatus.OPEN),
            ),
            Index(name="dayrade_breaks_participant", fields=["participant"]),
            Index(name="dayrade_breaks_resolved_by", fields=["resolved_by"]),
        ]

    def __str__(self) -> str:
        """Show the difference."""
        name = self.figure.replace("_", " ")
        return f"{name}: {self.ours:,.2f} here, {self.theirs:,.2f} there"


class Bust(models.Model):
    """A trade that staff took back, and the reversing entry that stands against it.

    Both stay in the ledger, and neither counts for any figure.
    """

    id = primary_key()
    trade = models.OneToOneField(Trade, on_delete=models.DB_CASCADE, related_name="bust")
    reversal = models.OneToOneField(Trade, on_delete=models.DB_CASCADE, related_name="reverses")
    reason = models.TextField()
    busted_by = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_index=False, related_name="+"
    )
    busted_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "dayrade_busts"
        constraints = [
            models.CheckConstraint(
                name="dayrade_busts_with_reason",
                condition=~Q(reason=""),
                violation_error_message="A bust needs a reason.",
            ),
        ]
        indexes = [
            Index(name="dayrade_busts_busted_by", fields=["busted_by"]),
            Index(name="dayrade_busts_busted_at", fields=["busted_at"]),
        ]

    def __str__(self) -> str:
        """Show what was taken back."""
        return f"Bust of {self.trade}"
