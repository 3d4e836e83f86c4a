"""Sessions under many hands at once, with real commits."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection

from accounts import tokens
from accounts.models import UserSession
from accounts.services import people, sessions, standing
from administration.models import AuditLog
from comms.models import Notification
from dayrade.db.transactions import service
from dayrade.errors import UnauthenticatedError
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

HANDS = 16


def refresh(token):
    """Return the new tokens, or the code of the refusal."""
    try:
        return sessions.refresh(refresh_token=token)
    except UnauthenticatedError as error:
        return error.code
    finally:
        connection.close()


def close(user, admin):
    try:
        people.update_by_staff(actor=admin, user=user, changes={"is_active": False})
    finally:
        connection.close()


@contextmanager
def meanwhile(act, *args):
    """Let another thread come to wait for what this transaction has locked, then commit."""
    with ThreadPoolExecutor(1) as pool:
        outcome = []

        @service
        def first(before):
            before()
            outcome.append(pool.submit(act, *args))
            deadline = time.monotonic() + 10
            while not somebody_waits_for_a_lock():
                assert time.monotonic() < deadline

        yield lambda before: (first(before), outcome[0].result())[1]


def somebody_waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


def test_of_16_refreshes_one_wins_and_the_others_end_the_session():
    user = UserFactory()
    token = sessions.open_session(user=user).refresh_token
    start = threading.Barrier(HANDS)

    def hand(_):
        start.wait()
        return refresh(token)

    with ThreadPoolExecutor(HANDS) as pool:
        outcomes = list(pool.map(hand, range(HANDS)))

    won = [outcome for outcome in outcomes if isinstance(outcome, sessions.OpenedSession)]
    assert len(won) == 1
    assert outcomes.count("TOKEN_REUSED") == 1
    assert outcomes.count("AUTHENTICATION_FAILED") == HANDS - 2
    assert not UserSession.objects.open().exists()
    assert refresh(won[0].refresh_token) == "AUTHENTICATION_FAILED"
    assert Notification.objects.get().user == user
    assert {
        action: AuditLog.objects.filter(action=action).count()
        for action in ("session.refresh", "session.token_reused", "session.denied")
    } == {"session.refresh": 1, "session.token_reused": 1, "session.denied": HANDS - 1}


def test_closing_that_waits_for_a_refresh_ends_what_it_gave():
    user, admin = UserFactory(), UserFactory(admin=True)
    opened = sessions.open_session(user=user)
    given = []

    with meanwhile(close, user, admin) as after:
        after(lambda: given.append(sessions.refresh(refresh_token=opened.refresh_token)))

    digest = tokens.hashed(given[0].session_token)
    assert UserSession.objects.get(session_token=digest).is_active is False


def test_refresh_that_waits_for_a_closing_is_refused():
    user, admin = UserFactory(), UserFactory(admin=True)
    opened = sessions.open_session(user=user)

    with meanwhile(refresh, opened.refresh_token) as after:
        outcome = after(
            lambda: people.update_by_staff(actor=admin, user=user, changes={"is_active": False})
        )

    assert outcome == "AUTHENTICATION_FAILED"


def test_signing_out_everywhere_ends_a_session_that_is_just_opening():
    user = UserFactory()

    def sign_out():
        try:
            sessions.sign_out_everywhere(user=user)
        finally:
            connection.close()

    with meanwhile(sign_out) as after:
        after(lambda: sessions.open_session(user=user))

    assert UserSession.objects.get().is_active is False


def test_admin_ends_a_session_that_is_just_opening():
    user, admin = UserFactory(), UserFactory(admin=True)

    def end():
        try:
            standing.end_sessions(actor=admin, user=user, reason="Lost laptop")
        finally:
            connection.close()

    with meanwhile(end) as after:
        after(lambda: sessions.open_session(user=user))

    assert UserSession.objects.get().is_active is False


def test_session_that_waits_for_a_closing_does_not_open():
    user, admin = UserFactory(), UserFactory(admin=True)

    def sign_in():
        try:
            sessions.open_session(user=user)
        except UnauthenticatedError:
            return "refused"
        finally:
            connection.close()

    with meanwhile(sign_in) as after:
        outcome = after(
            lambda: people.update_by_staff(actor=admin, user=user, changes={"is_active": False})
        )

    assert outcome == "refused"
    assert not UserSession.objects.exists()
