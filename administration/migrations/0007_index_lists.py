"""Find in the audit log what was long ago."""

import dayrade.db.indexes
from django.conf import settings
from django.db import migrations, models

from dayrade.db.operations import AddLiveIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("administration", "0006_encrypt_sensitive_values"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddLiveIndex(
            model_name="auditlog",
            index=dayrade.db.indexes.Index(
                condition=models.Q(
                    (
                        "action__in",
                        (
                            "kyc.decide",
                            "kyc.submit",
                            "participant.disqualify",
                            "participant.reinstate",
                            "user.lift_suspension",
                            "user.suspend",
                        ),
                    )
                ),
                fields=["entity_id", "-created_at", "-id"],
                name="dayrade_audit_logs_decisions",
            ),
        ),
        AddLiveIndex(
            model_name="auditlog",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("new_values__has_key", "kyc_status")),
                fields=["entity_id", "-created_at"],
                name="dayrade_audit_logs_kyc",
            ),
        ),
        AddLiveIndex(
            model_name="auditlog",
            index=dayrade.db.indexes.Index(
                fields=["user", "-created_at", "-id"], name="dayrade_audit_logs_user_at"
            ),
        ),
        AddLiveIndex(
            model_name="auditlog",
            index=dayrade.db.indexes.Index(
                fields=["action", "-created_at", "-id"], name="dayrade_audit_logs_action_at"
            ),
        ),
        AddLiveIndex(
            model_name="auditlog",
            index=dayrade.db.indexes.Index(
                fields=["entity_type", "-created_at", "-id"],
                name="dayrade_audit_logs_entity_type_at",
            ),
        ),
        AddLiveIndex(
            model_name="auditlog",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("request_id__isnull", False)),
                fields=["request_id"],
                name="dayrade_audit_logs_request",
            ),
        ),
    ]
