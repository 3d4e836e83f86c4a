"""The trigger of `updated_at` and the audit of the calendar."""

from django.db import migrations

from dayrade.db.operations import audit_trigger, updated_at_trigger


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0001_initial"),
        ("dayrade", "0002_add_functions"),
        ("administration", "0002_add_audit_function"),
    ]

    operations = [
        updated_at_trigger("economic_events"),
        audit_trigger("economic_events"),
    ]
