"""Trades, and the positions that follow from them."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Deferrable, ExpressionWrapper, F, Func, Q, Value

from accounts.models import User
from dayrade.db.constraints import amount, bounded, one_of
from dayrade.db.fields import UpdatedAtField, created_at, money, primary_key
from dayrade.db.functions import Now
from dayrade.db.indexes import Index
from tournaments.models import INTEGER_MAX, Participant, Tournament


class Side(models.TextChoices):
    """The direction of a trade."""

    BUY = "buy"
    SELL = "sell"


class OrderType(models.TextChoices):
    """The order that a trade filled."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"


class PositionType(models.TextChoices):
    """What a trade did to the position."""

    OPEN = "open"
    CLOSE = "close"
    PARTIAL = "partial"


class PositionSide(models.TextChoices):
    """The direction of a position."""

    LONG = "long"
    SHORT = "short"


class PositionStatus(models.TextChoices):
    """Whether anything is held."""

    OPEN = "open"
    CLOSED = "closed"


class TradeQuerySet(models.QuerySet["Trade"]):
    """Questions asked of trades."""

    def with_busts(self) -> Self:
        """Add whether each is busted, and whether it is the reversing entry of a bust.

        Neither of the two counts for any figure.
        """
        return self.annotate(
            is_busted=ExpressionWrapper(Q(bust__isnull=False), models.BooleanField()),
            is_reversal=ExpressionWrapper(Q(reverses__isnull=False), models.BooleanField()),
        )

    def known_at(self, cut: datetime) -> Self:
        """Keep trades that were executed and known at an instant, with the busts of that time.

        What later trades and busts have made of them cannot be told from what they were then, so
        `then_position_type` is unknown.
        """
        # One that was executed before the instant and came after it was not known then.
        known = self.filter(executed_at__lte=cut, created_at__lte=cut)
        busted = Q(bust__isnull=False, bust__busted_at__lte=cut)
        return known.annotate(
            is_busted=ExpressionWrapper(busted, models.BooleanField()),
            then_position_type=Value(None, output_field=models.CharField()),
        )


class Trade(models.Model):
    """A fill as the provider reported it; never changed, only busted by a reversing entry."""

    id = primary_key()
    tournament = models.ForeignKey(
        Tournament, on_delete=models.DB_CASCADE, db_index=False, related_name="trades"
    )
    user = models.ForeignKey(
        User, on_delete=models.DB_CASCADE, db_index=False, related_name="trades"
    )
    participant = models.ForeignKey(
        Participant, on_delete=models.DB_CASCADE, db_index=False, related_name="trades"
    )

    symbol = models.CharField(max_length=10)
    side = models.CharField(max_length=4, choices=Side)
    quantity = models.IntegerField()
    price = money(10, 4)

    executed_at = models.DateTimeField()
    order_type = models.CharField(
        max_length=10, choices=OrderType, default=OrderType.MARKET, db_default=OrderType.MARKET
    )

    trade_value = money(15)
    commission = money(8, value="0.00")
    net_amount = money(15)

    pnl = money(15, null=True)
    pnl_percentage = money(8, 4, null=True)

    zimtra_trade_id = models.CharField(max_length=100, null=True, blank=True)
    zimtra_order_id = models.CharField(max_length=100, null=True, blank=True)

    position_type = models.CharField(max_length=10, choices=PositionType, null=True, blank=True)
    related_trade = models.ForeignKey(
        "self",
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        db_index=False,
        related_name="related_trades",
    )
    created_at = created_at()

    objects = models.Manager.from_queryset(TradeQuerySet)()

    class Meta:
        db_table = "trades"
        constraints = [
            one_of("trades", "side", Side),
            one_of("trades", "order_type", OrderType),
            one_of("trades", "position_type", PositionType),
            models.UniqueConstraint(
                name="dayrade_trades_zimtra_trade_id_key",
                fields=["tournament", "zimtra_trade_id"],
                condition=Q(zimtra_trade_id__isnull=False),
                violation_error_message="This trade is in the ledger.",
            ),
            bounded(
                "trades",
                "quantity",
                low=1,
                high=INTEGER_MAX,
                message="A trade moves at least 1 share.",
            ),
            amount("trades", "price", 10, 4, low="0.0001"),
            amount("trades", "commission", 8, low=0),
            amount("trades", "pnl", 15),
            amount("trades", "pnl_percentage", 8, 4),
            models.CheckConstraint(
                name="dayrade_trades_value_adds_up",
                condition=Q(
                    trade_value=Func(F("quantity") * F("price"), 2, function="round"),
                    net_amount=F("trade_value") - F("commission"),
                ),
                violation_error_message=(
                    "The value is quantity times price, the net amount the value less commission."
                ),
            ),
            models.CheckConstraint(
                name="dayrade_trades_pnl_of_closing",
                condition=Q(pnl__isnull=True, pnl_percentage__isnull=True)
                | Q(pnl__isnull=False, pnl_percentage__isnull=False)
                & ~Q(position_type=PositionType.OPEN),
                violation_error_message="Only a trade that closes something has a P&L.",
            ),
        ]
        indexes = [
            Index(name="idx_trades_tournament_user", fields=["tournament", "user"]),
            Index(name="idx_trades_symbol", fields=["symbol"]),
            Index(name="idx_trades_executed_at", fields=["executed_at"]),
            Index(name="idx_trades_zimtra_trade_id", fields=["zimtra_trade_id"]),
            Index(name="idx_trades_participant_id", fields=["participant"]),
            Index(name="dayrade_trades_user_id", fields=["user"]),
            Index(name="dayrade_trades_related_trade_id", fields=["related_trade"]),
            Index(
                name="dayrade_trades_of_participant",
                fields=["participant", "-executed_at", "-id"],
                # A booking asks for the last trade of a symbol, without reading the others.
                include=["symbol"],
            ),
            # Rows come in the order of their arrival: a page or two in memory finds the latest.
            BrinIndex(
                name="dayrade_trades_arrival",
                fields=["created_at"],
                pages_per_range=16,
                autosummarize=True,
            ),
        ]

    def __str__(self) -> str:
        """Show the fill."""
        return f"{self.side} {self.quantity} {self.symbol} at {self.price}"


