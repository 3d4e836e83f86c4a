"""The seats in a tournament."""

import functools
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Case, Count, F, FilteredRelation, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, Least

from accounts.models import User
from dayrade.db.constraints import amount
from dayrade.db.fields import UpdatedAtField, created_at, money, primary_key
from dayrade.db.functions import Now
from dayrade.db.indexes import Index
from dayrade.db.statements import Statement
from tournaments.models.tournaments import STARTING_BALANCE, Tournament, example, key_of

# Stands for a seat while a statement is built.
ANY_SEAT = UUID(int=1)
# Every column ascends, so that PostgreSQL can compare a whole key with that of another seat.
BOARD_ORDER = (
    F("total_pnl") * -1,
    F("realized_pnl") * -1,
    F("total_trades"),
    F("registered_at"),
    F("id"),
)


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Questions asked of seats."""

    def of(self, tournament: Tournament, user: User) -> Self:
        """Keep a person's seat in a tournament, unless it was given back."""
        seats = self.filter(tournament=tournament, user=user)
        return seats.filter(Q(is_active=True) | Q(disqualified=True))

    def named(self, address: str, pk: UUID, viewer: Any) -> "Participant | None":
        """Return a seat with its tournament, which a URL names, if this person may know of it."""
        key = key_of(address)
        return naming(by_id=isinstance(key, UUID), is_staff=viewer.is_staff).first(key, pk)

    def shown(self, pk: UUID) -> "Participant":
        """Return a seat with its person and its tournament."""
        return showing().get(pk)

    def meant_by(self, name: str) -> "Participant | None":
        """Return the seat that a person means by its id or by a username."""
        try:
            return self.filter(pk=UUID(name)).first()
        except ValueError:
            return self.filter(user__username=name).first()

    def competing(self) -> Self:
        """Keep seats that can be ranked: neither withdrawn nor disqualified."""
        return self.filter(is_active=True, disqualified=False)

    def without_booking(self) -> Self:
        """Keep seats that are held without a booking where there are bookings to have."""
        held = self.filter(is_active=True, ticketsource_booking_id__isnull=True)
        return held.filter(tournament__ticketsource_event_id__gt="")

    def without_account(self) -> Self:
        """Keep seats that are held without a trading account, whose trades nobody can know."""
        unknown = Q(zimtra_account_id__isnull=True) | Q(zimtra_account_id="")
        return self.filter(unknown, is_active=True)

    def with_ledger_visible_to(self, user: Any) -> Self:
        """Keep seats whose trades and positions this person may see.

        They are one's own, all for staff, and those that a tournament's rules make public.
        """
        if user.is_staff:
            return self
        public = Q(tournament__rules__trades_public=True)
        return self.filter(public | Q(user_id=user.pk) if user.pk else public)

    def as_of(self, kept: datetime, snapshots: models.QuerySet[Any], cut: datetime) -> Self:
        """Add the figures of the board that was kept at an instant, as `then_…`, in its order.

        `snapshots` are the tournament's; a seat that has none of that instant was out, and its
        figures are unknown. `cut` is where its last change stops being told. A seat that was
        disqualified since has no rank, and takes none from others: that is told at once.
        """
        of_board = Q(snapshots__recorded_at=kept, snapshots__data_source="dayrade")
        better = snapshots.filter(recorded_at=kept, data_source="dayrade").filter(
            Q(total_pnl__gt=OuterRef("then__total_pnl"))
            | Q(total_pnl=OuterRef("then__total_pnl"))
            & (
                Q(realized_pnl__gt=OuterRef("then__realized_pnl"))
                | Q(
                    realized_pnl=OuterRef("then__realized_pnl"),
                    number_of_trades__lt=OuterRef("then__number_of_trades"),
                )
            )
        )
        out = self.filter(disqualified=True).order_by().values("pk")
        better = better.exclude(participant__in=out)
        count = better.order_by().values("tournament_id").annotate(n=Count("pk")).values("n")
        competed = Q(then__id__isnull=False)
        annotated = self.annotate(
            then=FilteredRelation("snapshots", condition=of_board),
            then_total_pnl=F("then__total_pnl"),
            then_realized_pnl=F("then__realized_pnl"),
            then_unrealized_pnl=F("then__unrealized_pnl"),
            then_current_balance=F("then__usd_balance"),
            then_total_trades=F("then__number_of_trades"),
            then_total_volume=F("then__total_notional_traded"),
            then_current_rank=Case(
                When(competed & Q(disqualified=False), then=1 + Coalesce(Subquery(count), 0))
            ),
            then_is_active=Case(When(competed, then=True), default=F("is_active")),
            then_updated_at=Least(F("updated_at"), cut),
        )
        return annotated.order_by(
            F("then_total_pnl").desc(nulls_last=True),
            F("then_realized_pnl").desc(nulls_last=True),
            "then_total_trades",
            "registered_at",
            "id",
        )

    def in_board_order(self) -> Self:
        """Sort by the ranking's rule and end on the id."""
        return self.order_by(*BOARD_ORDER)


@functools.cache
def naming(*, by_id: bool, is_staff: bool) -> "Statement[Participant]":
    """Return the statement of `named`."""
    tournaments, some = example(by_id=by_id, is_staff=is_staff)
    seats = Participant.objects.filter(pk=ANY_SEAT, tournament__in=tournaments)
    return Statement(seats.select_related("tournament"), some, ANY_SEAT)


@functools.cache
def showing() -> "Statement[Participant]":
    """Return the statement of `shown`."""
    seats = Participant.objects.filter(pk=ANY_SEAT)
    return Statement(seats.select_related("user", "tournament"), ANY_SEAT)


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
                F("tournament"),
                *BOARD_ORDER,
                name="dayrade_tournament_participants_order",
                condition=Q(is_active=True, disqualified=False),
            ),
            Index(
                name="dayrade_tournament_participants_disqualified",
                fields=["tournament"],
                condition=Q(disqualified=True),
            ),
            # Null until the result: it costs nothing while the seats' figures move.
            Index(
                name="dayrade_tournament_participants_final",
                fields=["tournament", "final_rank", "registered_at", "id"],
                condition=Q(final_rank__isnull=False),
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
