"""The registry decides what may be configured."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from administration import configuration
from administration.models import AuditLog, SystemConfiguration
from tests.factories.accounts import UserFactory

NAME = configuration.REGISTRY["site.name"]
PAGE_SIZE = configuration.REGISTRY["leaderboard.page_size"]
ENABLED = configuration.REGISTRY["registration.enabled"]

pytestmark = pytest.mark.django_db


def test_default_holds_until_it_is_overridden():
    before = configuration.current()["site.name"]
    configuration.set_value(actor=UserFactory(admin=True), key=NAME, value="Arena")

    assert (before, configuration.current()["site.name"]) == ("Dayrade", "Arena")


def test_set_value_names_its_actor():
    admin = UserFactory(admin=True)

    row = configuration.set_value(actor=admin, key=NAME, value="Arena")

    entry = AuditLog.objects.get(entity_id=row.pk)
    assert row.updated_by == admin
    assert (entry.user, entry.action) == (admin, "configuration.set")


def test_second_value_replaces_the_first():
    admin = UserFactory(admin=True)
    configuration.set_value(actor=admin, key=PAGE_SIZE, value=50)

    configuration.set_value(actor=admin, key=PAGE_SIZE, value=25)

    assert SystemConfiguration.objects.get().value == 25


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (NAME, 5),
        (PAGE_SIZE, "5"),
        (PAGE_SIZE, True),
        (PAGE_SIZE, 0),
        (ENABLED, 1),
        (NAME, None),
        (NAME, " "),
    ],
)
def test_value_of_another_type_or_out_of_bounds_is_refused(key, value):
    with pytest.raises(ValidationError) as refusal:
        configuration.set_value(actor=UserFactory(admin=True), key=key, value=value)

    assert list(refusal.value.message_dict) == ["value"]
    assert not SystemConfiguration.objects.exists()


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (int, 101, "The value must be 100 or less."),
        (int, -1, "The value must be 0 or more."),
        (str, "x" * 10_001, "The value must have a length of 10,000 or less."),
        (list, ["x"] * 1001, "The value must have a length of 1,000 or less."),
        (list, ["x", 1], "Must be a list of texts."),
        (dict, {"a": "x" * 10_000}, "The value must have a length of 10,000 or less."),
        (dict, [], "Must be a JSON object."),
        (bool, True, ""),
        (list, [], ""),
        (dict, {"a": [1]}, ""),
    ],
)
def test_every_type_has_its_bounds(kind, value, said):
    key = configuration.Key("a.b", kind, None, "a", "", high=100)

    assert key.wrong(value) == said


def test_reset_returns_to_the_default():
    admin = UserFactory(admin=True)
    configuration.set_value(actor=admin, key=ENABLED, value=False)

    configuration.reset(actor=admin, key=ENABLED)

    assert configuration.current()["registration.enabled"] is True


def test_public_values_are_those_declared_public(monkeypatch):
    secret = configuration.Key("zimtra.secret", str, "", "zimtra", "A key.", is_sensitive=True)
    monkeypatch.setattr(configuration, "REGISTRY", {"zimtra.secret": secret, "site.name": NAME})

    assert configuration.public() == {"site.name": "Dayrade"}


@pytest.mark.django_db(transaction=True)
def test_two_who_set_the_same_key_at_once_leave_one_row():
    admin = UserFactory(admin=True)

    def set_to(value):
        try:
            configuration.set_value(actor=admin, key=PAGE_SIZE, value=value)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(set_to, range(1, 9)))

    assert SystemConfiguration.objects.get().value in range(1, 9)


@pytest.mark.django_db(transaction=True)
def test_key_can_be_set_while_it_is_reset():
    admin = UserFactory(admin=True)

    def repeat(change):
        try:
            for _ in range(40):
                change()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        setting = pool.submit(
            repeat, lambda: configuration.set_value(actor=admin, key=PAGE_SIZE, value=5)
        )
        resetting = pool.submit(repeat, lambda: configuration.reset(actor=admin, key=PAGE_SIZE))

    assert (setting.exception(), resetting.exception()) == (None, None)


def test_empty_text_is_a_value():
    announcement = configuration.REGISTRY["site.announcement"]

    configuration.set_value(actor=UserFactory(admin=True), key=announcement, value="")

    assert SystemConfiguration.objects.get().value == ""
