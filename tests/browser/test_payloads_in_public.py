"""Forty payloads in what the public pages and the answers of the API show: text, and nothing else.

The world is that of the back office (`tests.browser.hostile`); every public page is opened by
somebody who has not signed in, and by a competitor whose own texts are hostile too.
"""

import json
import re
from contextlib import contextmanager, suppress
from urllib.parse import quote

import pytest
from django.test import Client
from playwright.sync_api import TimeoutError  # noqa: A004  # its name

from accounts.models import TotpDevice
from tests.browser import hostile, office
from tests.browser.payloads import PAYLOADS
from tests.browser.watching import Watch
from tests.dayrade.routes import OTHERS
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db

TYPED = " ".join(payload.text for payload in PAYLOADS)
PAGES = sorted({"admin/login/", *(route.path for route in OTHERS)})
HTML = {"Accept": "text/html"}
STATE = json.dumps({"status": "active", "frozen": False, "revision": 1, "computed_at": None})
STREAM = f"retry: 600000\nevent: state\ndata: {STATE}\n\n"
#: Columns whose texts these pages show; a competitor sees their own beside them.
SHOWN = {
    "": {"tournaments.tournament.name"},
    "calendar": {"market.economicevent.name", "market.economicevent.country"},
    "tournaments/<slug_or_id:tournament>": {
        "comms.chatmessage.message_text",
        "comms.commentary.commentary_text",
    },
}
OWN = {
    "account": {"accounts.user.avatar_url", "accounts.user.timezone"},
    "account/kyc": {"accounts.user.first_name", "accounts.user.last_name"},
    "account/security": {"accounts.usersession.device_info"},
    "seats": {"tournaments.tournament.name"},
    "seats/<slug_or_id:tournament>": {"tournaments.participant.disqualification_reason"},
    "notifications": {"comms.notification.title", "comms.notification.message"},
}


@pytest.fixture(scope="module")
def desk(plain_chromium, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), office.opened(plain_chromium, hostile.text) as made:
        yield made


@contextmanager
def window(desk):
    context = desk.page.context.browser.new_context(base_url=desk.watch.own)
    page = context.new_page()
    answer = {"body": STREAM, "content_type": "text/event-stream"}
    page.route(re.compile("/events([?]|$)"), lambda route: route.fulfill(**answer))
    yield Watch(page, desk.watch.own)
    context.close()


@pytest.fixture(scope="module")
def visitor(desk):
    with window(desk) as watch:
        yield watch


@pytest.fixture(scope="module")
def competitor(desk):
    """Somebody whose seat, texts and messages are hostile."""
    person = desk.rows.of(hostile.USER, 0)
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    TotpDevice.objects.filter(user=person).delete()
    with window(desk) as watch:
        watch.page.goto("/sign-in", wait_until="networkidle")
        watch.page.fill("#sign-in [name=email]", person.email)
        watch.page.fill("#sign-in [name=password]", PASSWORD)
        with watch.page.expect_response("**/auth/login") as answered:
            watch.page.click("#sign-in button[type=submit]")
        assert answered.value.status == 200
        watch.page.wait_for_url(lambda url: not url.endswith("/sign-in"))
        yield watch


def seen_by(watch, path):
    """Open a page and return what it shows once it has asked for everything, and what is heard."""
    watch.page.goto(path, wait_until="load")
    # Whoever listens to a stream is never idle.
    with suppress(TimeoutError):
        watch.page.wait_for_load_state("networkidle", timeout=5_000)
    text = watch.look()
    heard, watch.heard[:] = list(watch.heard), []
    return text, heard


def path_of(desk, route):
    keys = {
        "tournament": desk.rows.of(hostile.CUP, 0).slug,
        "participant": str(desk.rows.of(hostile.SEAT, hostile.PACKED).pk),
    }
    return re.sub(r"<\w+:(\w+)>", lambda found: keys[found[1]], f"/{route}")


def assert_is_text(desk, watch, route, expected):
    path = path_of(desk, route)
    answer = Client().get(path, headers=HTML)
    if not office.is_page(answer):
        # Another address, a file, or nothing: none of them shows anything.
        assert answer["X-Content-Type-Options"] == "nosniff"
        return
    text, heard = seen_by(watch, path)
    found = {name for label in office.LABELS for name in hostile.shown(text, label)}

    assert heard == []
    assert expected - found == set()


@pytest.mark.parametrize("route", PAGES)
def test_page_shows_text_to_everybody(desk, visitor, route):
    assert_is_text(desk, visitor, route, SHOWN.get(route, set()))


@pytest.mark.parametrize("route", [route for route in PAGES if not route.startswith("admin")])
def test_page_shows_text_to_a_competitor(desk, competitor, route):
    assert_is_text(desk, competitor, route, OWN.get(route, set()))


def test_tournament_shows_all_that_is_said(desk, visitor):
    text, _ = seen_by(visitor, path_of(desk, "tournaments/<slug_or_id:tournament>"))

    alone = set(range(hostile.PACKED, hostile.ROWS))
    found = hostile.shown(text, "comms.chatmessage")["comms.chatmessage.message_text"]
    assert alone - found == set()


@pytest.mark.parametrize(
    "path",
    [
        "docs",
        "tournaments",
        "tournaments/{}",
        "tournaments/{}/chat",
        "tournaments/{}/commentary",
        "tournaments/{}/participants",
        "tournaments/{}/leaderboard",
        "economic-events",
        "config",
    ],
)
def test_answer_of_the_api_is_no_page(desk, visitor, path):
    slug = desk.rows.of(hostile.CUP, 0).slug

    _, heard = seen_by(visitor, f"/api/v1/{path.format(slug)}")

    assert heard == []


@pytest.mark.parametrize(
    "start", ["/{}", "/live/{}", "/admin/{}", "/sign-in?next={}", "/api/v1/{}"]
)
def test_page_of_an_error_tells_nothing_of_what_was_asked(visitor, start):
    text, heard = seen_by(visitor, start.replace("{}", quote(TYPED, safe="")))

    assert hostile.said(PAYLOADS[4].text) not in hostile.said(text)
    status = r"40[04]"
    refused = rf"{status}: |console: Failed to load resource: .* status of {status}"
    assert [line for line in heard if not re.match(refused, line)] == []
