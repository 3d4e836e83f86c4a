"""Suspensions and identity checks over the API."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.models import User
from tests.factories.accounts import UserFactory
from tests.instants import z

pytestmark = pytest.mark.django_db

SUBMIT = "/api/v1/users/me/kyc"


def url(user, what):
    return f"/api/v1/users/{user.pk}/{what}"


def decision(status="approved", reason="The names agree", **more):
    return {"kyc_status": status, "reason": reason} | more


def test_owner_submits_and_gets_their_profile(client_of):
    user = UserFactory(identified=True)

    answer = client_of(user).post(SUBMIT)

    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["kyc_status"]) == (str(user.pk), "in_review")


@pytest.mark.parametrize(
    ("state", "code", "message"),
    [
        ({"approved": True}, "INVALID_TRANSITION", "Your identity check is approved."),
        (
            {"identified": True, "unverified": True},
            "EMAIL_UNVERIFIED",
            "Verify your e-mail address first.",
        ),
        (
            {"identified": True, "country": None},
            "PROFILE_INCOMPLETE",
            "Fill in your profile first: country.",
        ),
    ],
)
def test_submission_says_what_is_in_its_way(client_of, state, code, message):
    answer = client_of(UserFactory(**state)).post(SUBMIT)

    assert answer.status_code == 409
    assert answer.json() == {"success": False, "message": message, "error": code}


def test_submission_takes_no_decision_along(client_of):
    user = UserFactory(identified=True)

    answer = client_of(user).post(SUBMIT, {"kyc_status": "approved"})

    assert (answer.status_code, answer.json()["details"]) == (
        400,
        {"kyc_status": ["Unknown field."]},
    )
    assert User.objects.get(pk=user.pk).kyc_status == "pending"


def test_identity_in_review_stays_as_it_is(client_of):
    answer = client_of(UserFactory(in_review=True)).patch(
        "/api/v1/users/me", {"last_name": "Byron", "country": "Ireland"}
    )

    assert (answer.status_code, answer.json()["error"]) == (409, "IDENTITY_LOCKED")
    assert "last_name" in answer.json()["message"]


def test_suspension_is_shown_made_and_lifted(client_of):
    client, user = client_of(UserFactory(moderator=True)), UserFactory()

    answers = [
        client.get(url(user, "suspension")),
        client.patch(url(user, "suspension"), {"is_suspended": True, "reason": " Abuse "}),
        client.get(url(user, "suspension")),
        client.patch(url(user, "suspension"), {"is_suspended": False, "reason": "Appeal"}),
    ]

    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (200, {"is_suspended": False, "reason": None}),
        (200, {"is_suspended": True, "reason": "Abuse"}),
        (200, {"is_suspended": True, "reason": "Abuse"}),
        (200, {"is_suspended": False, "reason": None}),
    ]


def test_suspension_holds_from_the_next_request(client_of):
    user = UserFactory()
    theirs = client_of(user)

    client_of(UserFactory(moderator=True)).patch(
        url(user, "suspension"), {"is_suspended": True, "reason": "Abuse"}
    )

    assert theirs.get("/api/v1/users/me").status_code == 401


@pytest.mark.parametrize(
    ("user", "body", "status", "code"),
    [
        ({}, {"is_suspended": False, "reason": "Appeal"}, 409, "INVALID_TRANSITION"),
        ({"moderator": True}, {"is_suspended": True, "reason": "Abuse"}, 403, "PERMISSION_DENIED"),
        ({}, {"is_suspended": True}, 400, "VALIDATION_ERROR"),
        ({}, {"is_suspended": True, "reason": "  "}, 400, "VALIDATION_ERROR"),
        ({}, {"is_suspended": True, "reason": "x" * 1001}, 400, "VALIDATION_ERROR"),
        ({}, {"is_suspended": "yes", "reason": "Abuse"}, 400, "VALIDATION_ERROR"),
        ({}, {"reason": "Abuse"}, 400, "VALIDATION_ERROR"),
    ],
)
def test_wrong_suspension_is_refused(client_of, user, body, status, code):
    answer = client_of(UserFactory(moderator=True)).patch(
        url(UserFactory(**user), "suspension"), body
    )

    assert (answer.status_code, answer.json()["error"]) == (status, code)


def test_staff_see_what_a_decision_rests_on(client_of):
    user = UserFactory(in_review=True)

    answer = client_of(UserFactory(moderator=True)).get(url(user, "kyc"))

    assert answer.json() == {
        "id": str(user.pk),
        "username": user.username,
        "email": user.email,
        "email_verified": True,
        "kyc_status": "in_review",
        "kyc_since": z(user.created_at),
        "kyc_approved_at": None,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "date_of_birth": "1990-12-10",
        "country": "Ireland",
    }


@pytest.mark.parametrize(
    ("role", "state", "shown"),
    [
        ("moderator", "in_review", "1990-12-10"),
        ("moderator", "rejected", None),
        ("moderator", "approved", None),
        ("admin", "rejected", "1990-12-10"),
    ],
)
def test_moderators_see_a_birth_date_only_while_they_decide(client_of, role, state, shown):
    user = UserFactory(identified=True, **{state: True})

    answer = client_of(UserFactory(role=role)).get(url(user, "kyc"))

    assert answer.json()["date_of_birth"] == shown


def test_decision_is_answered_with_the_check_as_it_is_then(client_of):
    user = UserFactory(in_review=True)

    answer = client_of(UserFactory(moderator=True)).patch(url(user, "kyc"), decision())

    stored = User.objects.get(pk=user.pk)
    assert answer.status_code == 200
    assert answer.json()["kyc_status"] == "approved"
    assert answer.json()["kyc_approved_at"] == z(stored.kyc_approved_at)


@pytest.mark.parametrize(
    ("state", "body", "status", "code"),
    [
        ("approved", decision("rejected"), 409, "INVALID_TRANSITION"),
        ("identified", decision("in_review"), 409, "INVALID_TRANSITION"),
        ("in_review", decision("pending"), 409, "INVALID_TRANSITION"),
        ("rejected", decision("in_review"), 403, "PERMISSION_DENIED"),
        ("in_review", decision("maybe"), 400, "VALIDATION_ERROR"),
        ("in_review", decision(reason=""), 400, "VALIDATION_ERROR"),
        ("in_review", decision(date_of_birth="1980-01-01"), 400, "VALIDATION_ERROR"),
        ("in_review", decision(kyc_since="2020-01-01T00:00:00Z"), 409, "INVALID_TRANSITION"),
    ],
)
def test_wrong_decision_is_refused(client_of, state, body, status, code):
    user = UserFactory(**{state: True})

    answer = client_of(UserFactory(moderator=True)).patch(url(user, "kyc"), body)

    assert (answer.status_code, answer.json()["error"]) == (status, code)


def test_decision_about_what_was_seen_is_taken(client_of):
    client, user = client_of(UserFactory(moderator=True)), UserFactory(in_review=True)
    seen = client.get(url(user, "kyc")).json()["kyc_since"]

    answer = client.patch(url(user, "kyc"), decision(kyc_since=seen))

    assert (answer.status_code, answer.json()["kyc_status"]) == (200, "approved")


@pytest.mark.parametrize("what", ["suspension", "kyc"])
def test_nobody_of_that_id_is_not_found(client_of, what):
    client = client_of(UserFactory(admin=True))

    answers = [
        client.get(f"/api/v1/users/{uuid4()}/{what}"),
        client.patch(f"/api/v1/users/x/{what}"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_queue_of_the_api_goes_by_how_long_they_wait(client_of):
    client = client_of(UserFactory(moderator=True))
    late = UserFactory(in_review=True)
    early = UserFactory(in_review=True, created_at=late.created_at - timedelta(days=1))
    UserFactory(rejected=True)

    answer = client.get("/api/v1/users", {"kyc_status": "in_review", "ordering": "kyc_since"})

    assert [row["id"] for row in answer.json()["results"]] == [str(early.pk), str(late.pk)]
    assert answer.json()["results"][0]["kyc_since"] == z(early.created_at)
