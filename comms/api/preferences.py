"""By which ways one is told: channels by category, and browsers that take push messages."""

from uuid import UUID

from django.db.models import FETCH_RAISE, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_204_NO_CONTENT

from accounts.models import User
from comms.api.notification_serializers import (
    PreferencesInput,
    PreferencesSerializer,
    PushSetUpSerializer,
    PushSubscriptionInput,
    PushSubscriptionSerializer,
)
from comms.categories import FIXED
from comms.models import Category, Channel, Preference, PushSubscription
from comms.services import preferences, push
from dayrade.api.idempotency import idempotent
from dayrade.api.requests import UserRequest
from dayrade.api.views import ViewSet


class PreferencesViewSet(ViewSet[Preference]):
    """One's own choices."""

    queryset = Preference.objects.none()
    permission_classes = [IsAuthenticated]
    serializer_class = PreferencesSerializer
    filter_backends = ()
    pagination_class = None

    @extend_schema(responses=PreferencesSerializer)
    def show(self, request: UserRequest) -> Response:
        """Show what holds for every category and channel."""
        return Response(document(request.user))

    @extend_schema(request=PreferencesInput, responses=PreferencesSerializer)
    def choose(self, request: UserRequest) -> Response:
        """Choose anew; what is left out is as it is by default."""
        chosen = PreferencesInput.read(request)["preferences"]
        preferences.choose(
            user=request.user,
            choices={
                (Category(each["category"]), Channel(each["channel"])): each["enabled"]
                for each in chosen
            },
        )
        return Response(document(request.user))


def document(user: User) -> object:
    """Write what holds for a person."""
    rows = [
        {
            "category": category,
            "channel": channel,
            "enabled": enabled,
            "fixed": (category, channel) in FIXED,
        }
        for (category, channel), enabled in preferences.of(user).items()
    ]
    return PreferencesSerializer({"preferences": rows}).data


class PushSubscriptionViewSet(ViewSet[PushSubscription]):
    """One's own browsers that take push messages."""

    queryset = PushSubscription.objects.none()
    permission_classes = [IsAuthenticated]
    serializer_class = PushSubscriptionSerializer
    filter_backends = ()
    pagination_class = None
    failures = (409,)

    @extend_schema(responses=PushSetUpSerializer)
    def show(self, request: UserRequest) -> Response:
        """Show the key to subscribe with, and the browsers that have."""
        own = self.own(request).order_by("-created_at", "-pk")
        shown = {"application_server_key": push.application_key(), "subscriptions": own}
        return Response(PushSetUpSerializer(shown, context=self.get_serializer_context()).data)

    @extend_schema(
        request=PushSubscriptionInput, responses={HTTP_201_CREATED: PushSubscriptionSerializer}
    )
    @idempotent
    def subscribe(self, request: UserRequest) -> Response:
        """Take a browser's subscription; one that is known is taken over."""
        sent = PushSubscriptionInput.read(request)
        keys = sent["keys"]
        stored = push.subscribe(
            user=request.user,
            endpoint=sent["endpoint"],
            p256dh=keys["p256dh"],
            auth=keys["auth"],
        )
        return self.shown(stored, status=HTTP_201_CREATED)

    @extend_schema(responses={HTTP_204_NO_CONTENT: None})
    def forget(self, request: UserRequest, pk: UUID) -> Response:
        """Forget a browser."""
        self.queryset = self.own(request)
        push.forget(subscription=self.get_object())
        return Response(status=HTTP_204_NO_CONTENT)

    def own(self, request: UserRequest) -> QuerySet[PushSubscription]:
        """Return the caller's own."""
        found = PushSubscription.objects.filter(user_id=request.user.pk)
        return found.fetch_mode(FETCH_RAISE)
