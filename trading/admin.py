"""The back office of the ledger: everything is read, nothing is edited."""

from django.contrib import admin

from dayrade.admin import LargeAdmin
from dayrade.admin.columns import badge, figure, link
from tournaments.admin import TournamentFilter
from trading.models import (
    PerformanceSnapshot,
    Position,
    PositionSide,
    PositionStatus,
    Side,
    Trade,
)

SIDE_COLOURS = {Side.BUY: "success", Side.SELL: "danger"}
POSITION_COLOURS = {PositionSide.LONG: "success", PositionSide.SHORT: "danger"}
STATUS_COLOURS = {PositionStatus.OPEN: "info"}
SEAT = link("participant", "Competitor", text="user")


class OfParticipantAdmin(LargeAdmin):
    """Rows that belong to one seat."""

    list_select_related = ["user", "tournament"]
    linked = ("tournament", "user", "participant")


@admin.register(PerformanceSnapshot)
class PerformanceSnapshotAdmin(OfParticipantAdmin):
    """Figures of participants over time."""

    list_display = [
        "recorded_at",
        SEAT,
        link("tournament"),
        figure("total_pnl", "Total P&L", places=2),
        figure("realized_pnl", "Realized P&L", places=2),
        figure("unrealized_pnl", "Unrealized P&L", places=2),
        figure("usd_balance", "Balance", places=2),
        figure("number_of_trades", "Trades"),
        figure("position_count", "Positions"),
        "data_source",
    ]
    list_filter = [TournamentFilter, "recorded_at"]
    ordering = ["-recorded_at"]
    sortable_by = ["recorded_at"]
    search_help_text = "Username, e-mail address or ID"
    fieldsets = [
        (None, {"fields": ["tournament", "participant", "user", "recorded_at", "data_source"]}),
        (
            "Core metrics",
            {
                "fields": [
                    "total_pnl",
                    "realized_pnl",
                    "unrealized_pnl",
                    "usd_balance",
                    "number_of_trades",
                    "total_shares_traded",
                    "number_of_stocks_traded",
                    "total_notional_traded",
                ]
            },
        ),
        (
            "Calculated metrics",
            {"fields": ["win_rate", "best_trade", "worst_trade", "average_trade_size"]},
        ),
        ("Risk metrics", {"fields": ["max_drawdown", "sharpe_ratio", "volatility"]}),
        (
            "Positions",
            {
                "fields": [
                    "position_count",
                    "long_positions",
                    "short_positions",
                    "current_positions",
                ]
            },
        ),
        ("Raw data from Zimtra", {"fields": ["raw_zimtra_data"]}),
        ("Metadata", {"fields": ["created_at"]}),
    ]


@admin.register(Trade)
class TradeAdmin(OfParticipantAdmin):
    """Fills, as the provider reported them."""

    list_display = [
        "executed_at",
        SEAT,
        link("tournament"),
        "symbol",
        badge("side", SIDE_COLOURS),
        figure("quantity"),
        figure("price", places=4),
        figure("trade_value", places=2),
        figure("pnl", "P&L", places=2),
        badge("position_type", {}, "Effect"),
    ]
    list_filter = [TournamentFilter, "side", "order_type", "position_type", "executed_at"]
    exact = ("zimtra_trade_id", "symbol")
    ordering = ["-executed_at"]
    sortable_by = ["executed_at"]
    search_help_text = "Username, e-mail address, symbol, Zimtra trade or ID"
    fieldsets = [
        (None, {"fields": ["tournament", "participant", "user"]}),
        ("Trade", {"fields": ["symbol", "side", "quantity", "price"]}),
        ("Execution", {"fields": ["executed_at", "order_type"]}),
        ("Financial impact", {"fields": ["trade_value", "commission", "net_amount"]}),
        ("P&L of closed positions", {"fields": ["pnl", "pnl_percentage"]}),
        ("External integration", {"fields": ["zimtra_trade_id", "zimtra_order_id"]}),
        ("Context", {"fields": ["position_type", "related_trade"]}),
        ("Metadata", {"fields": ["created_at"]}),
    ]


@admin.register(Position)
class PositionAdmin(OfParticipantAdmin):
    """What participants hold."""

    list_display = [
        "symbol",
        SEAT,
        link("tournament"),
        badge("side", POSITION_COLOURS),
        badge("status", STATUS_COLOURS),
        figure("quantity"),
        figure("average_price", places=4),
        figure("current_price", places=4),
        figure("market_value", places=2),
        figure("unrealized_pnl", "Unrealized P&L", places=2),
        "opened_at",
    ]
    list_filter = [TournamentFilter, "status", "side"]
    exact = ("symbol",)
    ordering = ["symbol"]
    sortable_by = ["symbol"]
    search_help_text = "Username, e-mail address, symbol or ID"
    fieldsets = [
        (None, {"fields": ["tournament", "participant", "user"]}),
        ("Position", {"fields": ["symbol", "side", "status", "quantity"]}),
        ("Prices", {"fields": ["average_price", "current_price"]}),
        (
            "Financial metrics",
            {
                "fields": [
                    "market_value",
                    "cost_basis",
                    "unrealized_pnl",
                    "unrealized_pnl_percentage",
                ]
            },
        ),
        ("Timing", {"fields": ["opened_at", "closed_at", "last_updated_at"]}),
        ("External integration", {"fields": ["zimtra_position_id"]}),
        ("Metadata", {"fields": ["created_at", "updated_at"]}),
    ]