class Position(models.Model):
    """What a participant holds of a symbol: one row, opened, closed and opened again."""

    id = primary_key()
    tournament = models.ForeignKey(
        Tournament, on_delete=models.DB_CASCADE, db_index=False, related_name="positions"
    )
    user = models.ForeignKey(
        User, on_delete=models.DB_CASCADE, db_index=False, related_name="positions"
    )
    participant = models.ForeignKey(
        Participant, on_delete=models.DB_CASCADE, db_index=False, related_name="positions"
    )

    symbol = models.CharField(max_length=10)
    quantity = models.IntegerField()
    average_price = money(10, 4)
    current_price = money(10, 4, null=True)

    market_value = money(15, null=True)
    cost_basis = money(15)
    unrealized_pnl = money(15, null=True)
    unrealized_pnl_percentage = money(8, 4, null=True)

    side = models.CharField(max_length=5, choices=PositionSide)
    status = models.CharField(
        max_length=10,
        choices=PositionStatus,
        default=PositionStatus.OPEN,
        db_default=PositionStatus.OPEN,
    )

    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    last_updated_at = models.DateTimeField(db_default=Now())

    zimtra_position_id = models.CharField(max_length=100, null=True, blank=True)
    created_at = created_at()
    updated_at = UpdatedAtField()

    class Meta:
        db_table = "positions"
        constraints = [
            one_of("positions", "side", PositionSide),
            one_of("positions", "status", PositionStatus),
            models.UniqueConstraint(
                name="positions_tournament_id_user_id_symbol_status_key",
                fields=["tournament", "user", "symbol", "status"],
                deferrable=Deferrable.DEFERRED,
                violation_error_message="There is a position in this symbol.",
            ),
            models.UniqueConstraint(
                name="dayrade_positions_participant_symbol_key",
                fields=["participant", "symbol"],
                violation_error_message="There is a position in this symbol.",
            ),
            amount("positions", "average_price", 10, 4, low=0),
            amount("positions", "current_price", 10, 4, low=0),
            amount("positions", "market_value", 15, low=0),
            amount("positions", "cost_basis", 15, low=0),
            amount("positions", "unrealized_pnl", 15),
            amount("positions", "unrealized_pnl_percentage", 8, 4),
            models.CheckConstraint(
                name="dayrade_positions_open_or_closed",
                condition=Q(status=PositionStatus.OPEN, quantity__gte=1, closed_at__isnull=True)
                | Q(status=PositionStatus.CLOSED, quantity=0, closed_at__isnull=False),
                violation_error_message="An open position holds shares, a closed one none.",
            ),
        ]
        indexes = [
            Index(name="idx_positions_tournament_user", fields=["tournament", "user"]),
            Index(name="idx_positions_symbol", fields=["symbol"]),
            Index(name="idx_positions_status", fields=["status"]),
            Index(name="idx_positions_participant_id", fields=["participant"]),
            Index(name="dayrade_positions_user_id", fields=["user"]),
        ]

    def __str__(self) -> str:
        """Show what is held."""
        return f"{self.side} {self.quantity} {self.symbol}"
