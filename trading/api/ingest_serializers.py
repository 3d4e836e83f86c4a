"""How deliveries and their answers look; for the OpenAPI document alone.

Items are read by `trading.feed`: a serializer each would take longer than all the rest.
"""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from trading.models import OrderType, Side

TOURNAMENT = "The slug, the id or the `zimtra_tournament_id`."
AT = "2026-03-04T15:00:00Z"


class TradeItem(serializers.Serializer[Any]):
    """A fill."""

    zimtra_trade_id = serializers.CharField(max_length=100)
    zimtra_order_id = serializers.CharField(max_length=100, required=False, allow_null=True)
    zimtra_account_id = serializers.CharField(max_length=100)
    symbol = serializers.CharField(max_length=10)
    side = serializers.ChoiceField(Side.choices)
    quantity = serializers.IntegerField(min_value=1)
    price = serializers.DecimalField(10, 4)
    commission = serializers.DecimalField(8, 2, required=False)
    order_type = serializers.ChoiceField(OrderType.choices, required=False)
    executed_at = serializers.DateTimeField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A trade",
            {
                "tournament": "spring-open",
                "trades": [
                    {
                        "zimtra_trade_id": "T-1",
                        "zimtra_order_id": "O-1",
                        "zimtra_account_id": "A-1",
                        "symbol": "AAPL",
                        "side": "buy",
                        "quantity": 100,
                        "price": "187.2500",
                        "commission": "1.00",
                        "order_type": "market",
                        "executed_at": AT,
                    }
                ],
            },
            request_only=True,
        )
    ]
)
class Trades(serializers.Serializer[Any]):
    """Up to 5,000 trades of one tournament, in any order."""

    tournament = serializers.CharField(help_text=TOURNAMENT)
    trades = TradeItem(many=True)


class PriceItem(serializers.Serializer[Any]):
    """The price of a symbol at an instant."""

    symbol = serializers.CharField(max_length=10)
    price = serializers.DecimalField(10, 4)
    as_of = serializers.DateTimeField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A price",
            {"prices": [{"symbol": "AAPL", "price": "187.2500", "as_of": AT}]},
            request_only=True,
        )
    ]
)
class Prices(serializers.Serializer[Any]):
    """Up to 5,000 prices, for every tournament that trades the symbol then, or for one."""

    tournament = serializers.CharField(required=False, help_text=TOURNAMENT)
    prices = PriceItem(many=True)


class PerformanceItem(serializers.Serializer[Any]):
    """The provider's figures of an account at an instant."""

    zimtra_account_id = serializers.CharField(max_length=100)
    as_of = serializers.DateTimeField()
    total_pnl = serializers.DecimalField(15, 2)
    realized_pnl = serializers.DecimalField(15, 2)
    unrealized_pnl = serializers.DecimalField(15, 2)
    usd_balance = serializers.DecimalField(15, 2)
    number_of_trades = serializers.IntegerField(min_value=0)
    total_shares_traded = serializers.IntegerField(min_value=0)
    number_of_stocks_traded = serializers.IntegerField(min_value=0)
    total_notional_traded = serializers.DecimalField(20, 2)
    raw = serializers.DictField(required=False, help_text="Anything else; kept as it is.")


class Performance(serializers.Serializer[Any]):
    """Up to 5,000 of the provider's own snapshots of one tournament."""

    tournament = serializers.CharField(help_text=TOURNAMENT)
    performance = PerformanceItem(many=True)


class Verdict(serializers.Serializer[Any]):
    """What became of an item."""

    status = serializers.ChoiceField(["accepted", "duplicate", "rejected"])
    error = serializers.CharField(allow_null=True, help_text="A code, of a rejected one.")
    message = serializers.CharField(allow_null=True)


class TradeVerdict(Verdict):
    """What became of a trade."""

    zimtra_trade_id = serializers.CharField(allow_null=True)


class PriceVerdict(Verdict):
    """What became of a price; a duplicate is no newer than what is known."""

    symbol = serializers.CharField(allow_null=True)


class PerformanceVerdict(Verdict):
    """What became of a snapshot."""

    zimtra_account_id = serializers.CharField(allow_null=True)


class Counts(serializers.Serializer[Any]):
    """How many items were taken; what is accepted is committed."""

    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    rejected = serializers.IntegerField()


class TradeVerdicts(Counts):
    """A verdict for each trade, in the order of the delivery."""

    results = TradeVerdict(many=True)


class PriceVerdicts(Counts):
    """A verdict for each price, in the order of the delivery."""

    results = PriceVerdict(many=True)


class PerformanceVerdicts(Counts):
    """A verdict for each snapshot, in the order of the delivery."""

    results = PerformanceVerdict(many=True)
