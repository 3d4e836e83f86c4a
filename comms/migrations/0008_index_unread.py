"""Find somebody's unread notifications."""

from django.db import migrations, models

from dayrade.db.indexes import Index
from dayrade.db.operations import AddLiveIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("comms", "0007_notices"),
    ]

    operations = [
        AddLiveIndex(
            model_name="notification",
            index=Index(
                fields=["user", "-created_at", "-id"],
                condition=models.Q(is_read=False),
                name="dayrade_notifications_unread",
            ),
        ),
    ]
