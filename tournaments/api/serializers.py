"""Tournaments and seats as JSON."""

from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.services.staff import REASON_MAX
from dayrade.api.fields import Amount, Choice, Instant, Json, Text, Whole
from dayrade.api.queries import FlagParameter, Query
from dayrade.api.serializers import Input, Output
from tournaments import rules
from tournaments.models import (
    Booking,
    Division,
    Participant,
    Result,
    Standing,
    Tournament,
    TournamentStatus,
    TournamentType,
)
from tournaments.services import accounts, freeze

SYMBOLS_MAX = 500
# What a snapshot keeps of a seat, and what it does not.
AT_FREEZE = (
    "current_balance",
    "total_pnl",
    "realized_pnl",
    "unrealized_pnl",
    "total_trades",
    "total_volume",
    "current_rank",
    "is_active",
    "updated_at",
)
UNKNOWN_AT_FREEZE = (
    "winning_trades",
    "losing_trades",
    "win_rate",
    "best_rank",
    "final_rank",
    "final_pnl",
)
RANKS = ("current_rank", "best_rank")
NULLABLE = (*AT_FREEZE[:6], "winning_trades", "losing_trades")


class TournamentSerializer(Output[Tournament]):
    """A tournament."""

    staff_only = ("ticketsource_event_id", "zimtra_tournament_id", "created_by")

    class Meta:
        model = Tournament
        fields = [
            "id",
            "name",
            "slug",
            "description",
            "division",
            "tournament_type",
            "start_date",
            "end_date",
            "registration_open_date",
            "registration_close_date",
            "max_participants",
            "current_participants",
            "min_participants",
            "entry_fee",
            "prize_pool",
            "currency",
            "status",
            "ticketsource_event_id",
            "zimtra_tournament_id",
            "starting_balance",
            "trading_symbols",
            "rules",
            "created_by",
            "created_at",
            "updated_at",
        ]


#: Of a seat, whoever it is shown to.
HOW_IT_GOES = [
    "zimtra_account_id",
    "starting_balance",
    "current_balance",
    "total_pnl",
    "realized_pnl",
    "unrealized_pnl",
    "total_trades",
    "winning_trades",
    "losing_trades",
    "win_rate",
    "total_volume",
    "current_rank",
    "best_rank",
    "final_rank",
    "final_pnl",
    "is_active",
    "disqualified",
    "disqualification_reason",
]


class ParticipantSerializer(Output[Participant]):
    """A seat: who competes, and how it goes."""

    staff_only = (
        "user_id",
        "registration_source",
        "ticketsource_booking_id",
        "zimtra_account_id",
        "disqualification_reason",
    )

    tournament_id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    username = serializers.CharField(source="user.username", allow_null=True)
    avatar_url = serializers.CharField(source="user.avatar_url", allow_null=True)
    country = serializers.CharField(source="user.country", allow_null=True)
    win_rate = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)

    class Meta:
        model = Participant
        fields = [
            "id",
            "tournament_id",
            "user_id",
            "username",
            "avatar_url",
            "country",
            "registered_at",
            "registration_source",
            "ticketsource_booking_id",
            *HOW_IT_GOES,
            "updated_at",
        ]
        # Unknown, while the field is shown as it was at the freeze.
        extra_kwargs = {name: {"allow_null": True} for name in NULLABLE}


class SeatedTournamentSerializer(Output[Tournament]):
    """What a list of seats says of each tournament."""

    class Meta:
        model = Tournament
        fields = ["id", "name", "slug", "status", "start_date", "end_date", "currency"]


class OwnSeatSerializer(Output[Participant]):
    """One's own seat: in which tournament, and how it goes.

    The figures are live. A rank tells of others too: while `frozen`, from the freeze to the result,
    it is unknown.
    """

    tournament = SeatedTournamentSerializer()
    win_rate = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    frozen = serializers.SerializerMethodField()

    class Meta:
        model = Participant
        fields = [
            "id",
            "tournament",
            "registered_at",
            *HOW_IT_GOES,
            "frozen",
            "updated_at",
        ]

    def get_frozen(self, seat: Participant) -> bool:
        """Tell whether the board stands still for its owner."""
        return freeze.cut(seat.tournament, self.context["request"].user) is not None

    def to_representation(self, instance: Participant) -> dict[str, Any]:
        """Leave out what others could be told by."""
        shown: dict[str, Any] = super().to_representation(instance)
        return shown | dict.fromkeys(RANKS) if shown["frozen"] else shown


