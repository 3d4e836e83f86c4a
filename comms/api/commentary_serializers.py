"""Commentary as JSON."""

from rest_framework import serializers

from comms.models import Commentary, Personality, Priority
from comms.services.commentary import TEXT_MAX
from dayrade.api.fields import Choice, Instant, Text
from dayrade.api.serializers import Input, Output


class CommentarySerializer(Output[Commentary]):
    """A line spoken by one of the personalities."""

    staff_only = (
        "trigger_data",
        "trigger_user_id",
        "scheduled_at",
        "is_played",
        "retracted_at",
        "retracted_by_id",
        "retraction_reason",
    )

    tournament_id = serializers.UUIDField(allow_null=True)
    trigger_user_id = serializers.UUIDField(allow_null=True)
    retracted_at = serializers.DateTimeField(source="retraction.retracted_at", allow_null=True)
    retracted_by_id = serializers.UUIDField(source="retraction.retracted_by_id", allow_null=True)
    retraction_reason = serializers.CharField(source="retraction.reason", allow_null=True)

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
            "retracted_at",
            "retracted_by_id",
            "retraction_reason",
            "created_at",
        ]


class CommentaryInput(Input):
    """What staff have a voice say; at once, unless `scheduled_at` is later."""

    resource = CommentarySerializer

    personality = Choice(choices=Personality.choices)
    commentary_text = Text(max_length=TEXT_MAX)
    priority = Choice(choices=Priority.choices, required=False)
    scheduled_at = Instant(required=False)
