"""Commentary as JSON."""

from rest_framework import serializers

from comms.models import Commentary
from dayrade.api.serializers import Output


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
