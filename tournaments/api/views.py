"""Tournaments and the seats in them."""

from django.db.models import FETCH_RAISE, Model, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from dayrade.api.idempotency import idempotent
from dayrade.api.permissions import AdminOrReadOnly
from dayrade.api.requests import UserRequest
from dayrade.api.views import ViewSet
from tournaments.api.filters import ParticipantFilterSet, TournamentFilterSet
from tournaments.api.serializers import (
    ParticipantSerializer,
    TournamentInput,
    TournamentSerializer,
)
from tournaments.models import Participant, Tournament, TournamentQuerySet
from tournaments.services import drafts


class TournamentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ViewSet[Tournament]):
    """Tournaments; drafts are for staff."""

    shared = True
    queryset = Tournament.objects.none()
    permission_classes = [AdminOrReadOnly]
    serializer_class = TournamentSerializer
    filterset_class = TournamentFilterSet

    def get_queryset(self) -> TournamentQuerySet:
        """Return what the caller may know of, the latest start first."""
        visible = Tournament.objects.visible_to(self.request.user)
        return visible.order_by("-start_date", "pk").fetch_mode(FETCH_RAISE)

    def get_object(self) -> Tournament:
        """Find the tournament by slug or id."""
        named = self.get_queryset().addressed(self.kwargs["tournament"])
        tournament: Tournament = get_object_or_404(named)
        return tournament

    @extend_schema(request=TournamentInput, responses={HTTP_201_CREATED: TournamentSerializer})
    @idempotent
    def create(self, request: UserRequest) -> Response:
        """Draft a tournament."""
        fields = TournamentInput.read(request)
        tournament = drafts.create(actor=request.user, fields=fields)
        address = reverse("tournament-detail", args=[tournament.slug])
        return self.shown(tournament, status=HTTP_201_CREATED, headers={"Location": address})

    @extend_schema(request=TournamentInput, responses=TournamentSerializer)
    def change(self, request: UserRequest, tournament: str) -> Response:
        """Change a tournament that has not begun."""
        changes = TournamentInput.read(request, partial=True)
        changed = drafts.update(actor=request.user, tournament=self.get_object(), changes=changes)
        return self.shown(changed)


class OfTournamentViewSet[M: Model](ViewSet[M]):
    """Whatever lies below a tournament in the address."""

    shared = True
    permission_classes = [AllowAny]

    def tournament(self) -> Tournament:
        """Return the tournament of the address, if the caller may know of it."""
        visible = Tournament.objects.visible_to(self.request.user)
        return get_object_or_404(visible.addressed(self.kwargs["tournament"]))


class ParticipantViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, OfTournamentViewSet[Participant]
):
    """Seats with their figures, the best first."""

    queryset = Participant.objects.none()
    serializer_class = ParticipantSerializer
    filterset_class = ParticipantFilterSet

    def get_queryset(self) -> QuerySet[Participant]:
        """Return the tournament's seats with their people."""
        seats = Participant.objects.filter(tournament=self.tournament()).select_related("user")
        return seats.in_board_order().fetch_mode(FETCH_RAISE)
