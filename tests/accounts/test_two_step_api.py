"""The second step of signing in to the API."""

import pytest

from accounts.models import User, UserSession
from accounts.services import back_office, two_step
from tests.accounts.authenticators import code_of, set_up, trail
from tests.factories.accounts import (
    PASSWORD,
    UserFactory,
)

pytestmark = pytest.mark.django_db

API = "/api/v1/auth/login"


def log_in(anonymous, **more):
    return anonymous.post(API, {"email": "boss@example.com", "password": PASSWORD, **more})


def test_api_lets_in_with_the_code(clock, anonymous, boss):
    secret = set_up(boss)

    answer = log_in(anonymous, code=code_of(secret, 30))

    assert answer.status_code == 200
    assert trail() == [("session.open", boss.pk)]


def test_api_asks_for_the_code_after_the_right_password(clock, anonymous, boss):
    set_up(boss)

    answer = log_in(anonymous)

    assert (answer.status_code, answer.json()["error"]) == (401, "TWO_STEP_REQUIRED")
    assert trail() == [("session.denied", None)]
    assert not UserSession.objects.exists()


def test_api_tells_nobody_else_that_there_is_an_authenticator(clock, anonymous, boss):
    secret = set_up(boss)
    code = code_of(secret, 30)

    without = log_in(anonymous, password="wrong")
    answer = log_in(anonymous, password="wrong", code=code)
    wrong = log_in(anonymous, code="000000")

    assert without.json() == answer.json() == wrong.json()
    assert (wrong.status_code, wrong.json()["error"]) == (401, "AUTHENTICATION_FAILED")
    assert trail() == [("session.denied", None)] * 3
    assert two_step.check(user=boss, code=code)


def test_api_takes_a_code_once(clock, anonymous, boss):
    code = code_of(set_up(boss), 30)

    found = [log_in(anonymous, code=code).status_code for _ in range(2)]

    assert found == [200, 401]


def test_code_used_in_the_api_is_used_up_in_the_back_office(clock, anonymous, client, boss):
    code = code_of(set_up(boss), 30)
    log_in(anonymous, code=code)

    response = client.post(
        "/admin/login/", {"username": boss.email, "password": PASSWORD, "code": code}
    )

    assert back_office.REFUSED in response.text


def test_guesses_of_codes_count_as_attempts(clock, anonymous, boss, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login_account": (2, 900)}
    secret = set_up(boss)
    for _ in range(2):
        log_in(anonymous, code="000000")

    assert log_in(anonymous, code=code_of(secret, 30)).status_code == 429


def test_api_sends_staff_to_set_up_an_authenticator(anonymous, boss, settings):
    settings.STAFF_TWO_STEP = True

    answer = log_in(anonymous)

    assert (answer.status_code, answer.json()["error"]) == (401, "TWO_STEP_SETUP_REQUIRED")
    assert "/admin/two_step/" in answer.json()["message"]
    assert not UserSession.objects.exists()


def test_api_lets_members_in_without_an_authenticator(anonymous, settings):
    settings.STAFF_TWO_STEP = True
    UserFactory(email="boss@example.com")

    assert log_in(anonymous).status_code == 200


def test_former_staff_give_their_code_still(clock, anonymous, boss):
    set_up(boss)
    User.objects.update(role="user")

    assert log_in(anonymous).json()["error"] == "TWO_STEP_REQUIRED"


def test_code_is_optional_where_nothing_is_set_up(anonymous, boss):
    assert log_in(anonymous, code="123456").status_code == 200
