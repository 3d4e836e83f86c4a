"""Sessions: how long they last, who renews them, and what ends them."""

from datetime import timedelta

import pytest

from accounts import tokens
from accounts.models import Role, User, UserSession
from accounts.services import people, sessions
from administration.models import AuditLog
from comms.models import Notification
from dayrade.context import Origin, origin
from dayrade.db.functions import Now
from dayrade.errors import UnauthenticatedError
from tests.audit import forget_audit
from tests.factories.accounts import PASSWORD, UserFactory, UserSessionFactory

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def age(session, **delta):
    """Let a session have begun that much earlier; when it was last used stays."""
    at = Now() - timedelta(**delta)
    UserSession.objects.filter(pk=session.pk).update(created_at=at)


def leave_idle(session, **delta):
    at = Now() - timedelta(**delta)
    UserSession.objects.filter(pk=session.pk).update(last_accessed_at=at)


def refused(token):
    with pytest.raises(UnauthenticatedError) as error:
        sessions.refresh(refresh_token=token)
    return error.value.code


def trail(action):
    return list(AuditLog.objects.filter(action=action).values_list("user", "entity_id"))


def test_verified_is_who_has_the_password():
    user = UserFactory(email="ada@example.com")

    assert sessions.verified(email="ADA@example.com ", password=PASSWORD) == user


@pytest.mark.parametrize(
    "account",
    [{"suspended": True}, {"is_active": False}, {"password": "another long password"}],
)
def test_verified_refuses_and_leaves_the_record_to_its_caller(account):
    user = UserFactory(**account)
    forget_audit()

    with pytest.raises(UnauthenticatedError):
        sessions.verified(email=user.email, password=PASSWORD)

    assert not AuditLog.objects.exists()


def test_verified_hashes_for_an_unknown_address_as_well(monkeypatch):
    hashed = []
    monkeypatch.setattr(sessions, "make_password", hashed.append)

    with pytest.raises(UnauthenticatedError):
        sessions.verified(email="nobody@example.com", password=PASSWORD)

    assert hashed == [PASSWORD]


def test_session_token_lasts_15_minutes_and_the_session_30_days():
    session = sessions.open_session(user=UserFactory()).session

    assert session.expires_at - session.created_at == timedelta(minutes=15)
    assert session.refresh_expires_at - session.created_at == timedelta(days=30)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
def test_session_of_staff_lasts_12_hours(role):
    session = sessions.open_session(user=UserFactory(role=role)).session

    assert session.expires_at - session.created_at == timedelta(minutes=15)
    assert session.refresh_expires_at - session.created_at == timedelta(hours=12)


def test_lifetimes_are_settings(settings):
    settings.API_SESSION_MINUTES = 90
    settings.API_REFRESH_DAYS = 2
    settings.STAFF_SESSION_HOURS = 1

    user = sessions.open_session(user=UserFactory()).session
    staff = sessions.open_session(user=UserFactory(moderator=True)).session

    assert user.expires_at - user.created_at == timedelta(minutes=90)
    assert user.refresh_expires_at - user.created_at == timedelta(days=2)
    assert staff.expires_at - staff.created_at == timedelta(hours=1)
    assert staff.refresh_expires_at - staff.created_at == timedelta(hours=1)


def test_session_notes_what_it_was_opened_on():
    at = origin.set(Origin(ip_address="203.0.113.7", user_agent=FIREFOX))

    opened = sessions.sign_in(
        email=UserFactory(email="ada@example.com").email,
        password=PASSWORD,
        device_name="Work laptop",
    )

    origin.reset(at)
    session = UserSession.objects.get()
    assert opened.session == session
    assert (session.ip_address, session.user_agent) == ("203.0.113.7", FIREFOX)
    assert session.device == "Work laptop (Firefox on Linux)"


def test_stored_session_holds_hashes_alone():
    opened = sessions.open_session(user=UserFactory())
    renewed = sessions.refresh(refresh_token=opened.refresh_token)

    stored = UserSession.objects.values().get()

    assert stored["session_token"] == tokens.hashed(renewed.session_token)
    assert stored["refresh_token"] == tokens.hashed(renewed.refresh_token)
    raw = {opened.session_token, opened.refresh_token}
    raw |= {renewed.session_token, renewed.refresh_token}
    assert [value for value in map(str, stored.values()) if value in raw] == []


