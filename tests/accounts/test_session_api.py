"""Sessions through HTTP: opened, renewed, listed and ended by their owner."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from accounts import tokens
from accounts.models import Role, User, UserSession
from accounts.services import passwords, people
from administration.models import AuditLog
from comms.models import Notification
from dayrade.db.functions import Now
from tests.factories.accounts import PASSWORD, UserFactory, UserSessionFactory
from tests.instants import z

pytestmark = pytest.mark.django_db

LOGIN = "/api/v1/auth/login"
REFRESH = "/api/v1/auth/refresh"
LOGOUT = "/api/v1/auth/logout"
LOGOUT_ALL = "/api/v1/auth/logout-all"
SESSIONS = "/api/v1/auth/sessions"
ME = "/api/v1/users/me"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def login(client, user, **extra):
    return client.post(LOGIN, {"email": user.email, "password": PASSWORD, **extra}).json()


def refresh(client, token, **kwargs):
    return client.post(REFRESH, {"refresh_token": token}, **kwargs)


def me(client, body):
    return client.get(ME, headers={"Authorization": f"Bearer {body['session_token']}"})


def unauthenticated(message, error="AUTHENTICATION_FAILED"):
    return {"success": False, "message": message, "error": error}


ENDED = unauthenticated("The session has ended; sign in again.")
REUSED = unauthenticated(
    "This refresh token has been used before: the session has ended; sign in again.",
    "TOKEN_REUSED",
)


def test_refresh_answers_as_the_sign_in_did(anonymous):
    user = UserFactory()
    first = login(anonymous, user)

    answer = refresh(anonymous, first["refresh_token"])

    body = answer.json()
    session = UserSession.objects.get()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert set(body) == set(first)
    assert body["user"] == first["user"] == me(anonymous, body).json()
    assert tokens.hashed(body["session_token"]) == session.session_token
    assert tokens.hashed(body["refresh_token"]) == session.refresh_token
    assert body["expires_at"] == z(session.expires_at)
    assert body["refresh_expires_at"] == z(session.created_at + timedelta(days=30))


def test_refresh_replaces_both_tokens(anonymous):
    first = login(anonymous, UserFactory())

    second = refresh(anonymous, first["refresh_token"]).json()

    assert me(anonymous, first).status_code == 401
    assert me(anonymous, second).status_code == 200
    assert refresh(anonymous, second["refresh_token"]).status_code == 200


def test_old_refresh_token_ends_the_session(anonymous):
    user = UserFactory()
    first = login(anonymous, user)
    second = refresh(anonymous, first["refresh_token"]).json()

    answer = refresh(anonymous, first["refresh_token"])

    assert (answer.status_code, answer.json()) == (401, REUSED)
    assert answer["WWW-Authenticate"] == "Bearer"
    assert me(anonymous, second).status_code == 401
    again = refresh(anonymous, second["refresh_token"])
    assert (again.status_code, again.json()) == (401, ENDED)
    assert Notification.objects.get().user == user


@pytest.mark.parametrize("sent", ["x", "a.b.c", "é" * 100, "00" * 16 + ".x.y"])
def test_forged_refresh_token_is_refused(anonymous, sent):
    answer = refresh(anonymous, sent)

    assert (answer.status_code, answer.json()) == (401, ENDED)


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({}, "refresh_token", "This field is required."),
        ({"refresh_token": None}, "refresh_token", "This field may not be null."),
        ({"refresh_token": ""}, "refresh_token", "This field may not be blank."),
        ({"refresh_token": 7}, "refresh_token", "Not a valid string."),
        ({"refresh_token": "\x01"}, "refresh_token", "Control characters are not allowed."),
        (
            {"refresh_token": "x" * 256},
            "refresh_token",
            "Ensure this field has no more than 255 characters.",
        ),
        ({"refresh_token": "x", "user": "ada"}, "user", "Unknown field."),
    ],
)
def test_malformed_refresh_is_explained(anonymous, body, field, said):
    answer = anonymous.post(REFRESH, body)

    assert answer.status_code == 400
    assert answer.json()["details"][field] == [said]


def test_refresh_needs_no_live_session_token(anonymous):
    body = login(anonymous, UserFactory())
    UserSession.objects.update(created_at=Now() - timedelta(hours=1), expires_at=Now())
    expired = {"Authorization": f"Bearer {body['session_token']}"}

    answer = refresh(anonymous, body["refresh_token"], headers=expired)

    assert anonymous.get(ME, headers=expired).status_code == 401
    assert answer.status_code == 200


def test_refresh_by_key_is_not_repeated(anonymous):
    body = login(anonymous, UserFactory())
    key = {"Idempotency-Key": "key-1"}

    found = [refresh(anonymous, body["refresh_token"], headers=key) for _ in range(2)]

    assert [answer.status_code for answer in found] == [200, 401]


def test_refreshes_from_one_address_are_limited(anonymous, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"refresh_address": (2, 900)}

    found = [refresh(anonymous, "x", REMOTE_ADDR="203.0.113.7") for _ in range(3)]

    assert [answer.status_code for answer in found] == [401, 401, 429]
    assert 890 <= int(found[2]["Retry-After"]) <= 900
    assert refresh(anonymous, "x", REMOTE_ADDR="203.0.113.8").status_code == 401


def test_failed_sign_ins_of_others_leave_the_owner_signed_in(anonymous, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {
        "login_account": (2, 900),
        "login_address": (3, 900),
    }
    user = UserFactory()
    body = login(anonymous, user)
    wrong = {"email": user.email, "password": "wrong"}

    found = [anonymous.post(LOGIN, wrong).status_code for _ in range(4)]

    assert found == [401, 429, 429, 429]
    assert me(anonymous, body).status_code == 200
    assert refresh(anonymous, body["refresh_token"]).status_code == 200


def suspend(user):
    # What the service writes; the rest of it ends the sessions as well.
    User.objects.filter(pk=user.pk).update(is_suspended=True, suspension_reason="Cheating.")


def close(user):
    people.update_by_staff(actor=UserFactory(admin=True), user=user, changes={"is_active": False})


def promote(user):
    changes = {"role": Role.MODERATOR}
    people.update_by_staff(actor=UserFactory(admin=True), user=user, changes=changes)


def change_password(user):
    passwords.change_password(user=user, current_password=PASSWORD, new_password="another long one")


@pytest.mark.parametrize("act", [suspend, close, promote, change_password])
def test_sessions_end_with_the_next_request_after(anonymous, act):
    user = UserFactory()
    body = login(anonymous, user)
    other = login(anonymous, UserFactory())
    assert me(anonymous, body).status_code == 200

    act(user)

    assert me(anonymous, body).status_code == 401
    assert refresh(anonymous, body["refresh_token"]).json() == ENDED
    assert me(anonymous, other).status_code == 200


def test_login_notes_the_device(anonymous):
    user = UserFactory()
    body = {"email": user.email, "password": PASSWORD, "device_name": "Work laptop"}

    anonymous.post(LOGIN, body, headers={"User-Agent": FIREFOX}, REMOTE_ADDR="203.0.113.7")

    session = UserSession.objects.get()
    assert session.device_info == {"name": "Work laptop", "browser": "Firefox", "system": "Linux"}
    assert (session.user_agent, session.ip_address) == (FIREFOX, "203.0.113.7")


def test_name_of_a_device_has_100_characters(anonymous):
    user = UserFactory()
    sent = {"email": user.email, "password": PASSWORD, "device_name": "x" * 101}

    answer = anonymous.post(LOGIN, sent)

    assert answer.status_code == 400
    assert set(answer.json()["details"]) == {"device_name"}


def test_sessions_are_ones_own_open_ones(client_of):
    user = UserFactory()
    client = client_of(user)
    current = UserSession.objects.get()
    UserSession.objects.update(
        ip_address="203.0.113.7",
        user_agent=FIREFOX,
        device_info={"browser": "Firefox", "system": "Linux"},
    )
    current.refresh_from_db()
    expired = UserSessionFactory(user=user)
    UserSession.objects.filter(pk=expired.pk).update(
        created_at=Now() - timedelta(days=9),
        last_accessed_at=Now() - timedelta(days=8),
        expires_at=Now() - timedelta(days=8),
    )
    ended = UserSessionFactory(user=user)
    UserSession.objects.filter(pk=ended.pk).update(created_at=Now() - timedelta(days=30))
    UserSessionFactory(user=user, is_active=False)
    UserSessionFactory()

    answer = client.get(SESSIONS)

    first, second = answer.json()["results"]
    assert answer.json()["count"] == 2
    assert first == {
        "id": str(current.pk),
        "device": "Firefox on Linux",
        "device_info": {"browser": "Firefox", "system": "Linux"},
        "ip_address": "203.0.113.7",
        "user_agent": FIREFOX,
        "is_current": True,
        "expires_at": z(current.expires_at),
        "refresh_expires_at": z(current.created_at + timedelta(days=30)),
        "created_at": z(current.created_at),
        "last_accessed_at": z(current.last_accessed_at),
    }
    assert (second["id"], second["device"], second["is_current"]) == (str(expired.pk), None, False)


@pytest.mark.parametrize("rows", [1, 3])
def test_sessions_take_the_same_queries_for_any_number(client_of, django_assert_num_queries, rows):
    user = UserFactory()
    client = client_of(user)
    UserSessionFactory.create_batch(rows - 1, user=user)

    with django_assert_num_queries(3):
        answer = client.get(SESSIONS)

    assert len(answer.json()["results"]) == rows
    assert sum(row["is_current"] for row in answer.json()["results"]) == 1


def test_logout_ends_this_session_alone(anonymous):
    user = UserFactory()
    here, elsewhere = login(anonymous, user), login(anonymous, user)

    answer = anonymous.post(LOGOUT, headers={"Authorization": f"Bearer {here['session_token']}"})

    assert (answer.status_code, answer.content) == (204, b"")
    assert me(anonymous, here).status_code == 401
    assert refresh(anonymous, here["refresh_token"]).json() == ENDED
    assert me(anonymous, elsewhere).status_code == 200


def test_logout_everywhere_ends_all_of_ones_sessions(client_of):
    user = UserFactory()
    here, elsewhere, other = client_of(user), client_of(user), client_of(UserFactory())

    answer = here.post(LOGOUT_ALL)

    assert (answer.status_code, answer.content) == (204, b"")
    assert [client.get(ME).status_code for client in (here, elsewhere, other)] == [401, 401, 200]


def test_session_can_be_ended_from_another(client_of):
    user = UserFactory()
    lost = client_of(user)
    session = UserSession.objects.get()
    here = client_of(user)

    answer = here.delete(f"{SESSIONS}/{session.pk}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert (lost.get(ME).status_code, here.get(ME).status_code) == (401, 200)
    assert AuditLog.objects.get(action="session.close").entity_id == session.pk


def test_sessions_of_others_and_ended_ones_are_not_there(client_of):
    user = UserFactory()
    client = client_of(user)
    missing = [
        UserSessionFactory().pk,
        UserSessionFactory(user=user, is_active=False).pk,
        UserSessionFactory(user=user, created_at=Now() - timedelta(days=30)).pk,
        uuid4(),
    ]

    found = [client.delete(f"{SESSIONS}/{pk}") for pk in missing]

    assert {answer.status_code for answer in found} == {404}
    assert {json.dumps(answer.json()) for answer in found} == {
        json.dumps({"success": False, "message": "Not found", "error": "NOT_FOUND"})
    }
    assert not AuditLog.objects.filter(action="session.close").exists()
    assert UserSession.objects.filter(is_active=True).count() == 3
