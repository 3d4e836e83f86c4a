"""Admins export and erase people in the back office, and say why."""

import json

import pytest
from django.urls import reverse

from administration.models import AuditLog
from dayrade.privacy import erasure
from tests.audit import forget_audit
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory

pytestmark = pytest.mark.django_db

PAGES = ["admin:privacy_export", "admin:privacy_erasure"]


@pytest.fixture
def boss(client):
    user = UserFactory(admin=True)
    client.force_login(user)
    return user


def page(name, person):
    return reverse(name, args=[person.pk])


def test_person_page_leads_to_both(client, boss):
    person = UserFactory()

    shown = client.get(reverse("admin:accounts_user_change", args=[person.pk]))

    assert [page(name, person) in shown.text for name in PAGES] == [True, True]


@pytest.mark.parametrize("name", PAGES)
def test_moderators_get_neither(client, name):
    client.force_login(UserFactory(moderator=True))
    person = UserFactory(first_name="Ada")

    shown = client.get(reverse("admin:accounts_user_change", args=[person.pk]))
    answers = [client.get(page(name, person)), client.post(page(name, person), {"reason": "x"})]

    assert page(name, person) not in shown.text
    assert [answer.status_code for answer in answers] == [403, 403]
    person.refresh_from_db()
    assert person.is_active
    assert not AuditLog.objects.filter(action__in=["user.export", "user.erase"]).exists()


@pytest.mark.parametrize("name", PAGES)
def test_visitors_are_sent_to_the_door(client, name):
    answer = client.post(page(name, UserFactory()), {"reason": "x"})

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("admin:login"))


@pytest.mark.parametrize("name", PAGES)
def test_nobody_there(client, boss, name):
    assert client.get(page(name, AuditLog())).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_page_asks_first_and_does_nothing(client, boss, name):
    person = UserFactory(username="ada-1815")
    forget_audit()

    shown = client.get(page(name, person))
    unreasoned = client.post(page(name, person), {"reason": " "})

    assert "ada-1815" in shown.text
    assert "This field is required." in unreasoned.text
    assert not AuditLog.objects.exists()


def test_erasure_says_what_it_takes_along(client, boss):
    shown = client.get(page("admin:privacy_erasure", UserFactory())).text

    for said in ("Phone number", "IP address", "cannot be taken back", "Trades, results"):
        assert said in shown


def test_admin_exports(client, boss):
    person = UserFactory(first_name="Ada")

    answer = client.post(page("admin:privacy_export", person), {"reason": "Letter of 3 May"})

    document = json.loads(b"".join(answer.streaming_content))
    assert document["users"][0]["first_name"] == "Ada"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"].startswith("attachment")
    row = AuditLog.objects.get(action="user.export")
    assert (row.user, row.entity_id, row.changes) == (
        boss,
        person.pk,
        {"reason": "Letter of 3 May"},
    )


def test_admin_erases(client, boss):
    person = UserFactory()

    answer = client.post(page("admin:privacy_erasure", person), {"reason": "Letter of 3 May"})

    assert answer["Location"] == page("admin:person", person)
    person.refresh_from_db()
    assert erasure.is_erased(person)
    row = AuditLog.objects.get(action="user.erase")
    assert (row.user, row.changes["reason"]) == (boss, "Letter of 3 May")


def test_refusal_is_told_on_the_page(client, boss):
    person = ParticipantFactory().user

    answer = client.post(page("admin:privacy_erasure", person), {"reason": "Letter of 3 May"})
    own = client.post(page("admin:privacy_erasure", boss), {"reason": "Tired"})

    assert "Withdraw from every tournament that is not over" in answer.text
    assert "for another admin to erase" in own.text
    person.refresh_from_db()
    assert person.is_active


@pytest.mark.parametrize("name", PAGES)
def test_reason_that_is_too_long_is_told_on_the_page(client, boss, name):
    person = UserFactory()

    answer = client.post(page(name, person), {"reason": "x" * 1001})

    assert list(answer.context["form"].errors) == ["reason"]
    person.refresh_from_db()
    assert person.is_active
    assert not AuditLog.objects.filter(action__in=["user.export", "user.erase"]).exists()
