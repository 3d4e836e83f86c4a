import dayrade.db.functions
import dayrade.db.indexes
import django.contrib.postgres.functions
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="IdempotencyKey",
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
                ("principal", models.CharField(max_length=64)),
                ("key", models.CharField(max_length=255)),
                ("request_hash", models.CharField(max_length=64)),
                ("status_code", models.SmallIntegerField()),
                ("headers", models.JSONField(default=dict)),
                ("body", models.JSONField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
            ],
            options={
                "db_table": "dayrade_idempotency_keys",
                "indexes": [
                    dayrade.db.indexes.Index(
                        fields=["created_at"], name="dayrade_idempotency_keys_created_at"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("principal", "key"), name="dayrade_idempotency_keys_principal_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RateLimit",
            fields=[
                ("key", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("window_ends_at", models.DateTimeField()),
                ("count", models.IntegerField()),
            ],
            options={
                "db_table": "dayrade_rate_limits",
                "indexes": [
                    dayrade.db.indexes.Index(
                        fields=["window_ends_at"], name="dayrade_rate_limits_window_ends_at"
                    )
                ],
            },
        ),
    ]
