"""The ledger as JSON."""

from typing import Any

from rest_framework import serializers

from dayrade.api.fields import Instant
from dayrade.api.queries import Query, WholeParameter
from dayrade.api.serializers import Output
from trading.models import PerformanceSnapshot, Position, Trade
from trading.services.series import METRICS

POINTS_MIN, POINTS_MAX = 2, 2000
# What a trade's row says of what it did to the position, which a late trade or a bust changes.
DERIVED = ("pnl", "pnl_percentage", "position_type", "related_trade_id")


class SnapshotSerializer(Output[PerformanceSnapshot]):
    """A participant's figures at one instant."""

    staff_only = ("data_source", "current_positions")

    participant_id = serializers.UUIDField()

    class Meta:
        model = PerformanceSnapshot
        fields = [
            "id",
            "participant_id",
            "recorded_at",
            "data_source",
            "total_pnl",
            "realized_pnl",
            "unrealized_pnl",
            "usd_balance",
            "number_of_trades",
            "total_shares_traded",
            "number_of_stocks_traded",
            "total_notional_traded",
            "win_rate",
            "best_trade",
            "worst_trade",
            "average_trade_size",
            "max_drawdown",
            "sharpe_ratio",
            "volatility",
            "current_positions",
            "position_count",
            "long_positions",
            "short_positions",
        ]


class SnapshotPageSerializer(serializers.Serializer[Any]):
    """A page of snapshots."""

    next = serializers.URLField(read_only=True, allow_null=True)
    previous = serializers.URLField(read_only=True, allow_null=True)
    results = SnapshotSerializer(many=True, read_only=True)


class PointSerializer(Output[PerformanceSnapshot]):
    """A point of a chart."""

    class Meta:
        model = PerformanceSnapshot
        fields = ["recorded_at", *METRICS]


class SeriesSerializer(serializers.Serializer[Any]):
    """A series, the oldest point first."""

    results = PointSerializer(many=True, read_only=True)


class SeriesQuery(Query):
    """How many points of which stretch of time."""

    points = WholeParameter(min_value=POINTS_MIN, max_value=POINTS_MAX)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Add `from`, which is a word of Python, and `to`."""
        bounds = {"from": Instant(required=False), "to": Instant(required=False)}
        return super().get_fields() | bounds


class TradeSerializer(Output[Trade]):
    """A fill; a busted one and the reversal that stands against it count for no figure."""

    staff_only = ("zimtra_trade_id", "zimtra_order_id")

    participant_id = serializers.UUIDField()
    related_trade_id = serializers.UUIDField(allow_null=True)
    busted = serializers.BooleanField(source="is_busted")
    reversal = serializers.BooleanField(source="is_reversal")

    class Meta:
        model = Trade
        fields = [
            "id",
            "participant_id",
            "symbol",
            "side",
            "quantity",
            "price",
            "executed_at",
            "order_type",
            "trade_value",
            "commission",
            "net_amount",
            "pnl",
            "pnl_percentage",
            "position_type",
            "related_trade_id",
            "busted",
            "reversal",
            "zimtra_trade_id",
            "zimtra_order_id",
            "created_at",
        ]


class FrozenTradeSerializer(TradeSerializer):
    """A fill as it was known at the freeze: what others make of it since is not told."""

    def to_representation(self, instance: Trade) -> dict[str, Any]:
        """Leave out what follows from other trades."""
        shown: dict[str, Any] = super().to_representation(instance)
        return shown | dict.fromkeys(DERIVED)


class PositionSerializer(Output[Position]):
    """What is held of a symbol."""

    staff_only = ("zimtra_position_id",)

    participant_id = serializers.UUIDField()

    class Meta:
        model = Position
        fields = [
            "id",
            "participant_id",
            "symbol",
            "quantity",
            "average_price",
            "current_price",
            "market_value",
            "cost_basis",
            "unrealized_pnl",
            "unrealized_pnl_percentage",
            "side",
            "status",
            "opened_at",
            "closed_at",
            "last_updated_at",
            "zimtra_position_id",
        ]


class TakenSerializer(serializers.Serializer[Any]):
    """When a snapshot was taken, and of how many seats."""

    recorded_at = serializers.DateTimeField(read_only=True)
    count = serializers.IntegerField(read_only=True)
