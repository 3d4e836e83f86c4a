"""Keep what erasure takes from commentary out of the audit log, which nothing can erase."""

from django.db import migrations

from dayrade.db.operations import audit_trigger

EVENTS = "DELETE OR UPDATE OF commentary_text, is_played"
NAMING = ("commentary_text", "trigger_data", "audio_url")
old = audit_trigger("commentary", events=EVENTS)


class Migration(migrations.Migration):
    dependencies = [("comms", "0002_add_triggers")]

    operations = [
        migrations.RunSQL(old.reverse_sql, old.sql),
        audit_trigger("commentary", events=EVENTS, redact=NAMING),
    ]
