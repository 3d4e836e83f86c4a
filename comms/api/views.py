"""Chat, commentary, notifications and the texts of e-mails."""

from uuid import UUID

from django.db.models import FETCH_RAISE, QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_204_NO_CONTENT

from comms import services
from comms.api.filters import (
    ChatMessageFilterSet,
    CommentaryFilterSet,
    EmailTemplateFilterSet,
    NotificationFilterSet,
)
from comms.api.serializers import (
    ChatMessageSerializer,
    CommentarySerializer,
    EmailTemplateInput,
    EmailTemplateSerializer,
    MarkedReadSerializer,
    NotificationSerializer,
    UnreadCountSerializer,
)
from comms.models import (
    ChatMessage,
    Commentary,
    EmailTemplate,
    MessageType,
    Notification,
    NotificationQuerySet,
)
from dayrade.api.idempotency import idempotent
from dayrade.api.pagination import Keyset
from dayrade.api.permissions import IsAdmin
from dayrade.api.requests import UserRequest
from dayrade.api.views import ViewSet
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


class NotificationViewSet(mixins.ListModelMixin, ViewSet[Notification]):
    """One's own notifications, the newest first."""

    queryset = Notification.objects.none()
    permission_classes = [IsAuthenticated]
    serializer_class = NotificationSerializer
    filterset_class = NotificationFilterSet
    pagination_class = Keyset
    keyset = "created_at"

    def get_queryset(self) -> NotificationQuerySet:
        """Return the caller's own."""
        return Notification.objects.visible_to(self.request.user).fetch_mode(FETCH_RAISE)

    @extend_schema(responses=UnreadCountSerializer, filters=False)
    def unread_count(self, request: UserRequest) -> Response:
        """Count what one has not opened."""
        return Response({"unread": self.get_queryset().unread().count()})

    @extend_schema(request=None, responses=NotificationSerializer)
    def read(self, request: UserRequest, pk: UUID) -> Response:
        """Mark a notification read; the first time counts."""
        opened = services.mark_read(user=request.user, notification=self.get_object())
        return self.shown(opened)

    @extend_schema(request=None, responses=MarkedReadSerializer)
    def read_all(self, request: UserRequest) -> Response:
        """Mark everything read."""
        return Response({"marked_read": services.mark_all_read(user=request.user)})


class EmailTemplateViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, ViewSet[EmailTemplate]
):
    """The texts of e-mails."""

    queryset = EmailTemplate.objects.order_by("name", "pk").fetch_mode(FETCH_RAISE)
    permission_classes = [IsAdmin]
    serializer_class = EmailTemplateSerializer
    filterset_class = EmailTemplateFilterSet

    @extend_schema(
        request=EmailTemplateInput, responses={HTTP_201_CREATED: EmailTemplateSerializer}
    )
    @idempotent
    def create(self, request: UserRequest) -> Response:
        """Add the text of an e-mail."""
        fields = EmailTemplateInput.read(request)
        template = services.create_template(actor=request.user, fields=fields)
        address = reverse("email-template-detail", args=[template.pk])
        return self.shown(template, status=HTTP_201_CREATED, headers={"Location": address})

    @extend_schema(request=EmailTemplateInput, responses=EmailTemplateSerializer)
    def change(self, request: UserRequest, pk: UUID) -> Response:
        """Change the text of an e-mail."""
        changes = EmailTemplateInput.read(request, partial=True)
        changed = services.update_template(
            actor=request.user, template=self.get_object(), changes=changes
        )
        return self.shown(changed)

    @extend_schema(responses={HTTP_204_NO_CONTENT: None})
    def remove(self, request: UserRequest, pk: UUID) -> Response:
        """Remove the text of an e-mail."""
        services.delete_template(actor=request.user, template=self.get_object())
        return Response(status=HTTP_204_NO_CONTENT)
