"""What signed-in people are refused is in the audit log, once."""

import pytest
from django.db import connection
from django.urls import reverse

from administration import audit
from administration.models import AuditLog
from dayrade.context import Origin, origin
from tests.audit import forget_audit, said_by_the_log
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


def denials(settings, *, of_one, of_all, keys):
    """Have a person of each key refused once, and return whose denials are written down."""
    settings.RATE_LIMITS = settings.RATE_LIMITS | {
        "denial": (of_one, 900),
        "denials": (of_all, 900),
    }
    people = {key: UserFactory() for key in sorted(set(keys))}
    forget_audit()
    for key in keys:
        audit.deny(people[key], "access.denied", entity_type="users")
    names = {user.pk: key for key, user in people.items()}
    found = AuditLog.objects.order_by("pk").values_list("user_id", flat=True)
    return sorted(names[user] for user in found)


@pytest.mark.parametrize(
    ("of_one", "of_all", "written"),
    [(10, 10, "aaab"), (2, 10, "aab"), (2, 2, "aa"), (3, 3, "aaa")],
)
def test_denials_are_written_down_only_so_often(settings, of_one, of_all, written):
    found = denials(settings, of_one=of_one, of_all=of_all, keys="aaab")

    assert "".join(found) == written


def test_denial_that_is_left_out_is_in_the_log(settings, caplog):
    denials(settings, of_one=1, of_all=9, keys="aa")

    assert said_by_the_log(caplog) == ["denial left out of the audit log: access.denied"]


@pytest.mark.parametrize(("other", "rows"), [("203.0.113.7", 1), ("203.0.113.8", 2)])
def test_denials_of_nobody_known_are_counted_by_address(settings, other, rows):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"denial": (1, 900)}

    for address in ("203.0.113.7", other):
        token = origin.set(Origin("", address, ""))
        audit.deny(None, "session.denied", entity_type="users")
        origin.reset(token)

    assert AuditLog.objects.count() == rows


def test_details_of_a_denial_are_cut():
    audit.deny(None, "session.denied", entity_type="users", details={"method": "X" * 999})

    assert AuditLog.objects.get().changes == {"method": "X" * 200}
