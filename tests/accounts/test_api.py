"""Signing in, one's own profile, and people as others see them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import tokens
from accounts.models import KycStatus, UserSession
from administration.models import AuditLog
from tests.factories.accounts import PASSWORD, UserFactory, UserSessionFactory
from tests.instants import z

pytestmark = pytest.mark.django_db

LOGIN = "/api/v1/auth/login"
ME = "/api/v1/users/me"
USERS = "/api/v1/users"


def profile(user):
    return {
        "id": str(user.pk),
        "email": user.email,
        "email_verified": True,
        "email_verified_at": z(user.email_verified_at),
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "avatar_url": user.avatar_url,
        "role": "user",
        "kyc_status": "pending",
        "kyc_approved_at": None,
        "country": user.country,
        "timezone": user.timezone,
        "date_of_birth": None,
        "phone_number": None,
        "zimtra_username": None,
        "last_login_at": user.last_login and z(user.last_login),
        "created_at": z(user.created_at),
        "updated_at": z(user.updated_at),
    }


def test_login_opens_a_session(anonymous):
    user = UserFactory()

    answer = anonymous.post(LOGIN, {"email": user.email.upper(), "password": PASSWORD})

    session = UserSession.objects.get()
    body = answer.json()
    token, refresh = body.pop("session_token"), body.pop("refresh_token")
    user.refresh_from_db()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert session.session_token == tokens.hashed(token)
    assert session.refresh_token == tokens.hashed(refresh)
    assert body == {
        "expires_at": z(session.expires_at),
        "refresh_expires_at": z(session.created_at + timedelta(days=30)),
        "user": profile(user),
    }


def test_token_of_a_login_signs_in(anonymous):
    user = UserFactory()
    token = anonymous.post(LOGIN, {"email": user.email, "password": PASSWORD}).json()

    answer = anonymous.get(ME, headers={"Authorization": f"Bearer {token['session_token']}"})

    assert answer.json()["id"] == str(user.pk)


@pytest.mark.parametrize(
    "who",
    [
        {"password": "wrong"},
        {"email": "nobody@example.com"},
        {"email": "no address"},
        {"suspended": True},
        {"is_active": False},
    ],
)
def test_login_refuses_without_saying_why(anonymous, who):
    sent = {"email": "ada@example.com", "password": PASSWORD}
    sent |= {name: who[name] for name in sent if name in who}
    UserFactory(email="ada@example.com", **{name: who[name] for name in who if name not in sent})

    answer = anonymous.post(LOGIN, sent)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json() == {
        "success": False,
        "message": "The e-mail address or the password is wrong.",
        "error": "AUTHENTICATION_FAILED",
    }
    assert UserSession.objects.count() == 0
    assert AuditLog.objects.filter(action="session.denied").count() == 1


def test_login_ignores_a_stale_token(anonymous):
    user = UserFactory()

    answer = anonymous.post(
        LOGIN,
        {"email": user.email, "password": PASSWORD},
        headers={"Authorization": "Bearer stale"},
    )

    assert answer.status_code == 200


def test_login_names_missing_and_unknown_fields(anonymous):
    answer = anonymous.post(LOGIN, {"user": "ada"})

    assert answer.status_code == 400
    assert answer.json()["details"] == {
        "user": ["Unknown field."],
        "email": ["This field is required."],
        "password": ["This field is required."],
    }


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("Basic YTpi", "Send Authorization: Bearer <session_token>."),
        ("Bearer", "Send Authorization: Bearer <session_token>."),
        ("Bearer a b", "Send Authorization: Bearer <session_token>."),
        ("Bearer \x00", "Send Authorization: Bearer <session_token>."),
        ("Bearer é", "Send Authorization: Bearer <session_token>."),
        ("Bearer " + "x" * 256, "Send Authorization: Bearer <session_token>."),
        ("Bearer x", "The session has ended; sign in again."),
        ("bearer x", "The session has ended; sign in again."),
    ],
)
@pytest.mark.parametrize("path", [ME, "/api/v1/tournaments"])
def test_bad_credentials_are_refused_even_where_none_are_needed(anonymous, path, header, message):
    answer = anonymous.get(path, headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json() == {
        "success": False,
        "message": message,
        "error": "AUTHENTICATION_FAILED",
    }


def test_no_credentials_are_told_apart_from_bad_ones(anonymous):
    answer = anonymous.get(ME)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["error"] == "NOT_AUTHENTICATED"


@pytest.mark.parametrize(
    ("person", "session"),
    [
        ({"suspended": True}, {}),
        ({"is_active": False}, {}),
        ({}, {"is_active": False}),
        (
            {},
            {
                "created_at": timezone.now() - timedelta(hours=2),
                "expires_at": timezone.now() - timedelta(hours=1),
            },
        ),
    ],
)
def test_session_that_has_ended_signs_nobody_in(anonymous, person, session):
    UserSessionFactory(user=UserFactory(**person), token="token", **session)

    answer = anonymous.get(ME, headers={"Authorization": "Bearer token"})

    assert answer.status_code == 401


def test_hash_of_a_token_is_no_token(anonymous):
    session = UserSessionFactory()

    answer = anonymous.get(ME, headers={"Authorization": f"Bearer {session.session_token}"})

    assert answer.status_code == 401


def test_signing_in_is_one_query(client_of, django_assert_num_queries):
    client = client_of(UserFactory())

    with django_assert_num_queries(1):
        client.get(ME)


@pytest.mark.parametrize(("seconds", "noted"), [(30, False), (90, True)])
def test_last_use_is_noted_once_a_minute(client_of, seconds, noted):
    client = client_of(UserFactory())
    before = timezone.now() - timedelta(seconds=seconds)
    UserSession.objects.update(last_accessed_at=before)

    client.get(ME)

    assert (UserSession.objects.get().last_accessed_at > before) is noted


def test_profile_shows_oneself(client_of):
    user = UserFactory(first_name="Ada", country="Switzerland")

    answer = client_of(user).get(ME)

    assert answer.json() == profile(user)


def test_profile_can_be_changed(client_of):
    user = UserFactory()
    changes = {
        "username": "Ada-1",
        "first_name": "Ada",
        "last_name": None,
        "avatar_url": "https://example.com/a.png",
        "country": "Switzerland",
        "timezone": "Europe/Zurich",
        "date_of_birth": "1990-12-10",
        "phone_number": "+41 44 000 00 00",
    }

    answer = client_of(user).patch(ME, changes)

    user.refresh_from_db()
    assert answer.status_code == 200
    assert answer.json() == profile(user) | changes
    entry = AuditLog.objects.get(action="user.update_profile")
    assert (entry.user, entry.entity_id) == (user, user.pk)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("role", "admin", "This field is read-only."),
        ("email", "x@example.com", "This field is read-only."),
        ("kyc_status", "approved", "This field is read-only."),
        ("id", "x", "This field is read-only."),
        ("is_suspended", False, "Unknown field."),
        ("password", "x", "Unknown field."),
        ("username", None, "This field may not be null."),
        (
            "username",
            "me",
            "Use 3 to 50 letters, digits, hyphens and underscores, a letter or digit first.",
        ),
        ("first_name", "x" * 101, "Ensure this field has no more than 100 characters."),
        ("avatar_url", "javascript:alert(1)", "Enter an http or https address."),
        ("timezone", "Moon/Crater", "Use a name such as Europe/Zurich."),
        ("timezone", "../../etc/passwd", "Use a name such as Europe/Zurich."),
        ("date_of_birth", "1899-12-31", "Enter a day from 1900 until today."),
        ("date_of_birth", "9999-01-01", "Enter a day from 1900 until today."),
        ("phone_number", "call me", "Use digits and spaces, such as +41 44 000 00 00."),
    ],
)
def test_profile_refuses(client_of, field, value, said):
    user = UserFactory()

    answer = client_of(user).patch(ME, {field: value, "country": "Narnia"})

    assert answer.status_code == 400
    assert answer.json() == {
        "success": False,
        "message": "Data validation failed",
        "error": "VALIDATION_ERROR",
        "details": {field: [said]},
    }
    user.refresh_from_db()
    assert user.country is None


def test_username_that_is_taken_is_a_conflict(client_of):
    UserFactory(username="Ada")

    answer = client_of(UserFactory()).patch(ME, {"username": "ada"})

    assert answer.status_code == 409
    assert answer.json() == {
        "success": False,
        "message": "Resource already exists",
        "error": "DUPLICATE_ENTRY",
    }


def test_card_shows_what_everybody_may_know(anonymous, django_assert_num_queries):
    user = UserFactory(
        username="Ada", first_name="Ada", country="Switzerland", zimtra_id="Z1", approved=True
    )

    with django_assert_num_queries(1):
        answer = anonymous.get(f"{USERS}/aDA")

    assert answer.json() == {
        "username": "Ada",
        "avatar_url": None,
        "country": "Switzerland",
        "created_at": z(user.created_at),
    }


def test_staff_list_people(client_of):
    staff = UserFactory(moderator=True)
    client = client_of(staff)
    user = UserFactory(zimtra_id="Z1", suspended=True)

    answer = client.get(USERS, {"role": "user"})

    assert answer.json()["results"] == [
        {
            "id": str(user.pk),
            "email": user.email,
            "email_verified": True,
            "email_verified_at": z(user.email_verified_at),
            "username": user.username,
            "first_name": None,
            "last_name": None,
            "avatar_url": None,
            "role": "user",
            "kyc_status": "pending",
            "kyc_since": z(user.created_at),
            "kyc_approved_at": None,
            "country": None,
            "zimtra_id": "Z1",
            "zimtra_username": None,
            "is_active": True,
            "is_suspended": True,
            "suspension_reason": "Abuse in chat",
            "last_login_at": None,
            "created_at": z(user.created_at),
            "updated_at": z(user.updated_at),
        }
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_people_take_the_same_queries_for_any_number(client_of, django_assert_num_queries, rows):
    client = client_of(UserFactory(moderator=True))
    UserFactory.create_batch(rows - 1)

    with django_assert_num_queries(3):
        answer = client.get(USERS)

    assert answer.json()["count"] == rows


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"role": "moderator"}, ["staff"]),
        ({"role": "moderator,user"}, ["ada", "bob", "staff"]),
        ({"kyc_status": KycStatus.APPROVED}, ["ada"]),
        ({"country": "switzerland"}, ["ada"]),
        ({"email_verified": "false"}, ["bob"]),
        ({"is_active": "false"}, ["bob"]),
        ({"is_suspended": "true"}, ["bob"]),
        ({"search": "LOVELACE"}, ["ada"]),
        ({"search": "bob@"}, ["bob"]),
        ({"from": "2020-01-01T00:00:00Z"}, ["ada", "staff"]),
        ({"to": "2020-01-01T00:00:00Z"}, ["bob"]),
    ],
)
def test_people_can_be_filtered(client_of, query, found):
    client = client_of(UserFactory(moderator=True, username="staff"))
    UserFactory(username="ada", last_name="Lovelace", country="Switzerland", approved=True)
    UserFactory(
        username="bob",
        email="bob@example.org",
        email_verified=False,
        email_verified_at=None,
        is_active=False,
        suspended=True,
        created_at="2019-12-31T23:59:59Z",
    )

    answer = client.get(USERS, query | {"ordering": "username"})

    assert [row["username"] for row in answer.json()["results"]] == found


@pytest.mark.parametrize("name", ["created_at", "username", "email", "last_login_at", "kyc_since"])
def test_people_can_be_ordered(client_of, name):
    client = client_of(UserFactory(moderator=True, username="zoe", email="z@example.com"))
    UserFactory(username="ada", email="a@example.com", last_login=timezone.now())

    up = client.get(USERS, {"ordering": name}).json()["results"]
    down = client.get(USERS, {"ordering": f"-{name}"}).json()["results"]

    values = [row[name] for row in up]
    assert sorted(values, key=lambda value: (value is None, value)) == values
    assert len(down) == len(up) == 2


def test_address_with_a_zone_is_recorded_without_it(client_of):
    client = client_of(UserFactory())

    answer = client.patch(ME, {"country": "Ghana"}, REMOTE_ADDR="fe80::1%eth0")

    assert answer.status_code == 200
    assert AuditLog.objects.get(action="user.update_profile").ip_address == "fe80::1"
