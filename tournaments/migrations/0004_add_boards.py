"""Boards, published results, and the order of a board as an index that pages can start from."""

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

from dayrade.db.operations import audit_trigger


class Migration(migrations.Migration):
    dependencies = [
        ("tournaments", "0003_narrow_audit"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Board",
            fields=[
                (
                    "tournament",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        primary_key=True,
                        related_name="board",
                        serialize=False,
                        to="tournaments.tournament",
                    ),
                ),
                ("revision", models.IntegerField(db_default=0, default=0)),
                ("computed_at", models.DateTimeField(db_default=dayrade.db.functions.Now())),
                ("took_ms", models.IntegerField(db_default=0, default=0)),
                ("seats", models.IntegerField(db_default=0, default=0)),
                (
                    "totals",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list
                    ),
                ),
                ("milestones", models.JSONField(blank=True, default=list)),
            ],
            options={
                "db_table": "dayrade_boards",
            },
        ),
        migrations.CreateModel(
            name="Result",
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
                ("number", models.IntegerField()),
                ("published_at", models.DateTimeField(db_default=dayrade.db.functions.Now())),
                ("reason", models.TextField(blank=True, null=True)),
            ],
            options={
                "db_table": "dayrade_results",
            },
        ),
        migrations.CreateModel(
            name="Standing",
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
                ("rank", models.IntegerField()),
                ("pnl", models.DecimalField(decimal_places=2, max_digits=15)),
            ],
            options={
                "db_table": "dayrade_standings",
            },
        ),
        migrations.RemoveIndex(
            model_name="participant",
            name="dayrade_tournament_participants_board",
        ),
        migrations.AddIndex(
            model_name="participant",
            index=dayrade.db.indexes.Index(
                models.F("tournament"),
                django.db.models.expressions.CombinedExpression(
                    models.F("total_pnl"), "*", models.Value(-1)
                ),
                django.db.models.expressions.CombinedExpression(
                    models.F("realized_pnl"), "*", models.Value(-1)
                ),
                models.F("total_trades"),
                models.F("registered_at"),
                models.F("id"),
                condition=models.Q(("disqualified", False), ("is_active", True)),
                name="dayrade_tournament_participants_order",
            ),
        ),
        migrations.AddField(
            model_name="result",
            name="published_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="result",
            name="tournament",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.DB_CASCADE,
                related_name="results",
                to="tournaments.tournament",
            ),
        ),
        migrations.AddField(
            model_name="standing",
            name="participant",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.DB_CASCADE,
                related_name="standings",
                to="tournaments.participant",
            ),
        ),
        migrations.AddField(
            model_name="standing",
            name="result",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.DB_CASCADE,
                related_name="standings",
                to="tournaments.result",
            ),
        ),
        migrations.AddIndex(
            model_name="result",
            index=dayrade.db.indexes.Index(
                fields=["published_by"], name="dayrade_results_published_by"
            ),
        ),
        migrations.AddConstraint(
            model_name="result",
            constraint=models.UniqueConstraint(
                fields=("tournament", "number"),
                name="dayrade_results_tournament_number_key",
                violation_error_message="This result has been published.",
            ),
        ),
        migrations.AddConstraint(
            model_name="result",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("number", 1),
                    models.Q(
                        ("number__gt", 1),
                        ("reason__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="dayrade_results_correction_with_reason",
                violation_error_message="A correction needs a reason.",
            ),
        ),
        migrations.AddIndex(
            model_name="standing",
            index=dayrade.db.indexes.Index(
                fields=["participant"], name="dayrade_standings_participant"
            ),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.UniqueConstraint(
                fields=("result", "participant"),
                name="dayrade_standings_result_participant_key",
                violation_error_message="This seat stands in the result.",
            ),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.CheckConstraint(
                condition=models.Q(("rank__gte", 1)),
                name="dayrade_standings_rank_positive",
                violation_error_message="A rank is 1 or more.",
            ),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("pnl__gte", Decimal("-9999999999999.99")),
                    ("pnl__lte", Decimal("9999999999999.99")),
                ),
                name="dayrade_standings_pnl_range",
                violation_error_message="Pnl must be a number.",
            ),
        ),
        audit_trigger("dayrade_results", events="INSERT"),
    ]
