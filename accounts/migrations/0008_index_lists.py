"""Let the lists of people, however many, be sorted and searched by an index."""

import dayrade.db.indexes
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_drop_sessions_of_the_framework"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="totpdevice",
            index=dayrade.db.indexes.Index(
                fields=["created_at"], name="dayrade_totp_devices_created_at"
            ),
        ),
        migrations.AddIndex(
            model_name="user",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("is_suspended", True), ("is_active", False), _connector="OR"),
                fields=["created_at"],
                name="dayrade_users_barred",
            ),
        ),
        migrations.AddIndex(
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
