"""The pages for who takes part: figures as they move, and nothing in anybody's way."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from tests.browser import test_watching as watching
from tests.factories.comms import NotificationFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import PerformanceSnapshotFactory, PositionFactory, TradeFactory
from tests.live.provider import body, client, deliver

pytestmark = pytest.mark.django_db(transaction=True)
PUBLIC = [
    "/sign-in",
    "/sign-up",
    "/forgotten-password",
    "/verify-email",
    "/verify-email#token=some",
    "/reset-password#token=some",
]
PERSONAL = [
    "/account",
    "/account/kyc",
    "/account/security",
    "/account/notifications",
    "/account/data",
    "/seats",
    "/seats/cup",
    "/notifications",
]


def test_own_figures_follow_the_trades(transactional_db, chromium):
    tournament = TournamentFactory(active=True, name="Spring Cup", slug="cup")
    seat = ParticipantFactory(tournament=tournament)
    others = [ParticipantFactory(tournament=tournament) for _ in range(2)]
    with (
        watching.services(with_worker=True) as url,
        client(url) as provider,
        watching.opened(chromium, url, **watching.PHONE) as page,
    ):
        watching.sign_in(page, seat.user)
        page.goto("/seats/cup")
        page.get_by_text("Live", exact=True).wait_for()
        page.get_by_text("You have not traded yet.").wait_for()
        batch = [watching.trade(0, seat, "100.0000"), watching.trade(1, seat, "130.0000")]

        deliver(provider, body(batch, "cup"), watching.SECRET).raise_for_status()
        page.locator("#seat dd:text-is('+3,000.00')").first.wait_for()
        page.locator("#ledger tbody tr").nth(1).wait_for()

        lines = page.locator("#seat tbody tr").all_inner_texts()
        sold = page.locator("#ledger tbody tr").first.inner_text()

    assert seat.user.username in lines[0]
    assert len(lines) == len(others) + 1
    assert ("Sell" in sold, "+3,000.00" in sold) == (True, True)


def world():
    """Make somebody with something on every page."""
    at = timezone.now()
    seat = ParticipantFactory(
        tournament=TournamentFactory(active=True, name="Cup " * 15, slug="cup"),
        user__username="w" * 50,
        current_rank=3,
        total_trades=2,
        total_pnl="-1234567.00",
        realized_pnl="-1234567.00",
        current_balance="-1134567.00",
    )
    ParticipantFactory(user=seat.user, disqualified=True, disqualification_reason="Two accounts")
    ParticipantFactory(user=seat.user, tournament=TournamentFactory(open=True))
    TradeFactory(participant=seat)
    PositionFactory(participant=seat)
    for minutes in (1, 2):
        PerformanceSnapshotFactory(
            participant=seat, data_source="dayrade", recorded_at=at - timedelta(minutes=minutes)
        )
    NotificationFactory(user=seat.user, title="W" * 200, message="w" * 900, action_url="/seats")
    return seat.user


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_phone_and_have_no_barriers(open_browser, chromium, scheme):
    user = world()
    page = open_browser(color_scheme=scheme, **watching.PHONE).page
    found = {}

    def look(path):
        wide = page.evaluate("document.documentElement.scrollWidth")
        barriers = [
            (each["id"], [node["target"] for node in each["nodes"]])
            for each in Axe().run(page).response["violations"]
        ]
        found[path] = (wide, barriers)

    for path in PUBLIC:
        page.goto("about:blank")
        page.goto(path)
        page.wait_for_selector("body[data-signed-in=false]")
        look(path)
    watching.sign_in(page, user)
    for path in PERSONAL:
        page.goto(path)
        page.locator("#personal").wait_for()
        look(path)
    page.goto("/account/data")
    page.get_by_label("Your public name").fill(user.username)
    page.get_by_label("Password").fill("anything at all")
    page.get_by_role("button", name="Erase my account …").click()
    page.get_by_role("dialog").wait_for()
    look("dialog")

    assert found == dict.fromkeys([*PUBLIC, *PERSONAL, "dialog"], (390, []))
