"""Let the lists of talk be sorted by an index, and the chat be searched for words."""

import dayrade.db.indexes
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("comms", "0007_notices"),
        ("tournaments", "0010_index_lists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="chatmessage",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector("message_text", config="simple"),
                name="dayrade_chat_messages_words",
            ),
        ),
        migrations.AddIndex(
            model_name="chatreport",
            index=dayrade.db.indexes.Index(
                fields=["created_at"], name="dayrade_chat_reports_created_at"
            ),
        ),
        migrations.AddIndex(
            model_name="commentary",
            index=dayrade.db.indexes.Index(
                fields=["created_at"], name="dayrade_commentary_created_at"
            ),
        ),
        migrations.AddIndex(
            model_name="commentaryfact",
            index=dayrade.db.indexes.Index(
                fields=["happened_at"], name="dayrade_commentary_facts_happened_at"
            ),
        ),
        migrations.AddIndex(
            model_name="mute",
            index=dayrade.db.indexes.Index(fields=["muted_at"], name="dayrade_mutes_muted_at"),
        ),
        migrations.AddIndex(
            model_name="preference",
            index=dayrade.db.indexes.Index(
                fields=["created_at"], name="dayrade_notification_preferences_created_at"
            ),
        ),
        migrations.AddIndex(
            model_name="pushsubscription",
            index=dayrade.db.indexes.Index(
                fields=["created_at"], name="dayrade_push_subscriptions_created_at"
            ),
        ),
        migrations.AddIndex(
            model_name="retraction",
            index=dayrade.db.indexes.Index(
                fields=["retracted_at"], name="dayrade_retractions_retracted_at"
            ),
        ),
        migrations.AddIndex(
            model_name="tellingkey",
            index=dayrade.db.indexes.Index(
                fields=["created_at"], name="dayrade_telling_keys_created_at"
            ),
        ),
        migrations.AddIndex(
            model_name="unreachableaddress",
            index=dayrade.db.indexes.Index(
                fields=["created_at"], name="dayrade_unreachable_addresses_created_at"
            ),
        ),
    ]
