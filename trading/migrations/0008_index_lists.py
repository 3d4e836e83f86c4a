"""Sort the lists of what is to settle by an index."""

import dayrade.db.indexes
from django.conf import settings
from django.db import migrations, models

from dayrade.db.operations import AddLiveIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("tournaments", "0010_index_lists"),
        ("trading", "0007_index_arrivals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddLiveIndex(
            model_name="break",
            index=dayrade.db.indexes.Index(fields=["found_at"], name="dayrade_breaks_found_at"),
        ),
        AddLiveIndex(
            model_name="break",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("status", "open")),
                fields=["found_at"],
                name="dayrade_breaks_open",
            ),
        ),
        AddLiveIndex(
            model_name="bust",
            index=dayrade.db.indexes.Index(fields=["busted_at"], name="dayrade_busts_busted_at"),
        ),
        AddLiveIndex(
            model_name="quarantinedtrade",
            index=dayrade.db.indexes.Index(
                fields=["received_at"], name="dayrade_quarantine_received_at"
            ),
        ),
    ]
