"""Let the index of a seat's trades tell their symbols."""

from django.db import migrations

from dayrade.db.indexes import Index


class Migration(migrations.Migration):
    dependencies = [
        ("trading", "0005_name_tables_for_people"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="trade",
            name="dayrade_trades_of_participant",
        ),
        migrations.AddIndex(
            model_name="trade",
            index=Index(
                fields=["participant", "-executed_at", "-id"],
                include=("symbol",),
                name="dayrade_trades_of_participant",
            ),
        ),
    ]
