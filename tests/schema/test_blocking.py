"""No migration holds a lock on a table in use for as long as its rows take."""

import io
import json
import subprocess
import sysconfig
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader

from dayrade.db.indexes import Index
from dayrade.db.operations import AddLiveIndex

SQUAWK = Path(sysconfig.get_path("scripts")) / "squawk"
# Types and names are the specification's, and `migrate` sets the lock's timeout and tries again.
OURS = "require-timeout-settings,prefer-robust-stmts,prefer-bigint-over-int,prefer-text-field"
OURS += ",prefer-identity,prefer-bigint-over-smallint"
# What may stand, and why.
ALLOWED = {
    # One row for each setting that differs from its default.
    "administration.0006_encrypt_sensitive_values": {"constraint-missing-not-valid"},
    # The tables are small: nothing wrote these before, or a handful of rows.
    "comms.0006_commentary": {
        "adding-foreign-key-constraint",
        "adding-required-field",
        "disallowed-unique-constraint",
        "require-concurrent-index-creation",
    },
    "comms.0007_notices": {"require-concurrent-index-deletion"},
    "tournaments.0004_add_boards": {
        "adding-foreign-key-constraint",
        "adding-required-field",
        "require-concurrent-index-creation",
        "require-concurrent-index-deletion",
    },
    # An index, which nothing names but its successor.
    "trading.0006_cover_symbols": {"renaming-object"},
    # Part of a new database: nothing is in its tables before.
    "trading.0002_add_triggers": {"adding-foreign-key-constraint", "constraint-missing-not-valid"},
    # A table of the framework's that nothing uses any more.
    "accounts.0007_drop_sessions_of_the_framework": {"ban-drop-table"},
}
# What the way forward has made goes on the way back; these are small, or new, as above.
GOES = ",ban-drop-column,ban-drop-constraint,ban-drop-function,ban-drop-table"
ALLOWED_BACK = {
    "comms.0006_commentary": {"require-concurrent-index-deletion"},
    "comms.0007_notices": {"require-concurrent-index-creation"},
    "tournaments.0001_initial": {"require-concurrent-index-deletion"},
    "tournaments.0004_add_boards": {
        "require-concurrent-index-creation",
        "require-concurrent-index-deletion",
    },
    "trading.0006_cover_symbols": {"renaming-object"},
}
APPS = {"accounts", "administration", "comms", "dayrade", "market", "tournaments", "trading"}


def rules_broken(sql, excluded=OURS):
    """Return the names of the linter's rules that a script breaks."""
    run = subprocess.run(
        [SQUAWK, "--reporter", "json", "--pg-version", "15", "--exclude", excluded],
        input=sql,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in {0, 1}, run.stderr
    return {found["rule_name"] for found in json.loads(run.stdout)}


def script(app, name, *, backwards):
    """Return the SQL of a migration."""
    written = io.StringIO()
    call_command("sqlmigrate", app, name, backwards=backwards, stdout=written, no_color=True)
    return written.getvalue()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("backwards", "excluded", "allowed"),
    [(False, OURS, ALLOWED), (True, OURS + GOES, ALLOWED_BACK)],
    ids=["forwards", "backwards"],
)
def test_migrations_block_nobody(backwards, excluded, allowed):
    found = {}
    for app, name in MigrationLoader(connection).disk_migrations:
        if app in APPS and (
            broken := rules_broken(script(app, name, backwards=backwards), excluded)
        ):
            found[f"{app}.{name}"] = broken

    assert found == allowed


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("operation", "rules"),
    [
        (
            migrations.AddIndex("trade", Index(fields=["price"], name="planted")),
            {"require-concurrent-index-creation"},
        ),
        (AddLiveIndex("trade", Index(fields=["price"], name="planted")), set()),
        (
            migrations.AddField("trade", "planted", models.IntegerField(db_default=0)),
            set(),
        ),
        (
            migrations.AlterField("trade", "symbol", models.CharField(max_length=20)),
            {"changing-column-type"},
        ),
        (
            migrations.AddConstraint(
                "trade", models.CheckConstraint(condition=models.Q(price__gt=0), name="planted")
            ),
            {"constraint-missing-not-valid"},
        ),
    ],
    ids=lambda planted: type(planted).__name__,
)
def test_linter_sees_a_planted_migration(operation, rules):
    planted = migrations.Migration("9999_planted", "trading")
    planted.operations, planted.atomic = [operation], False

    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        planted.apply(MigrationLoader(connection).project_state(), editor, collect_sql=True)

    assert rules_broken("\n".join(editor.collected_sql)) == rules


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("CREATE INDEX a ON trades (symbol);", "require-concurrent-index-creation"),
        ("ALTER TABLE trades ADD COLUMN a int NOT NULL;", "adding-required-field"),
        ("ALTER TABLE trades ALTER COLUMN symbol TYPE text;", "changing-column-type"),
        ("ALTER TABLE trades ALTER COLUMN symbol SET NOT NULL;", "adding-not-nullable-field"),
    ],
)
def test_linter_sees_what_blocks(sql, rule):
    assert rules_broken(sql) == {rule}
