"""Every column is classified, and what follows from its class holds."""

from importlib import import_module

import pytest
from django.db import connection
from django.urls import get_resolver
from rest_framework import serializers

from administration.models import AuditLog
from dayrade.api.serializers import Output
from dayrade.privacy.columns import HIDDEN, TABLES, Kind, is_platform, kind_of

pytestmark = pytest.mark.django_db

COLUMNS = """
    SELECT c.table_name, c.column_name FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
"""
PEOPLE_KEYS = """
    SELECT conrelid::regclass::text, attname FROM pg_constraint
    JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
    WHERE contype = 'f' AND confrelid = 'users'::regclass
"""
AUDITED = """
    SELECT tgrelid::regclass::text, encode(tgargs, 'escape') FROM pg_trigger
    WHERE tgfoid = 'dayrade_audit'::regproc
"""
# Who sees personal columns: their owner, or staff.
PRIVATE = {
    "AuditLogSerializer",
    "BookingSerializer",
    "KycSerializer",
    "NotificationSerializer",
    "ProfileSerializer",
    "QueuedReportSerializer",
    "ReportSerializer",
    "SessionSerializer",
    "UserSerializer",
}


def fetched(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def outputs(base=Output):
    """Return every serializer of rows that an address can reach."""
    _ = get_resolver().url_patterns
    found = set()
    for made in base.__subclasses__():
        found |= {made, *outputs(made)}
    return {made for made in found if made.__module__.split(".")[0] != "tests"}


def shown(serializer):
    """Return the table and column of every field, through foreign keys and nested serializers."""
    made = serializer(context={"request": None, "view": type("V", (), {"swagger_fake_view": True})})
    for name, field in made.fields.items():
        if name not in serializer.staff_only:
            yield from of_field(serializer.Meta.model, field)


def of_field(model, field):
    *path, last = field.source_attrs or ["*"]
    for step in path:
        model = model._meta.get_field(step).related_model
    nested = getattr(field, "child", field)
    if isinstance(nested, serializers.ModelSerializer):
        yield from shown(type(nested))
    by_name = {name: each for each in model._meta.fields for name in (each.name, each.attname)}
    if last in by_name:
        yield model._meta.db_table, by_name[last].column


def test_every_column_is_classified_and_nothing_else():
    found = {row for row in fetched(COLUMNS) if not is_platform(row[0])}
    classified = {(name, column) for name, table in TABLES.items() for column in table.columns}

    assert found - classified == set(), "classify these in dayrade/privacy/columns.py"
    assert classified - found == set(), "these are gone: take them out of it"


def test_no_column_has_two_kinds():
    twice = [
        (name, column)
        for name, table in TABLES.items()
        for column in table.columns
        if sum(column in getattr(table, kind.value).split() for kind in Kind) > 1
    ]

    assert twice == []


def test_table_that_points_at_people_says_whose_its_rows_are():
    unclear = [
        (table, column)
        for table, column in fetched(PEOPLE_KEYS)
        if is_platform(table) or kind_of(table, column) not in {Kind.OWNER, Kind.RECORD}
    ]

    assert unclear == []


def test_erasure_names_columns_that_there_are():
    unknown = [
        (name, column)
        for name, table in TABLES.items()
        for column in table.erased
        if column not in table.columns
    ]

    assert unknown == []


def test_what_erasure_keeps_of_a_person_is_decided():
    kept = {
        (name, column)
        for name, table in TABLES.items()
        for column in table.of_kind(*HIDDEN)
        if table.owner and not table.forgotten and column not in table.erased
    }

    assert kept == {
        ("audit_logs", "ip_address"),
        ("audit_logs", "user_agent"),
        ("chat_messages", "message_text"),
        ("user_sessions", "refresh_token"),
        ("user_sessions", "session_token"),
    }


def test_audit_redacts_what_erasure_takes():
    redacted = {table: set(filter(None, args.split("\\000"))) for table, args in fetched(AUDITED)}

    assert redacted == {
        name: {
            column
            for column in TABLES[name].of_kind(*HIDDEN)
            if TABLES[name].forgotten or column in TABLES[name].erased
        }
        for name in redacted
    }


@pytest.mark.parametrize("serializer", sorted(outputs(), key=str), ids=lambda made: made.__name__)
def test_serializer_shows_only_what_its_readers_may_see(serializer):
    kinds = {(table, column): kind_of(table, column) for table, column in shown(serializer)}

    assert kinds
    assert [column for column, kind in kinds.items() if kind is Kind.SECRET] == []
    if serializer.__name__ not in PRIVATE:
        assert [column for column, kind in kinds.items() if kind is Kind.PERSONAL] == []


def test_private_serializers_are_those_that_show_something_personal():
    personal = {
        serializer.__name__
        for serializer in outputs()
        if Kind.PERSONAL in {kind_of(*column) for column in shown(serializer)}
    }

    assert personal == PRIVATE


@pytest.mark.parametrize(
    ("app", "migration", "table", "values"),
    [
        ("accounts", "0006_redact_what_was_audited", "users", {"username": "ada-1815"}),
        (
            "comms",
            "0004_redact_what_was_audited",
            "commentary",
            {"trigger_data": {"username": "ada-1815"}},
        ),
    ],
)
def test_older_audit_rows_are_redacted_by_the_migration(app, migration, table, values):
    module = import_module(f"{app}.migrations.{migration}")
    AuditLog.objects.create(
        action="x.y",
        entity_type=table,
        old_values=dict.fromkeys(values),
        new_values={"role": "user"} | values,
    )
    other = AuditLog.objects.create(action="x.y", entity_type="tournaments", new_values=values)
    # Alone: in one transaction with the trigger's change it would lock the table all the while.
    (operation,) = module.Migration.operations

    with connection.cursor() as cursor:
        cursor.execute(operation.sql)

    row = AuditLog.objects.get(entity_type=table)
    assert row.new_values == {"role": "user"} | dict.fromkeys(values, "[redacted]")
    assert row.old_values == dict.fromkeys(values)
    other.refresh_from_db()
    assert other.new_values == values


def test_platform_is_known_by_its_name():
    assert kind_of("django_migrations", "name") is Kind.PLATFORM
    with pytest.raises(KeyError):
        kind_of("users", "no_such_column")
