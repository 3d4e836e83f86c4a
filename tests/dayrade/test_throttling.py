"""Rate limits, alone and under concurrency."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from administration.models import AuditLog
from dayrade.api import errors, throttling
from dayrade.models import RateLimit
from tests.factories.accounts import PASSWORD, UserFactory

LOGIN = "/api/v1/auth/login"
PROFILE = "/api/v1/users/me"

pytestmark = pytest.mark.django_db


def login(client, email="ada@example.com", password="wrong", address="203.0.113.7"):
    body = json.dumps({"email": email, "password": password})
    return client.post(LOGIN, body, content_type="application/json", REMOTE_ADDR=address)


def statuses(count, request):
    return [request().status_code for _ in range(count)]


@pytest.fixture(autouse=True)
def _limits(settings):
    settings.RATE_LIMITS = {
        "login_account": (2, 900),
        "login_address": (4, 900),
        "refresh_address": (2, 900),
        "write": (2, 60),
        "denial": (100, 900),
        "denials": (100, 900),
    }


def test_attempts_on_one_account_are_limited_wherever_they_come_from(anonymous):
    UserFactory(email="ada@example.com")

    found = [login(anonymous, address=f"203.0.113.{n}").status_code for n in range(3)]

    assert found == [401, 401, 429]


def test_limit_holds_for_the_right_password_too(anonymous):
    UserFactory(email="ada@example.com")
    statuses(2, lambda: login(anonymous))

    assert login(anonymous, password=PASSWORD).status_code == 429


def test_account_is_one_however_its_address_is_written(anonymous):
    emails = ["ada@example.com", "ADA@example.com", " ada@EXAMPLE.com "]

    found = [login(anonymous, email=email).status_code for email in emails]

    assert found == [401, 401, 429]


def test_other_accounts_are_not_held_up(anonymous):
    statuses(3, lambda: login(anonymous))
    bob = UserFactory(email="bob@example.com")

    answer = login(anonymous, email=bob.email, password=PASSWORD)

    assert answer.status_code == 200


def test_attempts_from_one_address_are_limited_whatever_the_account(anonymous):
    found = [login(anonymous, email=f"{n}@example.com").status_code for n in range(5)]

    assert found == [401, 401, 401, 401, 429]


def test_address_that_is_refused_locks_no_account(anonymous):
    ada = UserFactory(email="ada@example.com")
    statuses(4, lambda: login(anonymous, email="bob@example.com"))

    found = statuses(3, lambda: login(anonymous, email=ada.email))
    answer = login(anonymous, email=ada.email, password=PASSWORD, address="203.0.113.8")

    assert (found, answer.status_code) == ([429, 429, 429], 200)


def test_an_ipv6_network_is_one_address(anonymous):
    found = [
        login(anonymous, email=f"{n}@example.com", address=f"2001:db8::{n}").status_code
        for n in range(5)
    ]

    assert found == [401, 401, 401, 401, 429]
    assert login(anonymous, email="x@example.com", address="2001:db8:0:1::1").status_code == 401


def test_mapped_ipv4_addresses_are_no_network(anonymous):
    found = [
        login(anonymous, email=f"{n}@example.com", address=f"::ffff:192.0.2.{n}").status_code
        for n in range(5)
    ]

    assert found == [401] * 5
    assert set(AuditLog.objects.values_list("ip_address", flat=True)) == {
        f"192.0.2.{n}" for n in range(5)
    }


def test_without_an_address_only_the_account_counts(anonymous):
    found = [login(anonymous, email=f"{n}@example.com", address="").status_code for n in range(5)]

    assert found == [401] * 5


@pytest.mark.parametrize("email", [None, 7, ["x"], "\ud800", "\x00"])
def test_any_email_can_be_counted(anonymous, email):
    assert login(anonymous, email=email).status_code == 400


def test_refusal_says_when_to_come_back(anonymous):
    statuses(2, lambda: login(anonymous))

    answer = login(anonymous)

    assert answer.json() == {
        "success": False,
        "message": "Too many requests. Try again in 15 minutes.",
        "error": "RATE_LIMITED",
    }
    assert 890 <= int(answer["Retry-After"]) <= 900


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (61, "2 minutes"),
        (3600, "60 minutes"),
    ],
)
def test_time_to_wait_is_said_in_words(seconds, words):
    assert errors.in_words(seconds) == words


def test_retry_after_is_a_second_at_least(anonymous):
    statuses(2, lambda: login(anonymous))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dayrade_rate_limits SET"
            " window_ends_at = statement_timestamp() + interval '900 ms'"
        )

    assert login(anonymous)["Retry-After"] == "1"


def test_window_that_has_ended_counts_anew(anonymous):
    statuses(3, lambda: login(anonymous))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dayrade_rate_limits SET window_ends_at = statement_timestamp()")

    assert statuses(3, lambda: login(anonymous)) == [401, 401, 429]


def test_refused_attempts_do_not_lengthen_the_window(anonymous):
    login(anonymous)
    before = set(RateLimit.objects.values_list("key", "window_ends_at"))
    statuses(3, lambda: login(anonymous))

    assert set(RateLimit.objects.values_list("key", "window_ends_at")) == before


def test_count_stops_above_the_limit():
    for _ in range(5):
        throttling.count("key", limit=2, seconds=60)

    assert RateLimit.objects.get().count == 3


def test_an_account_is_counted_by_a_hash(anonymous):
    login(anonymous, email="ada@example.com", address="203.0.113.7")

    counted = RateLimit.objects.filter(key__startswith="login")
    keys = sorted(counted.values_list("key", flat=True))

    assert keys[0].startswith("login_account:")
    assert "ada" not in keys[0]
    assert keys[1] == "login_address:203.0.113.7"


def test_writes_of_one_person_are_limited_and_reads_are_not(client_of):
    client = client_of(UserFactory())

    found = statuses(3, lambda: client.patch(PROFILE, {}))

    assert found == [200, 200, 429]
    assert client.get(PROFILE).status_code == 200


def test_writes_of_others_are_not_held_up(client_of):
    client = client_of(UserFactory())
    statuses(3, lambda: client.patch(PROFILE, {}))

    assert client_of(UserFactory()).patch(PROFILE, {}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_count_is_exact_when_many_count_at_once():
    start = threading.Barrier(8)

    def attempt(_):
        start.wait()
        try:
            return [throttling.count("key", limit=20, seconds=60) is None for _ in range(5)]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        allowed = sum(sum(results) for results in pool.map(attempt, range(8)))

    assert allowed == 20


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("limits", "who"),
    [
        ({"login_account": (5, 900)}, lambda n: {"address": f"203.0.113.{n}"}),
        ({"login_address": (5, 900)}, lambda n: {"email": f"{n}@example.com"}),
    ],
    ids=["account", "address"],
)
def test_of_parallel_attempts_exactly_as_many_as_allowed_are_checked(
    anonymous, settings, limits, who
):
    wide = {"login_account": (99, 900), "login_address": (99, 900)}
    settings.RATE_LIMITS = settings.RATE_LIMITS | wide | limits
    start = threading.Barrier(12)

    def attempt(n):
        start.wait()
        try:
            return login(anonymous, **who(n)).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        found = sorted(pool.map(attempt, range(12)))

    assert found == [401] * 5 + [429] * 7
    assert AuditLog.objects.filter(action="session.denied").count() == 5
    (scope,) = limits
    assert RateLimit.objects.get(key__startswith=scope).count == 6


def test_table_is_unlogged():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'dayrade_rate_limits'")

        assert cursor.fetchone() == ("u",)
