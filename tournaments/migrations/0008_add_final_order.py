"""Keep the seats of a result in its order."""

from django.db import migrations, models

from dayrade.db.indexes import Index
from dayrade.db.operations import AddLiveIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("tournaments", "0007_keep_published_results"),
    ]

    operations = [
        AddLiveIndex(
            model_name="participant",
            index=Index(
                fields=["tournament", "final_rank", "registered_at", "id"],
                condition=models.Q(final_rank__isnull=False),
                name="dayrade_tournament_participants_final",
            ),
        ),
    ]
