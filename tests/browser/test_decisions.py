"""What staff decide in a browser: sessions, and what keeps a result back."""

import pytest

from tests.factories.accounts import UserFactory, UserSessionFactory
from tests.factories.tournaments import ParticipantFactory
from tests.factories.trading import QuarantinedTradeFactory
from tests.trading.ledgers import item
from trading.models import QuarantineStatus
from trading.services import ingest

both_sizes = pytest.mark.parametrize(
    "options",
    [
        {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
        {"viewport": {"width": 1440, "height": 900}},
    ],
    ids=["phone", "desk"],
)


@both_sizes
def test_admin_ends_a_session(open_browser, options):
    admin = UserFactory(admin=True)
    session = UserSessionFactory(device_info={"browser": "Firefox", "system": "Linux"})
    browser = open_browser(**options)
    browser.sign_in(admin)
    page = browser.visit(f"/admin/accounts/usersession/{session.pk}/change/")
    if options["viewport"]["width"] < 1024:
        page.click("text=more_horiz")
    page.click("text=End the session")
    page.wait_for_url("**/end/")
    width = page.evaluate("document.documentElement.scrollWidth")
    which = page.locator("dl:not(.keys)").inner_text()

    page.fill("[name=reason]", "Lost laptop")
    page.click("#decision_form button[type=submit]")
    page.wait_for_url("**/people/**")

    session.refresh_from_db()
    assert session.is_active is False
    assert "Firefox on Linux" in which
    assert width <= options["viewport"]["width"]
    assert page.locator("text=has ended.").count() == 1
    assert browser.problems == []


@both_sizes
def test_moderator_dismisses_a_refused_trade_from_the_home_page(open_browser, options):
    moderator = UserFactory(moderator=True)
    refused = QuarantinedTradeFactory(payload={"zimtra_order_id": "O" * 100})
    browser = open_browser(**options)
    browser.sign_in(moderator)
    page = browser.visit("/admin/")
    page.click("#needs >> text=Refused trades")
    page.wait_for_url("**/quarantinedtrade/?**")
    page.click("#result_list th a")
    page.wait_for_url("**/change/**")
    if options["viewport"]["width"] < 1024:
        page.click("text=more_horiz")
    page.click("a:text-is('Dismiss')")
    page.wait_for_url("**/dismiss/")
    width = page.evaluate("document.documentElement.scrollWidth")

    page.fill("[name=reason]", "The account is closed.")
    page.click("#decision_form button[type=submit]")
    page.wait_for_selector("text=The refused trade is dismissed.")

    refused.refresh_from_db()
    page.goto("/admin/")
    assert (refused.status, refused.resolved_by) == (QuarantineStatus.DISMISSED, moderator)
    assert width <= options["viewport"]["width"]
    assert page.locator("text=1 refused trade").count() == 0
    assert browser.problems == []


@both_sizes
def test_moderator_busts_a_trade(open_browser, options):
    moderator = UserFactory(moderator=True)
    seat = ParticipantFactory()
    ingest.take(tournament=seat.tournament, items=[item("T1", seat, "buy", 10, "100")])
    trade = seat.trades.get()
    browser = open_browser(**options)
    browser.sign_in(moderator)
    page = browser.visit(f"/admin/trading/trade/{trade.pk}/change/")
    if options["viewport"]["width"] < 1024:
        page.click("text=more_horiz")
    page.click("a:text-is('Bust')")
    page.wait_for_url("**/bust/")
    width = page.evaluate("document.documentElement.scrollWidth")
    warning = page.locator("#decision_form").inner_text()

    page.fill("[name=reason]", "The exchange took the fill back.")
    page.click("#decision_form button[type=submit]")
    page.wait_for_selector("text=The trade is busted.")

    seat.refresh_from_db()
    trade.refresh_from_db()
    assert (seat.total_trades, trade.bust.busted_by) == (0, moderator)
    assert "This cannot be undone." in warning
    assert width <= options["viewport"]["width"]
    assert page.locator("a:text-is('Bust')").count() == 0
    assert browser.problems == []
