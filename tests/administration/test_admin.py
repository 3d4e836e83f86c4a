"""Configuration and the audit log in the back office."""

import pytest
from django.urls import reverse

from administration.configuration import MASK, REGISTRY, Key
from administration.models import AuditLog, SystemConfiguration
from tests.audit import forget_audit
from tests.factories.accounts import UserFactory
from tests.factories.administration import AuditLogFactory, SystemConfigurationFactory
from tests.factories.tournaments import TournamentFactory

pytestmark = pytest.mark.django_db

LIST = "admin:administration_systemconfiguration_changelist"
NEW = "admin:administration_systemconfiguration_add"
CHANGE = "admin:administration_systemconfiguration_change"
DELETE = "admin:administration_systemconfiguration_delete"
LOG = "admin:administration_auditlog_changelist"
ROW = "admin:administration_auditlog_change"

SECRET = Key(
    "provider.token",
    str,
    "",
    "provider",
    "The token of the provider.",
    is_sensitive=True,
    requires_restart=True,
)


@pytest.fixture
def boss(client):
    user = UserFactory(admin=True)
    client.force_login(user)
    forget_audit()
    return user


@pytest.fixture
def secret(monkeypatch):
    monkeypatch.setitem(REGISTRY, SECRET.name, SECRET)
    return SystemConfigurationFactory(key=SECRET.name, value="hunter2", is_sensitive=True)


def errors_of(response):
    return response.context["adminform"].form.errors


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("site.name", "Dayrade 2", "Dayrade 2"),
        ("registration.enabled", " False ", False),
        ("registration.enabled", "yes", True),
        ("leaderboard.page_size", "50", 50),
    ],
)
def test_value_is_typed_in_plain_words(client, boss, key, text, value):
    client.post(reverse(NEW), {"key": key, "value": text})

    row = SystemConfiguration.objects.get(key=key)
    assert (row.value, row.updated_by) == (value, boss)
    assert AuditLog.objects.filter(user=boss, action="configuration.set").exists()


@pytest.mark.parametrize(
    ("key", "text", "errors"),
    [
        ("registration.enabled", "perhaps", {"value": ["Enter true or false."]}),
        ("leaderboard.page_size", "many", {"value": ["Enter a value of type int."]}),
        ("leaderboard.page_size", "0", {"value": ["The value must be 1 or more."]}),
    ],
)
def test_value_that_cannot_be_is_refused_on_the_form(client, boss, key, text, errors):
    response = client.post(reverse(NEW), {"key": key, "value": text})

    assert errors_of(response) == errors
    assert SystemConfiguration.objects.count() == 0


def test_key_must_be_declared(client, boss):
    response = client.post(reverse(NEW), {"key": "no.such", "value": "x"})

    assert set(errors_of(response)) == {"key"}


def test_defaults_are_listed_beneath_the_overrides(client, boss):
    SystemConfigurationFactory(key="site.name", value="Other")

    rows = client.get(reverse(LIST)).context["defaults"]

    assert {row["key"].name for row in rows} == set(REGISTRY) - {"site.name"}


def test_form_of_a_key_begins_with_its_default(client, boss):
    content = client.get(reverse(NEW), {"key": "leaderboard.page_size"}).content.decode()

    assert 'name="value" value="100"' in content


def test_admin_changes_an_override(client, boss):
    row = SystemConfigurationFactory(key="site.name", value="Other")

    client.post(reverse(CHANGE, args=[row.pk]), {"value": "Another", "key": "site.announcement"})

    row.refresh_from_db()
    assert (row.key, row.value) == ("site.name", "Another")


def test_deleting_an_override_returns_to_the_default(client, boss):
    row = SystemConfigurationFactory(key="site.name", value="Other")

    client.post(reverse(DELETE, args=[row.pk]), {"post": "yes"})

    assert SystemConfiguration.objects.count() == 0
    assert AuditLog.objects.filter(user=boss, action="configuration.reset").exists()


def test_sensitive_value_is_on_no_page(client, boss, secret):
    pages = [reverse(LIST), reverse(CHANGE, args=[secret.pk]), reverse(DELETE, args=[secret.pk])]

    seen = "".join(client.get(page).content.decode() for page in pages)

    assert ("hunter2" in seen, MASK in seen) == (False, True)


@pytest.mark.parametrize(("text", "value"), [("", "hunter2"), ("hunter3", "hunter3")])
def test_sensitive_value_stays_unless_a_new_one_is_typed(client, boss, secret, text, value):
    response = client.post(reverse(CHANGE, args=[secret.pk]), {"value": text})

    secret.refresh_from_db()
    assert (response.status_code, secret.value) == (302, value)


def test_key_that_is_no_longer_declared_is_only_read(client, boss):
    row = SystemConfigurationFactory(key="old.key", value="left over")

    answers = [
        client.get(reverse(CHANGE, args=[row.pk])).status_code,
        client.post(reverse(CHANGE, args=[row.pk]), {"value": "x"}).status_code,
        client.post(reverse(DELETE, args=[row.pk]), {"post": "yes"}).status_code,
    ]

    assert answers == [200, 403, 403]


def test_audit_row_shows_before_and_after_and_leads_to_the_row(client, boss):
    tournament = TournamentFactory(prize_pool=5)
    tournament.prize_pool = 6
    tournament.save(update_fields=["prize_pool"])
    row = AuditLog.objects.get(action="tournaments.update")

    listed = client.get(reverse(LOG)).content.decode()
    shown = client.get(reverse(ROW, args=[row.pk])).content.decode()

    link = reverse("admin:tournaments_tournament_change", args=[tournament.pk])
    assert (f'href="{link}"' in listed, "prize_pool" in listed) == (True, True)
    words = ["prize_pool", ">5.00<", ">6.00<"]
    assert [word for word in words if word in shown] == words


def test_audit_row_without_a_change_shows_its_details(client, boss):
    row = AuditLogFactory(
        action="session.denied", entity_type="elsewhere", changes={"reason": "Wrong password"}
    )

    content = client.get(reverse(ROW, args=[row.pk])).content.decode()

    assert "reason: Wrong password" in content


@pytest.mark.parametrize("by", ["entity", "person", "action"])
def test_audit_log_is_searched_by_what_whom_and_how(client, boss, by):
    tournament = TournamentFactory.build()
    row = AuditLogFactory(user=boss, action="tournament.update", entity_id=tournament.pk)
    AuditLogFactory(action="user.update", entity_type="users")
    term = {"entity": tournament.pk, "person": boss.username, "action": "tournament.update"}[by]

    rows = client.get(reverse(LOG), {"q": term}).context["cl"].result_list

    assert list(rows) == [row]


def test_audit_log_is_filtered_by_table(client, boss):
    row = AuditLogFactory(entity_type="tournaments")
    AuditLogFactory(entity_type="users")

    rows = client.get(reverse(LOG), {"entity_type": "tournaments"}).context["cl"].result_list

    assert list(rows) == [row]
