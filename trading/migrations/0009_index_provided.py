"""Find the provider's latest snapshot of a seat among the many of ours."""

import dayrade.db.indexes
from django.conf import settings
from django.db import migrations, models

from dayrade.db.operations import AddLiveIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("tournaments", "0010_index_lists"),
        ("trading", "0008_index_lists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddLiveIndex(
            model_name="performancesnapshot",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("data_source", "zimtra")),
                fields=["participant", "-recorded_at", "-id"],
                name="dayrade_trading_performance_provided",
            ),
        ),
    ]
