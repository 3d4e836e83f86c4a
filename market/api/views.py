"""The economic calendar."""

from uuid import UUID

from django.db.models import FETCH_RAISE
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_204_NO_CONTENT

from dayrade.api.idempotency import idempotent
from dayrade.api.permissions import AdminOrReadOnly
from dayrade.api.requests import UserRequest
from dayrade.api.views import ViewSet
from market import services
from market.api.filters import EconomicEventFilterSet
from market.api.serializers import EconomicEventInput, EconomicEventSerializer
from market.models import EconomicEvent


class EconomicEventViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, ViewSet[EconomicEvent]
):
    """Scheduled releases, in the order of time."""

    shared = True
    queryset = EconomicEvent.objects.order_by("event_time", "pk").fetch_mode(FETCH_RAISE)
    permission_classes = [AdminOrReadOnly]
    serializer_class = EconomicEventSerializer
    filterset_class = EconomicEventFilterSet

    @extend_schema(
        request=EconomicEventInput, responses={HTTP_201_CREATED: EconomicEventSerializer}
    )
    @idempotent
    def create(self, request: UserRequest) -> Response:
        """Enter an event into the calendar."""
        fields = EconomicEventInput.read(request)
        event = services.create_event(actor=request.user, fields=fields)
        address = reverse("economic-event-detail", args=[event.pk])
        return self.shown(event, status=HTTP_201_CREATED, headers={"Location": address})

    @extend_schema(request=EconomicEventInput, responses=EconomicEventSerializer)
    def change(self, request: UserRequest, pk: UUID) -> Response:
        """Change an event."""
        changes = EconomicEventInput.read(request, partial=True)
        changed = services.update_event(
            actor=request.user, event=self.get_object(), changes=changes
        )
        return self.shown(changed)

    @extend_schema(responses={HTTP_204_NO_CONTENT: None})
    def remove(self, request: UserRequest, pk: UUID) -> Response:
        """Take an event out of the calendar."""
        services.delete_event(actor=request.user, event=self.get_object())
        return Response(status=HTTP_204_NO_CONTENT)
