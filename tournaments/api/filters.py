"""Filters of tournaments and seats."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

import django_filters

from dayrade.api.filters import AnyOf, FilterSet, FlagFilter, InstantFilter, Ordering, Search
from tournaments.models import (
    Booking,
    BookingStatus,
    Division,
    Mismatch,
    Participant,
    Tournament,
    TournamentStatus,
    TournamentType,
    key_of,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet


class TournamentFilterSet(FilterSet):
    """What visitors look for among tournaments."""

    status = AnyOf(choices=TournamentStatus.choices)
    division = AnyOf(choices=Division.choices)
    tournament_type = AnyOf(choices=TournamentType.choices)
    starts_from = InstantFilter(
        field_name="start_date", lookup_expr="gte", help_text="Starts at or after this instant."
    )
    starts_to = InstantFilter(
        field_name="start_date", lookup_expr="lt", help_text="Starts before this instant."
    )
    ends_from = InstantFilter(
        field_name="end_date", lookup_expr="gte", help_text="Ends at or after this instant."
    )
    ends_to = InstantFilter(
        field_name="end_date", lookup_expr="lt", help_text="Ends before this instant."
    )
    search = Search("name")
    ordering = Ordering(
        start_date="start_date",
        end_date="end_date",
        name="name",
        prize_pool="prize_pool",
        entry_fee="entry_fee",
        current_participants="current_participants",
        created_at="created_at",
    )

    class Meta:
        model = Tournament
        fields: list[str] = []


class ParticipantFilterSet(FilterSet):
    """What visitors look for among the seats of a tournament."""

    country = django_filters.CharFilter(field_name="user__country", lookup_expr="iexact")
    is_active = FlagFilter()
    disqualified = FlagFilter()
    search = Search("user__username")
    ordering = Ordering(
        total_pnl="total_pnl",
        realized_pnl="realized_pnl",
        total_trades="total_trades",
        total_volume="total_volume",
        registered_at="registered_at",
        username="user__username",
    )

    class Meta:
        model = Participant
        fields: list[str] = []


class OfTournament(django_filters.CharFilter):  # type: ignore[misc]  # untyped library
    """Keeps what belongs to the tournament of a slug or an id."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__(max_length=255, help_text="Slug or id of the tournament.")

    def filter(self, qs: "QuerySet[Any]", value: str) -> "QuerySet[Any]":
        """Compare with the one or the other, by what it looks like."""
        if not value:
            return qs
        key = key_of(value)
        return (
            qs.filter(tournament=key) if isinstance(key, UUID) else qs.filter(tournament__slug=key)
        )


class OwnSeatFilterSet(FilterSet):
    """What people look for among their own seats."""

    tournament = OfTournament()
    status = AnyOf(field_name="tournament__status", choices=TournamentStatus.choices)
    is_active = FlagFilter()

    class Meta:
        model = Participant
        fields: list[str] = []


class BookingFilterSet(FilterSet):
    """What staff look for among the bookings of a tournament."""

    status = AnyOf(choices=BookingStatus.choices)
    mismatch = AnyOf(choices=Mismatch.choices)
    has_mismatch = FlagFilter(
        field_name="mismatch",
        lookup_expr="isnull",
        exclude=True,
        help_text="Whether booking and seat do not fit.",
    )
    reference = django_filters.CharFilter(lookup_expr="iexact")
    email = django_filters.CharFilter(lookup_expr="iexact")
    ordering = Ordering(booked_at="booked_at", reference="reference", last_seen_at="last_seen_at")

    class Meta:
        model = Booking
        fields: list[str] = []


class FrozenParticipantFilterSet(ParticipantFilterSet):
    """The same of a field as it was at the freeze: no order and no filter tells what is hidden."""

    is_active = FlagFilter(field_name="then_is_active")
    ordering = Ordering(
        total_pnl="then_total_pnl",
        realized_pnl="then_realized_pnl",
        total_trades="then_total_trades",
        total_volume="then_total_volume",
        registered_at="registered_at",
        username="user__username",
    )
