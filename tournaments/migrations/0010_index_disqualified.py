"""Read who is disqualified without everybody who is not."""

from django.db import migrations
from django.db.models import Q

from dayrade.db.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("tournaments", "0009_keep_the_first_places")]

    operations = [
        migrations.AddIndex(
            "participant",
            Index(
                name="dayrade_tournament_participants_disqualified",
                fields=["updated_at"],
                condition=Q(disqualified=True),
            ),
        )
    ]
