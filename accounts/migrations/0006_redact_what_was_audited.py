"""Redact the audit rows of people that there are, after the trigger that redacts new ones.

On its own: it reads the whole audit log, and the trigger's change locks everybody out of `users`.
"""

from django.db import migrations

from dayrade.db.operations import redact_audited

NAMING = ("username", "avatar_url", "country", "timezone", "zimtra_id", "zimtra_username")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_redact_what_erasure_takes")]

    operations = [redact_audited("users", NAMING)]
