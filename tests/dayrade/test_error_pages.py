"""What a browser shows of a failure, in the back office with a way back; and its headers."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, override_settings
from django.urls import reverse

from dayrade.api import failure_pages
from dayrade.context import Origin, origin
from dayrade.db.sqlstates import Answer
from dayrade.errors import ForbiddenError
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import TournamentFactory
from tests.staff import StaffClient
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
        (
            "/admin/accounts/usersession/",
            403,
            "with the role Moderator, which may not see user sessions.",
        ),
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


@pytest.mark.parametrize(
    ("path", "status", "is_framed"),
    [
        ("/admin/accounts/usersession/", 403, True),
        ("/admin/nowhere", 404, True),
        # What the menu reads may be what has failed.
        ("/admin/tournaments/tournament/?p=1", 500, False),
    ],
)
def test_menu_stays_beside_what_is_not_open(browser, monkeypatch, path, status, is_framed):
    monkeypatch.setattr(TournamentAdmin, "get_queryset", lambda *_: 1 / 0)

    answer = browser.get(path, headers=HTML)

    is_there = 'id="nav-sidebar"' in answer.content.decode()
    assert (answer.status_code, is_there) == (status, is_framed)


def test_menu_is_for_those_inside_alone(settings):
    settings.STAFF_TWO_STEP = True
    client = StaffClient(enforce_csrf_checks=True)
    client.force_login(UserFactory(moderator=True))

    answer = client.post("/admin/two_step/", headers=HTML)

    assert (answer.status_code, "nav-sidebar" in answer.content.decode()) == (403, False)


def test_service_that_refuses_says_why(browser, monkeypatch):
    def refuse(*_):
        raise PermissionDenied from ForbiddenError("Nobody decides about themselves.")

    monkeypatch.setattr(TournamentAdmin, "get_queryset", refuse)

    answer = browser.get("/admin/tournaments/tournament/", headers=HTML)

    said = "Nobody decides about themselves. You are signed in as"
    assert (answer.status_code, said in answer.content.decode()) == (403, True)


def test_form_without_its_token_says_how_to_go_on():
    client = StaffClient(enforce_csrf_checks=True)
    client.force_login(UserFactory(moderator=True))
    here = "http://testserver/admin/password_change/"

    answer = client.post(here, headers=HTML | {"Referer": here})

    page = answer.content.decode()
    assert (answer.status_code, "This form is out of date" in page) == (403, True)
    assert f'<a class="text-link" href="{here}">Back to where you were</a>' in page


def test_form_without_its_token_asks_nobody_in():
    answer = Client(enforce_csrf_checks=True).post("/admin/login/", headers=HTML)

    page = answer.content.decode()
    assert (answer.status_code, "This form is out of date" in page) == (403, True)
    assert "nav-sidebar" not in page


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "Go back, and try it again"),
        (404, "There is nothing at this address"),
        (413, "Send less at a time"),
        (500, "name the request below"),
        (503, "Nothing is lost"),
    ],
)
def test_failure_in_the_arena_stands_in_its_frame(rf, status, said):
    request = rf.get("/some", headers={"Referer": "http://testserver/calendar"})
    token = origin.set(Origin(request_id="request-7"))

    answer = failure_pages.page(request, Answer(status, "CODE", "Words"))

    origin.reset(token)
    page = answer.content.decode()
    shown = (said, '<header class="site">', f"CODE ({status}), request request-7", 'href="/"')
    assert (answer.status_code, [each for each in shown if each not in page]) == (status, [])
    assert 'href="http://testserver/calendar">Back to where you were' in page


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
