"""Tournaments and the seats in them."""

import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from dayrade.db.constraints import amount, bounded, one_of, ordered
from dayrade.db.fields import UpdatedAtField, created_at, money, primary_key
from dayrade.db.functions import Now
from dayrade.db.indexes import Index

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}", re.IGNORECASE)
INTEGER_MAX = 2_147_483_647
STARTING_BALANCE = "100000.00"


class Division(models.TextChoices):
    """The league a tournament belongs to."""

    ELEVATOR = "elevator"
    CRUSADER = "crusader"
    RAIDER = "raider"


class TournamentType(models.TextChoices):
    """How much is at stake."""

    STANDARD = "standard"
    CHAMPIONSHIP = "championship"
    SPECIAL = "special"


class TournamentStatus(models.TextChoices):
    """Where a tournament is in its life."""

    DRAFT = "draft"
    REGISTRATION_OPEN = "registration_open"
    REGISTRATION_CLOSED = "registration_closed"
    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class TournamentQuerySet(models.QuerySet["Tournament"]):
    """Questions asked of tournaments."""

    def visible_to(self, user: Any) -> Self:
        """Leave drafts to staff."""
        return self if user.is_staff else self.exclude(status=TournamentStatus.DRAFT)

    def addressed(self, slug_or_id: str) -> Self:
        """Keep the one that a URL names by slug or by id."""
        # A slug cannot look like an id, but UUID() ignores hyphens wherever they stand.
        if ID.fullmatch(slug_or_id):
            return self.filter(pk=UUID(slug_or_id))
        return self.filter(slug=slug_or_id)

    def due(self, *, at: datetime) -> Self:
        """Keep those whose date for the next step has come by `at` (aware), the earliest first.

        A draft opens while its registration can still be used; one left lying stays a draft.
        """
        return self.filter(
            Q(
                status=TournamentStatus.DRAFT,
                registration_open_date__lte=at,
                registration_close_date__gt=at,
            )
            | Q(status=TournamentStatus.REGISTRATION_OPEN, registration_close_date__lte=at)
            | Q(status=TournamentStatus.REGISTRATION_CLOSED, start_date__lte=at)
            | Q(status=TournamentStatus.ACTIVE, end_date__lte=at)
        ).order_by("start_date", "pk")

    def open_for_registration(self, *, at: datetime) -> Self:
        """Keep tournaments a person may join at `at` (aware, UTC)."""
        return self.filter(
            status=TournamentStatus.REGISTRATION_OPEN,
            registration_open_date__lte=at,
            registration_close_date__gt=at,
            current_participants__lt=F("max_participants"),
        )


