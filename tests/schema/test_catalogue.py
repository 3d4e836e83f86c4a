"""The migrated database is the declared one, in catalogue.txt.

The declaration has been compared to the specification's SQL, object by object; what it has
beyond that is named `dayrade_*`. UPDATE_CATALOGUE=1 writes it anew: review the difference.
"""

import os
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import DateTimeField, DecimalField, ForeignKey

from tests.schema import catalogue

DECLARATION = Path(__file__).with_name("catalogue.txt")
APPS = ("accounts", "tournaments", "trading", "comms", "market", "administration")
OWN = [
    model
    for label in APPS
    for model in apps.get_app_config(label).get_models()
    if not model._meta.proxy
]

pytestmark = pytest.mark.django_db


def own_fields(kind):
    return [
        pytest.param(model, field, id=f"{model._meta.db_table}.{field.column}")
        for model in OWN
        for field in model._meta.local_fields
        if isinstance(field, kind)
    ]


def checks_of(model):
    """Return the definitions of the table's check constraints."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND contype = 'c'",
            [model._meta.db_table],
        )
        return [definition for (definition,) in cursor.fetchall()]


def test_database_is_the_declared_one():
    with connection.cursor() as cursor:
        found = catalogue.read(cursor)
    if os.environ.get("UPDATE_CATALOGUE"):
        DECLARATION.write_text("\n".join(found) + "\n")

    assert found == DECLARATION.read_text().splitlines()


def test_there_are_fifteen_tables_and_what_supports_them():
    assert sorted(model._meta.db_table for model in OWN) == [
        "audit_logs",
        "chat_messages",
        "commentary",
        "dayrade_audit_chain",
        "dayrade_boards",
        "dayrade_bookings",
        "dayrade_breaks",
        "dayrade_busts",
        "dayrade_chat_reports",
        "dayrade_chat_rooms",
        "dayrade_commentary_facts",
        "dayrade_commentary_states",
        "dayrade_deliveries",
        "dayrade_marks",
        "dayrade_mutes",
        "dayrade_notification_preferences",
        "dayrade_push_subscriptions",
        "dayrade_quarantine",
        "dayrade_results",
        "dayrade_retractions",
        "dayrade_risks",
        "dayrade_standings",
        "dayrade_tallies",
        "dayrade_telling_keys",
        "dayrade_totp_devices",
        "dayrade_unreachable_addresses",
        "economic_events",
        "email_templates",
        "notifications",
        "positions",
        "schema_migrations",
        "system_configuration",
        "tournament_participants",
        "tournaments",
        "trades",
        "trading_performance",
        "user_sessions",
        "users",
    ]


@pytest.mark.parametrize(("model", "field"), own_fields(ForeignKey))
def test_foreign_key_has_an_index(model, field):
    """Without one, deleting or changing the row it points at reads the whole table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_index JOIN pg_attribute ON attrelid = indrelid"
            " AND attnum = indkey[0] WHERE indrelid = %s::regclass AND attname = %s"
            " AND indpred IS NULL",
            [model._meta.db_table, field.column],
        )
        (indexes,) = cursor.fetchone()

    assert indexes >= 1


@pytest.mark.parametrize(("model", "field"), own_fields(DecimalField))
def test_decimal_has_an_upper_bound_and_so_refuses_nan(model, field):
    bounding = [
        check
        for check in checks_of(model)
        if f"({field.column} <= " in check or f"({field.column} = " in check
    ]

    assert bounding


@pytest.mark.parametrize(("model", "field"), own_fields(DateTimeField))
def test_instant_of_a_flag_has_a_check(model, field):
    flag = field.column.removesuffix("_at")
    columns = {other.column for other in model._meta.local_fields} - {field.column}
    flags = {f"is_{flag}", flag} & columns

    missing = [
        name
        for name in flags
        if not any(name in check and field.column in check for check in checks_of(model))
    ]

    assert missing == []


@pytest.mark.parametrize("model", OWN, ids=lambda model: model._meta.db_table)
def test_constraint_speaks_to_a_person(model):
    default = "Constraint “%(name)s” is violated."

    silent = [
        constraint.name
        for constraint in model._meta.constraints
        if constraint.violation_error_message == default
    ]

    assert silent == []


def test_every_addition_to_the_specification_is_documented():
    documented = (Path(__file__).parents[2] / "docs/data-model.md").read_text()
    declared = set(re.findall(r"\bdayrade_\w+", DECLARATION.read_text()))

    missing = {name for name in declared if f"`{name}`" not in documented}

    assert missing == set()
