"""Configuration, the audit log and the applied migrations."""

from typing import Any

from django.db.models import FETCH_RAISE
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import mixins
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_204_NO_CONTENT

from administration import configuration
from administration.api.filters import AuditLogFilterSet
from administration.api.serializers import (
    AuditLogSerializer,
    SchemaMigrationSerializer,
    SettingInput,
    SettingSerializer,
)
from administration.models import AuditLog, SchemaMigration, SystemConfiguration
from dayrade.api.pagination import Keyset
from dayrade.api.permissions import IsAdmin
from dayrade.api.requests import UserRequest
from dayrade.api.views import ViewSet


class ConfigViewSet(ViewSet[SystemConfiguration]):
    """What everybody may know of the configuration."""

    shared = True
    permission_classes = [AllowAny]

    @extend_schema(
        responses=OpenApiTypes.OBJECT,
        examples=[OpenApiExample("Some of it", {"site.name": "Dayrade", "site.announcement": ""})],
    )
    def show(self, request: Request) -> Response:
        """Show the public part of the configuration."""
        return Response(configuration.public())


class SettingViewSet(ViewSet[SystemConfiguration]):
    """The configuration."""

    permission_classes = [IsAdmin]
    serializer_class = SettingSerializer
    pagination_class = None
    filter_backends = []

    def key(self) -> configuration.Key:
        """Return the key of the address.

        Raises:
            Http404: nobody has declared it.

        """
        found = configuration.REGISTRY.get(self.kwargs["key"])
        if found is None:
            raise Http404
        return found

    @extend_schema(responses=SettingSerializer(many=True))
    def list(self, request: UserRequest) -> Response:
        """Show every key with its value."""
        return Response(SettingSerializer(configuration.settings(), many=True).data)

    @extend_schema(responses=SettingSerializer)
    def retrieve(self, request: UserRequest, key: str) -> Response:
        """Show one key with its value."""
        return Response(SettingSerializer(configuration.setting(self.key())).data)

    @extend_schema(request=SettingInput, responses=SettingSerializer)
    def change(self, request: UserRequest, key: str) -> Response:
        """Give a key another value than its default."""
        value: Any = SettingInput.read(request)["value"]
        configuration.set_value(actor=request.user, key=self.key(), value=value)
        return self.retrieve(request, key)

    @extend_schema(responses={HTTP_204_NO_CONTENT: None})
    def reset(self, request: UserRequest, key: str) -> Response:
        """Return a key to its default."""
        configuration.reset(actor=request.user, key=self.key())
        return Response(status=HTTP_204_NO_CONTENT)


class AuditLogViewSet(mixins.ListModelMixin, ViewSet[AuditLog]):
    """Who did what, the newest first."""

    queryset = AuditLog.objects.select_related("user").fetch_mode(FETCH_RAISE)
    permission_classes = [IsAdmin]
    serializer_class = AuditLogSerializer
    filterset_class = AuditLogFilterSet
    pagination_class = Keyset
    keyset = "created_at"


class SchemaMigrationViewSet(mixins.ListModelMixin, ViewSet[SchemaMigration]):
    """The applied migrations, the newest first."""

    queryset = SchemaMigration.objects.all().fetch_mode(FETCH_RAISE)
    permission_classes = [IsAdmin]
    serializer_class = SchemaMigrationSerializer
    pagination_class = Keyset
    keyset = "executed_at"
