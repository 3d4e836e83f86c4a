"""Find the trades that came last, in whatever order they were executed."""

import django.contrib.postgres.indexes
from django.conf import settings
from django.db import migrations

from dayrade.db.operations import AddLiveIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("tournaments", "0007_keep_published_results"),
        ("trading", "0006_cover_symbols"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddLiveIndex(
            model_name="trade",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True,
                fields=["created_at"],
                name="dayrade_trades_arrival",
                pages_per_range=16,
            ),
        ),
    ]
