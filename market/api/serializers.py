"""Economic events as JSON."""

from zoneinfo import available_timezones

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from dayrade.api.fields import Amount, Choice, Instant, Json, Text
from dayrade.api.serializers import Input, Output
from market.models import EconomicEvent, ImpactLevel

SYMBOLS_MAX = 500


class EconomicEventSerializer(Output[EconomicEvent]):
    """A scheduled release."""

    staff_only = ("data_source", "external_event_id")

    class Meta:
        model = EconomicEvent
        fields = [
            "id",
            "name",
            "description",
            "country",
            "event_time",
            "timezone",
            "impact_level",
            "forecast_value",
            "actual_value",
            "previous_value",
            "unit",
            "affected_symbols",
            "market_reaction",
            "data_source",
            "external_event_id",
            "created_at",
            "updated_at",
        ]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Payrolls",
            {
                "name": "Non-farm payrolls",
                "country": "United States",
                "event_time": "2027-03-05T13:30:00Z",
                "impact_level": "high",
                "forecast_value": "180.0000",
                "unit": "thousand",
                "affected_symbols": ["SPY"],
            },
        )
    ]
)
class EconomicEventInput(Input):
    """What an admin says of a release."""

    resource = EconomicEventSerializer

    name = Text(max_length=255)
    description = Text(multiline=True, max_length=20_000, allow_null=True, required=False)
    country = Text(max_length=100)
    event_time = Instant()
    timezone = Text(max_length=50, required=False)
    impact_level = Choice(ImpactLevel.choices)
    forecast_value = Amount(max_digits=15, decimal_places=4, allow_null=True, required=False)
    actual_value = Amount(max_digits=15, decimal_places=4, allow_null=True, required=False)
    previous_value = Amount(max_digits=15, decimal_places=4, allow_null=True, required=False)
    unit = Text(max_length=50, allow_null=True, required=False)
    affected_symbols = serializers.ListField(
        child=Text(pattern="[A-Z0-9.-]{1,10}", said="Use a symbol such as AAPL."),
        max_length=SYMBOLS_MAX,
        allow_null=True,
        required=False,
    )
    market_reaction = Json(kind=dict, allow_null=True, required=False)
    data_source = Text(max_length=50, required=False)
    external_event_id = Text(max_length=100, allow_null=True, required=False)

    def validate_timezone(self, value: str) -> str:
        """Refuse a zone that no clock knows."""
        if value not in available_timezones():
            raise serializers.ValidationError("Use a name such as America/New_York.")
        return value
