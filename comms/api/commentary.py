"""The commentary of a tournament."""

from django.db.models import FETCH_RAISE, QuerySet
from rest_framework import mixins

from comms.api.commentary_serializers import CommentarySerializer
from comms.api.filters import (
    CommentaryFilterSet,
)
from comms.models import (
    Commentary,
)
from dayrade.api.pagination import Keyset
from tournaments.api.views import OfTournamentViewSet


class CommentaryViewSet(mixins.ListModelMixin, OfTournamentViewSet[Commentary]):
    """A tournament's commentary, the newest line first.

    Lines still to come are for staff, and so are those made after the freeze until the result.
    """

    queryset = Commentary.objects.none()
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
        return spoken.fetch_mode(FETCH_RAISE)
