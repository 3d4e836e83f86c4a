"""Migrations go forward, back and forward, and the specification's list follows them."""

import os
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from administration import vault
from administration.models import SchemaMigration, SystemConfiguration
from dayrade.management.commands.migrate import TURN
from tests.live.server import database, manage, production, wait_until
from tests.schema import catalogue

APPS = ("comms", "trading", "tournaments", "market", "administration", "accounts", "dayrade")


def applied():
    """Return what Django's own table says, as file names."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app || '/migrations/' || name || '.py' FROM django_migrations")
        return sorted(name for (name,) in cursor.fetchall())


def listed():
    return sorted(SchemaMigration.objects.values_list("filename", flat=True))


def read_catalogue():
    with connection.cursor() as cursor:
        return catalogue.read(cursor)


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_list_follows_what_is_applied():
    assert listed() == applied()
    assert "trading/migrations/0001_initial.py" in listed()


@pytest.mark.django_db(transaction=True)
def test_migrations_are_reversible():
    before = read_catalogue()

    for app in APPS:
        call_command("migrate", app, "zero", verbosity=0)
    emptied = read_catalogue()
    call_command("migrate", verbosity=0)

    assert emptied == []
    assert read_catalogue() == before
    assert listed() == applied()


@pytest.mark.django_db(transaction=True)
def test_list_follows_backwards_fake_and_forward():
    call_command("migrate", "market", "0001", verbosity=0)
    without = listed()
    call_command("migrate", "market", fake=True, verbosity=0)
    faked = listed()
    call_command("migrate", "market", "0001", fake=True, verbosity=0)
    call_command("migrate", "market", verbosity=0)

    assert "market/migrations/0002_add_triggers.py" not in without
    assert "market/migrations/0002_add_triggers.py" in faked
    assert listed() == applied()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO schema_migrations (filename) VALUES ('x')",
        "UPDATE schema_migrations SET filename = filename || 'x'",
        "DELETE FROM schema_migrations",
        "TRUNCATE schema_migrations",
    ],
)
def test_list_is_read_only(statement):
    with pytest.raises(DatabaseError) as refusal, connection.cursor() as cursor:
        cursor.execute(statement)

    assert refusal.value.__cause__.sqlstate == "DR001"


@pytest.mark.parametrize("looking", ["--check", "--plan"])
def test_who_only_looks_does_not_wait(looking):
    with (
        database(os.environ["DATABASE_URL"], f"dayrade_looks_{os.getpid()}") as url,
        psycopg.connect(url, autocommit=True) as other,
    ):
        other.execute(f"SELECT pg_advisory_lock({TURN})")

        done = manage(production(url), "migrate", looking, check=False)

    assert (done.returncode, done.stderr) == (int(looking == "--check"), "")


@pytest.mark.django_db(transaction=True)
def test_sessions_of_the_framework_go():
    call_command("migrate", "accounts", "0006", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE django_session (session_key text)")
        cursor.execute("INSERT INTO django_migrations VALUES (DEFAULT, 'sessions', '0001', now())")

    call_command("migrate", verbosity=0)

    assert "django_session" not in connection.introspection.table_names()
    assert "sessions/migrations/0001.py" not in listed()
    assert listed() == applied()


@pytest.fixture(scope="module")
def migrated():
    """A database of its own that is migrated, and the environment of a service on it."""
    with database(os.environ["DATABASE_URL"], f"dayrade_live_ddl_{os.getpid()}") as url:
        environment = production(url, DATABASE_LOCK_TIMEOUT="300ms")
        manage(environment, "migrate", "-v0")
        yield environment


def test_migration_gives_way_to_who_holds_its_table(migrated):
    manage(migrated, "migrate", "tournaments", "0008", "-v0")
    with psycopg.connect(migrated["DATABASE_URL"]) as other, ThreadPoolExecutor(1) as pool:
        other.execute("LOCK TABLE dayrade_boards")
        run = pool.submit(manage, migrated, "migrate", check=False)
        waiting = wait_until(lambda: waits_for(migrated, "dayrade_boards"))
        # Behind a migration that waits without end everybody else would wait too.
        wait_until(lambda: not waits_for(migrated, "dayrade_boards"))
        other.rollback()
        done = run.result()

    assert waiting
    assert (done.returncode, done.stderr) == (0, "")
    assert "Its locks are taken; it tries again in 0.5 s." in done.stdout


def waits_for(environment, table):
    with psycopg.connect(environment["DATABASE_URL"]) as observer:
        return observer.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = to_regclass(%s)",
            [table],
        ).fetchone()[0]


def test_index_that_was_half_built_is_built_anew(migrated):
    manage(migrated, "migrate", "trading", "0006", "-v0")
    with psycopg.connect(migrated["DATABASE_URL"], autocommit=True) as broken:
        broken.execute("CREATE INDEX dayrade_trades_arrival ON trades (created_at)")
        broken.execute(
            "UPDATE pg_index SET indisvalid = false"
            " WHERE indexrelid = 'dayrade_trades_arrival'::regclass"
        )
        manage(migrated, "migrate", "-v0")
        built = broken.execute(
            "SELECT indisvalid, pg_get_indexdef(indexrelid) LIKE '%USING brin%' FROM pg_index"
            " WHERE indexrelid = 'dayrade_trades_arrival'::regclass"
        ).fetchone()

    assert built == (True, True)


def test_index_that_was_built_but_not_noted_stays(migrated):
    manage(migrated, "migrate", "tournaments", "0008", "-v0")
    with psycopg.connect(migrated["DATABASE_URL"], autocommit=True) as other:
        other.execute("DELETE FROM django_migrations WHERE name = '0008_add_final_order'")
        before = other.execute(
            "SELECT 'dayrade_tournament_participants_final'::regclass::oid"
        ).fetchone()
        manage(migrated, "migrate", "-v0")
        after = other.execute(
            "SELECT 'dayrade_tournament_participants_final'::regclass::oid"
        ).fetchone()

    assert after == before


@pytest.fixture
def plain():
    """Store a sensitive value as the releases before encryption did."""
    call_command("migrate", "administration", "0005", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO system_configuration (key, value, category, is_sensitive)"
            """ VALUES ('provider.token', '"hunter2"', 'provider', true)"""
        )


@pytest.mark.django_db(transaction=True)
def test_sensitive_values_are_encrypted_on_the_way(plain):
    call_command("migrate", verbosity=0)

    stored = SystemConfiguration.objects.get().value
    assert ("hunter2" in str(stored), vault.opened("provider.token", stored)) == (False, "hunter2")


@pytest.mark.django_db(transaction=True)
def test_sensitive_values_wait_for_a_key(plain, settings):
    keys, settings.CONFIGURATION_KEYS = settings.CONFIGURATION_KEYS, []

    with pytest.raises(CommandError, match=r"sensitive values to encrypt with it: provider\.token"):
        call_command("migrate", verbosity=0)

    settings.CONFIGURATION_KEYS = keys
    call_command("migrate", verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_an_index_that_is_missing_is_an_error():
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX dayrade_economic_events_words")

    with pytest.raises(CommandError) as refusal:
        call_command("migrate", verbosity=0)

    call_command("migrate", "market", "0002", verbosity=0)
    call_command("migrate", verbosity=0)
    assert str(refusal.value) == (
        "Indexes are missing or half built; go back over the migrations that add them, and migrate"
        " again: market.EconomicEvent: dayrade_economic_events_words"
    )
