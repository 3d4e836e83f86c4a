"""Forms that were open while somebody else saved: nothing of theirs is undone unseen."""

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import User
from accounts.services import people
from tests.factories.accounts import UserFactory

# Within one transaction the clock of the database stands still.
pytestmark = pytest.mark.django_db(transaction=True)

ANEW = "Compare your values with theirs; saving again overwrites them."


@pytest.fixture
def boss(client):
    person = UserFactory(admin=True, username="boss")
    client.force_login(person)
    return person


@pytest.fixture
def person():
    return UserFactory(first_name="Ann", country="Chad")


@pytest.fixture
def save(client, boss, person):
    """Return a function that saves a form as it was opened first, but for what is given."""
    url = reverse("admin:accounts_user_change", args=[person.pk])
    form = client.get(url).context["adminform"].form
    opened = {name: form[name].value() for name in form.fields}
    opened = {name: "" if value is None else value for name, value in opened.items()}
    seen = person.updated_at.isoformat()

    def send(version=seen, **changes):
        opened_then = {name: value for name, value in opened.items() if value is not False}
        return client.post(url, opened_then | {"_version": version} | changes)

    return send


def change(person, by, **fields):
    people.update_by_staff(actor=by, user=User.objects.get(pk=person.pk), changes=fields)


def errors(response):
    return response.context["adminform"].form.errors


def test_form_that_would_undo_a_change_says_whose_it_is_and_what(save, person):
    change(person, UserFactory(admin=True, username="other"), first_name="Anne")

    response = save(country="France")

    person.refresh_from_db()
    assert (person.first_name, person.country) == ("Anne", "Chad")
    assert errors(response) == {
        "__all__": [f"Somebody else has changed this since you opened it: First name. {ANEW}"],
        "first_name": ["other has made this “Anne” since you opened the form."],
    }


def test_second_attempt_overwrites_what_was_shown(save, person):
    change(person, UserFactory(admin=True), first_name="Anne")
    shown = save(country="France").content.decode()
    version = shown.partition('name="_version" value="')[2].partition('"')[0]

    save(version=version.replace("&#x2B;", "+"), country="France")

    person.refresh_from_db()
    assert (person.first_name, person.country) == ("Ann", "France")


def test_change_that_is_in_nobodys_way_is_kept(save, person):
    User.objects.filter(pk=person.pk).update(last_login="2026-03-09T12:00Z")

    response = save(country="France")

    person.refresh_from_db()
    assert (response.status_code, person.country) == (302, "France")


def test_same_change_twice_is_no_conflict(save, person):
    change(person, UserFactory(admin=True), first_name="Anne")

    response = save(first_name="Anne", country="France")

    person.refresh_from_db()
    assert (response.status_code, person.first_name, person.country) == (302, "Anne", "France")


def test_value_that_was_emptied_or_chosen_is_said_in_words(save, person):
    other = UserFactory(admin=True, username="other")
    change(person, other, country="", role="moderator")

    found = errors(save(first_name="Anne"))

    assert (found["country"], found["role"]) == (
        ["other has made this empty since you opened the form."],
        ["other has made this Moderator since you opened the form."],
    )


def test_change_that_nobody_made_is_the_platforms(save, person):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE users SET first_name = 'Anne' WHERE id = %s", [person.pk])

    found = errors(save(country="France"))

    assert found["first_name"] == ["Dayrade has made this “Anne” since you opened the form."]


@pytest.mark.parametrize("version", ["x", "2026-03-09", "0"])
def test_version_that_is_none_is_not_believed(save, person, version):
    found = errors(save(version=version, country="France"))

    assert found == {"__all__": [f"Somebody may have changed this since. {ANEW}"]}
