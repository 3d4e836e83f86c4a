"""Notifications as JSON."""

from typing import Any

from rest_framework import serializers

from comms.models import Category, Channel, Notification, PushSubscription
from dayrade.api.fields import Choice, Flag, Text
from dayrade.api.serializers import Input, Output


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


class PreferenceSerializer(serializers.Serializer[Any]):
    """Whether notifications of a category travel by a channel; a fixed one cannot be off."""

    category = serializers.ChoiceField(Category.choices, read_only=True)
    channel = serializers.ChoiceField(Channel.choices, read_only=True)
    enabled = serializers.BooleanField(read_only=True)
    fixed = serializers.BooleanField(read_only=True)


class PreferencesSerializer(serializers.Serializer[Any]):
    """What holds for every category and channel."""

    preferences = PreferenceSerializer(many=True, read_only=True)


class PreferenceInput(Input):
    """What somebody chooses for a category and a channel."""

    category = Choice(choices=Category.choices)
    channel = Choice(choices=Channel.choices)
    enabled = Flag()


class PreferencesInput(Input):
    """All that somebody chooses; what it leaves out is as it is by default."""

    preferences = PreferenceInput(many=True)

    def validate_preferences(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse two choices about one thing.

        Raises:
            ValidationError: there are.

        """
        if len({(each["category"], each["channel"]) for each in value}) < len(value):
            raise serializers.ValidationError("Name each category and channel once.")
        return value


class PushKeys(Input):
    """The keys of a browser's subscription."""

    p256dh = Text(max_length=100)
    auth = Text(max_length=50)


class PushSubscriptionInput(Input):
    """A subscription as `PushSubscription.toJSON()` of a browser gives it."""

    endpoint = Text(max_length=1000)
    keys = PushKeys()
    # Browsers send it along; it is null with all of the services that we know.
    expirationTime = serializers.JSONField(required=False, allow_null=True)  # noqa: N815  # theirs


class PushSubscriptionSerializer(Output[PushSubscription]):
    """A browser that takes push messages."""

    class Meta:
        model = PushSubscription
        fields = ["id", "created_at"]


class PushSetUpSerializer(serializers.Serializer[Any]):
    """What a browser needs to subscribe, and the browsers that have; no key: push is off."""

    application_server_key = serializers.CharField(allow_null=True, read_only=True)
    subscriptions = PushSubscriptionSerializer(many=True, read_only=True)
