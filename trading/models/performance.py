"""Figures at an instant."""

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from dayrade.db.constraints import amount, bounded
from dayrade.db.fields import created_at, money, primary_key
from dayrade.db.functions import Now
from dayrade.db.indexes import Index
from tournaments.models import STARTING_BALANCE, Participant, Tournament


class PerformanceSnapshot(models.Model):
    """A participant's figures at one instant."""

    id = primary_key()
    tournament = models.ForeignKey(
        Tournament, on_delete=models.DB_CASCADE, db_index=False, related_name="snapshots"
    )
    user = models.ForeignKey(
        User, on_delete=models.DB_CASCADE, db_index=False, related_name="snapshots"
    )
    participant = models.ForeignKey(
        Participant, on_delete=models.DB_CASCADE, db_index=False, related_name="snapshots"
    )

    recorded_at = models.DateTimeField(db_default=Now())
    data_source = models.CharField(max_length=20, default="zimtra", db_default="zimtra")

    total_pnl = money(15, value="0.00")
    realized_pnl = money(15, value="0.00")
    unrealized_pnl = money(15, value="0.00")
    usd_balance = money(15, value=STARTING_BALANCE)
    number_of_trades = models.IntegerField(default=0, db_default=0)
    total_shares_traded = models.BigIntegerField(default=0, db_default=0)
    number_of_stocks_traded = models.IntegerField(default=0, db_default=0)
    total_notional_traded = money(20, value="0.00")

    win_rate = money(5, value="0.00")
    best_trade = money(15, value="0.00")
    worst_trade = money(15, value="0.00")
    average_trade_size = money(15, value="0.00")

    max_drawdown = money(15, value="0.00")
    sharpe_ratio = money(8, 4, null=True)
    volatility = money(8, 4, null=True)

    current_positions = models.JSONField(null=True, blank=True)
    position_count = models.IntegerField(default=0, db_default=0)
    long_positions = models.IntegerField(default=0, db_default=0)
    short_positions = models.IntegerField(default=0, db_default=0)

    raw_zimtra_data = models.JSONField(null=True, blank=True)
    created_at = created_at()

    class Meta:
        db_table = "trading_performance"
        constraints = [
            *(
                amount("trading_performance", field, digits, places, low=low)
                for field, digits, places, low in (
                    ("total_pnl", 15, 2, None),
                    ("realized_pnl", 15, 2, None),
                    ("unrealized_pnl", 15, 2, None),
                    ("usd_balance", 15, 2, None),
                    ("total_notional_traded", 20, 2, 0),
                    ("best_trade", 15, 2, None),
                    ("worst_trade", 15, 2, None),
                    ("average_trade_size", 15, 2, 0),
                    ("max_drawdown", 15, 2, 0),
                    ("sharpe_ratio", 8, 4, None),
                    ("volatility", 8, 4, 0),
                )
            ),
            bounded(
                "trading_performance",
                "win_rate",
                low=0,
                high=100,
                message="A win rate is a percentage from 0 to 100.",
            ),
            models.CheckConstraint(
                name="dayrade_trading_performance_counts",
                condition=Q(
                    number_of_trades__gte=0,
                    total_shares_traded__gte=0,
                    number_of_stocks_traded__gte=0,
                    long_positions__gte=0,
                    short_positions__gte=0,
                    position_count=F("long_positions") + F("short_positions"),
                ),
                violation_error_message="Counts are 0 or more, and long and short add up.",
            ),
            models.CheckConstraint(
                name="dayrade_trading_performance_pnl_adds_up",
                condition=Q(total_pnl=F("realized_pnl") + F("unrealized_pnl")),
                violation_error_message="Total P&L is realized plus unrealized.",
            ),
        ]
        indexes = [
            Index(name="idx_trading_performance_tournament_user", fields=["tournament", "user"]),
            Index(name="idx_trading_performance_recorded_at", fields=["recorded_at"]),
            Index(name="idx_trading_performance_total_pnl", fields=["total_pnl"]),
            Index(name="idx_trading_performance_participant_id", fields=["participant"]),
            Index(
                name="idx_trading_performance_leaderboard",
                fields=["tournament", "-recorded_at", "-total_pnl"],
            ),
            Index(name="dayrade_trading_performance_user_id", fields=["user"]),
            Index(
                name="dayrade_trading_performance_series",
                fields=["participant", "-recorded_at", "-id"],
            ),
            Index(
                name="dayrade_trading_performance_provided",
                fields=["participant", "-recorded_at", "-id"],
                condition=Q(data_source="zimtra"),
            ),
        ]

    def __str__(self) -> str:
        """Show what was seen when."""
        return f"{self.total_pnl} at {self.recorded_at:%Y-%m-%d %H:%M:%S}"
