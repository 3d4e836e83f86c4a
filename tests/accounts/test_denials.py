"""What signed-in people are refused is in the audit log, once."""

import pytest
from django.db import connection
from django.urls import reverse

from administration.models import AuditLog
from tests.audit import forget_audit
from tests.factories.accounts import PASSWORD, UserFactory
from tests.staff import StaffClient

pytestmark = pytest.mark.django_db


def test_page_that_staff_are_refused_is_recorded_once(client):
    moderator = UserFactory(moderator=True)
    client.force_login(moderator)
    forget_audit()

    response = client.get(reverse("admin:administration_auditlog_changelist"))

    row = AuditLog.objects.get()
    assert response.status_code == 403
    assert (row.user, row.action, row.entity_id) == (moderator, "admin.denied", moderator.pk)
    assert row.changes == {"method": "GET", "route": "admin/administration/auditlog/"}


def test_call_that_a_person_is_refused_is_recorded_once(client_of):
    user = UserFactory()
    forget_audit()

    answer = client_of(user).delete("/api/v1/system-configuration/site.name")

    row = AuditLog.objects.get()
    assert (answer.status_code, answer.json()["error"]) == (403, "PERMISSION_DENIED")
    assert (row.user, row.action, row.entity_id) == (user, "access.denied", user.pk)
    assert row.changes == {
        "method": "DELETE",
        "route": "api/v1/system-configuration/<key:key>",
    }


def test_form_without_its_token_is_refused_and_of_a_stranger_not_recorded(boss):
    forget_audit()

    response = StaffClient(enforce_csrf_checks=True).post(
        "/admin/login/", {"username": boss.email, "password": PASSWORD}
    )

    assert (response.status_code, AuditLog.objects.count()) == (403, 0)


# The statement that fails must not take a transaction of the test with it.
@pytest.mark.django_db(transaction=True)
def test_refusal_stands_where_it_cannot_be_recorded(client_of, caplog):
    client = client_of(UserFactory())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_logs ADD CONSTRAINT closed CHECK (false) NOT VALID")
    try:
        answer = client.get("/api/v1/audit-logs")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_logs DROP CONSTRAINT closed")

    assert (answer.status_code, answer.json()["error"]) == (403, "PERMISSION_DENIED")
    assert "constraint=closed" in caplog.text
