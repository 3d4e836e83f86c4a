"""Find economic events by words."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations

from dayrade.db.operations import AddLiveIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("market", "0002_add_triggers"),
    ]

    operations = [
        AddLiveIndex(
            model_name="economicevent",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector("name", "country", config="simple"),
                name="dayrade_economic_events_words",
            ),
        ),
    ]
