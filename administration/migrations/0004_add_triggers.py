"""The trigger of `updated_at` and the audit of the configuration."""

from django.db import migrations

from dayrade.db.operations import audit_trigger, updated_at_trigger


class Migration(migrations.Migration):
    dependencies = [
        ("administration", "0003_add_schema_migrations"),
        ("dayrade", "0002_add_functions"),
    ]

    operations = [
        updated_at_trigger("system_configuration"),
        audit_trigger("system_configuration"),
    ]
