"""What is sensitive is stored encrypted, under keys that are not in the database."""

import json
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from administration import configuration, vault
from administration.configuration import MASK, REGISTRY, Key
from administration.models import AuditLog, SystemConfiguration
from dayrade import checks
from tests.factories.accounts import UserFactory
from tests.factories.administration import SystemConfigurationFactory

pytestmark = pytest.mark.django_db

TOKEN = "provider.token"
PLAIN = "hunter2-and-more"


@pytest.fixture(autouse=True)
def token(monkeypatch):
    """Declare two keys that are sensitive."""
    for name in (TOKEN, "provider.other"):
        key = Key(name, str, "", "provider", "The token.", is_sensitive=True)
        monkeypatch.setitem(REGISTRY, name, key)
    return REGISTRY[TOKEN]


@pytest.fixture
def keys(settings):
    """Return a function that makes so many keys and uses these alone."""

    def use(number):
        settings.CONFIGURATION_KEYS = [Fernet.generate_key().decode() for _ in range(number)]
        return settings.CONFIGURATION_KEYS

    return use


def store(name=TOKEN, value=PLAIN):
    return configuration.set_value(actor=UserFactory(admin=True), key=REGISTRY[name], value=value)


def dump():
    """Return all that PostgreSQL has of the configuration and of what was done to it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT json_agg(c) FROM system_configuration c)::text,"
            " (SELECT json_agg(a) FROM audit_logs a)::text"
        )
        return "".join(text or "" for text in cursor.fetchone())


def rotate():
    out = StringIO()
    call_command("rotate_configuration_keys", stdout=out)
    return out.getvalue()


def test_sensitive_value_is_read_by_its_name_alone(token):
    store()

    assert configuration.value(TOKEN) == PLAIN
    assert TOKEN not in configuration.current()
    assert configuration.values("provider") == {}
    assert configuration.setting(token).value == MASK


def test_sensitive_value_is_in_no_table_and_no_audit_row(token):
    store()
    store(value=f"{PLAIN}!")
    configuration.reset(actor=UserFactory(admin=True), key=token)
    store()

    assert (PLAIN in dump(), TOKEN in dump()) == (False, True)
    changed = AuditLog.objects.filter(
        action="configuration.set", entity_type="system_configuration"
    )
    assert {row.new_values["value"] for row in changed} == {"[redacted]"}


def test_what_is_wrong_with_a_sensitive_value_does_not_say_it(monkeypatch):
    monkeypatch.setitem(
        REGISTRY,
        TOKEN,
        Key(TOKEN, str, "", "provider", "-", is_sensitive=True, check=lambda _: "is too weak"),
    )

    with pytest.raises(configuration.ValidationError) as refusal:
        store()

    assert refusal.value.message_dict == {"value": ["The value is too weak."]}


@pytest.mark.parametrize("options", [{"type": int}, {"is_public": True}])
def test_what_would_be_shown_cannot_be_declared_sensitive(options):
    declared = {"name": "a.b", "type": str, "default": "", "category": "a", "description": ""}

    with pytest.raises(ValueError, match="what is sensitive is a text, and not public"):
        Key(**declared | {"is_sensitive": True} | options)


def test_without_a_key_nothing_sensitive_is_stored(settings):
    settings.CONFIGURATION_KEYS = []

    with pytest.raises(vault.NoKeyError):
        store()

    assert not SystemConfiguration.objects.exists()


@pytest.mark.parametrize("number", [0, 1])
def test_value_whose_key_is_gone_fails_alone(keys, number):
    keys(1)
    store()
    SystemConfigurationFactory(key="site.name", value="Arena")
    keys(number)

    with pytest.raises(vault.UnreadableValueError) as refusal:
        configuration.value(TOKEN)

    assert TOKEN in str(refusal.value)
    assert configuration.current()["site.name"] == "Arena"
    assert configuration.value("site.name") == "Arena"
    assert configuration.value("provider.other") == ""


def test_value_can_be_set_anew_when_its_key_is_gone(keys):
    keys(1)
    store()
    keys(1)

    store(value="another")

    assert configuration.value(TOKEN) == "another"


def test_value_that_was_moved_to_another_row_is_not_read():
    stored = store()
    store("provider.other", "x")
    SystemConfiguration.objects.filter(key="provider.other").update(value=stored.value)

    with pytest.raises(vault.UnreadableValueError):
        configuration.value("provider.other")


@pytest.mark.parametrize("kept", [{"encrypted": "nonsense"}, {"encrypted": 5}])
def test_nonsense_in_the_table_is_not_read(kept):
    store()
    SystemConfiguration.objects.filter(key=TOKEN).update(value=kept)

    with pytest.raises(vault.UnreadableValueError):
        configuration.value(TOKEN)


def test_value_that_is_declared_sensitive_no_longer_stays_hidden(monkeypatch):
    store()
    monkeypatch.setitem(REGISTRY, TOKEN, Key(TOKEN, str, "plain", "provider", "", is_public=True))

    assert configuration.value(TOKEN) == "plain"
    assert configuration.public()[TOKEN] == "plain"


def test_second_key_is_enough_to_read(keys, settings):
    old = keys(1)
    store()
    settings.CONFIGURATION_KEYS = [Fernet.generate_key().decode(), *old]

    assert configuration.value(TOKEN) == PLAIN


def test_rotation_makes_old_keys_needless(keys, settings):
    old = keys(1)
    store()
    SystemConfigurationFactory(key="site.name", value="Arena")
    new = Fernet.generate_key().decode()
    settings.CONFIGURATION_KEYS = [new, *old]

    said = rotate()

    settings.CONFIGURATION_KEYS = [new]
    assert said == "Encrypted 1 under the first key.\n"
    assert configuration.value(TOKEN) == PLAIN
    assert AuditLog.objects.filter(action="configuration.rotate_keys").count() == 1
    assert rotate() == "Encrypted 0 under the first key.\n"


def test_rotation_encrypts_what_was_stored_before_it_was_sensitive():
    row = SystemConfigurationFactory(key=TOKEN, value=PLAIN)
    before = configuration.value(TOKEN)
    AuditLog.objects.get(entity_id=row.pk)

    rotate()

    row.refresh_from_db()
    assert (before, configuration.value(TOKEN)) == (PLAIN, PLAIN)
    assert (row.is_sensitive, PLAIN in json.dumps(row.value)) == (True, False)
    rotated = AuditLog.objects.get(action="configuration.rotate_keys")
    assert PLAIN not in json.dumps([rotated.old_values, rotated.new_values])


def test_rotation_names_what_no_key_fits_and_does_the_rest(keys, settings):
    keys(1)
    store()
    old = keys(1)
    store("provider.other", "x")
    settings.CONFIGURATION_KEYS = [Fernet.generate_key().decode(), *old]

    with pytest.raises(CommandError, match=f"No key fits: {TOKEN}. Bring theirs back."):
        rotate()

    settings.CONFIGURATION_KEYS = settings.CONFIGURATION_KEYS[:1]
    assert configuration.value("provider.other") == "x"


def test_rotation_needs_a_key(settings):
    store()
    settings.CONFIGURATION_KEYS = []

    with pytest.raises(CommandError, match="CONFIGURATION_KEYS"):
        rotate()


def test_check_names_what_cannot_be_read_and_what_is_plain(keys):
    keys(1)
    store()
    keys(1)
    SystemConfigurationFactory(key="provider.other", value=PLAIN)
    SystemConfigurationFactory(key="site.name", value="Arena")

    found = checks.readable_configuration(None, ["default"])

    assert [warning.msg for warning in found] == [
        "provider.other is stored in plain: run rotate_configuration_keys.",
        f"{TOKEN} cannot be read with CONFIGURATION_KEYS.",
    ]
    assert checks.readable_configuration(None, None) == []
