"""The pages that everybody of staff passes have no serious barrier, and take a keyboard alone."""

import pytest
from django.urls import reverse

from tests.browser.accessibility import violations
from tests.factories.accounts import UserFactory
from tests.factories.comms import ChatMessageFactory
from tests.factories.tournaments import TournamentFactory
from tests.factories.trading import QuarantinedTradeFactory

PAGE = "<html lang=en><title>A page</title><main><h1>A page</h1>{}</main></html>"
both_schemes = pytest.mark.parametrize("scheme", ["light", "dark"])


def test_barrier_is_named_and_its_absence_is_silent(open_browser):
    page = open_browser().page

    page.set_content(PAGE.format("<img src=data:, alt='A chart'>"))
    clear = violations(page)
    page.set_content(PAGE.format("<img src=data:,>"))
    barred = violations(page)

    assert clear == []
    assert [line.split(" (")[0] for line in barred] == ["critical image-alt: img"]


@both_schemes
def test_pages_that_everybody_passes_have_no_barrier(open_browser, scheme):
    person = UserFactory(in_review=True)
    tournament = TournamentFactory(active=True)
    ChatMessageFactory(tournament=tournament)
    QuarantinedTradeFactory(tournament=tournament)
    browser = open_browser(color_scheme=scheme, viewport={"width": 1440, "height": 900})

    found = {"sign-in": violations(browser.visit("/admin/"))}
    browser.sign_in(UserFactory(admin=True))
    for address in (
        reverse("admin:index"),
        reverse("admin:jobs"),
        reverse("admin:two_step"),
        reverse("admin:comms_chatmessage_changelist"),
        reverse("admin:tournaments_tournament_change", args=[tournament.pk]),
        reverse("admin:comms_commentary_add"),
        reverse("admin:accounts_kycreview_change", args=[person.pk]),
        reverse("admin:accounts_kycreview_change", args=[person.pk]).replace("change", "approve"),
    ):
        page = browser.visit(address)
        if address.endswith("/commentary/add/"):
            page.wait_for_selector(".select2-selection[aria-label]")
        found[address] = violations(page)

    assert {address: lines for address, lines in found.items() if lines} == {}
    assert browser.problems == []


def test_keyboard_alone_passes_the_menu_opens_a_group_and_signs_out(open_browser):
    browser = open_browser(viewport={"width": 1440, "height": 900})
    browser.sign_in(UserFactory(admin=True))
    page = browser.visit(reverse("admin:index"))
    keys = page.keyboard

    keys.press("Tab")
    first = page.evaluate("document.activeElement.textContent")
    keys.press("Enter")
    passed = page.evaluate("document.activeElement.id")
    page.focus("summary:has-text('Platform')")
    keys.press("Enter")
    page.wait_for_selector("a:has-text('Audit log'):visible")
    page.focus(".user-button")
    keys.press("Enter")
    page.wait_for_selector("#logout-form button:visible")
    page.focus("#logout-form button")
    keys.press("Enter")
    page.wait_for_url("**/admin/logout/")

    assert (first, passed) == ("Skip to content", "content")
    assert browser.problems == []


def test_phone_opens_and_closes_the_menu_by_keyboard(open_browser):
    browser = open_browser(viewport={"width": 390, "height": 844})
    browser.sign_in(UserFactory(moderator=True))
    page = browser.visit(reverse("admin:index"))

    page.wait_for_selector("header button[aria-expanded=false]")
    page.focus("header button[aria-expanded=false]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#nav-sidebar:visible")
    page.focus("button:has-text('Close the menu')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#nav-sidebar", state="hidden")

    assert browser.problems == []


def test_what_the_theme_made_for_the_mouse_takes_a_keyboard(open_browser):
    tournament = TournamentFactory(active=True)
    browser = open_browser(viewport={"width": 1440, "height": 900})
    browser.sign_in(UserFactory(admin=True))
    page = browser.visit(reverse("admin:tournaments_tournament_change", args=[tournament.pk]))

    page.get_by_role("button", name="More").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("a:has-text('Freeze'):visible")

    assert browser.problems == []
