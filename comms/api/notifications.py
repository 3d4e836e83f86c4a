"""One's own notifications."""

from uuid import UUID

from django.db.models import FETCH_RAISE
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from comms.api.filters import (
    NotificationFilterSet,
)
from comms.api.notification_serializers import (
    MarkedReadSerializer,
    NotificationSerializer,
    UnreadCountSerializer,
)
from comms.models import (
    Notification,
    NotificationQuerySet,
)
from comms.services import notifications as services
from dayrade.api.pagination import Keyset
from dayrade.api.requests import UserRequest
from dayrade.api.views import ViewSet


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
