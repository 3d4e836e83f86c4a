"""The trigger of `updated_at`, and a row that belongs to its participant alone."""

from django.db import migrations

from dayrade.db.operations import participant_foreign_key, updated_at_trigger


class Migration(migrations.Migration):
    dependencies = [
        ("trading", "0001_initial"),
        ("dayrade", "0002_add_functions"),
    ]

    operations = [
        updated_at_trigger("positions"),
        participant_foreign_key("trading_performance"),
        participant_foreign_key("trades"),
        participant_foreign_key("positions"),
    ]
