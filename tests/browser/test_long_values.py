"""The longest names and the largest figures on a phone: no page is wider than the screen."""

from decimal import Decimal

import pytest
from django.urls import reverse

from tests.factories.accounts import UserFactory
from tests.factories.comms import ChatMessageFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import PerformanceSnapshotFactory, QuarantinedTradeFactory

pytestmark = pytest.mark.django_db
PHONE = {"viewport": {"width": 390, "height": 844}}
MOST = Decimal("9999999999999.99")


@pytest.fixture
def found():
    """Return the pages of a world in which every name is as long as it can be."""
    tournament = TournamentFactory(
        active=True, name="W" * 255, slug="w" * 255, description="W" * 900, prize_pool=MOST
    )
    person = UserFactory(
        in_review=True,
        username="W" * 50,
        first_name="W" * 100,
        last_name="W" * 100,
        country="W" * 100,
        zimtra_id="W" * 100,
    )
    seat = ParticipantFactory(
        tournament=tournament,
        user=person,
        zimtra_account_id="W" * 100,
        current_rank=1,
        total_pnl=-MOST,
        realized_pnl=-MOST,
        current_balance=100_000 - MOST,
    )
    PerformanceSnapshotFactory.create_batch(
        2, participant=seat, data_source="dayrade", total_pnl=-MOST, realized_pnl=-MOST
    )
    message = ChatMessageFactory(tournament=tournament, user=person, message_text="W" * 500)
    refused = QuarantinedTradeFactory(
        tournament=tournament, payload={"symbol": "W" * 300}, message="W" * 400
    )
    tournaments = "admin:tournaments_tournament"
    return {
        "back office": [
            reverse("admin:index"),
            reverse("admin:person", args=[person.pk]),
            f"/admin/people/{person.pk}/erasure/",
            reverse("admin:tournament_desk", args=[tournament.pk]),
            reverse("admin:tournament_board", args=[tournament.pk]),
            reverse(f"{tournaments}_changelist"),
            reverse(f"{tournaments}_change", args=[tournament.pk]),
            f"/admin/tournaments/tournament/{tournament.pk}/cancel/",
            f"/admin/tournaments/participant/{seat.pk}/disqualify/",
            f"/admin/accounts/kycreview/{person.pk}/review/",
            reverse("admin:comms_chatmessage_change", args=[message.pk]),
            reverse("admin:trading_quarantinedtrade_change", args=[refused.pk]),
        ],
        "arena": [
            "/",
            f"/tournaments/{tournament.slug}",
            f"/tournaments/{tournament.slug}/competitors/{seat.pk}?range=all",
        ],
    }


def wide(browser, paths):
    return {
        path: browser.visit(path).evaluate("document.documentElement.scrollWidth") for path in paths
    }


def test_back_office_fits_a_phone(open_browser, found):
    browser = open_browser(**PHONE)
    browser.sign_in(UserFactory(admin=True))
    paths = found["back office"]

    assert wide(browser, paths) == dict.fromkeys(paths, 390)
    assert browser.problems == []


def test_arena_fits_a_phone(open_browser, found):
    browser = open_browser(**PHONE)
    paths = found["arena"]

    assert wide(browser, paths) == dict.fromkeys(paths, 390)


@pytest.mark.parametrize(("path", "other"), [("/", "Show all"), ("/calendar", "From today")])
@pytest.mark.parametrize("width", [1440, 390])
def test_what_filters_stands_on_one_line(open_browser, path, other, width):
    browser = open_browser(viewport={"width": width, "height": 844})
    page = browser.visit(f"{path}?search=nothing")

    page.evaluate("document.querySelector('details').open = true")
    lines = page.locator(".fields .row > *").evaluate_all(
        "parts => parts.map((each) => [each.innerText, each.offsetHeight < 50])"
    )

    assert lines == [["Show", True], [other, True]]
    assert page.evaluate("document.documentElement.scrollWidth") == width
