"""What every answer tells a browser, whichever part gives it."""

import pytest
from django.http import HttpResponse
from django.test import Client

from dayrade.middleware import answer_headers
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import TournamentFactory

pytestmark = pytest.mark.django_db

HTML = {"Accept": "text/html"}
ALL = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
NO_PAGE = "default-src 'none'; frame-ancestors 'none'"


@pytest.fixture
def staff(client):
    client.force_login(UserFactory(admin=True))
    return client


def rules_of(answer):
    """Return the policy as a mapping, the nonce blanked."""
    found = {}
    for rule in answer["Content-Security-Policy"].split("; "):
        name, *sources = rule.split(" ")
        found[name] = ["nonce" if "nonce-" in source else source for source in sources]
    return found


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/api/v1/config", {}, 200),
        ("GET", "/api/v1/config", {"If-None-Match": "*"}, 304),
        ("HEAD", "/api/v1/config", {}, 200),
        ("OPTIONS", "/api/v1/config", {}, 200),
        ("GET", "/api/v1/schema", {}, 200),
        ("GET", "/api/v1/notifications", {}, 401),
        ("GET", "/api/v1/nowhere", {}, 404),
        ("POST", "/api/v1/auth/login", {}, 400),
        ("GET", "/healthz", {}, 200),
        ("GET", "/readyz", {}, 200),
        ("GET", "/metrics", {}, 404),
        ("DELETE", "/healthz", {}, 405),
        ("GET", "/healthz", {"Host": "evil.example.com"}, 400),
    ],
)
def test_answer_that_is_no_page_allows_nothing(anonymous, method, path, headers, status):
    answer = anonymous.generic(method, path, content_type="text/plain", headers=headers)

    assert answer.status_code == status
    assert {name: answer[name] for name in ALL} == ALL
    assert answer["Content-Security-Policy"] == NO_PAGE


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", HTML, 200),
        ("/sign-in", HTML, 200),
        ("/static/dayrade/favicon.svg", {}, 200),
        ("/static/dayrade/nothing.js", HTML, 404),
        ("/nowhere", HTML, 404),
    ],
)
def test_page_takes_its_files_from_here_alone(anonymous, settings, path, headers, status):
    settings.WHITENOISE_USE_FINDERS = True

    answer = anonymous.get(path, headers=headers)
    answer.close()

    assert answer.status_code == status
    assert {name: answer[name] for name in ALL} == ALL
    rules = rules_of(answer)
    assert rules["script-src"] == ["'self'"]
    assert rules["style-src"] == ["'self'"]
    assert rules["img-src"] == ["'self'", "data:"]
    assert rules["connect-src"] == ["'self'", *([settings.STREAM_URL] * bool(settings.STREAM_URL))]
    assert {name: rules[name] for name in ("default-src", "base-uri", "frame-ancestors")} == {
        "default-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }


def test_only_pages_of_a_tournament_take_pictures_and_voices_from_elsewhere(anonymous):
    TournamentFactory(active=True, slug="cup")
    pages = ["/", "/sign-in", "/nowhere", "/tournaments/cup", "/admin/login/", "/api/v1/docs"]

    rules = {path: rules_of(anonymous.get(path, headers=HTML)) for path in pages}

    elsewhere = {path for path, found in rules.items() if "https:" in str(found)}
    assert elsewhere == {"/tournaments/cup"}
    assert rules["/tournaments/cup"]["img-src"] == ["'self'", "data:", "https:"]
    assert rules["/tournaments/cup"]["media-src"] == ["'self'", "https:"]
    assert rules["/tournaments/cup"]["script-src"] == ["'self'"]


def test_only_the_back_office_evaluates(anonymous, staff):
    TournamentFactory(active=True, slug="cup")
    pages = ["/", "/sign-in", "/tournaments/cup", "/api/v1/docs", "/api/v1/schema", "/nowhere"]

    inside = [rules_of(staff.get(path, headers=HTML)) for path in ("/admin/", "/admin/nowhere/")]
    outside = [anonymous.get(path, headers=HTML)["Content-Security-Policy"] for path in pages]

    scripts = [[source for source in rules["script-src"] if source != "nonce"] for rules in inside]
    assert scripts == [["'self'", "'unsafe-eval'"]] * 2
    assert [policy for policy in outside if "unsafe-eval" in policy] == []


def test_only_the_back_office_and_the_documentation_write_styles(anonymous, staff):
    addresses = ["/", "/sign-in", "/api/v1/docs", "/api/v1/config", "/nowhere", "/admin/"]

    policies = {
        path: staff.get(path, headers=HTML)["Content-Security-Policy"] for path in addresses
    }

    written = {path for path, policy in policies.items() if "'unsafe-inline'" in policy}
    assert written == {"/api/v1/docs", "/admin/"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/admin/", 200),
        ("get", "/admin", 302),
        ("get", "/admin/accounts/user/", 200),
        ("get", "/admin/market/economicevent/add/", 200),
        ("get", "/admin/nowhere/", 404),
        ("get", "/admin/audit/export/", 200),
        ("post", "/admin/logout/", 200),
    ],
)
def test_answers_of_the_back_office_are_never_framed(staff, method, path, status):
    answer = getattr(staff, method)(path, headers=HTML)

    assert answer.status_code == status
    assert {name: answer[name] for name in ALL} == ALL
    assert rules_of(answer)["frame-ancestors"] == ["'none'"]


def test_form_without_its_token_is_refused_with_all_headers():
    answer = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "a"})

    assert answer.status_code == 403
    assert {name: answer[name] for name in ALL} == ALL
    assert rules_of(answer)["frame-ancestors"] == ["'none'"]


def test_failure_in_the_midst_has_all_headers(anonymous, monkeypatch):
    monkeypatch.setattr("dayrade.health.look", lambda: 1 / 0)

    answer = anonymous.get("/readyz")

    assert answer.status_code == 500
    assert {name: answer[name] for name in ALL} == ALL
    assert answer["Content-Security-Policy"] == NO_PAGE


@pytest.mark.parametrize("host", ["localhost", "evil.example.com"])
def test_plain_http_is_led_to_tls_with_all_headers(anonymous, settings, host):
    settings.SECURE_SSL_REDIRECT = True

    answer = anonymous.get("/", headers={"Host": host})

    assert answer.status_code == (301 if host == "localhost" else 400)
    assert {name: answer[name] for name in ALL} == ALL
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/api/v1/config", "/nowhere", "/static/dayrade/favicon.svg"])
def test_over_tls_browsers_are_told_to_stay_there(anonymous, settings, path):
    settings.WHITENOISE_USE_FINDERS = True

    plain, over_tls = anonymous.get(path), anonymous.get(path, secure=True)
    for answer in (plain, over_tls):
        answer.close()

    year = "max-age=31536000; includeSubDomains; preload"
    assert [one.get("Strict-Transport-Security") for one in (plain, over_tls)] == [None, year]


def test_middleware_that_fails_first_is_completed(rf):
    answer = answer_headers(lambda _: HttpResponse("early"))(rf.get("/"))

    assert {name: answer[name] for name in ALL} == ALL
    assert answer["Content-Security-Policy"] == NO_PAGE
