"""Tournaments."""

import functools
import re
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import Role, User
from dayrade.db.constraints import amount, bounded, one_of, ordered
from dayrade.db.fields import UpdatedAtField, created_at, money, primary_key
from dayrade.db.indexes import Index
from dayrade.db.statements import Statement

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
        key = key_of(slug_or_id)
        return self.filter(pk=key) if isinstance(key, UUID) else self.filter(slug=key)

    def named(self, address: str, viewer: Any) -> "Tournament | None":
        """Return the one that a URL names, if this person may know of it.

        Every request below a tournament asks this.
        """
        key = key_of(address)
        return naming(by_id=isinstance(key, UUID), is_staff=viewer.is_staff).first(key)

    def called_by_provider(self, name: str) -> "Tournament | None":
        """Return the one of that slug or id, or else of that id at the provider."""
        return self.addressed(name).first() or self.filter(zimtra_tournament_id=name).first()

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

    def selling(self, *, at: datetime) -> Self:
        """Keep those with an event at TicketSource whose registration is not over at `at`."""
        return self.filter(
            status__in=[TournamentStatus.DRAFT, TournamentStatus.REGISTRATION_OPEN],
            registration_close_date__gt=at,
            ticketsource_event_id__gt="",
        )

    def open_for_registration(self, *, at: datetime) -> Self:
        """Keep tournaments a person may join at `at` (aware, UTC)."""
        return self.filter(
            status=TournamentStatus.REGISTRATION_OPEN,
            registration_open_date__lte=at,
            registration_close_date__gt=at,
            current_participants__lt=F("max_participants"),
        )


def key_of(address: str) -> UUID | str:
    """Return the id or the slug that a URL names a tournament by."""
    # A slug cannot look like an id, but UUID() ignores hyphens wherever they stand.
    return UUID(address) if ID.fullmatch(address) else address


def example(*, by_id: bool, is_staff: bool) -> "tuple[TournamentQuerySet, UUID | str]":
    """Return what some key names to such a viewer, and that key."""
    some = UUID(int=0) if by_id else "?"
    viewer = User(role=Role.MODERATOR if is_staff else Role.USER)
    return Tournament.objects.visible_to(viewer).addressed(str(some)), some


@functools.cache
def naming(*, by_id: bool, is_staff: bool) -> "Statement[Tournament]":
    """Return the statement of `named`."""
    return Statement(*example(by_id=by_id, is_staff=is_staff))


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
