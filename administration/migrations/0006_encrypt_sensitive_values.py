"""Encrypt what is sensitive, and let nothing else be stored: docs/adr/0033 has the reasons."""

import json

import django.db.models.lookups
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management.base import CommandError
from django.db import migrations, models


def encrypt(apps, schema_editor):
    rows = apps.get_model("administration", "SystemConfiguration").objects
    plain = [row for row in rows.filter(is_sensitive=True) if not is_encrypted(row.value)]
    if plain and not settings.CONFIGURATION_KEYS:
        raise CommandError(
            "CONFIGURATION_KEYS is not set, and there are sensitive values to encrypt with it: "
            + ", ".join(sorted(row.key for row in plain))
        )
    for row in plain:
        said = json.dumps([row.key, row.value]).encode()
        row.value = {"encrypted": Fernet(settings.CONFIGURATION_KEYS[0]).encrypt(said).decode()}
        row.save(update_fields=["value"])


def is_encrypted(value):
    return isinstance(value, dict) and "encrypted" in value


class Migration(migrations.Migration):
    dependencies = [
        ("administration", "0005_chain_audit"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(encrypt, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="systemconfiguration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_sensitive", False),
                    models.Q(
                        django.db.models.lookups.Exact(
                            models.Func(models.F("value"), function="jsonb_typeof"),
                            models.Value("object"),
                        ),
                        ("value__has_key", "encrypted"),
                    ),
                    _connector="OR",
                ),
                name="dayrade_system_configuration_sensitive_encrypted",
                violation_error_message="A sensitive value is stored encrypted.",
            ),
        ),
    ]
