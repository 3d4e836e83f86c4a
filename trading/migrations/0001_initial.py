import dayrade.db.fields
import dayrade.db.functions
import dayrade.db.indexes
import django.contrib.postgres.functions
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.expressions
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tournaments", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PerformanceSnapshot",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "tournament",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="snapshots",
                        to="tournaments.tournament",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="snapshots",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="snapshots",
                        to="tournaments.participant",
                    ),
                ),
                ("recorded_at", models.DateTimeField(db_default=dayrade.db.functions.Now())),
                (
                    "data_source",
                    models.CharField(db_default="zimtra", default="zimtra", max_length=20),
                ),
                (
                    "total_pnl",
                    models.DecimalField(
                        db_default=Decimal("0.00"),
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=15,
                    ),
                ),
                (
                    "realized_pnl",
                    models.DecimalField(
                        db_default=Decimal("0.00"),
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=15,
                    ),
                ),
                (
                    "unrealized_pnl",
                    models.DecimalField(
                        db_default=Decimal("0.00"),
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=15,
                    ),
                ),
                (
                    "usd_balance",
                    models.DecimalField(
                        db_default=Decimal("100000.00"),
                        decimal_places=2,
                        default=Decimal("100000.00"),
                        max_digits=15,
                    ),
                ),
                ("number_of_trades", models.IntegerField(db_default=0, default=0)),
                ("total_shares_traded", models.BigIntegerField(db_default=0, default=0)),
                ("number_of_stocks_traded", models.IntegerField(db_default=0, default=0)),
                (
                    "total_notional_traded",
                    models.DecimalField(
                        db_default=Decimal("0.00"),
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=20,
                    ),
                ),
                (
                    "win_rate",
                    models.DecimalField(
                        db_default=Decimal("0.00"),
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=5,
                    ),
                ),
                (
                    "best_trade",
                    models.DecimalField(
                        db_default=Decimal("0.00"),
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=15,
                    ),
                ),
                (
                    "worst_trade",
                    models.DecimalField(
                        db_default=Decimal("0.00"),
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=15,
                    ),
                ),
                (
                    "average_trade_size",
                    models.DecimalField(
                        db_default=Decimal("0.00"),
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=15,
                    ),
                ),
                (
                    "max_drawdown",
                    models.DecimalField(
                        db_default=Decimal("0.00"),
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=15,
                    ),
                ),
                (
                    "sharpe_ratio",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=8, null=True),
                ),
                (
                    "volatility",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=8, null=True),
                ),
                ("current_positions", models.JSONField(blank=True, null=True)),
                ("position_count", models.IntegerField(db_default=0, default=0)),
                ("long_positions", models.IntegerField(db_default=0, default=0)),
                ("short_positions", models.IntegerField(db_default=0, default=0)),
                ("raw_zimtra_data", models.JSONField(blank=True, null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
            ],
            options={
                "db_table": "trading_performance",
                "indexes": [
                    dayrade.db.indexes.Index(
                        fields=["tournament", "user"],
                        name="idx_trading_performance_tournament_user",
                    ),
                    dayrade.db.indexes.Index(
                        fields=["recorded_at"], name="idx_trading_performance_recorded_at"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["total_pnl"], name="idx_trading_performance_total_pnl"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["participant"], name="idx_trading_performance_participant_id"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["tournament", "-recorded_at", "-total_pnl"],
                        name="idx_trading_performance_leaderboard",
                    ),
                    dayrade.db.indexes.Index(
                        fields=["user"], name="dayrade_trading_performance_user_id"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["participant", "-recorded_at", "-id"],
                        name="dayrade_trading_performance_series",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("total_pnl__gte", Decimal("-9999999999999.99")),
                            ("total_pnl__lte", Decimal("9999999999999.99")),
                        ),
                        name="dayrade_trading_performance_total_pnl_range",
                        violation_error_message="Total pnl must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("realized_pnl__gte", Decimal("-9999999999999.99")),
                            ("realized_pnl__lte", Decimal("9999999999999.99")),
                        ),
                        name="dayrade_trading_performance_realized_pnl_range",
                        violation_error_message="Realized pnl must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("unrealized_pnl__gte", Decimal("-9999999999999.99")),
                            ("unrealized_pnl__lte", Decimal("9999999999999.99")),
                        ),
                        name="dayrade_trading_performance_unrealized_pnl_range",
                        violation_error_message="Unrealized pnl must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("usd_balance__gte", Decimal("-9999999999999.99")),
                            ("usd_balance__lte", Decimal("9999999999999.99")),
                        ),
                        name="dayrade_trading_performance_usd_balance_range",
                        violation_error_message="Usd balance must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("total_notional_traded__gte", Decimal("0")),
                            ("total_notional_traded__lte", Decimal("999999999999999999.99")),
                        ),
                        name="dayrade_trading_performance_total_notional_traded_range",
                        violation_error_message="Total notional traded must be 0 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("best_trade__gte", Decimal("-9999999999999.99")),
                            ("best_trade__lte", Decimal("9999999999999.99")),
                        ),
                        name="dayrade_trading_performance_best_trade_range",
                        violation_error_message="Best trade must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("worst_trade__gte", Decimal("-9999999999999.99")),
                            ("worst_trade__lte", Decimal("9999999999999.99")),
                        ),
                        name="dayrade_trading_performance_worst_trade_range",
                        violation_error_message="Worst trade must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("average_trade_size__gte", Decimal("0")),
                            ("average_trade_size__lte", Decimal("9999999999999.99")),
                        ),
                        name="dayrade_trading_performance_average_trade_size_range",
                        violation_error_message="Average trade size must be 0 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_drawdown__gte", Decimal("0")),
                            ("max_drawdown__lte", Decimal("9999999999999.99")),
                        ),
                        name="dayrade_trading_performance_max_drawdown_range",
                        violation_error_message="Max drawdown must be 0 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sharpe_ratio__gte", Decimal("-9999.9999")),
                            ("sharpe_ratio__lte", Decimal("9999.9999")),
                        ),
                        name="dayrade_trading_performance_sharpe_ratio_range",
                        violation_error_message="Sharpe ratio must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("volatility__gte", Decimal("0")),
                            ("volatility__lte", Decimal("9999.9999")),
                        ),
                        name="dayrade_trading_performance_volatility_range",
                        violation_error_message="Volatility must be 0 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("win_rate__gte", Decimal("0")), ("win_rate__lte", Decimal("100"))
                        ),
                        name="dayrade_trading_performance_win_rate_range",
                        violation_error_message="A win rate is a percentage from 0 to 100.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("long_positions__gte", 0),
                            ("number_of_stocks_traded__gte", 0),
                            ("number_of_trades__gte", 0),
                            (
                                "position_count",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("long_positions"), "+", models.F("short_positions")
                                ),
                            ),
                            ("short_positions__gte", 0),
                            ("total_shares_traded__gte", 0),
                        ),
                        name="dayrade_trading_performance_counts",
                        violation_error_message="Counts are 0 or more, and long and short add up.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "total_pnl",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("realized_pnl"), "+", models.F("unrealized_pnl")
                                ),
                            )
                        ),
                        name="dayrade_trading_performance_pnl_adds_up",
                        violation_error_message="Total P&L is realized plus unrealized.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Position",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "tournament",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="positions",
                        to="tournaments.tournament",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="positions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="positions",
                        to="tournaments.participant",
                    ),
                ),
                ("symbol", models.CharField(max_length=10)),
                ("quantity", models.IntegerField()),
                ("average_price", models.DecimalField(decimal_places=4, max_digits=10)),
                (
                    "current_price",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=10, null=True),
                ),
                (
                    "market_value",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=15, null=True),
                ),
                ("cost_basis", models.DecimalField(decimal_places=2, max_digits=15)),
                (
                    "unrealized_pnl",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=15, null=True),
                ),
                (
                    "unrealized_pnl_percentage",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=8, null=True),
                ),
                (
                    "side",
                    models.CharField(choices=[("long", "Long"), ("short", "Short")], max_length=5),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("closed", "Closed")],
                        db_default="open",
                        default="open",
                        max_length=10,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("last_updated_at", models.DateTimeField(db_default=dayrade.db.functions.Now())),
                ("zimtra_position_id", models.CharField(blank=True, max_length=100, null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                ("updated_at", dayrade.db.fields.UpdatedAtField()),
            ],
            options={
                "db_table": "positions",
                "indexes": [
                    dayrade.db.indexes.Index(
                        fields=["tournament", "user"], name="idx_positions_tournament_user"
                    ),
                    dayrade.db.indexes.Index(fields=["symbol"], name="idx_positions_symbol"),
                    dayrade.db.indexes.Index(fields=["status"], name="idx_positions_status"),
                    dayrade.db.indexes.Index(
                        fields=["participant"], name="idx_positions_participant_id"
                    ),
                    dayrade.db.indexes.Index(fields=["user"], name="dayrade_positions_user_id"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["long", "short"])),
                        name="positions_side_check",
                        violation_error_message="Choose one of: long, short.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "closed"])),
                        name="positions_status_check",
                        violation_error_message="Choose one of: open, closed.",
                    ),
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("tournament", "user", "symbol", "status"),
                        name="positions_tournament_id_user_id_symbol_status_key",
                        violation_error_message="There is a position in this symbol.",
                    ),
                    models.UniqueConstraint(
                        fields=("participant", "symbol"),
                        name="dayrade_positions_participant_symbol_key",
                        violation_error_message="There is a position in this symbol.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("average_price__gte", Decimal("0")),
                            ("average_price__lte", Decimal("999999.9999")),
                        ),
                        name="dayrade_positions_average_price_range",
                        violation_error_message="Average price must be 0 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("current_price__gte", Decimal("0")),
                            ("current_price__lte", Decimal("999999.9999")),
                        ),
                        name="dayrade_positions_current_price_range",
                        violation_error_message="Current price must be 0 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("market_value__gte", Decimal("0")),
                            ("market_value__lte", Decimal("9999999999999.99")),
                        ),
                        name="dayrade_positions_market_value_range",
                        violation_error_message="Market value must be 0 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cost_basis__gte", Decimal("0")),
                            ("cost_basis__lte", Decimal("9999999999999.99")),
                        ),
                        name="dayrade_positions_cost_basis_range",
                        violation_error_message="Cost basis must be 0 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("unrealized_pnl__gte", Decimal("-9999999999999.99")),
                            ("unrealized_pnl__lte", Decimal("9999999999999.99")),
                        ),
                        name="dayrade_positions_unrealized_pnl_range",
                        violation_error_message="Unrealized pnl must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("unrealized_pnl_percentage__gte", Decimal("-9999.9999")),
                            ("unrealized_pnl_percentage__lte", Decimal("9999.9999")),
                        ),
                        name="dayrade_positions_unrealized_pnl_percentage_range",
                        violation_error_message="Unrealized pnl percentage must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", True),
                                ("quantity__gte", 1),
                                ("status", "open"),
                            ),
                            models.Q(
                                ("closed_at__isnull", False), ("quantity", 0), ("status", "closed")
                            ),
                            _connector="OR",
                        ),
                        name="dayrade_positions_open_or_closed",
                        violation_error_message="An open position holds shares, a closed one none.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Trade",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "tournament",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="trades",
                        to="tournaments.tournament",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="trades",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="trades",
                        to="tournaments.participant",
                    ),
                ),
                ("symbol", models.CharField(max_length=10)),
                (
                    "side",
                    models.CharField(choices=[("buy", "Buy"), ("sell", "Sell")], max_length=4),
                ),
                ("quantity", models.IntegerField()),
                ("price", models.DecimalField(decimal_places=4, max_digits=10)),
                ("executed_at", models.DateTimeField()),
                (
                    "order_type",
                    models.CharField(
                        choices=[("market", "Market"), ("limit", "Limit"), ("stop", "Stop")],
                        db_default="market",
                        default="market",
                        max_length=10,
                    ),
                ),
                ("trade_value", models.DecimalField(decimal_places=2, max_digits=15)),
                (
                    "commission",
                    models.DecimalField(
                        db_default=Decimal("0.00"),
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=8,
                    ),
                ),
                ("net_amount", models.DecimalField(decimal_places=2, max_digits=15)),
                (
                    "pnl",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=15, null=True),
                ),
                (
                    "pnl_percentage",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=8, null=True),
                ),
                ("zimtra_trade_id", models.CharField(blank=True, max_length=100, null=True)),
                ("zimtra_order_id", models.CharField(blank=True, max_length=100, null=True)),
                (
                    "position_type",
                    models.CharField(
                        blank=True,
                        choices=[("open", "Open"), ("close", "Close"), ("partial", "Partial")],
                        max_length=10,
                        null=True,
                    ),
                ),
                (
                    "related_trade",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="related_trades",
                        to="trading.trade",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
            ],
            options={
                "db_table": "trades",
                "indexes": [
                    dayrade.db.indexes.Index(
                        fields=["tournament", "user"], name="idx_trades_tournament_user"
                    ),
                    dayrade.db.indexes.Index(fields=["symbol"], name="idx_trades_symbol"),
                    dayrade.db.indexes.Index(fields=["executed_at"], name="idx_trades_executed_at"),
                    dayrade.db.indexes.Index(
                        fields=["zimtra_trade_id"], name="idx_trades_zimtra_trade_id"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["participant"], name="idx_trades_participant_id"
                    ),
                    dayrade.db.indexes.Index(fields=["user"], name="dayrade_trades_user_id"),
                    dayrade.db.indexes.Index(
                        fields=["related_trade"], name="dayrade_trades_related_trade_id"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["participant", "-executed_at", "-id"],
                        name="dayrade_trades_of_participant",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["buy", "sell"])),
                        name="trades_side_check",
                        violation_error_message="Choose one of: buy, sell.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("order_type__in", ["market", "limit", "stop"])),
                        name="trades_order_type_check",
                        violation_error_message="Choose one of: market, limit, stop.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("position_type__in", ["open", "close", "partial"])),
                        name="trades_position_type_check",
                        violation_error_message="Choose one of: open, close, partial.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("zimtra_trade_id__isnull", False)),
                        fields=("tournament", "zimtra_trade_id"),
                        name="dayrade_trades_zimtra_trade_id_key",
                        violation_error_message="This trade is in the ledger.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity__gte", Decimal("1")),
                            ("quantity__lte", Decimal("2147483647")),
                        ),
                        name="dayrade_trades_quantity_range",
                        violation_error_message="A trade moves at least 1 share.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("price__gte", Decimal("0.0001")),
                            ("price__lte", Decimal("999999.9999")),
                        ),
                        name="dayrade_trades_price_range",
                        violation_error_message="Price must be 0.0001 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("commission__gte", Decimal("0")),
                            ("commission__lte", Decimal("999999.99")),
                        ),
                        name="dayrade_trades_commission_range",
                        violation_error_message="Commission must be 0 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("pnl__gte", Decimal("-9999999999999.99")),
                            ("pnl__lte", Decimal("9999999999999.99")),
                        ),
                        name="dayrade_trades_pnl_range",
                        violation_error_message="Pnl must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("pnl_percentage__gte", Decimal("-9999.9999")),
                            ("pnl_percentage__lte", Decimal("9999.9999")),
                        ),
                        name="dayrade_trades_pnl_percentage_range",
                        violation_error_message="Pnl percentage must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "net_amount",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("trade_value"), "-", models.F("commission")
                                ),
                            ),
                            (
                                "trade_value",
                                models.Func(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("quantity"), "*", models.F("price")
                                    ),
                                    2,
                                    function="round",
                                ),
                            ),
                        ),
                        name="dayrade_trades_value_adds_up",
                        violation_error_message="The value is quantity times price, the net amount the value less commission.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("pnl__isnull", True), ("pnl_percentage__isnull", True)),
                            models.Q(
                                ("pnl__isnull", False),
                                ("pnl_percentage__isnull", False),
                                models.Q(("position_type", "open"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="dayrade_trades_pnl_of_closing",
                        violation_error_message="Only a trade that closes something has a P&L.",
                    ),
                ],
            },
        ),
    ]
