"""Tournaments and the seats in them."""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import FETCH_RAISE, Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import (
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_204_NO_CONTENT, HTTP_409_CONFLICT

from dayrade.api.idempotency import idempotent
from dayrade.api.permissions import AdminOrReadOnly, IsModerator, ModeratorOrReadOnly
from dayrade.api.requests import UserRequest
from dayrade.api.views import ViewSet
from tournaments.api.filters import (
    BookingFilterSet,
    FrozenParticipantFilterSet,
    OwnSeatFilterSet,
    ParticipantFilterSet,
    TournamentFilterSet,
)
from tournaments.api.serializers import (
    AccountInput,
    BookingSerializer,
    CorrectionInput,
    DryRun,
    FrozenParticipantSerializer,
    OwnSeatSerializer,
    ParticipantSerializer,
    PreviewSerializer,
    ReasonInput,
    ResultSerializer,
    StandingSerializer,
    TournamentChangeInput,
    TournamentInput,
    TournamentSerializer,
    TransitionInput,
)
from tournaments.models import (
    Booking,
    Participant,
    Result,
    Standing,
    Tournament,
    TournamentQuerySet,
)
from tournaments.services import accounts, drafts, freeze, lifecycle, results, sanctions, seats


class TournamentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ViewSet[Tournament]):
    """Tournaments; drafts are for staff."""

    shared = True
    hot = True
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

    @extend_schema(request=TournamentChangeInput, responses=TournamentSerializer)
    def change(self, request: UserRequest, tournament: str) -> Response:
        """Change a tournament; while it is active only with a reason, which is announced."""
        changes = TournamentChangeInput.read(request, partial=True)
        reason = changes.pop("reason", "")
        changed = drafts.update(
            actor=request.user, tournament=self.get_object(), changes=changes, reason=reason
        )
        return self.shown(changed)

    @extend_schema(request=TransitionInput, responses=TournamentSerializer)
    @idempotent
    def move(self, request: UserRequest, tournament: str) -> Response:
        """Move a tournament ahead of its dates, or cancel it."""
        asked = TransitionInput.read(request)
        moved = lifecycle.transition(actor=request.user, tournament=self.get_object(), **asked)
        return self.shown(moved)


class OfTournamentViewSet[M: Model](ViewSet[M]):
    """Whatever lies below a tournament in the address."""

    shared = True
    permission_classes = [AllowAny]

    @functools.cached_property
    def found(self) -> Tournament:
        """The tournament of the address, read once a request."""
        named = Tournament.objects.named(self.kwargs["tournament"], self.request.user)
        if named is None:
            raise Http404
        return named

    def tournament(self) -> Tournament:
        """Return the tournament of the address, if the caller may know of it."""
        return self.found

    def cut(self, own: Participant | None = None) -> datetime | None:
        """Return the instant at which facts stop for the caller, None where all is live.

        With `own`, the owner of that seat sees them live.
        """
        return freeze.cut(self.tournament(), self.request.user, own=own)


class RegistrationViewSet(OfTournamentViewSet[Participant]):
    """One's own seat in a tournament."""

    shared = False
    queryset = Participant.objects.none()
    permission_classes = [IsAuthenticated]
    serializer_class = ParticipantSerializer
    failures = (HTTP_409_CONFLICT,)

    @extend_schema(request=None, responses={HTTP_201_CREATED: ParticipantSerializer})
    @idempotent
    def register(self, request: UserRequest, tournament: str) -> Response:
        """Take a seat."""
        seat = seats.register(tournament=self.tournament(), user=request.user)
        address = reverse("participant-detail", args=[seat.tournament.slug, seat.pk])
        return self.shown(seat, status=HTTP_201_CREATED, headers={"Location": address})

    @extend_schema(request=None, responses={HTTP_204_NO_CONTENT: None})
    def withdraw(self, request: UserRequest, tournament: str) -> Response:
        """Give the seat back before the start."""
        seats.withdraw(tournament=self.tournament(), user=request.user)
        return Response(status=HTTP_204_NO_CONTENT)


