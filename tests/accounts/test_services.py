"""Signing in and out, and one's own profile."""

import threading
import time

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.utils import timezone

from accounts import tokens
from accounts.hashers import Argon2
from accounts.models import User, UserSession
from accounts.services import passwords, people, sessions
from administration.models import AuditLog
from dayrade.db.transactions import service
from dayrade.errors import UnauthenticatedError
from tests.factories.accounts import PASSWORD, UserFactory, UserSessionFactory

pytestmark = pytest.mark.django_db


def test_sign_in_opens_a_session_whose_token_is_stored_as_a_hash():
    user = UserFactory(email="ada@example.com")

    opened = sessions.sign_in(email="ADA@EXAMPLE.COM", password=PASSWORD)

    session = UserSession.objects.get()
    assert session.user == user
    assert session.session_token == tokens.hashed(opened.session_token)
    assert len(opened.session_token) >= 43
    assert session.expires_at > timezone.now()


def test_sign_in_stamps_the_account_and_is_recorded():
    user = UserFactory()

    sessions.sign_in(email=user.email, password=PASSWORD)

    user.refresh_from_db()
    assert user.last_login == UserSession.objects.get().created_at
    assert AuditLog.objects.get(action="session.open").user == user


@pytest.mark.parametrize(
    "account",
    [{"suspended": True}, {"is_active": False}, {"password": "another long password"}],
    ids=["suspended", "inactive", "wrong password"],
)
def test_sign_in_refuses_and_records(account):
    user = UserFactory(**account)

    with pytest.raises(UnauthenticatedError):
        sessions.sign_in(email=user.email, password=PASSWORD)

    assert not UserSession.objects.exists()
    assert AuditLog.objects.get(action="session.denied").entity_id == user.pk


@pytest.mark.parametrize(
    "meanwhile",
    [
        {"password": "another"},
        {"is_active": False},
        {"is_suspended": True, "suspension_reason": "Cheating."},
    ],
)
def test_account_that_changed_since_it_was_read_gets_no_session(meanwhile):
    read = UserFactory()
    User.objects.filter(pk=read.pk).update(**meanwhile)

    with pytest.raises(UnauthenticatedError):
        sessions.open_session(user=read)

    assert not UserSession.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_new_password_ends_a_session_that_is_just_opening():
    user = UserFactory()

    def change():
        try:
            passwords.change_password(
                user=user, current_password=PASSWORD, new_password="another horse battery"
            )
        finally:
            connection.close()

    thread = threading.Thread(target=change)

    @service
    def sign_in_meanwhile():
        sessions.open_session(user=user)
        thread.start()
        deadline = time.monotonic() + 10
        while not somebody_waits_for_a_lock():
            assert time.monotonic() < deadline

    sign_in_meanwhile()
    thread.join()

    assert not UserSession.objects.live().exists()


def somebody_waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


def test_live_sessions_are_neither_ended_nor_expired_nor_of_a_closed_account():
    live = UserSessionFactory()
    UserSessionFactory(is_active=False)
    UserSessionFactory(user=UserFactory(suspended=True))
    UserSessionFactory(user=UserFactory(is_active=False))
    expired = UserSessionFactory()
    UserSession.objects.filter(pk=expired.pk).update(expires_at=expired.created_at)

    assert list(UserSession.objects.live()) == [live]


def test_update_profile_changes_what_is_given():
    user = UserFactory(first_name="Ada")

    people.update_profile(user=user, changes={"country": "Canada"})

    assert User.objects.values_list("first_name", "country").get() == ("Ada", "Canada")


def test_update_profile_refuses_a_username_that_is_taken_in_other_letters():
    UserFactory(username="Ada")

    with pytest.raises(IntegrityError):
        people.update_profile(user=UserFactory(), changes={"username": "ada"})


def test_update_profile_explains_what_a_username_is():
    with pytest.raises(ValidationError, match="3 to 50 letters"):
        people.update_profile(user=UserFactory(), changes={"username": "a b"})


def test_password_hash_is_argon2id_with_our_parameters():
    encoded = Argon2().encode("secret", "saltsaltsalt")

    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert Argon2PasswordHasher().verify("secret", encoded)
