"""Read what one person has said, and which mutes hold, without what others have."""

from django.conf import settings
from django.db import migrations
from django.db.models import Q

from dayrade.db.indexes import Index


class Migration(migrations.Migration):
    dependencies = [
        ("comms", "0007_notices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            "chatmessage",
            Index(name="dayrade_chat_messages_of_user", fields=["user", "-created_at", "-id"]),
        ),
        migrations.AddIndex(
            "chatmessage",
            Index(
                name="dayrade_chat_messages_hidden_of_user",
                fields=["user", "-moderated_at"],
                condition=Q(is_moderated=True),
            ),
        ),
        migrations.AddIndex(
            "mute",
            Index(
                name="dayrade_mutes_not_lifted",
                fields=["ends_at"],
                condition=Q(lifted_at__isnull=True),
            ),
        ),
    ]
