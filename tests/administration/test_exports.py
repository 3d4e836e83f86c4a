"""The audit log as a file."""

import csv
import json

import pytest
from django.db import connection
from django.urls import reverse

from administration import exports
from administration.models import AuditLog
from tests.audit import forget_audit
from tests.factories.accounts import UserFactory
from tests.factories.administration import AuditLogFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    user = UserFactory(admin=True)
    client.force_login(user)
    forget_audit()
    return user


EXPORT = "admin:audit_export"
LIST = "admin:administration_auditlog_changelist"


def ask(client, kind, query, reason="For the auditor"):
    return client.post(reverse(EXPORT, query=query), {"written_as": kind, "reason": reason})


def taken(client, kind, **query):
    answer = ask(client, kind, query)
    assert answer.status_code == 200
    return answer, b"".join(answer.streaming_content).decode()


def test_json_has_every_field(client, boss):
    row = AuditLogFactory(
        user=boss,
        action="thing.done",
        entity_id=boss.pk,
        old_values={"fee": 1, "name": "Frühling"},
        changes={"reason": "Sponsor"},
        ip_address="192.0.2.7",
        user_agent="Firefox",
        request_id="request-1",
        created_at="2026-01-01T00:00:00.5Z",
    )

    answer, text = taken(client, "json", action="thing.done")

    assert json.loads(text) == [
        {
            "id": str(row.pk),
            "created_at": "2026-01-01T00:00:00.500000Z",
            "user_id": str(boss.pk),
            "username": boss.username,
            "action": "thing.done",
            "entity_type": "tournaments",
            "entity_id": str(boss.pk),
            "old_values": {"fee": 1, "name": "Frühling"},
            "new_values": None,
            "changes": {"reason": "Sponsor"},
            "ip_address": "192.0.2.7",
            "user_agent": "Firefox",
            "request_id": "request-1",
        }
    ]
    assert answer["Content-Type"] == "application/json"
    assert "no-store" in answer["Cache-Control"]


def test_json_keeps_every_digit():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_logs (action, entity_type, old_values)"
            """ VALUES ('a', 'b', '{"fee": 100000000000000000.50}')"""
        )

    assert (
        '{"fee": 100000000000000000.50}'
        in b"".join(exports.as_json(AuditLog.objects.all())).decode()
    )


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_csv_has_no_formula(client, boss, first):
    AuditLogFactory(action="thing.done", user_agent=f"{first}cmd()", new_values={"a": "="})

    answer, text = taken(client, "csv", action="thing.done")

    heading, line = csv.reader(text.splitlines(keepends=True))
    row = dict(zip(heading, line, strict=True))
    assert heading == list(exports.FIELDS)
    assert (row["user_agent"], row["user_id"]) == (f"'{first}cmd()", "")
    assert row["new_values"] == '{"a": "="}'
    assert answer["Content-Type"] == "text/csv"


@pytest.mark.parametrize(("rows", "queries"), [(0, 1), (3, 3), (4, 3)])
def test_rows_are_read_a_page_at_a_time(monkeypatch, django_assert_num_queries, rows, queries):
    monkeypatch.setattr(exports, "PAGE", 2)
    AuditLogFactory.create_batch(rows)

    with django_assert_num_queries(queries):
        read = json.loads(b"".join(exports.as_json(AuditLog.objects.all())))

    newest_first = AuditLog.objects.order_by("-created_at", "-pk").values_list("pk", flat=True)
    assert [row["id"] for row in read] == [str(key) for key in newest_first]
    assert len(read) == rows


def test_what_is_listed_is_taken(client, boss):
    AuditLogFactory(action="thing.done")
    row = AuditLogFactory(action="thing.undone")

    _, text = taken(client, "json", action="thing.undone")

    assert [each["id"] for each in json.loads(text)] == [str(row.pk)]


def test_export_is_recorded_with_its_reason(client, boss):
    taken(client, "csv", action="thing.done")

    row = AuditLog.objects.get()
    assert (row.user, row.action, row.entity_type) == (boss, "audit.export", "audit_logs")
    assert row.changes == {
        "format": "csv",
        "filters": {"action": "thing.done"},
        "reason": "For the auditor",
    }


def test_list_leads_to_the_export_of_what_it_shows(client, boss):
    page = client.get(reverse(LIST), {"action": "a.b"}).content.decode()

    url = reverse(EXPORT, query={"action": "a.b"})
    facts = client.get(url).context["facts"]

    assert f'href="{url}"' in page
    assert facts == [("Action", "a.b")]


@pytest.mark.parametrize(("kind", "reason"), [("xml", "Because"), ("csv", ""), ("csv", "x" * 1001)])
def test_kind_that_there_is_not_and_no_reason_are_refused(client, boss, kind, reason):
    answer = ask(client, kind, {}, reason=reason)

    assert (answer.status_code, AuditLog.objects.count()) == (200, 0)


def test_nonsense_is_nothing(client, boss):
    AuditLogFactory(action="thing.done")

    _, text = taken(client, "json", since="x")

    assert json.loads(text) == []


def test_moderator_gets_none(client):
    client.force_login(UserFactory(moderator=True))

    answers = ask(client, "csv", {}).status_code, client.get(reverse(EXPORT)).status_code

    assert answers == (403, 403)
    assert not AuditLog.objects.filter(action="audit.export").exists()
