"""Find the newest rows of one person, action, table or request, however long ago that was."""

import dayrade.db.indexes
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("administration", "0006_encrypt_sensitive_values"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditlog",
            index=dayrade.db.indexes.Index(
                fields=["user", "-created_at", "-id"], name="dayrade_audit_logs_user_at"
            ),
        ),
        migrations.AddIndex(
            model_name="auditlog",
            index=dayrade.db.indexes.Index(
                fields=["action", "-created_at", "-id"], name="dayrade_audit_logs_action_at"
            ),
        ),
        migrations.AddIndex(
            model_name="auditlog",
            index=dayrade.db.indexes.Index(
                fields=["entity_type", "-created_at", "-id"],
                name="dayrade_audit_logs_entity_type_at",
            ),
        ),
        migrations.AddIndex(
            model_name="auditlog",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("request_id__isnull", False)),
                fields=["request_id"],
                name="dayrade_audit_logs_request",
            ),
        ),
    ]
