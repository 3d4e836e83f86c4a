"""Call what the back office lists by the names that staff know."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("trading", "0004_carry_over_ledgers"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="break",
            options={"verbose_name": "difference"},
        ),
        migrations.AlterModelOptions(
            name="mark",
            options={"verbose_name": "price"},
        ),
        migrations.AlterModelOptions(
            name="risk",
            options={"verbose_name": "risk sum"},
        ),
        migrations.AlterModelOptions(
            name="tally",
            options={"verbose_name": "total"},
        ),
    ]
