"""The ledger of one seat."""

from django.db.models import FETCH_RAISE, Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework import mixins

from dayrade.api.pagination import Keyset
from tournaments.api.views import OfTournamentViewSet
from tournaments.models import Participant
from trading.api.filters import PositionFilterSet, SnapshotFilterSet, TradeFilterSet
from trading.api.serializers import PositionSerializer, SnapshotSerializer, TradeSerializer
from trading.models import PerformanceSnapshot, Position, Trade


class OfParticipantViewSet[M: Model](mixins.ListModelMixin, OfTournamentViewSet[M]):
    """Whatever lies below a seat in the address."""

    def participant(self) -> Participant:
        """Return the seat of the address."""
        seats = Participant.objects.filter(tournament=self.tournament())
        return get_object_or_404(seats, pk=self.kwargs["participant"])

    def ledger_owner(self) -> Participant:
        """Return the seat of the address, if the caller may see its trades."""
        seats = Participant.objects.filter(tournament=self.tournament())
        shown = seats.with_ledger_visible_to(self.request.user)
        return get_object_or_404(shown, pk=self.kwargs["participant"])


class SnapshotViewSet(OfParticipantViewSet[PerformanceSnapshot]):
    """A participant's figures over time, the newest first."""

    hot = True
    queryset = PerformanceSnapshot.objects.none()
    serializer_class = SnapshotSerializer
    filterset_class = SnapshotFilterSet
    pagination_class = Keyset
    keyset = "recorded_at"

    def get_queryset(self) -> QuerySet[PerformanceSnapshot]:
        """Return the seat's snapshots without the provider's raw data."""
        seat = self.participant()
        of_seat = PerformanceSnapshot.objects.filter(participant=seat)
        if cut := self.cut(own=seat):
            of_seat = of_seat.filter(recorded_at__lte=cut)
        return of_seat.defer("raw_zimtra_data").fetch_mode(FETCH_RAISE)


class TradeViewSet(OfParticipantViewSet[Trade]):
    """A participant's trades, the newest first.

    For the participant, for staff, and for everybody where the tournament's rules say so.
    """

    queryset = Trade.objects.none()
    serializer_class = TradeSerializer
    filterset_class = TradeFilterSet
    pagination_class = Keyset
    keyset = "executed_at"

    def get_queryset(self) -> QuerySet[Trade]:
        """Return the seat's trades."""
        seat = self.ledger_owner()
        of_seat = Trade.objects.filter(participant=seat)
        if cut := self.cut(own=seat):
            # One that was executed before the freeze and came after it was not known then.
            of_seat = of_seat.filter(executed_at__lte=cut, created_at__lte=cut)
        return of_seat.fetch_mode(FETCH_RAISE)


class PositionViewSet(OfParticipantViewSet[Position]):
    """A participant's positions, by symbol; who sees them is as for trades.

    From the freeze to the result they are for the participant and staff alone: nobody kept what
    they were at that instant.
    """

    queryset = Position.objects.none()
    serializer_class = PositionSerializer
    filterset_class = PositionFilterSet

    def get_queryset(self) -> QuerySet[Position]:
        """Return the seat's positions."""
        seat = self.ledger_owner()
        if self.cut(own=seat):
            raise Http404
        of_seat = Position.objects.filter(participant=seat)
        return of_seat.order_by("symbol", "pk").fetch_mode(FETCH_RAISE)
