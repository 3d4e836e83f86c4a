"""Sort and search the lists of talk by an index."""

import dayrade.db.indexes
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.conf import settings
from django.db import migrations, models

from dayrade.db.operations import AddLiveIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("comms", "0008_index_unread"),
        ("tournaments", "0010_index_lists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddLiveIndex(
            model_name="chatmessage",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector("message_text", config="simple"),
                name="dayrade_chat_messages_words",
            ),
        ),
        AddLiveIndex(
            model_name="chatmessage",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("is_moderated", True)),
                fields=["tournament", "-created_at", "-id"],
                name="dayrade_chat_messages_hidden",
            ),
        ),
        AddLiveIndex(
            model_name="chatmessage",
            index=dayrade.db.indexes.Index(
                fields=["user", "-created_at", "-id"], name="dayrade_chat_messages_of_user"
            ),
        ),
        AddLiveIndex(
            model_name="chatmessage",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("is_moderated", True)),
                fields=["user", "-moderated_at"],
                name="dayrade_chat_messages_hidden_of_user",
            ),
        ),
        AddLiveIndex(
            model_name="chatreport",
            index=dayrade.db.indexes.Index(
                fields=["created_at"], name="dayrade_chat_reports_created_at"
            ),
        ),
        AddLiveIndex(
            model_name="commentary",
            index=dayrade.db.indexes.Index(
                fields=["created_at"], name="dayrade_commentary_created_at"
            ),
        ),
        AddLiveIndex(
            model_name="commentaryfact",
            index=dayrade.db.indexes.Index(
                fields=["happened_at"], name="dayrade_commentary_facts_happened_at"
            ),
        ),
        AddLiveIndex(
            model_name="mute",
            index=dayrade.db.indexes.Index(fields=["muted_at"], name="dayrade_mutes_muted_at"),
        ),
        AddLiveIndex(
            model_name="mute",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("lifted_at__isnull", True)),
                fields=["ends_at"],
                name="dayrade_mutes_not_lifted",
            ),
        ),
        AddLiveIndex(
            model_name="preference",
            index=dayrade.db.indexes.Index(
                fields=["created_at"], name="dayrade_notification_preferences_created_at"
            ),
        ),
        AddLiveIndex(
            model_name="pushsubscription",
            index=dayrade.db.indexes.Index(
                fields=["created_at"], name="dayrade_push_subscriptions_created_at"
            ),
        ),
        AddLiveIndex(
            model_name="retraction",
            index=dayrade.db.indexes.Index(
                fields=["retracted_at"], name="dayrade_retractions_retracted_at"
            ),
        ),
        AddLiveIndex(
            model_name="tellingkey",
            index=dayrade.db.indexes.Index(
                fields=["created_at"], name="dayrade_telling_keys_created_at"
            ),
        ),
        AddLiveIndex(
            model_name="unreachableaddress",
            index=dayrade.db.indexes.Index(
                fields=["created_at"], name="dayrade_unreachable_addresses_created_at"
            ),
        ),
    ]
