"""Bookings that somebody paid for at TicketSource."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import User
from dayrade.db.constraints import amount, one_of
from dayrade.db.fields import money, primary_key
from dayrade.db.functions import Now
from dayrade.db.indexes import Index
from tournaments.models.seats import Participant
from tournaments.models.tournaments import Tournament, TournamentStatus

#: What erasure leaves of an address; no import brings the former one back.
ERASED = "[erased]"


class BookingStatus(models.TextChoices):
    """What TicketSource says of a booking."""

    PAID = "paid"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class Mismatch(models.TextChoices):
    """Why a booking and its seat do not fit, in words for staff."""

    NO_ACCOUNT = "no_account", "No account has this e-mail address"
    EMAIL_UNVERIFIED = "email_unverified", "The account has not confirmed this e-mail address"
    ACCOUNT_BARRED = "account_barred", "The account is suspended or closed"
    KYC_REQUIRED = "kyc_required", "The identity is not approved"
    TOURNAMENT_FULL = "tournament_full", "Every place is taken"
    REGISTRATION_CLOSED = "registration_closed", "The tournament takes no entries now"
    ANOTHER_BOOKING = "another_booking", "The person's seat has another booking"
    WITHDRAWN = "withdrawn", "The person gave the seat back"
    SEAT_STANDS = "seat_stands", "Cancelled or refunded, but the seat stands"


class BookingQuerySet(models.QuerySet["Booking"]):
    """Questions asked of bookings."""

    def to_settle(self) -> Self:
        """Keep those with something to find out: no seat yet, or a seat that does not fit."""
        paid = Q(status=BookingStatus.PAID)
        return self.filter(
            Q(mismatch__isnull=False)
            | paid & Q(participant__isnull=True)
            | paid & Q(participant__is_active=False, participant__disqualified=False)
            | ~paid & Q(participant__isnull=False)
        )

    def to_check(self) -> Self:
        """Keep those that do not fit, as long as their tournament is not over."""
        over = (TournamentStatus.COMPLETED, TournamentStatus.CANCELLED)
        return self.filter(mismatch__isnull=False).exclude(tournament__status__in=over)


class Booking(models.Model):
    """A booking as TicketSource shows it, the seat that it became, or why it did not.

    `user` is whose account has confirmed the address it was booked with.
    """

    id = primary_key()
    tournament = models.ForeignKey(
        Tournament, on_delete=models.DB_CASCADE, db_index=False, related_name="bookings"
    )
    reference = models.CharField(max_length=100)
    email = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=255, null=True, blank=True)
    amount = money(10)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=20, choices=BookingStatus)
    booked_at = models.DateTimeField()

    user = models.ForeignKey(
        User,
        on_delete=models.DB_SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="bookings",
    )
    participant = models.ForeignKey(
        Participant,
        on_delete=models.DB_SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="bookings",
    )
    mismatch = models.CharField(max_length=30, choices=Mismatch, null=True, blank=True)
    #: When the person was told that an approved identity is missing.
    told_at = models.DateTimeField(null=True, blank=True)

    first_seen_at = models.DateTimeField(db_default=Now(), editable=False)
    last_seen_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = models.Manager.from_queryset(BookingQuerySet)()

    class Meta:
        db_table = "dayrade_bookings"
        constraints = [
            models.UniqueConstraint(
                name="dayrade_bookings_reference_key",
                fields=["reference"],
                violation_error_message="TicketSource gives a reference to one booking.",
            ),
            one_of("dayrade_bookings", "status", BookingStatus),
            one_of("dayrade_bookings", "mismatch", Mismatch),
            amount("bookings", "amount", 10, low=0),
            models.CheckConstraint(
                name="dayrade_bookings_currency_format",
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                violation_error_message="A currency is its ISO 4217 code, such as USD.",
            ),
        ]
        indexes = [
            Index(name="dayrade_bookings_tournament", fields=["tournament", "-booked_at", "id"]),
            Index(name="dayrade_bookings_booked_at", fields=["booked_at"]),
            Index(
                name="dayrade_bookings_mismatch",
                fields=["tournament", "booked_at"],
                condition=Q(mismatch__isnull=False),
            ),
            Index(name="dayrade_bookings_user", fields=["user"]),
            Index(name="dayrade_bookings_participant", fields=["participant"]),
            Index(Lower("email"), name="dayrade_bookings_email_lower"),
            Index(
                name="dayrade_bookings_mismatched",
                fields=["first_seen_at"],
                condition=Q(mismatch__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """Show the reference."""
        return self.reference

    @property
    def reason(self) -> str | None:
        """Why booking and seat do not fit, in words; None where they do."""
        return Mismatch(self.mismatch).label if self.mismatch else None
