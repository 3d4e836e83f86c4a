"""Let the index of a seat's trades tell their symbols."""

from django.db import migrations

from dayrade.db.indexes import Index
from dayrade.db.operations import swap_index

NAME = "dayrade_trades_of_participant"
COLUMNS = "ON trades (participant_id, executed_at DESC, id DESC)"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("trading", "0005_name_tables_for_people"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveIndex(model_name="trade", name=NAME),
                migrations.AddIndex(
                    model_name="trade",
                    index=Index(
                        fields=["participant", "-executed_at", "-id"],
                        include=("symbol",),
                        name=NAME,
                    ),
                ),
            ],
            database_operations=[swap_index(NAME, f"{COLUMNS} INCLUDE (symbol)", COLUMNS)],
        ),
    ]