class OwnSeatViewSet(mixins.ListModelMixin, ViewSet[Participant]):
    """One's own seats in every tournament, those that one has given back among them."""

    queryset = Participant.objects.none()
    permission_classes = [IsAuthenticated]
    serializer_class = OwnSeatSerializer
    filterset_class = OwnSeatFilterSet

    def get_queryset(self) -> QuerySet[Participant]:
        """Return the caller's, those of the latest start first."""
        own = Participant.objects.filter(user=self.request.user).select_related("tournament")
        return own.order_by("-tournament__start_date", "pk").fetch_mode(FETCH_RAISE)


class ParticipantViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, OfTournamentViewSet[Participant]
):
    """Seats with their figures, the best first."""

    hot = True
    queryset = Participant.objects.none()
    permission_classes = [ModeratorOrReadOnly]

    @property
    def is_frozen(self) -> bool:
        """Whether the caller sees the field as it was at the freeze."""
        return "tournament" in self.kwargs and self.cut() is not None

    @property
    def filterset_class(self) -> type[ParticipantFilterSet]:
        """The filters, which read the same figures as are shown."""
        return FrozenParticipantFilterSet if self.is_frozen else ParticipantFilterSet

    def get_serializer_class(self) -> type[ParticipantSerializer]:
        """Show stored figures, or those of the freeze."""
        return FrozenParticipantSerializer if self.is_frozen else ParticipantSerializer

    def get_queryset(self) -> QuerySet[Participant]:
        """Return the tournament's seats with their people."""
        tournament = self.tournament()
        field = Participant.objects.filter(tournament=tournament).select_related("user")
        if (cut := self.cut()) is None:
            return field.in_board_order().fetch_mode(FETCH_RAISE)
        kept = freeze.board_at(tournament, cut) or cut
        return field.as_of(kept, tournament.snapshots.all(), cut).fetch_mode(FETCH_RAISE)

    @extend_schema(request=AccountInput, responses=ParticipantSerializer)
    def link(self, request: UserRequest, tournament: str, pk: UUID) -> Response:
        """Say which trading account is the seat's, as long as it has no trades."""
        asked = AccountInput.read(request)
        return self.shown(accounts.link(actor=request.user, seat=self.get_object(), **asked))


class BookingViewSet(mixins.ListModelMixin, OfTournamentViewSet[Booking]):
    """What was booked at TicketSource, and where booking and seat do not fit."""

    shared = False
    queryset = Booking.objects.none()
    permission_classes = [IsModerator]
    serializer_class = BookingSerializer
    filterset_class = BookingFilterSet

    def get_queryset(self) -> QuerySet[Booking]:
        """Return the tournament's bookings with their people, the latest first."""
        booked = Booking.objects.filter(tournament=self.tournament()).select_related("user")
        return booked.order_by("-booked_at", "pk").fetch_mode(FETCH_RAISE)


class UnbookedViewSet(mixins.ListModelMixin, OfTournamentViewSet[Participant]):
    """Seats that are held without a booking, where TicketSource sells them."""

    shared = False
    queryset = Participant.objects.none()
    permission_classes = [IsModerator]
    serializer_class = ParticipantSerializer
    filterset_class = ParticipantFilterSet

    def get_queryset(self) -> QuerySet[Participant]:
        """Return those seats with their people, the earliest first."""
        seats = Participant.objects.filter(tournament=self.tournament()).without_booking()
        return seats.select_related("user").order_by("registered_at", "pk").fetch_mode(FETCH_RAISE)


SEAT_OR_PREVIEW = PolymorphicProxySerializer(
    component_name="SeatOrPreview",
    serializers=[ParticipantSerializer, PreviewSerializer],
    resource_type_field_name=None,
)


