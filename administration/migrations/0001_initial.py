import dayrade.db.fields
import dayrade.db.functions
import dayrade.db.indexes
import django.contrib.postgres.functions
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SchemaMigration",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("filename", models.CharField(max_length=255)),
                ("executed_at", models.DateTimeField(db_default=dayrade.db.functions.Now())),
            ],
            options={
                "db_table": "schema_migrations",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="AuditLog",
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
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="audit_logs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("action", models.CharField(max_length=100)),
                ("entity_type", models.CharField(max_length=50)),
                ("entity_id", models.UUIDField(blank=True, null=True)),
                (
                    "old_values",
                    models.JSONField(blank=True, decoder=dayrade.db.fields.ExactDecoder, null=True),
                ),
                (
                    "new_values",
                    models.JSONField(blank=True, decoder=dayrade.db.fields.ExactDecoder, null=True),
                ),
                ("changes", models.JSONField(blank=True, null=True)),
                ("ip_address", models.GenericIPAddressField(blank=True, null=True)),
                ("user_agent", models.TextField(blank=True, null=True)),
                ("request_id", models.CharField(blank=True, max_length=100, null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
            ],
            options={
                "db_table": "audit_logs",
                "indexes": [
                    dayrade.db.indexes.Index(fields=["user"], name="idx_audit_logs_user_id"),
                    dayrade.db.indexes.Index(fields=["action"], name="idx_audit_logs_action"),
                    dayrade.db.indexes.Index(
                        fields=["entity_type"], name="idx_audit_logs_entity_type"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["created_at"], name="idx_audit_logs_created_at"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["entity_id", "-created_at"], name="dayrade_audit_logs_entity"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SystemConfiguration",
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
                ("key", models.CharField(max_length=100)),
                ("value", models.JSONField(blank=True)),
                ("description", models.TextField(blank=True, null=True)),
                ("category", models.CharField(max_length=50)),
                ("is_sensitive", models.BooleanField(db_default=False, default=False)),
                ("requires_restart", models.BooleanField(db_default=False, default=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
                ("updated_at", dayrade.db.fields.UpdatedAtField()),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_column="updated_by",
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="configuration_changes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "system_configuration",
                "indexes": [
                    dayrade.db.indexes.Index(fields=["key"], name="idx_system_configuration_key"),
                    dayrade.db.indexes.Index(
                        fields=["category"], name="idx_system_configuration_category"
                    ),
                    dayrade.db.indexes.Index(
                        fields=["updated_by"], name="dayrade_system_configuration_updated_by"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("key",),
                        name="system_configuration_key_key",
                        violation_error_message="This key has a value.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("key__regex", "^[a-z0-9_]+(\\.[a-z0-9_]+)*$")),
                        name="dayrade_system_configuration_key_format",
                        violation_error_message="A key has lower-case words, joined by dots, such as chat.flood_limit.",
                    ),
                ],
            },
        ),
    ]
