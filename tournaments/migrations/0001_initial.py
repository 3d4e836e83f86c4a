import dayrade.db.fields
import dayrade.db.functions
import dayrade.db.indexes
import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.expressions
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Tournament",
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
                ("name", models.CharField(max_length=255)),
                ("slug", models.SlugField(db_index=False, max_length=255)),
                ("description", models.TextField(blank=True, null=True)),
                (
                    "division",
                    models.CharField(
                        choices=[
                            ("elevator", "Elevator"),
                            ("crusader", "Crusader"),
                            ("raider", "Raider"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "tournament_type",
                    models.CharField(
                        choices=[
                            ("standard", "Standard"),
                            ("championship", "Championship"),
                            ("special", "Special"),
                        ],
                        db_default="standard",
                        default="standard",
                        max_length=20,
                    ),
                ),
                ("start_date", models.DateTimeField()),
                ("end_date", models.DateTimeField()),
                ("registration_open_date", models.DateTimeField()),
                ("registration_close_date", models.DateTimeField()),
                ("max_participants", models.IntegerField(db_default=100, default=100)),
                ("current_participants", models.IntegerField(db_default=0, default=0)),
                ("min_participants", models.IntegerField(db_default=10, default=10)),
                (
                    "entry_fee",
                    models.DecimalField(
                        db_default=Decimal("0.00"),
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=10,
                    ),
                ),
                (
                    "prize_pool",
                    models.DecimalField(
                        db_default=Decimal("0.00"),
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=15,
                    ),
                ),
                ("currency", models.CharField(db_default="USD", default="USD", max_length=3)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("registration_open", "Registration Open"),
                            ("registration_closed", "Registration Closed"),
                            ("active", "Active"),
                            ("completed", "Completed"),
                            ("cancelled", "Cancelled"),
                        ],
                        db_default="draft",
                        default="draft",
                        max_length=20,
                    ),
                ),
                ("ticketsource_event_id", models.CharField(blank=True, max_length=100, null=True)),
                ("zimtra_tournament_id", models.CharField(blank=True, max_length=100, null=True)),
                (
                    "starting_balance",
                    models.DecimalField(
                        db_default=Decimal("100000.00"),
                        decimal_places=2,
                        default=Decimal("100000.00"),
                        max_digits=15,
                    ),
                ),
                (
                    "trading_symbols",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, null=True
                    ),
                ),
                ("rules", models.JSONField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_column="created_by",
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="created_tournaments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                ("updated_at", dayrade.db.fields.UpdatedAtField()),
            ],
            options={
                "db_table": "tournaments",
            },
        ),
        migrations.CreateModel(
            name="Participant",
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
                        related_name="participants",
                        to="tournaments.tournament",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="seats",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("registered_at", models.DateTimeField(db_default=dayrade.db.functions.Now())),
                (
                    "registration_source",
                    models.CharField(db_default="web", default="web", max_length=50),
                ),
                (
                    "ticketsource_booking_id",
                    models.CharField(blank=True, max_length=100, null=True),
                ),
                ("zimtra_account_id", models.CharField(blank=True, max_length=100, null=True)),
                (
                    "starting_balance",
                    models.DecimalField(
                        db_default=Decimal("100000.00"),
                        decimal_places=2,
                        default=Decimal("100000.00"),
                        max_digits=15,
                    ),
                ),
                (
                    "current_balance",
                    models.DecimalField(
                        db_default=Decimal("100000.00"),
                        decimal_places=2,
                        default=Decimal("100000.00"),
                        max_digits=15,
                    ),
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
                ("total_trades", models.IntegerField(db_default=0, default=0)),
                ("winning_trades", models.IntegerField(db_default=0, default=0)),
                ("losing_trades", models.IntegerField(db_default=0, default=0)),
                (
                    "total_volume",
                    models.DecimalField(
                        db_default=Decimal("0.00"),
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=20,
                    ),
                ),
                ("current_rank", models.IntegerField(blank=True, null=True)),
                ("best_rank", models.IntegerField(blank=True, null=True)),
                ("final_rank", models.IntegerField(blank=True, null=True)),
                (
                    "final_pnl",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=15, null=True),
                ),
                ("is_active", models.BooleanField(db_default=True, default=True)),
                ("disqualified", models.BooleanField(db_default=False, default=False)),
                ("disqualification_reason", models.TextField(blank=True, null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                ("updated_at", dayrade.db.fields.UpdatedAtField()),
            ],
            options={
                "db_table": "tournament_participants",
            },
        ),
        migrations.AddIndex(
            model_name="tournament",
            index=dayrade.db.indexes.Index(fields=["status"], name="idx_tournaments_status"),
        ),
        migrations.AddIndex(
            model_name="tournament",
            index=dayrade.db.indexes.Index(fields=["division"], name="idx_tournaments_division"),
        ),
        migrations.AddIndex(
            model_name="tournament",
            index=dayrade.db.indexes.Index(
                fields=["start_date"], name="idx_tournaments_start_date"
            ),
        ),
        migrations.AddIndex(
            model_name="tournament",
            index=dayrade.db.indexes.Index(fields=["slug"], name="idx_tournaments_slug"),
        ),
        migrations.AddIndex(
            model_name="tournament",
            index=dayrade.db.indexes.Index(
                fields=["created_by"], name="dayrade_tournaments_created_by"
            ),
        ),
        migrations.AddConstraint(
            model_name="tournament",
            constraint=models.CheckConstraint(
                condition=models.Q(("division__in", ["elevator", "crusader", "raider"])),
                name="tournaments_division_check",
                violation_error_message="Choose one of: elevator, crusader, raider.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tournament",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("tournament_type__in", ["standard", "championship", "special"])
                ),
                name="tournaments_tournament_type_check",
                violation_error_message="Choose one of: standard, championship, special.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tournament",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "draft",
                            "registration_open",
                            "registration_closed",
                            "active",
                            "completed",
                            "cancelled",
                        ],
                    )
                ),
                name="tournaments_status_check",
                violation_error_message="Choose one of: draft, registration_open, registration_closed, active, completed, cancelled.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tournament",
            constraint=models.UniqueConstraint(
                fields=("slug",),
                name="tournaments_slug_key",
                violation_error_message="Another tournament has this slug.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tournament",
            constraint=models.CheckConstraint(
                condition=models.Q(("start_date__lt", models.F("end_date"))),
                name="tournaments_dates_valid",
                violation_error_message="A tournament starts before it ends.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tournament",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("registration_open_date__lt", models.F("registration_close_date"))
                ),
                name="tournaments_registration_valid",
                violation_error_message="Registration opens before it closes.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tournament",
            constraint=models.CheckConstraint(
                condition=models.Q(("current_participants__lte", models.F("max_participants"))),
                name="tournaments_participants_valid",
                violation_error_message="A tournament cannot exceed its maximum field.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tournament",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("slug__regex", "^[a-z0-9]+(-[a-z0-9]+)*$"),
                    models.Q(
                        (
                            "slug__regex",
                            "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^[0-9a-f]{32}$",
                        ),
                        _negated=True,
                    ),
                ),
                name="dayrade_tournaments_slug_format",
                violation_error_message="A slug has lower-case letters, digits and single hyphens between them, and is not an id.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tournament",
            constraint=models.UniqueConstraint(
                condition=models.Q(("zimtra_tournament_id__isnull", False)),
                fields=("zimtra_tournament_id",),
                name="dayrade_tournaments_zimtra_tournament_id_key",
                violation_error_message="Another tournament has this Zimtra id.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tournament",
            constraint=models.CheckConstraint(
                condition=models.Q(("registration_close_date__lte", models.F("start_date"))),
                name="dayrade_tournaments_registration_before_start",
                violation_error_message="Registration closes before trading starts.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tournament",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("current_participants__gte", Decimal("0")),
                    ("current_participants__lte", Decimal("2147483647")),
                ),
                name="dayrade_tournaments_current_participants_range",
                violation_error_message="The number of participants is 0 or more.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tournament",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("min_participants__gte", Decimal("1")),
                    ("min_participants__lte", Decimal("2147483647")),
                ),
                name="dayrade_tournaments_min_participants_range",
                violation_error_message="A tournament needs at least 1 participant.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tournament",
            constraint=models.CheckConstraint(
                condition=models.Q(("min_participants__lte", models.F("max_participants"))),
                name="dayrade_tournaments_min_within_max",
                violation_error_message="The smallest field cannot exceed the largest.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tournament",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("entry_fee__gte", Decimal("0")), ("entry_fee__lte", Decimal("99999999.99"))
                ),
                name="dayrade_tournaments_entry_fee_range",
                violation_error_message="Entry fee must be 0 or more.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tournament",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("prize_pool__gte", Decimal("0")),
                    ("prize_pool__lte", Decimal("9999999999999.99")),
                ),
                name="dayrade_tournaments_prize_pool_range",
                violation_error_message="Prize pool must be 0 or more.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tournament",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starting_balance__gte", Decimal("1")),
                    ("starting_balance__lte", Decimal("9999999999999.99")),
                ),
                name="dayrade_tournaments_starting_balance_range",
                violation_error_message="Starting balance must be 1 or more.",
            ),
        ),
        migrations.AddConstraint(
            model_name="tournament",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                name="dayrade_tournaments_currency_format",
                violation_error_message="A currency is its ISO 4217 code, such as USD.",
            ),
        ),
        migrations.AddIndex(
            model_name="participant",
            index=dayrade.db.indexes.Index(
                fields=["tournament"], name="idx_tournament_participants_tournament_id"
            ),
        ),
        migrations.AddIndex(
            model_name="participant",
            index=dayrade.db.indexes.Index(
                fields=["user"], name="idx_tournament_participants_user_id"
            ),
        ),
        migrations.AddIndex(
            model_name="participant",
            index=dayrade.db.indexes.Index(
                fields=["current_rank"], name="idx_tournament_participants_current_rank"
            ),
        ),
        migrations.AddIndex(
            model_name="participant",
            index=dayrade.db.indexes.Index(
                fields=["total_pnl"], name="idx_tournament_participants_total_pnl"
            ),
        ),
        migrations.AddIndex(
            model_name="participant",
            index=dayrade.db.indexes.Index(
                fields=[
                    "tournament",
                    "-total_pnl",
                    "-realized_pnl",
                    "total_trades",
                    "registered_at",
                    "id",
                ],
                name="dayrade_tournament_participants_board",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.UniqueConstraint(
                fields=("tournament", "user"),
                name="tournament_participants_tournament_id_user_id_key",
                violation_error_message="This person has a seat in the tournament.",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.UniqueConstraint(
                fields=("id", "tournament", "user"),
                name="dayrade_tournament_participants_identity",
                violation_error_message="A seat belongs to one person in one tournament.",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ticketsource_booking_id__isnull", False)),
                fields=("ticketsource_booking_id",),
                name="dayrade_tournament_participants_booking_key",
                violation_error_message="This booking has a seat.",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("zimtra_account_id__isnull", False)),
                fields=("tournament", "zimtra_account_id"),
                name="dayrade_tournament_participants_zimtra_account_key",
                violation_error_message="This Zimtra account has a seat in the tournament.",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starting_balance__gte", Decimal("1")),
                    ("starting_balance__lte", Decimal("9999999999999.99")),
                ),
                name="dayrade_tournament_participants_starting_balance_range",
                violation_error_message="Starting balance must be 1 or more.",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("current_balance__gte", Decimal("-9999999999999.99")),
                    ("current_balance__lte", Decimal("9999999999999.99")),
                ),
                name="dayrade_tournament_participants_current_balance_range",
                violation_error_message="Current balance must be a number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("total_pnl__gte", Decimal("-9999999999999.99")),
                    ("total_pnl__lte", Decimal("9999999999999.99")),
                ),
                name="dayrade_tournament_participants_total_pnl_range",
                violation_error_message="Total pnl must be a number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("realized_pnl__gte", Decimal("-9999999999999.99")),
                    ("realized_pnl__lte", Decimal("9999999999999.99")),
                ),
                name="dayrade_tournament_participants_realized_pnl_range",
                violation_error_message="Realized pnl must be a number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("unrealized_pnl__gte", Decimal("-9999999999999.99")),
                    ("unrealized_pnl__lte", Decimal("9999999999999.99")),
                ),
                name="dayrade_tournament_participants_unrealized_pnl_range",
                violation_error_message="Unrealized pnl must be a number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("total_volume__gte", Decimal("0")),
                    ("total_volume__lte", Decimal("999999999999999999.99")),
                ),
                name="dayrade_tournament_participants_total_volume_range",
                violation_error_message="Total volume must be 0 or more.",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("final_pnl__gte", Decimal("-9999999999999.99")),
                    ("final_pnl__lte", Decimal("9999999999999.99")),
                ),
                name="dayrade_tournament_participants_final_pnl_range",
                violation_error_message="Final pnl must be a number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "total_pnl",
                        django.db.models.expressions.CombinedExpression(
                            models.F("realized_pnl"), "+", models.F("unrealized_pnl")
                        ),
                    )
                ),
                name="dayrade_tournament_participants_pnl_adds_up",
                violation_error_message="Total P&L is realized plus unrealized.",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "current_balance",
                        django.db.models.expressions.CombinedExpression(
                            models.F("starting_balance"), "+", models.F("total_pnl")
                        ),
                    )
                ),
                name="dayrade_tournament_participants_balance_adds_up",
                violation_error_message="The balance is the starting balance plus total P&L.",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("losing_trades__gte", 0),
                    (
                        "total_trades__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("winning_trades"), "+", models.F("losing_trades")
                        ),
                    ),
                    ("winning_trades__gte", 0),
                ),
                name="dayrade_tournament_participants_trades_add_up",
                violation_error_message="Winning and losing trades are among all trades.",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("current_rank__gte", 1), ("best_rank__gte", 1), ("final_rank__gte", 1)
                ),
                name="dayrade_tournament_participants_ranks_positive",
                violation_error_message="A rank is 1 or more.",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("disqualified", False),
                    models.Q(
                        ("disqualification_reason__isnull", False),
                        models.Q(("disqualification_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="dayrade_tournament_participants_disqualified_with_reason",
                violation_error_message="A disqualification needs a reason.",
            ),
        ),
    ]
