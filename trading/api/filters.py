"""Filters of the ledger."""

import django_filters

from dayrade.api.filters import AnyOf, FilterSet, Ordering
from trading.models import (
    OrderType,
    PerformanceSnapshot,
    Position,
    PositionSide,
    PositionStatus,
    PositionType,
    Side,
    Trade,
)

SYMBOL_MAX = 10


class SnapshotFilterSet(FilterSet):
    """A stretch of time."""

    period = "recorded_at"

    class Meta:
        model = PerformanceSnapshot
        fields: list[str] = []


class TradeFilterSet(FilterSet):
    """Which trades, and when."""

    period = "executed_at"

    symbol = django_filters.CharFilter(max_length=SYMBOL_MAX)
    side = AnyOf(choices=Side.choices)
    order_type = AnyOf(choices=OrderType.choices)
    position_type = AnyOf(choices=PositionType.choices)

    class Meta:
        model = Trade
        fields: list[str] = []


class FrozenTradeFilterSet(TradeFilterSet):
    """The same of trades as they were known at the freeze."""

    position_type = AnyOf(field_name="then_position_type", choices=PositionType.choices)


class PositionFilterSet(FilterSet):
    """Which positions."""

    symbol = django_filters.CharFilter(max_length=SYMBOL_MAX)
    side = AnyOf(choices=PositionSide.choices)
    status = AnyOf(choices=PositionStatus.choices)
    ordering = Ordering(
        symbol="symbol",
        opened_at="opened_at",
        market_value="market_value",
        unrealized_pnl="unrealized_pnl",
    )

    class Meta:
        model = Position
        fields: list[str] = []