class DisqualificationViewSet(OfTournamentViewSet[Participant]):
    """Taking a seat out of the ranking."""

    shared = False
    queryset = Participant.objects.none()
    permission_classes = [IsModerator]
    serializer_class = ParticipantSerializer
    failures = (HTTP_409_CONFLICT,)

    def get_queryset(self) -> QuerySet[Participant]:
        """Return the tournament's seats with their people."""
        return Participant.objects.filter(tournament=self.tournament()).select_related("user")

    @extend_schema(request=ReasonInput, parameters=[DryRun], responses=SEAT_OR_PREVIEW)
    @idempotent
    def disqualify(self, request: UserRequest, tournament: str, pk: UUID) -> Response:
        """Disqualify a competitor, or with `dry_run` show who would move."""
        return self.decide(request, sanctions.disqualify, disqualified=True)

    @extend_schema(request=ReasonInput, parameters=[DryRun], responses=SEAT_OR_PREVIEW)
    def lift(self, request: UserRequest, tournament: str, pk: UUID) -> Response:
        """Lift a disqualification, or with `dry_run` show who would move."""
        return self.decide(request, sanctions.lift, disqualified=False)

    def decide(
        self,
        request: UserRequest,
        service: Callable[..., Participant],
        *,
        disqualified: bool,
    ) -> Response:
        """Preview or act."""
        seat = self.get_object()
        if DryRun.read(request)["dry_run"]:
            found = sanctions.preview(seat=seat, disqualified=disqualified)
            return Response(PreviewSerializer(found).data)
        return self.shown(service(actor=request.user, seat=seat, **ReasonInput.read(request)))


class ResultViewSet(mixins.ListModelMixin, OfTournamentViewSet[Result]):
    """The published results of a tournament, the first one and its corrections."""

    queryset = Result.objects.none()
    permission_classes = [AdminOrReadOnly]
    serializer_class = ResultSerializer

    def get_queryset(self) -> QuerySet[Result]:
        """Return the tournament's results, the latest first."""
        of_tournament = Result.objects.filter(tournament=self.tournament())
        return of_tournament.order_by("-number").fetch_mode(FETCH_RAISE)

    @extend_schema(request=CorrectionInput, responses={HTTP_201_CREATED: ResultSerializer})
    @idempotent
    def correct(self, request: UserRequest, tournament: str) -> Response:
        """Correct a result by another one, which may disqualify a seat or let it in again."""
        corrected = self.tournament()
        asked = CorrectionInput.read(request)
        decided = {name: self.seat(asked, name) for name in ("disqualify", "reinstate")}
        result = results.correct(
            actor=request.user, tournament=corrected, reason=asked["reason"], **decided
        )
        address = reverse("result-detail", args=[corrected.slug, result.number])
        return self.shown(result, status=HTTP_201_CREATED, headers={"Location": address})

    def seat(self, asked: dict[str, Any], name: str) -> Participant | None:
        """Return the seat that a field names.

        Raises:
            ValidationError: it is not in this tournament.

        """
        if name not in asked:
            return None
        seats = Participant.objects.filter(tournament=self.tournament()).select_related("user")
        if found := seats.filter(pk=asked[name]).first():
            return found
        raise ValidationError({name: ["There is no such seat in this tournament."]})


@extend_schema_view(list=extend_schema(operation_id="tournaments_standings_list"))
class StandingViewSet(mixins.ListModelMixin, OfTournamentViewSet[Standing]):
    """The lines of a published result, from the first rank down."""

    queryset = Standing.objects.none()
    serializer_class = StandingSerializer

    def get_queryset(self) -> QuerySet[Standing]:
        """Return the lines of the result that the path names."""
        published = Result.objects.filter(tournament=self.tournament())
        result = get_object_or_404(published, number=self.kwargs["number"])
        lines = Standing.objects.filter(result=result).select_related("participant__user")
        ordered = lines.order_by("rank", "participant__registered_at", "participant")
        return ordered.fetch_mode(FETCH_RAISE)
