"""The commentary of a tournament."""

from uuid import UUID

from django.db.models import FETCH_RAISE, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_409_CONFLICT

from comms.api.commentary_serializers import CommentaryInput, CommentarySerializer
from comms.api.filters import (
    CommentaryFilterSet,
)
from comms.models import (
    Commentary,
)
from comms.services import commentary as services
from dayrade.api.idempotency import idempotent
from dayrade.api.pagination import Keyset
from dayrade.api.permissions import IsModerator, ModeratorOrReadOnly
from dayrade.api.requests import UserRequest
from tournaments.api.serializers import ReasonInput
from tournaments.api.views import OfTournamentViewSet


class CommentaryViewSet(mixins.ListModelMixin, OfTournamentViewSet[Commentary]):
    """A tournament's commentary, the newest line first.

    Lines still to come and lines taken back are for staff, and so are those made after the freeze
    until the result.
    """

    queryset = Commentary.objects.none()
    permission_classes = [ModeratorOrReadOnly]
    serializer_class = CommentarySerializer
    filterset_class = CommentaryFilterSet
    pagination_class = Keyset
    keyset = "created_at"

    def get_queryset(self) -> QuerySet[Commentary]:
        """Return what the caller may hear."""
        visible = Commentary.objects.visible_to(self.request.user)
        spoken = visible.filter(tournament=self.tournament())
        if cut := self.cut():
            spoken = spoken.filter(created_at__lte=cut)
        return spoken.select_related("retraction").fetch_mode(FETCH_RAISE)

    @extend_schema(request=CommentaryInput, responses={HTTP_201_CREATED: CommentarySerializer})
    @idempotent
    def create(self, request: UserRequest, tournament: str) -> Response:
        """Have a voice say something."""
        asked = CommentaryInput.read(request)
        line = services.say(actor=request.user, tournament=self.tournament(), **asked)
        return self.shown(line, status=HTTP_201_CREATED)


class RetractionViewSet(OfTournamentViewSet[Commentary]):
    """Taking lines back."""

    shared = False
    queryset = Commentary.objects.none()
    permission_classes = [IsModerator]
    serializer_class = CommentarySerializer
    failures = (HTTP_409_CONFLICT,)

    def get_queryset(self) -> QuerySet[Commentary]:
        """Return the lines of the tournament."""
        return Commentary.objects.filter(tournament=self.tournament()).fetch_mode(FETCH_RAISE)

    @extend_schema(request=ReasonInput, responses=CommentarySerializer)
    @idempotent
    def retract(self, request: UserRequest, tournament: str, pk: UUID) -> Response:
        """Take a line back, or keep it from being said."""
        line = self.get_object()
        done = services.retract(actor=request.user, line=line, **ReasonInput.read(request))
        return self.shown(done)
