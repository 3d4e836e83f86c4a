"""The function behind every `updated_at`, and the limits' table without a write-ahead log."""

from django.db import migrations

UPDATED_AT = """
CREATE OR REPLACE FUNCTION update_updated_at_column()
RETURNS TRIGGER AS $$
BEGIN
    NEW.updated_at = NOW();
    RETURN NEW;
END;
$$ language 'plpgsql'
"""


class Migration(migrations.Migration):
    dependencies = [("dayrade", "0001_initial")]

    operations = [
        migrations.RunSQL(UPDATED_AT, "DROP FUNCTION update_updated_at_column()"),
        migrations.RunSQL(
            "ALTER TABLE dayrade_rate_limits SET UNLOGGED",
            "ALTER TABLE dayrade_rate_limits SET LOGGED",
        ),
    ]
