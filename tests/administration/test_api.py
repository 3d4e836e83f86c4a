"""Configuration, the audit log and the applied migrations over HTTP."""

import pytest

from administration import configuration
from administration.models import SchemaMigration, SystemConfiguration
from tests.factories.accounts import UserFactory
from tests.factories.administration import AuditLogFactory, SystemConfigurationFactory
from tests.instants import z

pytestmark = pytest.mark.django_db

SETTINGS = "/api/v1/system-configuration"
AUDIT = "/api/v1/audit-logs"
MIGRATIONS = "/api/v1/schema-migrations"
LONG_AGO = "2020-01-01T00:00:00Z"
SECRET = configuration.Key("mail.key", str, "default", "mail", "A key.", is_sensitive=True)


@pytest.fixture
def person():
    return UserFactory(admin=True)


@pytest.fixture
def admin(client_of, person):
    return client_of(person)


def test_config_shows_what_is_public(anonymous, monkeypatch, django_assert_num_queries):
    monkeypatch.setitem(configuration.REGISTRY, SECRET.name, SECRET)
    SystemConfigurationFactory(key="site.name", value="Spring Cup")

    with django_assert_num_queries(1):
        answer = anonymous.get("/api/v1/config")

    assert answer.json() == {
        "site.name": "Spring Cup",
        "site.announcement": "",
        "site.support_email": "support@example.com",
        "registration.enabled": True,
        "leaderboard.page_size": 100,
        "chat.enabled": True,
        "chat.hours_after_end": 24,
        "chat.edit_seconds": 300,
        "chat.links_allowed": False,
    }


def test_settings_are_listed_in_the_order_of_declaration(admin, django_assert_num_queries):
    with django_assert_num_queries(2):
        answer = admin.get(SETTINGS)

    assert [row["key"] for row in answer.json()] == list(configuration.REGISTRY)


def test_setting_is_shown_overridden_and_reset(admin, person):
    url = f"{SETTINGS}/leaderboard.page_size"
    default = {
        "key": "leaderboard.page_size",
        "value": 100,
        "default": 100,
        "type": "int",
        "category": "leaderboard",
        "description": "Rows of one page of the board.",
        "is_public": True,
        "is_sensitive": False,
        "requires_restart": False,
        "is_overridden": False,
        "updated_at": None,
        "updated_by": None,
    }
    assert admin.get(url).json() == default

    answer = admin.put(url, {"value": 25})

    row = SystemConfiguration.objects.get()
    overridden = default | {
        "value": 25,
        "is_overridden": True,
        "updated_at": z(row.updated_at),
        "updated_by": str(person.pk),
    }
    assert (answer.status_code, answer.json()) == (200, overridden)
    assert admin.get(url).json() == overridden

    answer = admin.delete(url)

    assert (answer.status_code, answer.content) == (204, b"")
    assert admin.get(url).json() == default
    assert admin.delete(url).status_code == 204


@pytest.mark.parametrize("method", ["get", "put", "delete"])
@pytest.mark.parametrize("key", ["nobody.declared_this", "...", "a" * 100])
def test_key_that_nobody_declared_is_not_found(admin, method, key):
    body = {"value": 1} if method == "put" else None

    assert getattr(admin, method)(f"{SETTINGS}/{key}", body).status_code == 404


@pytest.mark.parametrize(
    ("key", "body", "details"),
    [
        ("site.name", {}, {"value": ["This field is required."]}),
        ("site.name", {"value": 7}, {"value": ["Must be a str."]}),
        ("site.name", {"value": None}, {"value": ["This field may not be null."]}),
        ("site.name", {"value": "a\x1b"}, {"value": ["Control characters are not allowed."]}),
        ("registration.enabled", {"value": 1}, {"value": ["Must be a bool."]}),
        ("leaderboard.page_size", {"value": True}, {"value": ["Must be a int."]}),
        ("leaderboard.page_size", {"value": 0}, {"value": ["The value must be 1 or more."]}),
        ("site.name", {"value": "x", "key": "y"}, {"key": ["Unknown field."]}),
    ],
)
def test_setting_refuses(admin, key, body, details):
    answer = admin.put(f"{SETTINGS}/{key}", body)

    assert answer.status_code == 400
    assert answer.json()["details"] == details
    assert SystemConfiguration.objects.count() == 0