def test_refresh_gives_new_tokens_of_the_same_session():
    user = UserFactory()
    opened = sessions.open_session(user=user)
    age(opened.session, days=3)
    leave_idle(opened.session, days=1)

    renewed = sessions.refresh(refresh_token=opened.refresh_token)

    now = UserSession.objects.live().get()
    assert renewed.session == now == opened.session
    assert renewed.session.expires_at == now.expires_at
    assert now.expires_at - now.last_accessed_at == timedelta(minutes=15)
    assert now.last_accessed_at - now.created_at > timedelta(days=2)
    assert UserSession.objects.signed_in(tokens.hashed(renewed.session_token)) == now
    assert UserSession.objects.signed_in(tokens.hashed(opened.session_token)) is None
    assert trail("session.refresh") == [(user.pk, now.pk)]


def test_refresh_follows_the_device_and_keeps_its_name():
    opened = sessions.open_session(user=UserFactory(), device_name="Work laptop")
    at = origin.set(Origin(ip_address="203.0.113.9", user_agent=FIREFOX))

    sessions.refresh(refresh_token=opened.refresh_token)

    origin.reset(at)
    session = UserSession.objects.get()
    assert (session.ip_address, session.user_agent) == ("203.0.113.9", FIREFOX)
    assert session.device == "Work laptop (Firefox on Linux)"


def test_expired_session_token_can_be_refreshed():
    opened = sessions.open_session(user=UserFactory())
    age(opened.session, hours=1)
    UserSession.objects.update(expires_at=Now())
    assert not UserSession.objects.live().exists()

    sessions.refresh(refresh_token=opened.refresh_token)

    assert UserSession.objects.live().exists()


def test_refresh_moves_no_session_beyond_its_end():
    opened = sessions.open_session(user=UserFactory())
    age(opened.session, days=29, hours=23, minutes=50)

    renewed = sessions.refresh(refresh_token=opened.refresh_token)

    session = UserSession.objects.get()
    assert renewed.session.refresh_expires_at == session.created_at + timedelta(days=30)
    assert session.expires_at == session.refresh_expires_at


@pytest.mark.parametrize(
    ("role", "age_of", "idle", "is_open"),
    [
        (Role.USER, timedelta(days=30) - SECOND, timedelta(days=29), True),
        (Role.USER, timedelta(days=30), SECOND, False),
        (Role.MODERATOR, timedelta(hours=12) - SECOND, SECOND, True),
        (Role.MODERATOR, timedelta(hours=12), SECOND, False),
        (Role.ADMIN, timedelta(hours=12), SECOND, False),
        (Role.ADMIN, timedelta(hours=1), timedelta(minutes=30) - SECOND, True),
        (Role.ADMIN, timedelta(hours=1), timedelta(minutes=30), False),
        (Role.MODERATOR, timedelta(hours=1), timedelta(minutes=30), False),
    ],
)
def test_session_ends_by_itself(role, age_of, idle, is_open):
    opened = sessions.open_session(user=UserFactory(role=role))
    UserSession.objects.update(
        created_at=Now() - age_of,
        last_accessed_at=Now() - idle,
        expires_at=Now() + timedelta(days=99),
    )

    assert UserSession.objects.open().exists() is is_open
    assert UserSession.objects.live().exists() is is_open
    if is_open:
        sessions.refresh(refresh_token=opened.refresh_token)
    else:
        assert refused(opened.refresh_token) == "AUTHENTICATION_FAILED"


@pytest.mark.parametrize(
    "account", [{"is_suspended": True, "suspension_reason": "Cheating."}, {"is_active": False}]
)
def test_who_may_not_sign_in_has_no_open_session(account):
    opened = sessions.open_session(user=UserFactory())

    User.objects.update(**account)

    assert not UserSession.objects.open().exists()
    assert not UserSession.objects.live().exists()
    assert refused(opened.refresh_token) == "AUTHENTICATION_FAILED"


def test_open_sessions_are_not_ended():
    UserSessionFactory(is_active=False)

    assert not UserSession.objects.open().exists()


def test_old_refresh_token_ends_the_session_and_tells_its_owner_once(mailbox):
    user = UserFactory()
    opened = sessions.open_session(user=user)
    elsewhere = sessions.open_session(user=user)
    renewed = sessions.refresh(refresh_token=opened.refresh_token)

    codes = [refused(opened.refresh_token) for _ in range(3)]

    assert codes == ["TOKEN_REUSED", "AUTHENTICATION_FAILED", "AUTHENTICATION_FAILED"]
    assert UserSession.objects.open().get() == elsewhere.session
    assert refused(renewed.refresh_token) == "AUTHENTICATION_FAILED"
    told = Notification.objects.get()
    assert (told.user, told.type, told.priority) == (user, "session.token_reused", "high")
    assert [mail.to for mail in mailbox()] == [[user.email]]
    row = AuditLog.objects.get(action="session.token_reused")
    assert (row.user, row.entity_id) == (None, opened.session.pk)
    assert row.changes == {"user": str(user.pk)}


