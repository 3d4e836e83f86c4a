"""The queue of identities: one page for each, one after the other, and two who meet in it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts import reviews
from accounts.models import KycStatus, User
from accounts.services import kyc
from administration.models import AuditLog
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

QUEUE = reverse("admin:accounts_kycreview_changelist")


@pytest.fixture
def moderator(client):
    user = UserFactory(moderator=True)
    client.force_login(user)
    return user


@pytest.fixture
def queue():
    """Three people, who has waited longest first."""
    now = datetime(2026, 3, 9, tzinfo=UTC)
    return [
        UserFactory(in_review=True, first_name=name, created_at=now + timedelta(hours=hours))
        for hours, name in enumerate(["Ada", "Bea", "Cleo"])
    ]


def page(person):
    return reverse("admin:accounts_kycreview_review", args=[person.pk])


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def status(person):
    return User.objects.get(pk=person.pk).kyc_status


@pytest.mark.parametrize("decided", reviews.OFFERED)
def test_decision_leads_to_who_waited_next_longest(client, moderator, queue, decided):
    first, second, _ = queue

    answer = client.post(page(first), {"status": decided, "reason": "Looked at it"})

    row = AuditLog.objects.get(action="kyc.decide")
    assert answer.url == page(second)
    assert said(answer) == [f"Ada Lovelace: {decided.label}."]
    assert (status(first), status(second)) == (decided, KycStatus.IN_REVIEW)
    assert (row.user, row.changes["reason"]) == (moderator, "Looked at it")


def test_after_the_last_comes_the_first_again(client, moderator, queue):
    first, _, third = queue

    answer = client.post(page(third), {"status": "approved", "reason": "Fine"})

    assert answer.url == page(first)


def test_after_the_only_one_comes_the_empty_queue(client, moderator):
    person = UserFactory(in_review=True)

    answer = client.post(page(person), {"status": "approved", "reason": "Fine"})

    assert answer.url == QUEUE


def test_own_identity_is_passed_over(client, queue):
    first, second, third = queue
    User.objects.filter(pk=second.pk).update(role="moderator")
    client.force_login(User.objects.get(pk=second.pk))

    answer = client.post(page(first), {"status": "approved", "reason": "Fine"})
    own = client.get(page(second))

    assert answer.url == page(third)
    assert own.status_code == 302


def test_skipping_decides_nothing(client, moderator, queue):
    shown = client.get(page(queue[0]))

    (skip, url), about = shown.context["elsewhere"]

    assert (skip, url) == ("Skip", page(queue[1]))
    assert about[1] == reverse("admin:person", args=[queue[0].pk])
    assert {status(person) for person in queue} == {KycStatus.IN_REVIEW}


def test_page_shows_what_was_submitted_and_what_each_answer_does(client, moderator):
    person = UserFactory(in_review=True)
    kyc.decide(actor=moderator, user=person, status="requires_action", reason="Which Ada?")
    kyc.submit(user=person)

    shown = client.get(page(person))

    facts = dict(shown.context["facts"])
    assert (facts["Name"], facts["Country"], facts["Username"]) == (
        "Ada Lovelace",
        "Ireland",
        person.username,
    )
    steps = sorted(step.split(": ")[1] for step in facts["Earlier steps"].split("\n"))
    assert steps == ["in review", f"requires action by {moderator} (Which Ada?)"]
    assert "An approval cannot be taken back" in shown.text
    assert "only an admin can reopen the check" in shown.text


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"common": reviews.COMMON[1]}, reviews.COMMON[1]),
        (
            {"common": reviews.COMMON[1], "reason": "With its accents."},
            f"{reviews.COMMON[1]} With its accents.",
        ),
    ],
)
def test_common_reason_is_the_reason(client, moderator, sent, stored):
    person = UserFactory(in_review=True)

    client.post(page(person), {"status": "requires_action"} | sent)

    assert AuditLog.objects.get(action="kyc.decide").changes["reason"] == stored


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"status": "approved"}, "reason"),
        ({"status": "approved", "reason": " "}, "reason"),
        ({"reason": "Fine"}, "status"),
        ({"status": "pending", "reason": "Fine"}, "status"),
        ({"status": "approved", "common": "Because"}, "common"),
        ({"status": "approved", "reason": "x" * 1001}, "reason"),
    ],
)
def test_answer_that_is_not_whole_decides_nothing(client, moderator, sent, field):
    person = UserFactory(in_review=True)

    answer = client.post(page(person), sent)

    assert field in answer.context["form"].errors
    assert status(person) == KycStatus.IN_REVIEW


def test_second_reviewer_is_told_who_was_first_and_goes_on(client, moderator, queue):
    first, second, _ = queue
    other = UserFactory(moderator=True)
    seen = client.get(page(first)).context["form"].initial["seen"].isoformat()
    kyc.decide(actor=other, user=first, status="rejected", reason="Not real")

    answer = client.post(page(first), {"status": "approved", "reason": "Fine", "seen": seen})

    (told,) = said(answer)
    assert told.startswith("This is decided already. ")
    assert told.endswith(f"rejected by {other} (Not real)")
    assert (status(first), answer.url) == (KycStatus.REJECTED, page(second))


def test_what_was_submitted_anew_is_looked_at_anew(client, moderator, queue):
    first = queue[0]
    seen = (first.created_at - timedelta(days=1)).isoformat()

    answer = client.post(page(first), {"status": "approved", "reason": "Fine", "seen": seen})

    assert said(answer) == ["Something was submitted or decided since you looked."]
    assert status(first) == KycStatus.IN_REVIEW


@pytest.mark.parametrize("key", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_nobody_there_leads_to_the_queue(client, moderator, key):
    address = reverse("admin:accounts_kycreview_review", args=[key])

    answer = client.get(address)

    assert (answer.url, said(answer)) == (
        QUEUE,
        ["This is decided already, or was never there."],
    )


def test_list_leads_to_the_review(client, moderator, queue):
    listed = client.get(QUEUE)

    assert [page(person) in listed.text for person in queue] == [True, True, True]


@pytest.mark.parametrize(
    ("on", "age"), [(date(2026, 12, 9), 35), (date(2026, 12, 10), 36), (date(2026, 12, 11), 36)]
)
def test_age_changes_on_the_birthday(on, age):
    assert reviews.years(date(1990, 12, 10), on) == age
