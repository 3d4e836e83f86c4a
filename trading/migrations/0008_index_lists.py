"""Let the lists of what is to settle be sorted by an index."""

import dayrade.db.indexes
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tournaments", "0010_index_lists"),
        ("trading", "0007_index_arrivals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="break",
            index=dayrade.db.indexes.Index(fields=["found_at"], name="dayrade_breaks_found_at"),
        ),
        migrations.AddIndex(
            model_name="break",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("status", "open")),
                fields=["found_at"],
                name="dayrade_breaks_open",
            ),
        ),
        migrations.AddIndex(
            model_name="bust",
            index=dayrade.db.indexes.Index(fields=["busted_at"], name="dayrade_busts_busted_at"),
        ),
        migrations.AddIndex(
            model_name="quarantinedtrade",
            index=dayrade.db.indexes.Index(
                fields=["received_at"], name="dayrade_quarantine_received_at"
            ),
        ),
    ]
