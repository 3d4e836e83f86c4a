"""The back office of the ledger: everything is read, nothing is edited."""

from django.contrib import admin
from django.db.models import QuerySet
from unfold.decorators import display

from dayrade.admin import LargeAdmin, ReadOnlyAdmin, StaffRequest
from dayrade.admin.columns import badge, figure, flag, instant, link
from tournaments.filters import (
    SeatTournamentFilter,
    TournamentFilter,
    TradeTournamentFilter,
)
from trading.decisions import TradeDecidingAdmin
from trading.models import (
    Bust,
    Mark,
    PerformanceSnapshot,
    Position,
    PositionSide,
    PositionStatus,
    Risk,
    Side,
    Tally,
    Trade,
)

SIDE_COLOURS = {Side.BUY: "success", Side.SELL: "danger"}
POSITION_COLOURS = {PositionSide.LONG: "success", PositionSide.SHORT: "danger"}
STATUS_COLOURS = {PositionStatus.OPEN: "info"}
busted = flag("is_busted", ("Busted", "No"), "danger", "Busted")
reversal = flag("is_reversal", ("Reversing entry", "No"), "warning", "Takes another back")
SEAT = link("participant", "Competitor", text="user")


@display(description="Competitor")  # type: ignore[untyped-decorator]
def competitor(kept: Tally | Risk) -> str:
    """Show the public name."""
    return str(kept.participant.user)


@display(description="Tournament")  # type: ignore[untyped-decorator]
def tournament(kept: Tally | Risk) -> str:
    """Show where it is."""
    return str(kept.participant.tournament)


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
class TradeAdmin(TradeDecidingAdmin, OfParticipantAdmin):
    """Fills, as the provider reported them, and the entries that take some of them back."""

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
        flag("is_busted", ("Busted", ""), "danger", "Busted"),
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
        ("Bust", {"fields": [busted, reversal]}),
        ("Metadata", {"fields": ["created_at"]}),
    ]
    readonly_fields = [busted, reversal]

    def get_queryset(self, request: StaffRequest) -> QuerySet[Trade]:
        """Read which trades are busted."""
        trades: QuerySet[Trade] = super().get_queryset(request).with_busts()
        return trades


@display(description="Competitor")  # type: ignore[untyped-decorator]
def owner(bust: Bust) -> str:
    """Show whose trade it was."""
    return str(bust.trade.user)


@display(description="Tournament")  # type: ignore[untyped-decorator]
def where(bust: Bust) -> str:
    """Show where it was."""
    return str(bust.trade.tournament)


@admin.register(Bust)
class BustAdmin(ReadOnlyAdmin):
    """Trades that were taken back, by whom and why."""

    list_display = [
        instant("busted_at", "Busted"),
        owner,
        where,
        link("trade"),
        link("reversal", "Reversing entry"),
        link("busted_by", "By"),
        "reason",
    ]
    list_select_related = ["trade__user", "trade__tournament", "reversal", "busted_by"]
    list_filter = [TradeTournamentFilter]
    linked = ("trade",)
    ordering = ["-busted_at"]
    sortable_by = ["busted_at"]
    audited = True


@admin.register(Mark)
class MarkAdmin(ReadOnlyAdmin):
    """The last prices, and those that everything is valued at."""

    list_display = [
        "symbol",
        link("tournament"),
        figure("price", places=4),
        "as_of",
        figure("valued_price", places=4),
        "valued_as_of",
    ]
    list_select_related = ["tournament"]
    list_filter = [TournamentFilter]
    linked = ("tournament",)
    ordering = ["tournament", "symbol"]
    sortable_by: list[str] = []


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
    #: By an index of both; those of one symbol are too many to sort.
    ordering = ["participant", "symbol"]
    sortable_by: list[str] = []
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


class OfSeatAdmin(LargeAdmin):
    """What is kept once for each seat, so that nobody has to read its whole ledger."""

    people = ("participant__user",)
    list_select_related = ["participant__user", "participant__tournament"]
    list_filter = [SeatTournamentFilter]
    linked = ("participant",)
    ordering = ["participant"]
    sortable_by: list[str] = []
    search_help_text = "Username, e-mail address or ID"


@admin.register(Tally)
class TallyAdmin(OfSeatAdmin):
    """Totals of the trades that stand."""

    list_display = [
        competitor,
        tournament,
        figure("shares_traded"),
        figure("stocks_traded"),
        figure("best_trade", places=2),
        figure("worst_trade", places=2),
    ]


@admin.register(Risk)
class RiskAdmin(OfSeatAdmin):
    """Running sums over the balances of the snapshots."""

    list_display = [
        competitor,
        tournament,
        figure("last_balance", places=2),
        figure("peak_balance", places=2),
        figure("max_drawdown", places=2),
        figure("returns"),
        flag("broken", ("Broken", ""), "danger", "Broken"),
    ]
