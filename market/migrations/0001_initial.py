import dayrade.db.fields
import dayrade.db.functions
import dayrade.db.indexes
import django.contrib.postgres.fields
import django.contrib.postgres.functions
import uuid
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="EconomicEvent",
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
                ("description", models.TextField(blank=True, null=True)),
                ("country", models.CharField(max_length=100)),
                ("event_time", models.DateTimeField()),
                ("timezone", models.CharField(db_default="UTC", default="UTC", max_length=50)),
                (
                    "impact_level",
                    models.CharField(
                        choices=[("low", "Low"), ("medium", "Medium"), ("high", "High")],
                        max_length=10,
                    ),
                ),
                (
                    "forecast_value",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=15, null=True),
                ),
                (
                    "actual_value",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=15, null=True),
                ),
                (
                    "previous_value",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=15, null=True),
                ),
                ("unit", models.CharField(blank=True, max_length=50, null=True)),
                (
                    "affected_symbols",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, null=True
                    ),
                ),
                ("market_reaction", models.JSONField(blank=True, null=True)),
                (
                    "data_source",
                    models.CharField(
                        db_default="external_api", default="external_api", max_length=50
                    ),
                ),
                ("external_event_id", models.CharField(blank=True, max_length=100, null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                ("updated_at", dayrade.db.fields.UpdatedAtField()),
            ],
            options={
                "db_table": "economic_events",
                "indexes": [
                    dayrade.db.indexes.Index(
                        fields=["event_time"], name="idx_economic_events_event_time"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["country"], name="idx_economic_events_country"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["impact_level"], name="idx_economic_events_impact_level"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("impact_level__in", ["low", "medium", "high"])),
                        name="economic_events_impact_level_check",
                        violation_error_message="Choose one of: low, medium, high.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("forecast_value__gte", Decimal("-99999999999.9999")),
                            ("forecast_value__lte", Decimal("99999999999.9999")),
                        ),
                        name="dayrade_economic_events_forecast_value_range",
                        violation_error_message="Forecast value must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("actual_value__gte", Decimal("-99999999999.9999")),
                            ("actual_value__lte", Decimal("99999999999.9999")),
                        ),
                        name="dayrade_economic_events_actual_value_range",
                        violation_error_message="Actual value must be a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("previous_value__gte", Decimal("-99999999999.9999")),
                            ("previous_value__lte", Decimal("99999999999.9999")),
                        ),
                        name="dayrade_economic_events_previous_value_range",
                        violation_error_message="Previous value must be a number.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("external_event_id__isnull", False)),
                        fields=("data_source", "external_event_id"),
                        name="dayrade_economic_events_external_id_key",
                        violation_error_message="This event of that source is in the calendar.",
                    ),
                ],
            },
        ),
    ]
