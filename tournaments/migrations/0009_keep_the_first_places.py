"""Keep the first lines of a board, which the next pass compares its own with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tournaments", "0008_add_final_order"),
    ]

    operations = [
        migrations.AddField(
            model_name="board",
            name="top",
            field=models.JSONField(blank=True, db_default=[], default=list),
        ),
    ]
