"""Signing in to the back office, how long that lasts, and what ends it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User, UserSession
from accounts.services import back_office, passwords, people, standing
from administration.models import AuditLog
from dayrade.errors import UnauthenticatedError
from tests.audit import forget_audit
from tests.factories.accounts import PASSWORD, UserFactory, UserSessionFactory
from tests.staff import StaffClient

pytestmark = pytest.mark.django_db

HOME = "/admin/"
LOGIN = "/admin/login/"
ME = "/api/v1/users/me"


def sign_in(client, email="boss@example.com", password=PASSWORD, **more):
    return client.post(LOGIN, {"username": email, "password": password, **more})


def is_in(client):
    """Tell whether the back office lets this browser in, and where it leads it otherwise."""
    response = client.get(HOME)
    assert response.status_code in {200, 302}
    return response.status_code == 200


def copy_of(client):
    """Return another browser with the same cookies."""
    other = StaffClient()
    other.cookies = client.cookies.copy()
    return other


def alert(response):
    said = re.search(r'role="alert">(.*?)</div>', response.text, re.DOTALL)
    return " ".join(re.sub("<[^>]+>", "", said[1]).split())


def trail():
    return list(AuditLog.objects.values_list("action", "user", "entity_type", "entity_id"))


def test_sign_in_opens_a_session_whose_token_is_stored_as_a_hash(client, boss):
    response = sign_in(client)

    session = UserSession.objects.get()
    token = client.session["token"]
    assert (response.status_code, response.url) == (302, HOME)
    assert (session.user, session.session_token) == (boss, back_office.hashed(token))
    assert len(token) >= 43
    assert (session.ip_address, session.device_info["name"]) == ("127.0.0.1", "Back office")


def test_sign_in_leads_to_the_page_that_was_asked_for(client, boss):
    asked = client.get(reverse("admin:accounts_user_changelist"))

    response = client.post(asked.url, {"username": boss.email, "password": PASSWORD})

    assert response.url == reverse("admin:accounts_user_changelist")


def test_sign_in_leads_to_no_other_site(client, boss):
    response = client.post(
        f"{LOGIN}?next=https://evil.example.com/", {"username": boss.email, "password": PASSWORD}
    )

    assert response.url == HOME


def test_cookie_is_for_this_host_alone_and_for_no_script(client, boss):
    cookie = sign_in(client).cookies["__Host-sessionid"]

    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["path"], cookie["domain"]) == ("/", "")


def test_token_of_the_cookie_is_none_of_the_api(client, anonymous, boss):
    sign_in(client)
    token = client.session["token"]

    answer = anonymous.get(ME, headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 401


def test_token_of_the_api_is_none_of_the_cookie(client, boss):
    client.force_login(boss)
    UserSessionFactory(user=boss, token="a-token-of-the-api")
    cookie = client.session
    cookie["token"] = "a-token-of-the-api"
    cookie.save()
    client.cookies["__Host-sessionid"] = cookie.session_key

    assert not is_in(client)


def test_cookie_without_a_token_signs_nobody_in(client, boss):
    super(StaffClient, client).force_login(boss)

    assert not is_in(client)


def test_cookie_that_was_changed_signs_nobody_in(client, boss):
    sign_in(client)
    client.cookies["__Host-sessionid"] = client.cookies["__Host-sessionid"].value[:-1]

    assert not is_in(client)


def test_cookie_opens_the_back_office_alone(client, boss):
    sign_in(client)

    assert client.get(ME).status_code == 401


def test_signing_out_makes_every_copy_of_the_cookie_worthless(client, boss):
    sign_in(client)
    copy = copy_of(client)
    before = is_in(copy)

    response = client.post("/admin/logout/")

    assert (response.status_code, before, is_in(copy), is_in(client)) == (200, True, False, False)
    assert not UserSession.objects.live().exists()


def test_signing_out_is_recorded_once(client, boss):
    sign_in(client)
    forget_audit()

    client.post("/admin/logout/")

    session = UserSession.objects.get()
    assert trail() == [("session.close", boss.pk, "user_sessions", session.pk)]


def test_signing_out_takes_a_post(client, boss):
    sign_in(client)

    response = client.get("/admin/logout/")

    assert (response.status_code, response["Location"], is_in(client)) == (302, "/admin/", True)


def test_signing_out_twice_is_no_error(client, boss):
    sign_in(client)
    client.post("/admin/logout/")

    assert client.post("/admin/logout/").status_code == 200


def test_new_sign_in_gets_a_new_token_and_ends_the_one_before(client, boss):
    sign_in(client)
    copy, token = copy_of(client), client.session["token"]

    sign_in(client)

    assert client.session["token"] != token
    assert (is_in(client), is_in(copy)) == (True, False)
    assert UserSession.objects.live().count() == 1


def test_form_is_not_shown_to_who_is_in(client, boss):
    client.force_login(boss)

    assert client.get(LOGIN).url == HOME


def test_session_lasts_twelve_hours_however_it_is_used(client, boss):
    sign_in(client)
    session = UserSession.objects.get()
    UserSession.objects.update(last_accessed_at=timezone.now() - timedelta(minutes=5))

    client.get(HOME)

    stored = UserSession.objects.get()
    assert session.expires_at - session.created_at == timedelta(hours=12)
    assert stored.expires_at == session.expires_at
    assert stored.last_accessed_at > timezone.now() - timedelta(minutes=1)


def test_session_ends_after_twelve_hours(client, boss):
    sign_in(client)
    UserSession.objects.update(
        created_at=timezone.now() - timedelta(hours=12, seconds=1),
        expires_at=timezone.now() - timedelta(seconds=1),
    )

    assert not is_in(client)


@pytest.mark.parametrize(("minutes", "live"), [(29, True), (31, False)])
def test_session_ends_after_half_an_hour_without_use(client, boss, minutes, live):
    sign_in(client)
    UserSession.objects.update(last_accessed_at=timezone.now() - timedelta(minutes=minutes))

    assert is_in(client) is live


def test_idle_session_does_not_come_back(client, boss):
    sign_in(client)
    copy = copy_of(client)
    UserSession.objects.update(last_accessed_at=timezone.now() - timedelta(minutes=31))

    found = (is_in(client), is_in(copy), is_in(client))

    assert found == (False, False, False)


def test_idle_time_is_a_setting(client, boss, settings):
    settings.STAFF_IDLE_MINUTES = 3
    sign_in(client)
    UserSession.objects.update(last_accessed_at=timezone.now() - timedelta(minutes=4))

    assert not is_in(client)


def test_session_that_is_revoked_ends_at_the_next_request(client, boss):
    sign_in(client)

    UserSession.objects.all().revoke()

    assert not is_in(client)
    assert "_auth_user_id" not in client.session


def close(boss, actor):
    people.update_by_staff(actor=actor, user=boss, changes={"is_active": False})
    people.update_by_staff(actor=actor, user=boss, changes={"is_active": True})


def change_password(boss, actor):
    passwords.change_password(
        user=boss, current_password=PASSWORD, new_password="battery staple horse"
    )


def change_role(boss, actor):
    people.update_by_staff(actor=actor, user=boss, changes={"role": Role.MODERATOR})


def suspend(boss, actor):
    standing.suspend(actor=actor, user=boss, reason="Under review")


@pytest.mark.parametrize("act", [close, suspend, change_password, change_role])
def test_what_ends_sessions_ends_those_of_the_back_office(client, boss, act):
    sign_in(client)

    act(boss, UserFactory(admin=True))

    assert not UserSession.objects.live().exists()
    assert not is_in(client)


def test_other_sessions_are_not_touched_by_signing_out(client, boss):
    other = UserSessionFactory(user=boss)
    sign_in(client)

    client.post("/admin/logout/")

    assert UserSession.objects.live().get() == other


def test_session_is_listed_as_that_of_the_back_office(client, client_of, boss):
    client.post(
        LOGIN,
        {"username": boss.email, "password": PASSWORD},
        headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0"},
    )
    session = UserSession.objects.get()

    listed = client_of(boss).get("/api/v1/auth/sessions").json()["results"]

    found = {each["id"]: each for each in listed}[str(session.pk)]
    assert found["device"] == "Back office (Firefox on Linux)"
    assert found["is_current"] is False


def test_session_can_be_ended_in_the_api(client, client_of, boss):
    sign_in(client)
    session = UserSession.objects.get()

    answer = client_of(boss).delete(f"/api/v1/auth/sessions/{session.pk}")

    assert (answer.status_code, is_in(client)) == (204, False)


def test_signing_out_everywhere_ends_it_too(client, client_of, boss):
    sign_in(client)

    answer = client_of(boss).post("/api/v1/auth/logout-all")

    assert (answer.status_code, is_in(client)) == (204, False)


@pytest.mark.parametrize(
    ("person", "email", "password"),
    [
        ({}, "boss@example.com", "wrong horse battery"),
        ({}, "nobody@example.com", PASSWORD),
        ({"role": Role.USER}, "boss@example.com", PASSWORD),
        ({"suspended": True}, "boss@example.com", PASSWORD),
        ({"is_active": False}, "boss@example.com", PASSWORD),
    ],
    ids=["password", "address", "member", "suspended", "closed"],
)
def test_every_refusal_is_one_in_words_and_in_the_audit(client, person, email, password):
    UserFactory(**{"admin": True, "email": "boss@example.com"} | person)
    forget_audit()

    response = sign_in(client, email, password)

    known = User.objects.with_email(email).values_list("pk", flat=True).first()
    assert (response.status_code, alert(response)) == (200, back_office.REFUSED)
    assert trail() == [("admin.denied", None, "users", known)]
    assert not UserSession.objects.exists()


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MODERATOR])
def test_sign_in_is_recorded_once(client, role):
    user = UserFactory(role=role)
    forget_audit()

    sign_in(client, user.email)

    session = UserSession.objects.get()
    assert trail() == [("admin.sign_in", user.pk, "user_sessions", session.pk)]


@pytest.mark.parametrize(
    "meanwhile",
    [
        {"password": "another"},
        {"role": Role.USER},
        {"is_active": False},
        {"is_suspended": True, "suspension_reason": "Cheating."},
    ],
)
def test_account_that_changed_since_it_was_read_gets_no_session(boss, meanwhile):
    User.objects.filter(pk=boss.pk).update(**meanwhile)

    with pytest.raises(UnauthenticatedError):
        back_office.open_session(user=boss)

    assert not UserSession.objects.exists()


def test_too_many_attempts_are_told_so(client, boss, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login_account": (1, 900)}
    sign_in(client, password="wrong")
    forget_audit()

    response = sign_in(client)

    assert (response.status_code, alert(response)) == (
        429,
        "Too many attempts. Try again later.",
    )
    assert 890 <= int(response["Retry-After"]) <= 900
    assert trail() == []
    assert not UserSession.objects.exists()


def test_who_is_in_is_not_locked_out_by_attempts(client, boss, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login_account": (1, 900)}
    sign_in(client)
    for _ in range(2):
        sign_in(StaffClient(), password="wrong")

    assert is_in(client)
