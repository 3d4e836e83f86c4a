"""Migrations go forward, back and forward, and the specification's list follows them."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from administration.models import SchemaMigration
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
