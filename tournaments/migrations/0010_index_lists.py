"""Let the lists of bookings and results be sorted by an index."""

import dayrade.db.indexes
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tournaments", "0009_keep_the_first_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="booking",
            index=dayrade.db.indexes.Index(fields=["booked_at"], name="dayrade_bookings_booked_at"),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("mismatch__isnull", False)),
                fields=["tournament", "booked_at"],
                name="dayrade_bookings_mismatch",
            ),
        ),
        migrations.AddIndex(
            model_name="result",
            index=dayrade.db.indexes.Index(
                fields=["published_at"], name="dayrade_results_published_at"
            ),
        ),
        migrations.AddIndex(
            model_name="standing",
            index=dayrade.db.indexes.Index(fields=["rank"], name="dayrade_standings_rank"),
        ),
    ]
