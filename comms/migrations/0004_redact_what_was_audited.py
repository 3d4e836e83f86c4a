"""Redact the audit rows of commentary that there are, as accounts 0006 does of people."""

from django.db import migrations

from dayrade.db.operations import redact_audited

NAMING = ("commentary_text", "trigger_data", "audio_url")


class Migration(migrations.Migration):
    dependencies = [("comms", "0003_redact_what_erasure_takes")]

    operations = [redact_audited("commentary", NAMING)]