class FrozenParticipantSerializer(ParticipantSerializer):
    """A seat as it was at the freeze; what nobody kept then is unknown."""

    def to_representation(self, instance: Participant) -> dict[str, Any]:
        """Put the figures of the freeze in the place of those that are stored."""
        for name in AT_FREEZE:
            setattr(instance, name, getattr(instance, f"then_{name}"))
        shown: dict[str, Any] = super().to_representation(instance)
        return shown | dict.fromkeys(UNKNOWN_AT_FREEZE)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A cup",
            {
                "name": "Spring Cup",
                "slug": "spring-cup",
                "division": "raider",
                "registration_open_date": "2027-03-01T00:00:00Z",
                "registration_close_date": "2027-03-08T00:00:00Z",
                "start_date": "2027-03-09T14:30:00Z",
                "end_date": "2027-03-12T21:00:00Z",
                "max_participants": 200,
                "entry_fee": "25.00",
                "trading_symbols": ["AAPL", "IBM"],
                "rules": {"trades_public": True},
            },
        )
    ]
)
class TournamentInput(Input):
    """What an admin says of a tournament; it starts as a draft."""

    resource = TournamentSerializer

    name = Text(max_length=255)
    slug = Text(
        max_length=255,
        pattern="[a-z0-9]+(-[a-z0-9]+)*",
        said="Use lower-case letters, digits and single hyphens between them.",
    )
    description = Text(multiline=True, max_length=20_000, allow_null=True, required=False)
    division = Choice(Division.choices)
    tournament_type = Choice(TournamentType.choices, required=False)
    start_date = Instant()
    end_date = Instant()
    registration_open_date = Instant()
    registration_close_date = Instant()
    max_participants = Whole(min_value=1, required=False)
    min_participants = Whole(min_value=1, required=False)
    entry_fee = Amount(max_digits=10, decimal_places=2, min_value=0, required=False)
    prize_pool = Amount(max_digits=15, decimal_places=2, min_value=0, required=False)
    currency = Text(pattern="[A-Z]{3}", said="Use an ISO 4217 code, such as USD.", required=False)
    ticketsource_event_id = Text(max_length=100, allow_null=True, required=False)
    zimtra_tournament_id = Text(max_length=100, allow_null=True, required=False)
    starting_balance = Amount(max_digits=15, decimal_places=2, min_value=1, required=False)
    trading_symbols = serializers.ListField(
        child=Text(pattern="[A-Z0-9.-]{1,10}", said="Use a symbol such as AAPL."),
        max_length=SYMBOLS_MAX,
        allow_null=True,
        required=False,
    )
    rules = Json(kind=dict, allow_null=True, required=False)

    def validate_rules(self, value: dict[str, Any] | None) -> dict[str, Any] | None:
        """Refuse rules that are not declared, and values of the wrong kind."""
        try:
            rules.validate(value)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error
        return value


class TournamentChangeInput(TournamentInput):
    """What an admin changes; once trading has begun, with a reason for the competitors."""

    reason = Text(max_length=REASON_MAX, multiline=True, required=False)


class BookingSerializer(Output[Booking]):
    """A booking, the seat that it became, or the reason why it did not."""

    user_id = serializers.UUIDField(allow_null=True)
    username = serializers.CharField(source="user.username", allow_null=True, default=None)
    participant_id = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField(allow_null=True)

    class Meta:
        model = Booking
        fields = [
            "id",
            "reference",
            "email",
            "name",
            "amount",
            "currency",
            "status",
            "booked_at",
            "user_id",
            "username",
            "participant_id",
            "mismatch",
            "reason",
            "first_seen_at",
            "last_seen_at",
        ]


class ResultSerializer(Output[Result]):
    """A published result; a correction says why."""

    class Meta:
        model = Result
        fields = ["number", "published_at", "reason"]


class StandingSerializer(Output[Standing]):
    """One line of a published result."""

    participant_id = serializers.UUIDField()
    username = serializers.CharField(source="participant.user.username", allow_null=True)
    avatar_url = serializers.CharField(source="participant.user.avatar_url", allow_null=True)
    country = serializers.CharField(source="participant.user.country", allow_null=True)

    class Meta:
        model = Standing
        fields = ["rank", "participant_id", "username", "avatar_url", "country", "pnl"]


class CorrectionInput(Input):
    """Why an admin corrects a result, and a seat to disqualify or to let in again by it."""

    reason = Text(max_length=REASON_MAX, multiline=True)
    disqualify = serializers.UUIDField(required=False)
    reinstate = serializers.UUIDField(required=False)


class MoveSerializer(serializers.Serializer[Any]):
    """A seat whose rank would change; null is no rank."""

    participant_id = serializers.UUIDField(read_only=True)
    username = serializers.CharField(read_only=True, allow_null=True)
    rank = serializers.IntegerField(read_only=True, allow_null=True)
    new_rank = serializers.IntegerField(read_only=True, allow_null=True)


class PreviewSerializer(serializers.Serializer[Any]):
    """Whose rank would change: how many, and the first 500 from the top."""

    count = serializers.IntegerField(read_only=True)
    moves = MoveSerializer(many=True, read_only=True)


class DryRun(Query):
    """Whether to show only what would happen."""

    dry_run = FlagParameter(default=False)


class ReasonInput(Input):
    """Why staff do something."""

    reason = Text(max_length=REASON_MAX, multiline=True)


class AccountInput(Input):
    """The trading account of a seat; null takes it away."""

    resource = ParticipantSerializer

    zimtra_account_id = Text(
        max_length=accounts.LONGEST, pattern=accounts.PATTERN, said=accounts.SAID, allow_null=True
    )


class TransitionInput(Input):
    """Where an admin moves a tournament, and why."""

    to = Choice(TournamentStatus.choices)
    reason = Text(max_length=REASON_MAX, multiline=True)
