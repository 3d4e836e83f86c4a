"""Keep the seats of a result in its order."""

from django.db import migrations, models

from dayrade.db.indexes import Index


class Migration(migrations.Migration):
    dependencies = [
        ("tournaments", "0007_keep_published_results"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="participant",
            index=Index(
                fields=["tournament", "final_rank", "registered_at", "id"],
                condition=models.Q(final_rank__isnull=False),
                name="dayrade_tournament_participants_final",
            ),
        ),
    ]
