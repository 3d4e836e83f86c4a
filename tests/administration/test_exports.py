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


def taken(client, kind, **query):
    answer = client.get(reverse("admin:administration_auditlog_export", args=[kind]), query)
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

    _, text = taken(client, "json", q="thing.undone")

    assert [each["id"] for each in json.loads(text)] == [str(row.pk)]


def test_export_is_recorded(client, boss):
    taken(client, "csv", action="thing.done")

    row = AuditLog.objects.get()
    assert (row.user, row.action, row.entity_type) == (boss, "audit.export", "audit_logs")
    assert row.changes == {"format": "csv", "filters": {"action": "thing.done"}}


def test_list_leads_to_its_files(client, boss):
    page = client.get(reverse("admin:administration_auditlog_changelist"), {"action": "a.b"})

    content = page.content.decode()
    assert [f'href="export/{kind}/?action=a.b"' in content for kind in ("csv", "json")] == [
        True,
        True,
    ]


@pytest.mark.parametrize(("kind", "query"), [("xml", {}), ("csv", {"created_at__gte": "x"})])
def test_what_there_is_not_is_not_found(client, boss, kind, query):
    answer = client.get(reverse("admin:administration_auditlog_export", args=[kind]), query)

    assert (answer.status_code, AuditLog.objects.count()) == (404, 0)


def test_moderator_gets_none(client):
    client.force_login(UserFactory(moderator=True))

    answer = client.get(reverse("admin:administration_auditlog_export", args=["csv"]))

    assert answer.status_code == 403
    assert not AuditLog.objects.filter(action="audit.export").exists()