def test_sensitive_value_is_masked_wherever_it_could_show(admin, monkeypatch):
    monkeypatch.setitem(configuration.REGISTRY, SECRET.name, SECRET)

    answers = [
        admin.get(f"{SETTINGS}/mail.key"),
        admin.put(f"{SETTINGS}/mail.key", {"value": "hunter2"}),
        admin.get(f"{SETTINGS}/mail.key"),
    ]
    listed = [row for row in admin.get(SETTINGS).json() if row["key"] == "mail.key"]
    audit = admin.get(AUDIT, {"entity_type": "system_configuration"})

    assert configuration.value("mail.key") == "hunter2"
    for shown in (*(answer.json() for answer in answers), *listed):
        assert (shown["value"], shown["default"]) == ("********", "********")
    assert len(audit.json()["results"]) == 1
    assert b"hunter2" not in audit.content


def test_audit_log_is_shown(admin):
    actor = UserFactory()
    entry = AuditLogFactory(
        user=actor,
        entity_id=actor.pk,
        old_values={"name": "A"},
        new_values={"name": "B"},
        changes={"fields": ["name"]},
        ip_address="203.0.113.7",
        user_agent="Firefox",
        request_id="request-1",
    )

    answer = admin.get(AUDIT, {"user": str(actor.pk)})

    assert answer.json() == {
        "next": None,
        "previous": None,
        "results": [
            {
                "id": str(entry.pk),
                "user_id": str(actor.pk),
                "username": actor.username,
                "action": "tournament.update",
                "entity_type": "tournaments",
                "entity_id": str(actor.pk),
                "old_values": {"name": "A"},
                "new_values": {"name": "B"},
                "changes": {"fields": ["name"]},
                "ip_address": "203.0.113.7",
                "user_agent": "Firefox",
                "request_id": "request-1",
                "created_at": z(entry.created_at),
            }
        ],
    }


def test_what_the_platform_did_has_nobody(admin):
    AuditLogFactory(action="platform.cleaned")

    answer = admin.get(AUDIT, {"action": "platform.cleaned"})

    (entry,) = answer.json()["results"]
    assert (entry["user_id"], entry["username"]) == (None, None)


@pytest.mark.parametrize("rows", [1, 3])
def test_audit_log_takes_the_same_queries_for_any_number(admin, django_assert_num_queries, rows):
    for _ in range(rows):
        AuditLogFactory(user=UserFactory(), action="thing.done")

    with django_assert_num_queries(2):
        answer = admin.get(AUDIT, {"action": "thing.done"})

    assert len(answer.json()["results"]) == rows


ENTITY = "0190a5d2-7c9e-4f6e-8f55-8d7b3a8e6f10"


@pytest.mark.parametrize(
    "query",
    [
        {"action": "thing.done"},
        {"entity_type": "things"},
        {"entity_id": ENTITY},
        {"to": "2020-01-01T00:00:00.000001Z"},
        {"entity_type": "things", "action": "thing.done", "from": LONG_AGO},
    ],
)
def test_audit_log_can_be_filtered(admin, query):
    AuditLogFactory()
    entry = AuditLogFactory(
        action="thing.done", entity_type="things", entity_id=ENTITY, created_at=LONG_AGO
    )

    answer = admin.get(AUDIT, query)

    assert [row["id"] for row in answer.json()["results"]] == [str(entry.pk)]


@pytest.mark.parametrize("name", ["entity_id", "user"])
def test_audit_log_refuses_what_is_no_id(admin, name):
    answer = admin.get(AUDIT, {name: "1"})

    assert answer.status_code == 400
    assert answer.json()["details"] == {name: ["Enter a valid UUID."]}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", [AUDIT, MIGRATIONS])
def test_records_cannot_be_written(admin, path, method):
    answer = getattr(admin, method)(path, {})

    assert answer.status_code == 405
    assert answer.json()["error"] == "METHOD_NOT_ALLOWED"


def test_migrations_are_shown(admin, django_assert_num_queries):
    newest = SchemaMigration.objects.order_by("-executed_at", "-pk").first()

    with django_assert_num_queries(2):
        body = admin.get(MIGRATIONS, {"page_size": 1}).json()

    assert body["results"] == [
        {
            "id": newest.pk,
            "filename": newest.filename,
            "executed_at": z(newest.executed_at),
        }
    ]
    assert body["next"] is not None
