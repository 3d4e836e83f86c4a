"""Drop the framework's sessions, whose keys are readable; user_sessions has taken their place.

Only a database from before has them. They are taken out of the list of migrations as well, so
that the code from before creates them anew.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_redact_what_was_audited")]

    operations = [
        migrations.RunSQL(
            "DROP TABLE IF EXISTS django_session;"
            " DELETE FROM django_migrations WHERE app = 'sessions'",
            migrations.RunSQL.noop,
        ),
    ]
