"""Admins end the sessions of others, and say why."""

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, UserSession
from accounts.services import standing
from administration.models import AuditLog
from comms.models import Notification
from dayrade.errors import ForbiddenError
from tests.audit import forget_audit
from tests.factories.accounts import UserFactory, UserSessionFactory
from tests.staff import StaffClient

pytestmark = pytest.mark.django_db

ME = "/api/v1/users/me"
REASON = {"reason": " Lost laptop "}


def one(session):
    return reverse("admin:accounts_usersession_end", args=[session.pk])


def every(user):
    return reverse("admin:accounts_user_end_sessions", args=[user.pk])


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def person():
    user = UserFactory()
    forget_audit()
    return user


def trail():
    return [
        (row.action, row.user_id, row.entity_type, row.entity_id, row.changes)
        for row in AuditLog.objects.all()
    ]


def test_admin_ends_one_session_and_the_others_go_on(client, boss, client_of, person):
    client.force_login(boss)
    ended, other = UserSessionFactory(user=person), client_of(person)
    forget_audit()
    page = client.get(reverse("admin:accounts_usersession_change", args=[ended.pk]))

    response = client.post(one(ended), REASON)

    ended.refresh_from_db()
    assert one(ended) in page.text
    assert response.url == reverse("admin:person", args=[person.pk]) + "#sessions"
    assert (ended.is_active, other.get(ME).status_code) == (False, 200)
    details = {"reason": "Lost laptop"}
    assert trail() == [("session.end", boss.pk, "user_sessions", ended.pk, details)]


def test_admin_ends_every_session_of_a_person(client, boss, client_of):
    client.force_login(boss)
    person = UserFactory(moderator=True)
    api, office = client_of(person), StaffClient()
    office.force_login(person)
    bystander = client_of(UserFactory())
    forget_audit()
    page = client.get(reverse("admin:accounts_user_change", args=[person.pk]))

    response = client.post(every(person), REASON)

    assert every(person) in page.text
    assert response.url == reverse("admin:person", args=[person.pk])
    answers = [api.get(ME), office.get("/admin/"), bystander.get(ME), client.get("/admin/")]
    assert [answer.status_code for answer in answers] == [401, 302, 200, 200]
    details = {"reason": "Lost laptop", "sessions": 2}
    assert trail() == [("session.end_all", boss.pk, "users", person.pk, details)]


def test_person_is_told_but_not_why(client, boss, person):
    client.force_login(boss)
    session = UserSessionFactory(user=person, device_info={"browser": "Firefox"})
    UserSessionFactory(user=person)

    client.post(one(session), REASON)
    client.post(every(person), REASON)

    notices = Notification.objects.filter(user=person).order_by("title")
    assert [notice.title for notice in notices] == [
        "All your sessions have ended",
        f"Your session on {session.device} has ended",
    ]
    assert [notice.message for notice in notices if "laptop" in notice.message] == []


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.USER])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_else_ends_any(client, person, role, method):
    session = UserSessionFactory(user=person)
    client.force_login(UserFactory(role=role))

    for url in (one(session), every(person)):
        getattr(client, method)(url, REASON)

    session.refresh_from_db()
    assert session.is_active
    assert not AuditLog.objects.filter(action__startswith="session.end").exists()


def test_services_trust_no_page(person):
    session = UserSessionFactory(user=person)
    moderator = UserFactory(moderator=True)

    with pytest.raises(ForbiddenError):
        standing.end_session(actor=moderator, session=session, reason="Because")
    with pytest.raises(ForbiddenError):
        standing.end_sessions(actor=moderator, user=person, reason="Because")

    assert UserSession.objects.get().is_active


@pytest.mark.parametrize("reason", ["", " ", "x" * 1001])
def test_reason_is_asked_for(client, boss, person, reason):
    client.force_login(boss)
    session = UserSessionFactory(user=person)

    answers = [client.post(url, {"reason": reason}) for url in (one(session), every(person))]

    assert [list(answer.context["form"].errors) for answer in answers] == [["reason"]] * 2
    session.refresh_from_db()
    assert session.is_active
    with pytest.raises(ValidationError):
        standing.end_sessions(actor=boss, user=person, reason=reason)


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_has_ended_is_ended_once(client, boss, person, method):
    client.force_login(boss)
    session = UserSessionFactory(user=person, is_active=False)
    forget_audit()

    answers = [getattr(client, method)(url, REASON) for url in (one(session), every(person))]

    words = {
        "get": [["This cannot be done now."]] * 2,
        "post": [["This session has ended already."], ["This person has no session."]],
    }
    assert [said(answer)[-1:] for answer in answers] == words[method]
    assert trail() == []
    assert not Notification.objects.exists()


@pytest.mark.parametrize(
    ("role", "idle", "state"),
    [
        (Role.ADMIN, timedelta(minutes=29), "Open"),
        (Role.ADMIN, timedelta(minutes=31), "Ended"),
        (Role.USER, timedelta(days=3), "Open"),
    ],
)
def test_list_says_which_have_ended_by_their_time(client, boss, role, idle, state):
    client.force_login(boss)
    session = UserSessionFactory(user=UserFactory(role=role))
    UserSession.objects.filter(pk=session.pk).update(last_accessed_at=timezone.now() - idle)
    person = {"user__id__exact": session.user_id}

    listed = client.get(reverse("admin:accounts_usersession_changelist"), person)
    shown = client.get(reverse("admin:accounts_usersession_change", args=[session.pk]))

    table = listed.text.split('id="result_list"')[1].split("</table>")[0]
    words = [re.findall(r">\s*(Open|Ended)\s*<", text) for text in (table, shown.text)]
    assert words == [[state], [state]]
    assert (one(session) in shown.text) == (state == "Open")


@pytest.mark.parametrize(("state", "found"), [("open", [0]), ("ended", [1, 2]), ("x", [0, 1, 2])])
def test_sessions_are_filtered_by_state(client, boss, person, state, found):
    client.force_login(boss)
    made = [
        UserSessionFactory(user=person),
        UserSessionFactory(user=person, is_active=False),
        UserSessionFactory(user=UserFactory(suspended=True)),
    ]
    made_by = {session.pk: number for number, session in enumerate(made)}

    response = client.get(reverse("admin:accounts_usersession_changelist"), {"state": state})

    listed = [made_by.get(row.pk) for row in response.context["cl"].result_list]
    assert sorted(number for number in listed if number is not None) == found
