"""The chat of a tournament."""

from django.db.models import FETCH_RAISE, QuerySet
from rest_framework import mixins

from comms.api.chat_serializers import ChatMessageSerializer
from comms.api.filters import (
    ChatMessageFilterSet,
)
from comms.models import (
    ChatMessage,
    MessageType,
)
from dayrade.api.pagination import Keyset
from tournaments.api.views import OfTournamentViewSet

# Messages that people do not write.
OF_STANDINGS = (MessageType.SYSTEM_MESSAGE, MessageType.COMMENTARY)


class ChatMessageViewSet(mixins.ListModelMixin, OfTournamentViewSet[ChatMessage]):
    """A tournament's chat, the newest message first; hidden messages are for staff.

    What the system says of the standings after their freeze is for staff until the result.
    """

    queryset = ChatMessage.objects.none()
    serializer_class = ChatMessageSerializer
    filterset_class = ChatMessageFilterSet
    pagination_class = Keyset
    keyset = "created_at"

    def get_queryset(self) -> QuerySet[ChatMessage]:
        """Return what the caller may read, with who said it."""
        visible = ChatMessage.objects.visible_to(self.request.user)
        said = visible.filter(tournament=self.tournament())
        if cut := self.cut():
            said = said.exclude(message_type__in=OF_STANDINGS, created_at__gt=cut)
        return said.select_related("user").fetch_mode(FETCH_RAISE)
