"""Find what was hidden in a chat without reading the rest of it."""

import dayrade.db.indexes
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("comms", "0007_notices"),
        ("tournaments", "0009_keep_the_first_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="chatmessage",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("is_moderated", True)),
                fields=["tournament", "-created_at", "-id"],
                name="dayrade_chat_messages_hidden",
            ),
        ),
    ]
