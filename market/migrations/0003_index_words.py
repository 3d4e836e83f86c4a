"""Let the calendar be searched for words by an index."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0002_add_triggers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="economicevent",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector("name", "country", config="simple"),
                name="dayrade_economic_events_words",
            ),
        ),
    ]
