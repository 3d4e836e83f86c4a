"""Find people by words and by what staff look for."""

import dayrade.db.indexes
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

from dayrade.db.operations import AddLiveIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("accounts", "0007_drop_sessions_of_the_framework"),
    ]

    operations = [
        AddLiveIndex(
            model_name="totpdevice",
            index=dayrade.db.indexes.Index(
                fields=["created_at"], name="dayrade_totp_devices_created_at"
            ),
        ),
        AddLiveIndex(
            model_name="user",
            index=dayrade.db.indexes.Index(
                fields=["kyc_status", "-created_at", "-id"], name="dayrade_users_kyc_status"
            ),
        ),
        AddLiveIndex(
            model_name="user",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("is_suspended", True)),
                fields=["created_at"],
                name="dayrade_users_suspended",
            ),
        ),
        AddLiveIndex(
            model_name="user",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("is_active", False)),
                fields=["created_at"],
                name="dayrade_users_closed",
            ),
        ),
        AddLiveIndex(
            model_name="user",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("email_verified", False)),
                fields=["created_at"],
                name="dayrade_users_unverified",
            ),
        ),
        AddLiveIndex(
            model_name="user",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector(
                    "email",
                    "username",
                    "first_name",
                    "last_name",
                    "zimtra_username",
                    config="simple",
                ),
                name="dayrade_users_words",
            ),
        ),
    ]
