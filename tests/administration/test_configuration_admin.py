"""The configuration in the back office."""

import pytest
from cryptography.fernet import Fernet
from django.urls import reverse

from administration import configuration
from administration.configuration import MASK, REGISTRY, Key
from administration.models import AuditLog, SystemConfiguration
from tests.audit import forget_audit
from tests.factories.accounts import UserFactory
from tests.factories.administration import SystemConfigurationFactory

pytestmark = pytest.mark.django_db

LIST = "admin:administration_systemconfiguration_changelist"
ROW = "admin:administration_systemconfiguration_change"
CHANGE = "admin:configuration_change"
RESET = "admin:configuration_reset"
GO_ON = "admin:administration_systemconfiguration_go_on"
SECRET = Key(
    "provider.token",
    str,
    "",
    "provider",
    "The token of the provider.",
    is_sensitive=True,
    requires_restart=True,
)
LINES = Key("test.lines", list, ["a"], "test", "Lines.")
OBJECT = Key("test.object", dict, {"a": 1}, "test", "An object.")
PERCENT = Key("test.percent", int, 5, "test", "A share.", low=1, high=100)
WHY = {"reason": "As agreed", "seen": ""}


@pytest.fixture(autouse=True)
def _declared(monkeypatch):
    """Declare keys of every type that there can be."""
    for key in (LINES, OBJECT, PERCENT):
        monkeypatch.setitem(REGISTRY, key.name, key)


@pytest.fixture
def boss(client):
    user = UserFactory(admin=True)
    client.force_login(user)
    forget_audit()
    return user


@pytest.fixture
def secret(monkeypatch, boss):
    monkeypatch.setitem(REGISTRY, SECRET.name, SECRET)
    return configuration.set_value(actor=boss, key=SECRET, value="hunter2")


def errors_of(response):
    return response.context["form"].errors


def change(client, key, **fields):
    return client.post(reverse(CHANGE, args=[key]), WHY | fields)


@pytest.mark.parametrize(
    ("key", "fields", "value"),
    [
        ("site.name", {"value": "Dayrade 2"}, "Dayrade 2"),
        ("registration.enabled", {}, False),
        ("registration.enabled", {"value": "on"}, True),
        ("leaderboard.page_size", {"value": "50"}, 50),
        ("test.lines", {"value": " one\r\n\r\ntwo, and more \n"}, ["one", "two, and more"]),
        ("test.lines", {"value": ""}, []),
        ("test.object", {"value": '{"b": [1, "x"]}'}, {"b": [1, "x"]}),
    ],
)
def test_value_is_entered_as_its_type(client, boss, key, fields, value):
    answer = change(client, key, **fields)

    row = SystemConfiguration.objects.get(key=key)
    entry = AuditLog.objects.get(entity_id=row.pk)
    assert answer["Location"] == reverse(LIST)
    assert (row.value, row.updated_by) == (value, boss)
    assert (entry.user, entry.action) == (boss, "configuration.set")
    assert entry.changes["reason"] == "As agreed"


@pytest.mark.parametrize(
    ("key", "value", "errors"),
    [
        ("leaderboard.page_size", "many", "Enter a whole number."),
        ("leaderboard.page_size", "0", "Ensure this value is greater than or equal to 1."),
        ("test.percent", "101", "Ensure this value is less than or equal to 100."),
        ("test.object", "{", "Enter a valid JSON."),
        ("test.object", "[1]", "Must be a JSON object."),
        ("site.name", " ", "The value must not be empty."),
    ],
)
def test_value_that_cannot_be_is_refused_beside_its_field(client, boss, key, value, errors):
    answer = change(client, key, value=value)

    assert errors_of(answer) == {"value": [errors]}
    assert not SystemConfiguration.objects.exists()


@pytest.mark.parametrize("reason", ["", "x" * 1001])
def test_reason_is_needed_and_bounded(client, boss, reason):
    answer = change(client, "site.name", value="Arena", reason=reason)

    assert set(errors_of(answer)) == {"reason"}
    assert not SystemConfiguration.objects.exists()


@pytest.mark.parametrize("page", [CHANGE, RESET])
def test_key_that_nobody_declared_has_no_page(client, boss, page):
    assert client.get(reverse(page, args=["no.such"])).status_code == 404


@pytest.mark.parametrize("page", [CHANGE, RESET])
def test_moderator_may_not(client, page):
    client.force_login(UserFactory(moderator=True))
    url = reverse(page, args=["site.name"])

    answers = client.get(url).status_code, client.post(url, WHY | {"value": "x"}).status_code

    assert answers == (403, 403)
    assert not SystemConfiguration.objects.exists()


def test_page_shows_the_default_beside_what_holds_and_who_set_it(client, boss):
    configuration.set_value(actor=boss, key=REGISTRY["site.name"], value="Arena")

    facts = dict(client.get(reverse(CHANGE, args=["site.name"])).context["facts"])

    assert (facts["Now"], facts["By default"]) == ("Arena", "Dayrade")
    assert facts["Changed by"] == str(boss)


def test_form_begins_with_what_holds(client, boss):
    SystemConfigurationFactory(key="test.lines", value=["b", "c"])

    pages = [
        client.get(reverse(CHANGE, args=[key])).content.decode()
        for key in ("test.lines", "test.percent")
    ]

    assert ("b\nc</textarea>" in pages[0], 'value="5"' in pages[1]) == (True, True)


