"""Suspensions and identity checks in the back office: who decides, on what, and how."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import formats

from accounts.backends import TABLE
from accounts.decisions import BY_STATUS, DECISIONS
from accounts.models import KycStatus, Role, User
from accounts.services import kyc
from administration.models import AuditLog
from tests.factories.accounts import UserFactory, UserSessionFactory

pytestmark = pytest.mark.django_db

QUEUE = "admin:accounts_kycreview_changelist"
REVIEW = "admin:accounts_kycreview_change"
FORM = "admin:accounts_user_change"
PERSON = "admin:person"
# The actions that each of the staff is offered on somebody's page.
OFFERED = [
    ("moderator", {"identified": True}, ["suspend"]),
    ("moderator", {"in_review": True}, ["approve", "require_action", "reject", "suspend"]),
    ("moderator", {"rejected": True, "suspended": True}, ["lift_suspension"]),
    ("moderator", {"admin": True}, []),
    ("moderator", {"moderator": True, "in_review": True}, ["approve", "require_action", "reject"]),
    ("admin", {"rejected": True}, ["reopen", "suspend"]),
    ("admin", {"admin": True, "approved": True}, ["suspend"]),
    ("admin", {"moderator": True, "suspended": True}, ["lift_suspension"]),
]


@pytest.fixture
def sign_in(client):
    def as_role(role):
        user = UserFactory(role=role)
        client.force_login(user)
        return user

    return as_role


def page(model, action, user):
    return reverse(f"admin:accounts_{model}_{action}", args=[user.pk])


def offered(response):
    return [
        entry["path"].rstrip("/").split("/")[-1] for entry in response.context["actions_detail"]
    ]


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.mark.parametrize(("role", "state", "expected"), OFFERED)
def test_page_offers_what_can_be_done_now(client, sign_in, role, state, expected):
    sign_in(role)

    response = client.get(reverse(FORM, args=[UserFactory(**state).pk]))

    assert offered(response) == expected


def test_own_page_offers_to_end_the_sessions_alone(client, sign_in):
    admin = sign_in(Role.ADMIN)

    assert offered(client.get(reverse(FORM, args=[admin.pk]))) == ["end_sessions"]


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
@pytest.mark.parametrize(
    ("action", "outcome"),
    [
        ("approve", ("approved", False)),
        ("require_action", ("requires_action", False)),
        ("reject", ("rejected", False)),
        ("suspend", ("in_review", True)),
        ("lift_suspension", ("in_review", False)),
    ],
)
def test_decision_is_in_the_name_of_who_is_signed_in(client, sign_in, role, action, outcome):
    actor = sign_in(role)
    user = UserFactory(in_review=True, suspended=action == "lift_suspension")

    response = client.post(page("user", action, user), {"reason": " Looked at it "})

    stored = User.objects.get(pk=user.pk)
    assert (response.status_code, response.url) == (302, reverse(PERSON, args=[user.pk]))
    assert (stored.kyc_status, stored.is_suspended) == outcome
    row = AuditLog.objects.get(changes__reason="Looked at it")
    assert (row.user, row.entity_id) == (actor, user.pk)
    assert said(response) == [DECISIONS[action].done.format(row=user)]


def test_admin_reopens_what_was_rejected(client, sign_in):
    sign_in(Role.ADMIN)
    user = UserFactory(rejected=True)

    client.post(page("user", "reopen", user), {"reason": "New papers"})

    assert User.objects.get(pk=user.pk).kyc_status == KycStatus.IN_REVIEW


@pytest.mark.parametrize(
    ("action", "state"), [("suspend", {"moderator": True}), ("reopen", {"rejected": True})]
)
def test_what_takes_an_admin_is_denied_to_a_moderator(client, sign_in, action, state):
    sign_in(Role.MODERATOR)
    user = UserFactory(**state)

    response = client.post(page("user", action, user), {"reason": "Because"})

    assert response.status_code == 403
    assert User.objects.get(pk=user.pk).is_suspended is False


@pytest.mark.parametrize("action", DECISIONS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_else_reaches_the_pages(client, sign_in, action, method):
    sign_in(Role.USER)
    user = UserFactory(in_review=True)

    response = getattr(client, method)(page("user", action, user), {"reason": "Because"})

    assert (response.status_code, response.url.split("?")[0]) == (302, "/admin/login/")
    assert User.objects.get(pk=user.pk).kyc_status == KycStatus.IN_REVIEW


@pytest.mark.parametrize("action", DECISIONS)
def test_table_of_roles_says_who_decides(client, sign_in, monkeypatch, action):
    monkeypatch.setitem(TABLE, "accounts.user", ("view", "view decide"))
    sign_in(Role.ADMIN)
    user = UserFactory(in_review=True)

    answers = [
        getattr(client, method)(page("user", action, user), {"reason": "Because"}).status_code
        for method in ("get", "post")
    ]

    assert answers == [403, 403]
    assert offered(client.get(reverse(FORM, args=[user.pk]))) == []


@pytest.mark.parametrize("action", DECISIONS)
def test_page_says_what_the_decision_takes_along(client, sign_in, action):
    sign_in(Role.ADMIN)
    state = {"lift_suspension": "suspended", "reopen": "rejected"}.get(action, "in_review")
    user = UserFactory(**{state: True})
    UserSessionFactory(user=user)

    content = client.get(page("user", action, user)).content.decode()

    assert DECISIONS[action].takes_along in content
    assert DECISIONS[action].says in content


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 1001])
def test_reason_is_asked_for_on_the_form(client, sign_in, reason):
    sign_in(Role.MODERATOR)
    user = UserFactory()

    response = client.post(page("user", "suspend", user), {"reason": reason})

    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["reason"]
    assert User.objects.get(pk=user.pk).is_suspended is False


@pytest.mark.parametrize("method", ["get", "post"])
def test_decision_that_came_too_late_is_refused_in_words(client, sign_in, method):
    sign_in(Role.MODERATOR)
    user = UserFactory(approved=True)

    response = getattr(client, method)(page("user", "reject", user), {"reason": "Blurred"})

    assert response.url == reverse(PERSON, args=[user.pk])
    assert len(said(response)) == 1
    assert User.objects.get(pk=user.pk).kyc_status == KycStatus.APPROVED


def test_decision_about_an_earlier_submission_is_refused(client, sign_in):
    sign_in(Role.MODERATOR)
    user = UserFactory(in_review=True)
    seen = (user.created_at - timedelta(days=1)).isoformat()

    response = client.post(page("kycreview", "approve", user), {"reason": "Fine", "seen": seen})

    assert said(response) == ["Something was submitted or decided since you looked."]
    assert User.objects.get(pk=user.pk).kyc_status == KycStatus.IN_REVIEW


def test_form_sends_back_what_was_seen(client, sign_in):
    sign_in(Role.MODERATOR)
    user = UserFactory(in_review=True)
    url = page("kycreview", "approve", user)
    seen = client.get(url).content.decode().split('name="seen" value="')[1].split('"')[0]

    response = client.post(url, {"reason": "Fine", "seen": seen})

    assert response.url == reverse(QUEUE)
    assert User.objects.get(pk=user.pk).kyc_status == KycStatus.APPROVED


def test_who_is_out_of_the_queue_leads_back_to_it(client, sign_in):
    sign_in(Role.MODERATOR)
    user = UserFactory(approved=True)

    response = client.get(page("kycreview", "approve", user))

    assert response.url == reverse(QUEUE)
    assert said(response) == ["This is decided already, or was never there."]


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
def test_queue_holds_who_waits_and_begins_with_who_waited_longest(client, sign_in, role):
    sign_in(role)
    late = UserFactory(in_review=True)
    early = UserFactory(in_review=True, created_at=late.created_at - timedelta(days=3))
    for state in ("rejected", "requires_action", "approved", "identified"):
        UserFactory(**{state: True})

    response = client.get(reverse(QUEUE))

    assert [row.pk for row in response.context["cl"].result_list] == [early.pk, late.pk]
    assert "3\xa0days" in response.content.decode()


def test_review_shows_what_the_decision_rests_on(client, sign_in):
    actor = sign_in(Role.MODERATOR)
    user = UserFactory(in_review=True, phone_number="+15550100")
    kyc.decide(actor=actor, user=user, status="requires_action", reason="Which <Ada>?")
    kyc.submit(user=user)

    content = client.get(reverse(REVIEW, args=[user.pk])).content.decode()

    born = formats.date_format(user.date_of_birth)
    wanted = (
        "Lovelace",
        born,
        "Ireland",
        user.email,
        f"requires action by {actor} (Which &lt;Ada&gt;?)",
    )
    assert [text for text in wanted if text not in content] == []
    assert "+15550100" not in content


@pytest.mark.parametrize(
    ("role", "state", "shown"),
    [
        (Role.MODERATOR, "in_review", True),
        (Role.MODERATOR, "rejected", False),
        (Role.ADMIN, "rejected", True),
    ],
)
def test_birth_date_is_for_who_decides(client, sign_in, role, state, shown):
    sign_in(role)
    user = UserFactory(**{state: True})

    response = client.get(reverse(FORM, args=[user.pk]))

    fields = [
        name for _, options in response.context["adminform"].fieldsets for name in options["fields"]
    ]
    assert ("date_of_birth" in fields) == shown


def test_question_shows_no_birth_date_to_who_does_not_decide_on_it(client, sign_in):
    sign_in(Role.MODERATOR)
    user = UserFactory(rejected=True)

    response = client.get(page("user", "suspend", user))

    assert "Date of birth" not in dict(response.context["facts"])


def test_every_decision_of_the_service_has_its_page():
    staff = {end for (_, end), by in kyc.TRANSITIONS.items() if by != kyc.By.OWNER}

    assert set(BY_STATUS) == staff
