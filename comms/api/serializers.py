"""Talk as JSON."""

from typing import Any

from rest_framework import serializers

from comms.models import ChatMessage, Commentary, EmailTemplate, Notification
from dayrade.api.fields import Flag, Text, Whole
from dayrade.api.serializers import Input, Output

VARIABLES_MAX = 100


class ChatMessageSerializer(Output[ChatMessage]):
    """What somebody said."""

    staff_only = (
        "user_id",
        "is_moderated",
        "moderation_reason",
        "moderated_by",
        "moderated_at",
        "sentiment_score",
        "relevance_score",
    )

    tournament_id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    username = serializers.CharField(source="user.username", allow_null=True)
    avatar_url = serializers.CharField(source="user.avatar_url", allow_null=True)

    class Meta:
        model = ChatMessage
        fields = [
            "id",
            "tournament_id",
            "user_id",
            "username",
            "avatar_url",
            "message_text",
            "message_type",
            "is_moderated",
            "moderation_reason",
            "moderated_by",
            "moderated_at",
            "sentiment_score",
            "relevance_score",
            "created_at",
            "updated_at",
        ]


class CommentarySerializer(Output[Commentary]):
    """A line spoken by one of the personalities."""

    staff_only = ("trigger_data", "trigger_user_id", "scheduled_at", "is_played")

    tournament_id = serializers.UUIDField(allow_null=True)
    trigger_user_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Commentary
        fields = [
            "id",
            "tournament_id",
            "personality",
            "commentary_text",
            "trigger_event",
            "trigger_data",
            "trigger_user_id",
            "audio_url",
            "audio_duration",
            "scheduled_at",
            "played_at",
            "is_played",
            "source",
            "priority",
            "created_at",
        ]


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


class EmailTemplateSerializer(Output[EmailTemplate]):
    """The text of an e-mail."""

    class Meta:
        model = EmailTemplate
        fields = [
            "id",
            "name",
            "subject",
            "content",
            "template_type",
            "brevo_template_id",
            "variables",
            "is_active",
            "created_at",
            "updated_at",
        ]


class EmailTemplateInput(Input):
    """What an admin says of the text of an e-mail."""

    resource = EmailTemplateSerializer

    name = Text(max_length=100)
    subject = Text(max_length=255)
    content = Text(multiline=True, max_length=100_000, trim_whitespace=False)
    template_type = Text(max_length=50)
    brevo_template_id = Whole(min_value=1, allow_null=True, required=False)
    variables = serializers.ListField(
        child=Text(pattern="[a-z_][a-z0-9_]{0,49}", said="Use a name such as first_name."),
        max_length=VARIABLES_MAX,
        allow_null=True,
        required=False,
    )
    is_active = Flag(required=False)
