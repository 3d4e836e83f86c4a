"""Identities one after another, the page about a person, and ending sessions, in a browser."""

import pytest
from django.urls import reverse

from accounts.models import KycStatus, User, UserSession
from tests.browser.accessibility import violations
from tests.factories.accounts import UserFactory, UserSessionFactory
from tests.factories.comms import ChatMessageFactory, ChatReportFactory, MuteFactory
from tests.factories.tournaments import ParticipantFactory
from tests.factories.trading import TradeFactory

both_sizes = pytest.mark.parametrize(
    "options",
    [
        {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
        {"viewport": {"width": 1440, "height": 900}},
    ],
    ids=["phone", "desk"],
)


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def answer(page, decision, **reason):
    page.check(f"label:has-text('{decision}') input")
    if "common" in reason:
        page.select_option("[name=common]", reason["common"])
    page.fill("[name=reason]", reason.get("own", ""))
    page.click("#decision_form button[type=submit]")


def status(person):
    return User.objects.get(pk=person.pk).kyc_status


@both_sizes
def test_moderator_reviews_two_people_in_a_row(open_browser, options):
    moderator = UserFactory(moderator=True)
    first = UserFactory(in_review=True, first_name="Bea")
    second = UserFactory(in_review=True, first_name="Cleo")
    User.objects.filter(pk=first.pk).update(created_at="2026-03-01T00:00:00Z")
    browser = open_browser(**options)
    browser.sign_in(moderator)
    page = browser.visit("/admin/accounts/kycreview/")
    page.click("#result_list tbody tr:first-child a")
    page.wait_for_selector("text=Identity of Bea Lovelace")
    fitted = fits(page)

    answer(page, "Ask for more", common="Spell your name as in your passport.")
    page.wait_for_selector("text=Identity of Cleo Lovelace")
    told = page.locator("text=Bea Lovelace: Requires Action.").count()
    answer(page, "Approve", own="All of it agrees.")
    page.wait_for_url("**/kycreview/")

    assert (fitted, told) == (True, 1)
    assert (status(first), status(second)) == (KycStatus.REQUIRES_ACTION, KycStatus.APPROVED)
    assert browser.problems == []


def test_second_of_two_reviewers_overwrites_nothing(open_browser):
    ann, bob = UserFactory(moderator=True), UserFactory(moderator=True)
    person = UserFactory(in_review=True)
    review = reverse("admin:accounts_kycreview_review", args=[person.pk])
    windows = []
    for reviewer in (ann, bob):
        browser = open_browser()
        browser.sign_in(reviewer)
        windows.append(browser.visit(review))

    answer(windows[0], "Reject", own="Not a real person.")
    windows[0].wait_for_url("**/kycreview/")
    answer(windows[1], "Approve", own="Looks fine.")
    windows[1].wait_for_url("**/kycreview/")

    assert status(person) == KycStatus.REJECTED
    assert windows[1].locator(f"text=rejected by {ann} (Not a real person.)").count() == 1


@pytest.fixture
def person():
    person = UserFactory(in_review=True, phone_number="+15550100")
    seat = ParticipantFactory(user=person)
    TradeFactory(participant=seat)
    ChatReportFactory(message=ChatMessageFactory(user=person, tournament=seat.tournament))
    ChatMessageFactory(user=person, hidden=True, message_text="<b>" + "long" * 100)
    MuteFactory(user=person)
    UserSessionFactory(
        user=person,
        ip_address="192.0.2.7",
        device_info={"browser": "Firefox", "system": "Linux"},
    )
    return person


@both_sizes
@pytest.mark.parametrize("role", ["admin", "moderator"])
def test_page_about_a_person_shows_what_the_role_may_see(open_browser, person, role, options):
    browser = open_browser(**options)
    browser.sign_in(UserFactory(role=role))

    page = browser.visit(reverse("admin:person", args=[person.pk]))

    secrets = ["+15550100", "192.0.2.7", "Audit trail", "Two-step sign-in", "Erase"]
    text = page.locator("#content, main").first.inner_text()
    seen = [secret for secret in secrets if secret in text]
    assert seen == (secrets if role == "admin" else [])
    assert page.locator("#open li").count() == 3
    assert fits(page)
    assert browser.problems == []


@both_sizes
def test_admin_ends_one_session_and_then_all(open_browser, person, options):
    UserSessionFactory.create_batch(2, user=person)
    browser = open_browser(**options)
    browser.sign_in(UserFactory(admin=True))
    page = browser.visit(reverse("admin:person", args=[person.pk]))

    page.click("#sessions tr:has-text('Firefox on Linux') a:text-is('End')")
    page.wait_for_url("**/end/")
    page.fill("[name=reason]", "Lost laptop")
    page.click("#decision_form button[type=submit]")
    page.wait_for_url("**/people/**")
    left = UserSession.objects.filter(user=person).open().count()
    page.click("#acts a:text-is('End the sessions')")
    page.wait_for_url("**/end_sessions/")
    page.fill("[name=reason]", "Lost everything")
    page.click("#decision_form button[type=submit]")
    page.wait_for_url("**/people/**")

    assert left == 2
    assert UserSession.objects.filter(user=person).open().count() == 0
    assert page.locator("#sessions a:text-is('End')").count() == 0
    assert browser.problems == []


def test_pages_about_people_have_no_barriers(open_browser, person):
    browser = open_browser(viewport={"width": 1440, "height": 900})
    browser.sign_in(UserFactory(admin=True))
    pages = [
        reverse("admin:person", args=[person.pk]),
        reverse("admin:person_mute", args=[person.pk]),
        reverse("admin:privacy_erasure", args=[person.pk]),
        reverse("admin:accounts_kycreview_review", args=[person.pk]),
        reverse("admin:in_force"),
    ]

    found = {address: violations(browser.visit(address)) for address in pages}

    assert found == {address: [] for address in pages}