class Tournament(models.Model):
    """A trading contest with a fixed window and a capped field."""

    id = primary_key()
    name = models.CharField(max_length=255)
    slug = models.SlugField(max_length=255, db_index=False)
    description = models.TextField(null=True, blank=True)

    division = models.CharField(max_length=20, choices=Division)
    tournament_type = models.CharField(
        max_length=20,
        choices=TournamentType,
        default=TournamentType.STANDARD,
        db_default=TournamentType.STANDARD,
    )

    start_date = models.DateTimeField()
    end_date = models.DateTimeField()
    registration_open_date = models.DateTimeField()
    registration_close_date = models.DateTimeField()

    max_participants = models.IntegerField(default=100, db_default=100)
    current_participants = models.IntegerField(default=0, db_default=0)
    min_participants = models.IntegerField(default=10, db_default=10)

    entry_fee = money(10, value="0.00")
    prize_pool = money(15, value="0.00")
    currency = models.CharField(max_length=3, default="USD", db_default="USD")

    status = models.CharField(
        max_length=20,
        choices=TournamentStatus,
        default=TournamentStatus.DRAFT,
        db_default=TournamentStatus.DRAFT,
    )

    ticketsource_event_id = models.CharField(max_length=100, null=True, blank=True)
    zimtra_tournament_id = models.CharField(max_length=100, null=True, blank=True)

    starting_balance = money(15, value=STARTING_BALANCE)
    trading_symbols = ArrayField(models.TextField(), null=True, blank=True)
    rules = models.JSONField(null=True, blank=True)

    created_by = models.ForeignKey(
        User,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        db_column="created_by",
        db_index=False,
        related_name="created_tournaments",
    )
    created_at = created_at()
    updated_at = UpdatedAtField()

    objects = models.Manager.from_queryset(TournamentQuerySet)()

    class Meta:
        db_table = "tournaments"
        constraints = [
            one_of("tournaments", "division", Division),
            one_of("tournaments", "tournament_type", TournamentType),
            one_of("tournaments", "status", TournamentStatus),
            models.UniqueConstraint(
                name="tournaments_slug_key",
                fields=["slug"],
                violation_error_message="Another tournament has this slug.",
            ),
            models.CheckConstraint(
                name="tournaments_dates_valid",
                condition=Q(start_date__lt=F("end_date")),
                violation_error_message="A tournament starts before it ends.",
            ),
            models.CheckConstraint(
                name="tournaments_registration_valid",
                condition=Q(registration_open_date__lt=F("registration_close_date")),
                violation_error_message="Registration opens before it closes.",
            ),
            models.CheckConstraint(
                name="tournaments_participants_valid",
                condition=Q(current_participants__lte=F("max_participants")),
                violation_error_message="A tournament cannot exceed its maximum field.",
            ),
            models.CheckConstraint(
                name="dayrade_tournaments_slug_format",
                condition=Q(slug__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$")
                & ~Q(slug__regex=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^[0-9a-f]{32}$"),
                violation_error_message=(
                    "A slug has lower-case letters, digits and single hyphens between them,"
                    " and is not an id."
                ),
            ),
            models.UniqueConstraint(
                name="dayrade_tournaments_zimtra_tournament_id_key",
                fields=["zimtra_tournament_id"],
                condition=Q(zimtra_tournament_id__isnull=False),
                violation_error_message="Another tournament has this Zimtra id.",
            ),
            ordered(
                "tournaments",
                "registration_before_start",
                "registration_close_date",
                "start_date",
                "Registration closes before trading starts.",
            ),
            bounded(
                "tournaments",
                "current_participants",
                low=0,
                high=INTEGER_MAX,
                message="The number of participants is 0 or more.",
            ),
            bounded(
                "tournaments",
                "min_participants",
                low=1,
                high=INTEGER_MAX,
                message="A tournament needs at least 1 participant.",
            ),
            ordered(
                "tournaments",
                "min_within_max",
                "min_participants",
                "max_participants",
                "The smallest field cannot exceed the largest.",
            ),
            amount("tournaments", "entry_fee", 10, low=0),
            amount("tournaments", "prize_pool", 15, low=0),
            amount("tournaments", "starting_balance", 15, low=1),
            models.CheckConstraint(
                name="dayrade_tournaments_currency_format",
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                violation_error_message="A currency is its ISO 4217 code, such as USD.",
            ),
        ]
        indexes = [
            Index(name="idx_tournaments_status", fields=["status"]),
            Index(name="idx_tournaments_division", fields=["division"]),
            Index(name="idx_tournaments_start_date", fields=["start_date"]),
            Index(name="idx_tournaments_slug", fields=["slug"]),
            Index(name="dayrade_tournaments_created_by", fields=["created_by"]),
        ]

    def __str__(self) -> str:
        """Show the name."""
        return self.name


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Questions asked of seats."""

    def of(self, tournament: Tournament, user: User) -> Self:
        """Keep a person's seat in a tournament, unless it was given back."""
        seats = self.filter(tournament=tournament, user=user)
        return seats.filter(Q(is_active=True) | Q(disqualified=True))

    def competing(self) -> Self:
        """Keep seats that can be ranked: neither withdrawn nor disqualified."""
        return self.filter(is_active=True, disqualified=False)

    def with_ledger_visible_to(self, user: Any) -> Self:
        """Keep seats whose trades and positions this person may see.

        They are one's own, all for staff, and those that a tournament's rules make public.
        """
        if user.is_staff:
            return self
        public = Q(tournament__rules__trades_public=True)
        return self.filter(public | Q(user_id=user.pk) if user.pk else public)

    def in_board_order(self) -> Self:
        """Sort by the ranking's rule and end on the id."""
        return self.order_by("-total_pnl", "-realized_pnl", "total_trades", "registered_at", "pk")


class Participant(models.Model):
    """A person's seat in a tournament, with the figures derived from the ledger."""

    id = primary_key()
    tournament = models.ForeignKey(
        Tournament, on_delete=models.DB_CASCADE, db_index=False, related_name="participants"
    )
    user = models.ForeignKey(
        User, on_delete=models.DB_CASCADE, db_index=False, related_name="seats"
    )

    registered_at = models.DateTimeField(db_default=Now())
    registration_source = models.CharField(max_length=50, default="web", db_default="web")

    ticketsource_booking_id = models.CharField(max_length=100, null=True, blank=True)
    zimtra_account_id = models.CharField(max_length=100, null=True, blank=True)

    starting_balance = money(15, value=STARTING_BALANCE)
    current_balance = money(15, value=STARTING_BALANCE)

    total_pnl = money(15, value="0.00")
    realized_pnl = money(15, value="0.00")
    unrealized_pnl = money(15, value="0.00")

    total_trades = models.IntegerField(default=0, db_default=0)
    winning_trades = models.IntegerField(default=0, db_default=0)
    losing_trades = models.IntegerField(default=0, db_default=0)
    total_volume = money(20, value="0.00")

    current_rank = models.IntegerField(null=True, blank=True)
    best_rank = models.IntegerField(null=True, blank=True)
    final_rank = models.IntegerField(null=True, blank=True)
    final_pnl = money(15, null=True)

    is_active = models.BooleanField(default=True, db_default=True)
    disqualified = models.BooleanField(default=False, db_default=False)
    disqualification_reason = models.TextField(null=True, blank=True)

    created_at = created_at()
    updated_at = UpdatedAtField()

    objects = models.Manager.from_queryset(ParticipantQuerySet)()

    class Meta:
        db_table = "tournament_participants"
        constraints = [
            models.UniqueConstraint(
                name="tournament_participants_tournament_id_user_id_key",
                fields=["tournament", "user"],
                violation_error_message="This person has a seat in the tournament.",
            ),
            models.UniqueConstraint(
                name="dayrade_tournament_participants_identity",
                fields=["id", "tournament", "user"],
                violation_error_message="A seat belongs to one person in one tournament.",
            ),
            models.UniqueConstraint(
                name="dayrade_tournament_participants_booking_key",
                fields=["ticketsource_booking_id"],
                condition=Q(ticketsource_booking_id__isnull=False),
                violation_error_message="This booking has a seat.",
            ),
            models.UniqueConstraint(
                name="dayrade_tournament_participants_zimtra_account_key",
                fields=["tournament", "zimtra_account_id"],
                condition=Q(zimtra_account_id__isnull=False),
                violation_error_message="This Zimtra account has a seat in the tournament.",
            ),
            amount("tournament_participants", "starting_balance", 15, low=1),
            amount("tournament_participants", "current_balance", 15),
            amount("tournament_participants", "total_pnl", 15),
            amount("tournament_participants", "realized_pnl", 15),
            amount("tournament_participants", "unrealized_pnl", 15),
            amount("tournament_participants", "total_volume", 20, low=0),
            amount("tournament_participants", "final_pnl", 15),
            models.CheckConstraint(
                name="dayrade_tournament_participants_pnl_adds_up",
                condition=Q(total_pnl=F("realized_pnl") + F("unrealized_pnl")),
                violation_error_message="Total P&L is realized plus unrealized.",
            ),
            models.CheckConstraint(
                name="dayrade_tournament_participants_balance_adds_up",
                condition=Q(current_balance=F("starting_balance") + F("total_pnl")),
                violation_error_message="The balance is the starting balance plus total P&L.",
            ),
            models.CheckConstraint(
                name="dayrade_tournament_participants_trades_add_up",
                condition=Q(
                    winning_trades__gte=0,
                    losing_trades__gte=0,
                    total_trades__gte=F("winning_trades") + F("losing_trades"),
                ),
                violation_error_message="Winning and losing trades are among all trades.",
            ),
            models.CheckConstraint(
                name="dayrade_tournament_participants_ranks_positive",
                condition=Q(current_rank__gte=1) & Q(best_rank__gte=1) & Q(final_rank__gte=1),
                violation_error_message="A rank is 1 or more.",
            ),
            models.CheckConstraint(
                name="dayrade_tournament_participants_disqualified_with_reason",
                condition=Q(disqualified=False)
                | Q(disqualification_reason__isnull=False) & ~Q(disqualification_reason=""),
                violation_error_message="A disqualification needs a reason.",
            ),
        ]
        indexes = [
            Index(name="idx_tournament_participants_tournament_id", fields=["tournament"]),
            Index(name="idx_tournament_participants_user_id", fields=["user"]),
            Index(name="idx_tournament_participants_current_rank", fields=["current_rank"]),
            Index(name="idx_tournament_participants_total_pnl", fields=["total_pnl"]),
            Index(
                name="dayrade_tournament_participants_board",
                fields=[
                    "tournament",
                    "-total_pnl",
                    "-realized_pnl",
                    "total_trades",
                    "registered_at",
                    "id",
                ],
            ),
        ]

    def __str__(self) -> str:
        """Show who competes where."""
        return f"{self.user} in {self.tournament}"

    @property
    def win_rate(self) -> Decimal | None:
        """Winning trades in percent of those that won or lost; None without any."""
        decided = self.winning_trades + self.losing_trades
        if not decided:
            return None
        return (Decimal(self.winning_trades) / decided * 100).quantize(
            Decimal("0.01"), ROUND_HALF_UP
        )
