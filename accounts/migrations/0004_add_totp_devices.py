"""Authenticators of the two-step sign-in, and the audit of them without their seeds."""

import dayrade.db.functions
import django.contrib.postgres.functions
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from dayrade.db.operations import audit_trigger


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_add_kyc_review"),
    ]

    operations = [
        migrations.CreateModel(
            name="TotpDevice",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="totp_devices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("seed", models.UUIDField(blank=True, editable=False, null=True)),
                ("pending_seed", models.UUIDField(blank=True, editable=False, null=True)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_step", models.BigIntegerField(blank=True, editable=False, null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
            ],
            options={
                "verbose_name": "authenticator",
                "db_table": "dayrade_totp_devices",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user",),
                        name="dayrade_totp_devices_user_key",
                        violation_error_message="A person has one authenticator.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("last_used_step__isnull", False),
                                ("seed__isnull", False),
                            ),
                            models.Q(
                                ("confirmed_at__isnull", True),
                                ("last_used_step__isnull", True),
                                ("seed__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="dayrade_totp_devices_confirmed_stamped",
                        violation_error_message="A confirmed authenticator has its instant and the code that confirmed it, no other has them.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("seed__isnull", False),
                            ("pending_seed__isnull", False),
                            _connector="OR",
                        ),
                        name="dayrade_totp_devices_seeded",
                        violation_error_message="An authenticator is confirmed or being set up.",
                    ),
                ],
            },
        ),
        audit_trigger(
            "dayrade_totp_devices",
            events="INSERT OR DELETE OR UPDATE OF seed, pending_seed, confirmed_at",
            redact=("seed", "pending_seed"),
        ),
    ]