def test_any_older_refresh_token_is_recognised():
    first = sessions.open_session(user=UserFactory())
    second = sessions.refresh(refresh_token=first.refresh_token)
    sessions.refresh(refresh_token=second.refresh_token)

    assert refused(first.refresh_token) == "TOKEN_REUSED"


def test_refused_refresh_of_an_ended_session_is_recorded():
    opened = sessions.open_session(user=UserFactory())
    sessions.sign_out(session=opened.session)

    assert refused(opened.refresh_token) == "AUTHENTICATION_FAILED"
    assert trail("session.denied") == [(None, opened.session.pk)]
    assert not Notification.objects.exists()


def test_refresh_token_of_a_deleted_session_is_worth_nothing():
    opened = sessions.open_session(user=UserFactory())
    UserSession.objects.all().delete()

    assert refused(opened.refresh_token) == "AUTHENTICATION_FAILED"


def test_forged_refresh_token_changes_and_records_nothing():
    session = sessions.open_session(user=UserFactory()).session
    forged = [f"{session.pk.hex}.{'A' * 43}.{'A' * 43}", session.refresh_token, "x", ""]
    forget_audit()

    assert {refused(token) for token in forged} == {"AUTHENTICATION_FAILED"}
    assert UserSession.objects.open().get() == session
    assert not AuditLog.objects.exists()


def test_session_token_is_no_refresh_token():
    opened = sessions.open_session(user=UserFactory())

    assert refused(opened.session_token) == "AUTHENTICATION_FAILED"


def test_sign_out_ends_a_session_once():
    session = sessions.open_session(user=UserFactory()).session

    sessions.sign_out(session=session)
    sessions.sign_out(session=session)

    assert not UserSession.objects.open().exists()
    assert trail("session.close") == [(session.user.pk, session.pk)]


def test_sign_out_everywhere_ends_ones_own_sessions():
    user = UserFactory()
    UserSessionFactory.create_batch(2, user=user)
    other = UserSessionFactory()

    sessions.sign_out_everywhere(user=user)

    assert UserSession.objects.open().get() == other
    row = AuditLog.objects.get(action="session.close_all")
    assert (row.user, row.entity_id, row.changes) == (user, user.pk, {"sessions": 2})


def test_sessions_can_be_ended_but_for_the_one_at_hand():
    user = UserFactory()
    here, _, _ = UserSessionFactory.create_batch(3, user=user)

    assert UserSession.objects.of(user, except_for=here).revoke() == 2
    assert UserSession.objects.open().get() == here
    assert UserSession.objects.of(user).revoke() == 1
    assert not UserSession.objects.open().exists()


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({"role": Role.MODERATOR}, 0),
        ({"is_active": False}, 0),
        ({"role": Role.USER, "is_active": True, "country": "Ghana"}, 1),
    ],
)
def test_other_role_and_closing_end_all_sessions(changes, left):
    user = UserFactory()
    UserSessionFactory(user=user)

    people.update_by_staff(actor=UserFactory(admin=True), user=user, changes=changes)

    assert UserSession.objects.filter(user=user, is_active=True).count() == left


@pytest.mark.parametrize(
    ("act", "action"),
    [
        (
            lambda opened: sessions.sign_in(email=opened.session.user.email, password=PASSWORD),
            "session.open",
        ),
        (lambda opened: sessions.refresh(refresh_token=opened.refresh_token), "session.refresh"),
        (lambda opened: sessions.sign_out(session=opened.session), "session.close"),
        (
            lambda opened: sessions.sign_out_everywhere(user=opened.session.user),
            "session.close_all",
        ),
    ],
    ids=["sign in", "refresh", "sign out", "sign out everywhere"],
)
def test_each_act_is_one_row_of_the_audit(act, action):
    opened = sessions.open_session(user=UserFactory())
    forget_audit()

    act(opened)

    row = AuditLog.objects.get()
    assert (row.user, row.action) == (opened.session.user, action)


def test_each_refusal_is_one_row_of_the_audit():
    user = UserFactory()
    opened = sessions.open_session(user=user)
    sessions.refresh(refresh_token=opened.refresh_token)
    forget_audit()

    refused(opened.refresh_token)
    refused(opened.refresh_token)
    with pytest.raises(UnauthenticatedError):
        sessions.sign_in(email=user.email, password="wrong")

    rows = set(AuditLog.objects.values_list("user", "action", "entity_id"))
    assert rows == {
        (None, "session.token_reused", opened.session.pk),
        (None, "session.denied", opened.session.pk),
        (None, "session.denied", user.pk),
    }
    assert AuditLog.objects.count() == len(rows)
