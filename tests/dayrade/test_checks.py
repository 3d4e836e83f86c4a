"""Which servers are refused."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection

from dayrade import checks


def test_old_server_is_refused():
    said = checks.refusal(14, "on", "on", "on")

    assert said == "PostgreSQL 15 or newer is needed, the server is 14"


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (("off", "on", "on"), "fsync"),
        (("on", "off", "on"), "full_page_writes"),
        (("on", "on", "off"), "synchronous_commit"),
        (("off", "on", "off"), "fsync, synchronous_commit"),
    ],
)
def test_careless_server_is_refused(settings, values, names):
    settings.DATABASE_REQUIRE_DURABLE = True

    said = checks.refusal(15, *values)

    assert said.startswith(f"the database has {names} off and could lose acknowledged writes")


@pytest.mark.parametrize("synchronous_commit", ["on", "local", "remote_write", "remote_apply"])
def test_durable_server_is_accepted(settings, synchronous_commit):
    settings.DATABASE_REQUIRE_DURABLE = True

    assert checks.refusal(15, "on", "on", synchronous_commit) is None


def test_careless_server_may_be_accepted(settings):
    settings.DATABASE_REQUIRE_DURABLE = False

    assert checks.refusal(15, "off", "off", "off") is None


@pytest.mark.django_db
def test_system_check_asks_the_database(settings, django_db_blocker):
    settings.DATABASE_REQUIRE_DURABLE = True

    with pytest.raises(SystemCheckError, match=r"dayrade.E001.*fsync"):
        call_command("check", databases=["default"])


def test_system_check_without_a_database_asks_none():
    assert checks.durable(None, None) == []


@pytest.mark.django_db
@pytest.mark.parametrize("off", [[], ["lock_timeout"], ["lock_timeout", "statement_timeout"]])
def test_limits_that_do_not_hold_are_found(off):
    sent = " ".join(f"-c {name}={0 if name in off else '5s'}" for name in checks.LIMITS)

    refused, found = checks.looked_at(connection.get_connection_params() | {"options": sent})

    assert (refused, found) == (None, off)


def test_forms_without_tokens_are_warned_about(settings):
    before = checks.protected_forms(None)
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "Csrf" not in name]

    after = checks.protected_forms(None)

    assert before == []
    assert [warning.id for warning in after] == ["dayrade.W007"]
