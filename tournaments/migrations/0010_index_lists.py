"""Sort the lists of tournaments by an index."""

import dayrade.db.indexes
from django.conf import settings
from django.db import migrations, models

from dayrade.db.operations import AddLiveIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("tournaments", "0009_keep_the_first_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddLiveIndex(
            model_name="booking",
            index=dayrade.db.indexes.Index(fields=["booked_at"], name="dayrade_bookings_booked_at"),
        ),
        AddLiveIndex(
            model_name="booking",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("mismatch__isnull", False)),
                fields=["tournament", "booked_at"],
                name="dayrade_bookings_mismatch",
            ),
        ),
        AddLiveIndex(
            model_name="booking",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("mismatch__isnull", False)),
                fields=["first_seen_at"],
                name="dayrade_bookings_mismatched",
            ),
        ),
        AddLiveIndex(
            model_name="participant",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("disqualified", True)),
                fields=["tournament"],
                name="dayrade_tournament_participants_disqualified",
            ),
        ),
        AddLiveIndex(
            model_name="result",
            index=dayrade.db.indexes.Index(
                fields=["published_at"], name="dayrade_results_published_at"
            ),
        ),
        AddLiveIndex(
            model_name="standing",
            index=dayrade.db.indexes.Index(fields=["rank"], name="dayrade_standings_rank"),
        ),
    ]
