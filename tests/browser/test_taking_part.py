"""Taking part in the arena, in a browser: from the sign-up to a seat, and whatever goes wrong."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db.models import F

from accounts.models import User, UserSession
from accounts.services import kyc, sessions
from comms.models import Notification
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.comms import NotificationFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tournaments.models import Participant

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = "another horse battery"
KEPT = "JSON.stringify([{...localStorage}, {...sessionStorage}])"


@pytest.fixture
def link_of(mailbox):
    """Return a function that returns the link of the last mail."""

    def found():
        return re.search(r"http://\S+", mailbox()[-1].body)[0]

    return found


@pytest.fixture
def browser(open_browser, live_server, settings):
    settings.FRONTEND_URL = live_server.url
    opened = open_browser(viewport={"width": 390, "height": 844})
    # No stream runs beside this server.
    opened.context.route(
        "**/events?*", lambda route: route.fulfill(content_type="text/event-stream", body="")
    )
    return opened


def press(page, name):
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def answer(page, name):
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


def sign_in(page, user, path="/", password=PASSWORD):
    page.goto(f"/sign-in?next={quote(path)}")
    page.fill("[name=email]", user.email)
    page.fill("[name=password]", password)
    press(page, "Sign in")
    page.wait_for_url(f"**{path}")


def test_newcomer_gets_from_the_sign_up_to_a_seat(browser, link_of):
    TournamentFactory(name="Spring Cup", slug="spring-cup")
    page = browser.visit("/tournaments/spring-cup")

    page.locator("#registration").get_by_role("link", name="sign up").click()
    page.fill("[name=email]", "ada@example.com")
    page.fill("[name=password]", PASSWORD)
    press(page, "Sign up")
    page.get_by_role("heading", name="Look into your mail").wait_for()
    link = link_of()
    page.goto(link)
    page.get_by_role("button", name="Confirm my address").wait_for()
    left = (page.url, page.evaluate(KEPT), page.content())
    press(page, "Confirm my address")
    page.get_by_role("heading", name="Your address is confirmed").wait_for()
    user = User.objects.get()
    sign_in(page, user, "/tournaments/spring-cup")
    page.get_by_role("link", name="Have your identity confirmed.").click()
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Last name").fill("Lovelace")
    page.get_by_label("Date of birth").fill("1990-12-10")
    page.get_by_label("Country").fill("Ireland")
    press(page, "Submit for review")
    page.locator("#state:text-is('In review')").wait_for()
    user.refresh_from_db()
    kyc.decide(actor=UserFactory(moderator=True), user=user, status="approved", reason="Clear")
    page.goto("/tournaments/spring-cup")
    press(page, "Take a seat …")
    answer(page, "Take a seat")
    page.get_by_text("You have a seat.").wait_for()
    page.get_by_role("link", name="See it").click()
    page.get_by_role("heading", name="My seat in Spring Cup").wait_for()
    page.get_by_text("Your trading account is not linked yet.").wait_for()

    token = link.partition("#token=")[2]
    assert len(token) > 50
    assert [token in place for place in left] == [False, False, False]
    assert user.email_verified
    assert Participant.objects.competing().get().user == user
    assert browser.problems == []


def test_forgotten_password_is_chosen_anew_by_the_mail(browser, link_of):
    user = UserFactory()
    page = browser.visit("/sign-in")

    page.get_by_role("link", name="Forgotten your password?").click()
    page.fill("[name=email]", user.email)
    press(page, "Send me a link")
    page.get_by_text("an e-mail is on its way").wait_for()
    link = link_of()
    page.goto(link)
    page.fill("[name=new_password]", "short")
    press(page, "Set the password")
    page.get_by_text("Use 10 characters or more.").wait_for()
    page.fill("[name=new_password]", OTHER)
    press(page, "Set the password")
    page.get_by_role("heading", name="Your password is changed").wait_for()
    sign_in(page, user, "/account", OTHER)
    # What was used, is: the same tab, another link.
    page.goto(link)
    page.fill("[name=new_password]", PASSWORD)
    press(page, "Set the password")
    page.get_by_text("This link has expired or was used.").wait_for()

    assert page.get_by_role("button", name="Send me a link").is_visible()
    assert page.get_by_role("button", name="Set the password").is_hidden()


def test_two_tabs_refresh_one_session_once(browser):
    user, one = UserFactory(), browser.page
    sign_in(one, user, "/account")
    two = browser.context.new_page()
    two.goto("/account")
    two.locator("#personal").wait_for()
    # Nobody asks for anything until the session has run out.
    for tab in (one, two):
        tab.goto("about:blank")
    UserSession.objects.update(expires_at=F("created_at") + timedelta(milliseconds=1))
    refreshes = []

    def hold(route):
        refreshes.append(route)

    browser.context.route("**/auth/refresh", hold)

    for tab in (one, two):
        with tab.expect_response(lambda response: response.status == 401):
            tab.goto("/account", wait_until="commit")
    # Both have been refused. One has asked for new tokens, the other waits for what it gets.
    refreshes[0].continue_()
    for tab in (one, two):
        tab.locator("#personal").wait_for()

    assert len(refreshes) == 1
    assert UserSession.objects.open().count() == 1
    assert [tab.locator("#email").inner_text() for tab in (one, two)] == [user.email] * 2


def test_competitor_withdraws_and_comes_back(browser):
    tournament = TournamentFactory(slug="cup", current_participants=1)
    seat = ParticipantFactory(tournament=tournament, user=UserFactory(approved=True))
    page = browser.page
    sign_in(page, seat.user, "/tournaments/cup")

    press(page, "Withdraw …")
    answer(page, "Cancel")
    press(page, "Withdraw …")
    answer(page, "Withdraw")
    page.get_by_role("button", name="Take a seat …").wait_for()
    seat.refresh_from_db()
    was_out = not seat.is_active
    press(page, "Take a seat …")
    answer(page, "Take a seat")
    page.get_by_text("You have a seat.").wait_for()

    seat.refresh_from_db()
    assert (was_out, seat.is_active) == (True, True)


def test_notification_is_read_by_following_it(browser):
    user = UserFactory()
    TournamentFactory(slug="cup")
    NotificationFactory(user=user, title="It begins", action_url="/tournaments/cup")
    NotificationFactory(user=user, title="A trap", action_url="https://elsewhere.example/")
    NotificationFactory(user=user, title="A trick", action_url="javascript:alert(1)")
    page = browser.page
    sign_in(page, user, "/notifications")
    page.locator("#unread:text-is('3')").wait_for()
    page.locator(".notices a").wait_for()
    links = [link.get_attribute("href") for link in page.locator(".notices a").all()]

    page.locator(".notices a").click()
    page.wait_for_url("**/tournaments/cup")
    page.locator("#unread:text-is('2')").wait_for()

    assert links == [f"{browser.url}/tournaments/cup"]
    assert [each.title for each in Notification.objects.filter(is_read=True)] == ["It begins"]


def test_session_that_ends_elsewhere_costs_nothing_that_was_typed(browser):
    user, page = UserFactory(), browser.page
    sign_in(page, user, "/account")
    page.get_by_label("Telephone").fill("+41 44 000 00 00")
    sessions.sign_out_everywhere(user=user)

    press(page, "Save")
    page.get_by_role("dialog").locator("[name=password]").fill(PASSWORD)
    answer(page, "Sign in")
    page.get_by_text("Saved.").wait_for()

    user.refresh_from_db()
    assert user.phone_number == "+41 44 000 00 00"


def test_signing_out_clears_every_tab(browser):
    user, page = UserFactory(), browser.page
    sign_in(page, user, "/account")
    other = browser.context.new_page()
    other.goto("/notifications")
    other.locator("#personal").wait_for()

    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{browser.url}/")
    other.wait_for_url("**/sign-in")
    kept = page.evaluate(KEPT)
    page.go_back()
    page.wait_for_url("**/sign-in**")

    assert kept == "[{},{}]"
    assert UserSession.objects.open().count() == 0


def test_addresses_that_others_name_lead_nowhere_else(browser):
    page = browser.visit("/sign-in")
    told = [
        "/seats",
        "/seats?page=2#top",
        f"{browser.url}/account",
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/.//elsewhere.example",
        "javascript:alert(1)",
        "http://",
        "",
        None,
    ]

    found = page.evaluate(
        "told => import('/static/arena/addresses.js').then(({ own }) => told.map(own))", told
    )

    inside = ["/seats", "/seats?page=2#top", "/account"]
    # A path, however it is written, stays one of this site.
    odd = f"{browser.url}//elsewhere.example"
    assert found == [
        *(browser.url + path for path in inside),
        None,
        None,
        None,
        odd,
        None,
        None,
        None,
        None,
    ]


def test_owner_erases_the_account(browser):
    user, page = UserFactory(), browser.page
    sign_in(page, user, "/account/data")
    page.fill("[name=confirm]", user.email)
    page.fill("[name=password]", "wrong horse battery")

    press(page, "Erase my account …")
    answer(page, "Erase it for good")
    page.get_by_text("This is not your password.").wait_for()
    page.fill("[name=password]", PASSWORD)
    press(page, "Erase my account …")
    answer(page, "Erase it for good")
    page.wait_for_url(f"{browser.url}/")

    user.refresh_from_db()
    assert (user.is_active, page.evaluate(KEPT)) == (False, "[{},{}]")
