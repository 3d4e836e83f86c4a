"""Marks, running sums, and what somebody has to look at: refused trades, breaks and busts."""

import dayrade.db.functions
import dayrade.db.indexes
import django.contrib.postgres.functions
import django.db.models.deletion
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from dayrade.db.operations import audit_trigger, fillfactor


class Migration(migrations.Migration):
    dependencies = [
        ("tournaments", "0004_add_boards"),
        ("trading", "0002_add_triggers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Risk",
            fields=[
                (
                    "participant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        primary_key=True,
                        related_name="risk",
                        serialize=False,
                        to="tournaments.participant",
                    ),
                ),
                ("last_balance", models.DecimalField(decimal_places=2, max_digits=15)),
                ("peak_balance", models.DecimalField(decimal_places=2, max_digits=15)),
                (
                    "max_drawdown",
                    models.DecimalField(
                        db_default=Decimal("0.00"),
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=15,
                    ),
                ),
                ("returns", models.IntegerField(db_default=0, default=0)),
                (
                    "returns_sum",
                    models.DecimalField(db_default=0, decimal_places=12, default=0, max_digits=40),
                ),
                (
                    "returns_square_sum",
                    models.DecimalField(db_default=0, decimal_places=24, default=0, max_digits=60),
                ),
                ("broken", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "db_table": "dayrade_risks",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("returns__gte", 0), ("returns__lte", 2147483647)),
                        name="dayrade_risks_returns",
                        violation_error_message="A count is 0 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_balance__gte", Decimal("-9999999999999.99")),
                            ("last_balance__lte", Decimal("9999999999999.99")),
                        ),
                        name="dayrade_risks_last_balance_range",
                        violation_error_message="Last balance must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("peak_balance__gte", Decimal("-9999999999999.99")),
                            ("peak_balance__lte", Decimal("9999999999999.99")),
                        ),
                        name="dayrade_risks_peak_balance_range",
                        violation_error_message="Peak balance must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_drawdown__gte", Decimal("0")),
                            ("max_drawdown__lte", Decimal("9999999999999.99")),
                        ),
                        name="dayrade_risks_max_drawdown_range",
                        violation_error_message="Max drawdown must be 0 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("returns_sum__gte", Decimal("-1.000000000000000000000000000E+28")),
                            ("returns_sum__lte", Decimal("1.000000000000000000000000000E+28")),
                        ),
                        name="dayrade_risks_returns_sum_range",
                        violation_error_message="Returns sum must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("returns_square_sum__gte", Decimal("0")),
                            (
                                "returns_square_sum__lte",
                                Decimal("1.000000000000000000000000000E+36"),
                            ),
                        ),
                        name="dayrade_risks_returns_square_sum_range",
                        violation_error_message="Returns square sum must be 0 or more.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "participant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        primary_key=True,
                        related_name="tally",
                        serialize=False,
                        to="tournaments.participant",
                    ),
                ),
                ("shares_traded", models.BigIntegerField(db_default=0, default=0)),
                ("stocks_traded", models.IntegerField(db_default=0, default=0)),
                (
                    "best_trade",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=15, null=True),
                ),
                (
                    "worst_trade",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=15, null=True),
                ),
            ],
            options={
                "db_table": "dayrade_tallies",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("shares_traded__gte", 0), ("stocks_traded__gte", 0)),
                        name="dayrade_tallies_counts",
                        violation_error_message="Counts are 0 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("best_trade__gte", Decimal("-9999999999999.99")),
                            ("best_trade__lte", Decimal("9999999999999.99")),
                        ),
                        name="dayrade_tallies_best_trade_range",
                        violation_error_message="Best trade must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("worst_trade__gte", Decimal("-9999999999999.99")),
                            ("worst_trade__lte", Decimal("9999999999999.99")),
                        ),
                        name="dayrade_tallies_worst_trade_range",
                        violation_error_message="Worst trade must be a number.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Break",
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
                ("figure", models.CharField(max_length=30)),
                ("ours", models.DecimalField(decimal_places=4, max_digits=24)),
                ("theirs", models.DecimalField(decimal_places=4, max_digits=24)),
                ("found_at", models.DateTimeField(db_default=dayrade.db.functions.Now())),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("matched", "Matched"),
                            ("accepted", "Accepted"),
                        ],
                        db_default="open",
                        default="open",
                        max_length=10,
                    ),
                ),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.TextField(blank=True, null=True)),
                (
                    "participant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="breaks",
                        to="tournaments.participant",
                    ),
                ),
                (
                    "resolved_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="breaks",
                        to="trading.performancesnapshot",
                    ),
                ),
                (
                    "tournament",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="breaks",
                        to="tournaments.tournament",
                    ),
                ),
            ],
            options={
                "db_table": "dayrade_breaks",
                "indexes": [
                    dayrade.db.indexes.Index(
                        fields=["tournament", "status"], name="dayrade_breaks_tournament"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["participant"], name="dayrade_breaks_participant"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["resolved_by"], name="dayrade_breaks_resolved_by"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "matched", "accepted"])),
                        name="dayrade_breaks_status_check",
                        violation_error_message="Choose one of: open, matched, accepted.",
                    ),
                    models.UniqueConstraint(
                        fields=("snapshot", "figure"),
                        name="dayrade_breaks_snapshot_figure_key",
                        violation_error_message="This difference is known.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ours__gte", Decimal("-99999999999999999999.9999")),
                            ("ours__lte", Decimal("99999999999999999999.9999")),
                        ),
                        name="dayrade_breaks_ours_range",
                        violation_error_message="Ours must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("theirs__gte", Decimal("-99999999999999999999.9999")),
                            ("theirs__lte", Decimal("99999999999999999999.9999")),
                        ),
                        name="dayrade_breaks_theirs_range",
                        violation_error_message="Theirs must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("resolved_at__isnull", True), ("status", "open")),
                            models.Q(
                                models.Q(("status", "open"), _negated=True),
                                ("resolved_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="dayrade_breaks_resolved",
                        violation_error_message="What is decided has its instant.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Bust",
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
                ("reason", models.TextField()),
                ("busted_at", models.DateTimeField(db_default=dayrade.db.functions.Now())),
                (
                    "busted_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reversal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="reverses",
                        to="trading.trade",
                    ),
                ),
                (
                    "trade",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="bust",
                        to="trading.trade",
                    ),
                ),
            ],
            options={
                "db_table": "dayrade_busts",
                "indexes": [
                    dayrade.db.indexes.Index(fields=["busted_by"], name="dayrade_busts_busted_by")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="dayrade_busts_with_reason",
                        violation_error_message="A bust needs a reason.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mark",
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
                ("symbol", models.CharField(max_length=10)),
                ("price", models.DecimalField(decimal_places=4, max_digits=10)),
                ("as_of", models.DateTimeField()),
                ("received_at", models.DateTimeField(db_default=dayrade.db.functions.Now())),
                (
                    "valued_price",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=10, null=True),
                ),
                ("valued_as_of", models.DateTimeField(blank=True, null=True)),
                (
                    "tournament",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="marks",
                        to="tournaments.tournament",
                    ),
                ),
            ],
            options={
                "db_table": "dayrade_marks",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tournament", "symbol"),
                        name="dayrade_marks_tournament_symbol_key",
                        violation_error_message="There is a mark of this symbol.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("price__gte", Decimal("0.0001")),
                            ("price__lte", Decimal("999999.9999")),
                        ),
                        name="dayrade_marks_price_range",
                        violation_error_message="Price must be 0.0001 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valued_price__gte", Decimal("0.0001")),
                            ("valued_price__lte", Decimal("999999.9999")),
                        ),
                        name="dayrade_marks_valued_price_range",
                        violation_error_message="Valued price must be 0.0001 or more.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("valued_as_of__isnull", True), ("valued_price__isnull", True)
                            ),
                            models.Q(
                                ("valued_as_of__isnull", False), ("valued_price__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="dayrade_marks_valued_together",
                        violation_error_message="A price has its instant.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuarantinedTrade",
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
                ("zimtra_trade_id", models.CharField(blank=True, max_length=100, null=True)),
                ("digest", models.CharField(max_length=64)),
                ("payload", models.JSONField()),
                ("error", models.CharField(max_length=50)),
                ("message", models.TextField()),
                ("received_at", models.DateTimeField(db_default=dayrade.db.functions.Now())),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("booked", "Booked"),
                            ("dismissed", "Dismissed"),
                        ],
                        db_default="open",
                        default="open",
                        max_length=10,
                    ),
                ),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.TextField(blank=True, null=True)),
                (
                    "resolved_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tournament",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="quarantine",
                        to="tournaments.tournament",
                    ),
                ),
            ],
            options={
                "verbose_name": "refused trade",
                "db_table": "dayrade_quarantine",
                "indexes": [
                    dayrade.db.indexes.Index(
                        condition=models.Q(("status", "open")),
                        fields=["tournament", "zimtra_trade_id"],
                        name="dayrade_quarantine_open",
                    ),
                    dayrade.db.indexes.Index(
                        fields=["resolved_by"], name="dayrade_quarantine_resolved_by"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "booked", "dismissed"])),
                        name="dayrade_quarantine_status_check",
                        violation_error_message="Choose one of: open, booked, dismissed.",
                    ),
                    models.UniqueConstraint(
                        fields=("tournament", "digest"),
                        name="dayrade_quarantine_digest_key",
                        violation_error_message="This refusal is known.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("resolved_at__isnull", True), ("status", "open")),
                            models.Q(
                                models.Q(("status", "open"), _negated=True),
                                ("resolved_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="dayrade_quarantine_resolved",
                        violation_error_message="What is decided has its instant.",
                    ),
                ],
            },
        ),
        fillfactor("positions", 60),
        fillfactor("dayrade_marks", 50),
        fillfactor("dayrade_tallies", 50),
        fillfactor("dayrade_risks", 50),
        audit_trigger("dayrade_quarantine", events="UPDATE OF status"),
        audit_trigger("dayrade_breaks", events="UPDATE OF status"),
        audit_trigger("dayrade_busts"),
    ]
