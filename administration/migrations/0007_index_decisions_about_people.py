"""Find the decisions about a person among everything else that the log says about them."""

from django.db import migrations
from django.db.models import Q

from dayrade.db.indexes import Index

DECISIONS = (
    "kyc.decide",
    "kyc.submit",
    "participant.disqualify",
    "participant.reinstate",
    "user.lift_suspension",
    "user.suspend",
)


class Migration(migrations.Migration):
    dependencies = [("administration", "0005_chain_audit")]

    operations = [
        migrations.AddIndex(
            "auditlog",
            Index(
                name="dayrade_audit_logs_decisions",
                fields=["entity_id", "-created_at", "-id"],
                condition=Q(action__in=DECISIONS),
            ),
        ),
        migrations.AddIndex(
            "auditlog",
            Index(
                name="dayrade_audit_logs_kyc",
                fields=["entity_id", "-created_at"],
                condition=Q(new_values__has_key="kyc_status"),
            ),
        ),
    ]
