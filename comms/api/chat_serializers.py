"""Chat as JSON."""

from rest_framework import serializers

from comms.models import ChatMessage
from dayrade.api.serializers import Output


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
