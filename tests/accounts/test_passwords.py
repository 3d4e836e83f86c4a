"""Changing a password, and choosing a new one by a link."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts import links
from accounts.links import Kind
from accounts.models import User, UserSession
from accounts.services import passwords
from administration.models import AuditLog
from comms.models import Notification
from tests.audit import forget_audit
from tests.factories.accounts import PASSWORD, UserFactory, UserSessionFactory

pytestmark = pytest.mark.django_db

ME = "/api/v1/users/me"
LOGIN = "/api/v1/auth/login"
CHANGE = "/api/v1/auth/password/change"
RESET = "/api/v1/auth/password/reset"
CONFIRM = "/api/v1/auth/password/reset/confirm"
NEW = "battery staple horse"
BODY = {"current_password": PASSWORD, "new_password": NEW}
UNVERIFIED = {"email_verified": False, "email_verified_at": None}


def trail():
    """Return the audit of accounts; a notice has no row of its own."""
    return list(AuditLog.objects.order_by("created_at").values_list("user", "action"))


def told():
    return list(Notification.objects.values_list("user", "type", "title"))


def test_change_ends_every_session_but_this_one(client_of):
    user = UserFactory()
    here, elsewhere, stranger = client_of(user), client_of(user), client_of(UserFactory())
    forget_audit()

    answer = here.post(CHANGE, BODY)

    user.refresh_from_db()
    assert (answer.status_code, answer.content) == (204, b"")
    assert user.check_password(NEW)
    assert [client.get(ME).status_code for client in (here, elsewhere, stranger)] == [200, 401, 200]
    assert trail() == [(user.pk, "user.change_password")]
    assert told() == [(user.pk, "password.changed", "Your password was changed")]


def test_wrong_current_password_changes_nothing_and_is_recorded(client_of):
    user = UserFactory()
    client, elsewhere = client_of(user), client_of(user)
    forget_audit()

    answer = client.post(CHANGE, BODY | {"current_password": "wrong horse battery"})

    user.refresh_from_db()
    assert answer.status_code == 400
    assert answer.json() == {
        "success": False,
        "message": "Data validation failed",
        "error": "VALIDATION_ERROR",
        "details": {"current_password": ["This is not your password."]},
    }
    assert user.check_password(PASSWORD)
    assert elsewhere.get(ME).status_code == 200
    assert trail() == [(user.pk, "password.denied")]
    assert told() == []


@pytest.mark.parametrize(
    ("person", "password"),
    [
        ({}, "short"),
        ({}, "basketball-2026"),
        ({"email": "ada.lovelace@example.com"}, "ada.lovelace"),
        ({"moderator": True}, "kqzvwxjmpfbnty"),
    ],
)
def test_weak_new_password_is_refused(client_of, person, password):
    user = UserFactory(**person)

    answer = client_of(user).post(CHANGE, BODY | {"new_password": password})

    user.refresh_from_db()
    assert answer.status_code == 400
    assert set(answer.json()["details"]) == {"new_password"}
    assert user.check_password(PASSWORD)


def test_strength_is_told_to_nobody_without_the_password(client_of):
    body = {"current_password": "wrong horse battery", "new_password": "short"}

    answer = client_of(UserFactory()).post(CHANGE, body)

    assert set(answer.json()["details"]) == {"current_password"}


def test_current_passwords_are_counted_by_person(client_of, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"password_check": (2, 900)}
    user = UserFactory()
    here, there, other = client_of(user), client_of(user), client_of(UserFactory())
    wrong = BODY | {"current_password": "wrong horse battery"}

    found = [client.post(CHANGE, wrong).status_code for client in (here, there, here)]
    answer = there.post(CHANGE, BODY)

    assert found == [400, 400, 429]
    assert (answer.status_code, answer.json()["error"]) == (429, "RATE_LIMITED")
    assert int(answer["Retry-After"]) > 800
    assert other.post(CHANGE, BODY).status_code == 204
    assert here.get(ME).status_code == 200


def test_password_is_taken_to_the_letter(client_of, anonymous):
    user = UserFactory()
    password = "  Grüße, 世界, and spaces  "

    client_of(user).post(CHANGE, BODY | {"new_password": password})

    sent = {"email": user.email, "password": password}
    assert anonymous.post(LOGIN, sent | {"password": password.strip()}).status_code == 401
    assert anonymous.post(LOGIN, sent | {"password": password.lower()}).status_code == 401
    assert anonymous.post(LOGIN, sent).status_code == 200


def token_of(anonymous, mailbox, user):
    anonymous.post(RESET, {"email": user.email})
    (token,) = re.findall(r"#token=(\S+)", mailbox()[-1].body)
    return token


def test_reset_ends_every_session_and_tells_the_owner(anonymous, client_of, mailbox):
    user = UserFactory()
    elsewhere = client_of(user)
    token = token_of(anonymous, mailbox, user)
    forget_audit()

    answer = anonymous.post(CONFIRM, {"token": token, "new_password": NEW})

    user.refresh_from_db()
    assert (answer.status_code, answer.content) == (204, b"")
    assert user.check_password(NEW)
    assert elsewhere.get(ME).status_code == 401
    assert trail() == [(user.pk, "user.reset_password")]
    assert told() == [(user.pk, "password.changed", "Your password was changed")]
    assert [message.to for message in mailbox()] == [[user.email]] * 2


def test_link_to_reset_works_once(anonymous, mailbox):
    user = UserFactory()
    token = token_of(anonymous, mailbox, user)
    anonymous.post(CONFIRM, {"token": token, "new_password": NEW})
    forget_audit()

    answer = anonymous.post(CONFIRM, {"token": token, "new_password": "another horse battery"})

    user.refresh_from_db()
    assert answer.status_code == 400
    assert answer.json()["details"] == {
        "token": ["This link has expired or was used. Ask for a new one."]
    }
    assert user.check_password(NEW)
    assert list(AuditLog.objects.values_list("action", "entity_id", "changes")) == [
        ("link.denied", user.pk, {"kind": "reset_password"})
    ]


def test_change_of_the_password_kills_links(anonymous, mailbox, client_of):
    user = UserFactory()
    token = token_of(anonymous, mailbox, user)
    client_of(user).post(CHANGE, BODY)

    answer = anonymous.post(CONFIRM, {"token": token, "new_password": "another horse battery"})

    assert set(answer.json()["details"]) == {"token"}


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"is_suspended": True, "suspension_reason": "Abuse"}]
)
def test_link_is_worth_nothing_once_the_account_is_shut(anonymous, mailbox, change):
    user = UserFactory()
    token = token_of(anonymous, mailbox, user)
    User.objects.filter(pk=user.pk).update(**change)

    answer = anonymous.post(CONFIRM, {"token": token, "new_password": NEW})

    user.refresh_from_db()
    assert set(answer.json()["details"]) == {"token"}
    assert user.check_password(PASSWORD)


def test_reset_verifies_the_address(anonymous, mailbox):
    user = UserFactory(**UNVERIFIED)
    verification = links.token(Kind.VERIFY_EMAIL, user)
    token = token_of(anonymous, mailbox, user)

    anonymous.post(CONFIRM, {"token": token, "new_password": NEW})

    user.refresh_from_db()
    assert user.email_verified
    assert user.email_verified_at is not None
    answer = anonymous.post("/api/v1/auth/email/verify", {"token": verification})
    assert answer.status_code == 400


def test_reset_leaves_the_instant_at_which_an_address_was_verified(anonymous, mailbox):
    user = UserFactory()

    passwords.reset(token=token_of(anonymous, mailbox, user), new_password=NEW)

    assert User.objects.get().email_verified_at == user.email_verified_at


def test_who_has_no_password_can_choose_one(anonymous, mailbox):
    user = UserFactory(password=None)
    token = token_of(anonymous, mailbox, user)

    answer = anonymous.post(CONFIRM, {"token": token, "new_password": NEW})

    assert answer.status_code == 204
    assert anonymous.post(LOGIN, {"email": user.email, "password": NEW}).status_code == 200


@pytest.mark.parametrize(
    ("person", "password"),
    [
        ({}, "short"),
        ({"email": "ada.lovelace@example.com"}, "ada.lovelace"),
        ({"admin": True}, "kqzvwxjmpfbnty"),
    ],
)
def test_weak_password_leaves_the_link_good(anonymous, mailbox, person, password):
    token = token_of(anonymous, mailbox, UserFactory(**person))

    weak = anonymous.post(CONFIRM, {"token": token, "new_password": password})

    assert weak.status_code == 400
    assert set(weak.json()["details"]) == {"new_password"}
    assert anonymous.post(CONFIRM, {"token": token, "new_password": NEW}).status_code == 204


def test_bad_link_costs_no_hash(anonymous, hashed):
    answer = anonymous.post(CONFIRM, {"token": "junk", "new_password": NEW})

    assert answer.status_code == 400
    assert hashed == []


def test_tries_of_links_are_limited_by_address(anonymous, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"link_address": (2, 900)}
    body = {"token": "junk", "new_password": NEW}

    found = [anonymous.post(CONFIRM, body).status_code for _ in range(3)]

    assert found == [400, 400, 429]
    assert anonymous.post(CONFIRM, body, REMOTE_ADDR="203.0.113.9").status_code == 400


def together(work, arguments):
    """Do the work for each argument at the same moment, with real commits."""
    start = Barrier(len(arguments))

    def one(argument):
        start.wait()
        try:
            work(argument)
        except ValidationError:
            return "refused"
        finally:
            connection.close()
        return argument

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(one, arguments))


FOUR = [f"battery staple horse {n}" for n in range(4)]


@pytest.mark.django_db(transaction=True)
def test_one_of_those_who_use_a_link_at_once_wins():
    user = UserFactory()
    token = links.token(Kind.RESET_PASSWORD, user)

    outcomes = together(lambda new: passwords.reset(token=token, new_password=new), FOUR)

    (winner,) = [outcome for outcome in outcomes if outcome != "refused"]
    user.refresh_from_db()
    assert user.check_password(winner)
    assert AuditLog.objects.filter(action="user.reset_password").count() == 1
    assert len(told()) == 1


@pytest.mark.django_db(transaction=True)
def test_one_of_those_who_change_a_password_at_once_wins():
    user = UserFactory()
    UserSessionFactory(user=user)

    def change(new):
        reader = User.objects.get(pk=user.pk)
        passwords.change_password(user=reader, current_password=PASSWORD, new_password=new)

    outcomes = together(change, FOUR)

    (winner,) = [outcome for outcome in outcomes if outcome != "refused"]
    user.refresh_from_db()
    assert user.check_password(winner)
    assert not UserSession.objects.live().exists()
