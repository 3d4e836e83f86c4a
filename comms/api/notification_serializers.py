"""Notifications as JSON."""

from typing import Any

from rest_framework import serializers

from comms.models import Notification
from dayrade.api.serializers import Output


class NotificationSerializer(Output[Notification]):
    """Something its owner should know."""

    tournament_id = serializers.UUIDField(allow_null=True)
    trade_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Notification
        fields = [
            "id",
            "type",
            "title",
            "message",
            "is_read",
            "read_at",
            "priority",
            "channels",
            "action_url",
            "action_label",
            "tournament_id",
            "trade_id",
            "created_at",
        ]


class UnreadCountSerializer(serializers.Serializer[Any]):
    """How many notifications nobody has opened."""

    unread = serializers.IntegerField(read_only=True)


class MarkedReadSerializer(serializers.Serializer[Any]):
    """How many notifications were unread until now."""

    marked_read = serializers.IntegerField(read_only=True)
