"""What a browser shows of a failure, in the back office with a way back; and its headers."""

import pytest
from django.test import override_settings
from django.urls import reverse

from tests.factories.accounts import UserFactory
from tests.factories.tournaments import TournamentFactory
from tournaments.admin.tournaments import TournamentAdmin

pytestmark = pytest.mark.django_db

HTML = {"Accept": "text/html,*/*;q=0.8"}


@pytest.fixture
def browser(client):
    client.raise_request_exception = False
    client.force_login(UserFactory(moderator=True))
    return client


@pytest.mark.parametrize(
    ("path", "status", "advice"),
    [
        ("/admin/accounts/usersession/", 403, "Your role does not allow it"),
        ("/admin/nowhere/at/all", 404, "Nothing is at this address"),
        ("/admin/tournaments/tournament/?p=1", 500, "It is in the log"),
    ],
)
def test_failure_in_the_back_office_says_what_to_do(browser, monkeypatch, path, status, advice):
    monkeypatch.setattr(TournamentAdmin, "get_queryset", lambda *_: 1 / 0)

    answer = browser.get(path, headers=HTML | {"X-Request-ID": "request-7"})

    page = answer.content.decode()
    assert (answer.status_code, advice in page, "request request-7" in page) == (status, True, True)
    assert 'href="/admin/"' in page


@pytest.mark.parametrize(
    ("referer", "is_offered"),
    [
        ("http://testserver/admin/trading/trade/?q=x", True),
        ("http://testserver/admin/nowhere", False),
        ("https://elsewhere.example/admin/", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_way_back_leads_to_where_one_was_with_us(browser, referer, is_offered):
    answer = browser.get("/admin/nowhere", headers=HTML | {"Referer": referer})

    page = answer.content.decode()
    assert (f'href="{referer}"' in page, "Back to where you were" in page) == (
        is_offered,
        is_offered,
    )


@override_settings(ALLOWED_HOSTS=["dayrade.example"])
def test_page_for_a_host_that_is_none_of_ours_offers_no_way_back(browser):
    answer = browser.get("/admin/", headers=HTML | {"Referer": "http://testserver/admin/"})

    assert (answer.status_code, "Back to where" in answer.content.decode()) == (400, False)


def test_failure_elsewhere_speaks_of_no_back_office_advice(browser):
    answer = browser.get("/nowhere", headers=HTML)

    assert (answer.status_code, "Back to where" in answer.content.decode()) == (404, False)


@pytest.mark.parametrize("page", ["index", "tournaments_tournament_changelist", "change"])
def test_no_page_can_be_framed(browser, page):
    tournament = TournamentFactory()
    name, args = (
        (page, []) if page != "change" else ("tournaments_tournament_change", [tournament.pk])
    )

    answer = browser.get(reverse(f"admin:{name}", args=args))

    assert (answer.status_code, answer["X-Frame-Options"]) == (200, "DENY")
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_icon_is_where_browsers_look_by_themselves(anonymous):
    answer = anonymous.get("/favicon.ico")

    assert (answer.status_code, answer["Location"]) == (302, "/static/dayrade/favicon.svg")