def test_list_has_every_key_in_its_category(client, boss):
    SystemConfigurationFactory(key="site.name", value="Other")
    left = SystemConfigurationFactory(key="old.key", value="left over")

    context = client.get(reverse(LIST)).context

    shown = [line["key"].name for _, lines in context["sections"] for line in lines]
    (name,) = [
        line
        for _, lines in context["sections"]
        for line in lines
        if line["key"].name == "site.name"
    ]
    assert shown == list(REGISTRY)
    assert (name["value"], name["default"]) == ("Other", "Dayrade")
    assert context["left_over"] == [left]


def test_reset_returns_to_the_default_and_says_why(client, boss):
    row = configuration.set_value(actor=boss, key=REGISTRY["site.name"], value="Other")
    url = reverse(RESET, args=["site.name"])
    asked = client.get(url)

    client.post(url, WHY | {"seen": row.updated_at.isoformat()})

    assert dict(asked.context["facts"])["By default"] == "Dayrade"
    assert not SystemConfiguration.objects.exists()
    entry = AuditLog.objects.get(action="configuration.reset")
    assert (entry.user, entry.changes["reason"]) == (boss, "As agreed")


@pytest.mark.parametrize("page", [CHANGE, RESET])
def test_what_somebody_else_has_changed_is_not_overwritten(client, boss, page):
    configuration.set_value(actor=boss, key=REGISTRY["site.name"], value="Theirs")

    answer = client.post(reverse(page, args=["site.name"]), WHY | {"value": "Mine"})

    assert "Somebody else has changed this" in answer.content.decode()
    assert SystemConfiguration.objects.get().value == "Theirs"


def test_sensitive_value_is_on_no_page(client, boss, secret):
    pages = [
        reverse(LIST),
        reverse(ROW, args=[secret.pk]),
        reverse(CHANGE, args=[SECRET.name]),
        reverse(RESET, args=[SECRET.name]),
    ]
    seen = "".join(client.get(page).content.decode() for page in pages)
    seen += client.post(pages[2], {"value": "hunter3", "reason": ""}).content.decode()

    found = [text in seen for text in ("hunter2", "hunter3", "gAAAA", MASK)]
    assert found == [False, False, False, True]


def test_sensitive_value_is_written_and_never_logged(client, boss, secret, caplog):
    seen = secret.updated_at.isoformat()

    answer = change(client, SECRET.name, value="hunter3", seen=seen)
    refused = change(client, SECRET.name, value="", seen=seen)

    assert (answer.status_code, configuration.value(SECRET.name)) == (302, "hunter3")
    assert errors_of(refused) == {"value": ["This field is required."]}
    assert "hunter" not in caplog.text


def test_what_needs_a_restart_says_so(client, boss, secret):
    listed = client.get(reverse(LIST)).content.decode()

    answer = client.post(
        reverse(CHANGE, args=[SECRET.name]),
        WHY | {"value": "x", "seen": secret.updated_at.isoformat()},
        follow=True,
    )

    assert "Needs a restart" in listed
    assert "It takes effect when the platform is started anew." in answer.content.decode()


def test_value_that_no_key_reads_is_marked(client, boss, secret, settings):
    settings.CONFIGURATION_KEYS = [Fernet.generate_key().decode()]

    listed = client.get(reverse(LIST)).content.decode()
    facts = dict(client.get(reverse(CHANGE, args=[SECRET.name])).context["facts"])

    assert "No key reads it" in listed
    assert facts["Attention"] == "The value cannot be read with CONFIGURATION_KEYS."


def test_without_a_key_the_form_says_so(client, boss, monkeypatch, settings):
    monkeypatch.setitem(REGISTRY, SECRET.name, SECRET)
    settings.CONFIGURATION_KEYS = []

    answer = change(client, SECRET.name, value="x")

    assert "Sensitive values need CONFIGURATION_KEYS" in answer.content.decode()


def test_value_that_is_stored_in_plain_is_marked_and_masked(client, boss, monkeypatch):
    monkeypatch.setitem(REGISTRY, SECRET.name, SECRET)
    SystemConfigurationFactory(key=SECRET.name, value="hunter2")

    listed = client.get(reverse(LIST)).content.decode()

    assert ("Not encrypted" in listed, "hunter2" in listed) == (True, False)


def test_row_leads_to_the_page_of_its_key(client, boss):
    row = SystemConfigurationFactory(key="site.name", value="Other")
    left = SystemConfigurationFactory(key="old.key", value="left over")

    shown = client.get(reverse(ROW, args=[row.pk])).content.decode()
    answer = client.get(reverse(GO_ON, args=[row.pk]))
    old = client.get(reverse(ROW, args=[left.pk])).content.decode()

    assert reverse(GO_ON, args=[row.pk]) in shown
    assert answer["Location"] == reverse(CHANGE, args=["site.name"])
    assert reverse(GO_ON, args=[left.pk]) not in old
    assert client.get(reverse(GO_ON, args=[left.pk])).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_as_much_for_any_number(client, boss, django_assert_num_queries, rows):
    for key in list(REGISTRY)[:rows]:
        SystemConfigurationFactory(key=key)

    with django_assert_num_queries(4):
        client.get(reverse(LIST))
