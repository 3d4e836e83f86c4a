"""The platform's own records as JSON."""

from typing import Any

from rest_framework import serializers

from administration.models import AuditLog, SchemaMigration
from dayrade.api.fields import Json
from dayrade.api.serializers import Input, Output


class AuditLogSerializer(Output[AuditLog]):
    """Who did what, why, and what it changed."""

    user_id = serializers.UUIDField(allow_null=True)
    username = serializers.CharField(source="user.username", allow_null=True, default=None)

    class Meta:
        model = AuditLog
        fields = [
            "id",
            "user_id",
            "username",
            "action",
            "entity_type",
            "entity_id",
            "old_values",
            "new_values",
            "changes",
            "ip_address",
            "user_agent",
            "request_id",
            "created_at",
        ]


class SchemaMigrationSerializer(Output[SchemaMigration]):
    """An applied migration."""

    class Meta:
        model = SchemaMigration
        fields = ["id", "filename", "executed_at"]


class SettingSerializer(serializers.Serializer[Any]):
    """A declared key, its value, and whether that is the default; a sensitive value is masked."""

    key = serializers.CharField(read_only=True)
    value = serializers.JSONField(read_only=True)
    default = serializers.JSONField(read_only=True)
    type = serializers.ChoiceField(["bool", "int", "str", "list", "dict"], read_only=True)
    category = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)
    is_public = serializers.BooleanField(read_only=True)
    is_sensitive = serializers.BooleanField(read_only=True)
    requires_restart = serializers.BooleanField(read_only=True)
    is_overridden = serializers.BooleanField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True, allow_null=True)
    updated_by = serializers.UUIDField(read_only=True, allow_null=True)


class SettingInput(Input):
    """A new value, of the key's type."""

    value = Json(
        help_text="Of the key's type: a bool, an integer, a text, a list of texts, an object."
    )
