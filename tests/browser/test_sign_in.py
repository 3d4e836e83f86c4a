"""Signing in to the back office and staying signed in, in a browser."""

from datetime import timedelta

import pyotp
import pytest
from django.utils import timezone

from accounts.models import TotpDevice, UserSession
from accounts.services import two_step
from tests.factories.accounts import PASSWORD, UserFactory

SIZES = [
    {"viewport": {"width": 1440, "height": 900}},
    {"viewport": {"width": 390, "height": 844}},
    {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
]
every_size = pytest.mark.parametrize("options", SIZES, ids=["wide", "phone", "dark", "dark phone"])


def fill_in(page, email, password=PASSWORD, code=""):
    page.goto("/admin/")
    page.fill("input[name=username]", email)
    page.fill("input[name=password]", password)
    page.fill("input[name=code]", code)
    page.click("button[type=submit]")


def set_up(person):
    """Set up an authenticator and return what it shows at the next sign-in."""
    secret = two_step.begin(user=person, password=PASSWORD).secret
    authenticator = pyotp.TOTP(secret)
    two_step.confirm(user=person, code=authenticator.now())
    TotpDevice.objects.update(last_used_step=0)
    return authenticator


def test_staff_sign_in_with_a_code(open_browser):
    person = UserFactory(admin=True)
    authenticator = set_up(person)
    browser = open_browser()

    fill_in(browser.page, person.email, code=authenticator.now())
    browser.page.wait_for_url("**/admin/")

    assert browser.page.title() == "Home | Dayrade"
    assert browser.problems == []


def test_staff_without_the_code_stay_outside(open_browser):
    person = UserFactory(admin=True)
    set_up(person)
    browser = open_browser()

    fill_in(browser.page, person.email)

    said = browser.page.get_by_role("alert").inner_text().strip()
    assert said == "The e-mail address, the password or the code is wrong."
    assert browser.page.input_value("input[name=password]") == ""


def test_code_field_asks_the_browser_for_a_one_time_code(open_browser):
    page = open_browser().visit("/admin/")

    field = page.get_by_label("Code")

    assert field.get_attribute("autocomplete") == "one-time-code"


def test_staff_set_up_an_authenticator_before_anything_else(open_browser, settings):
    settings.STAFF_TWO_STEP = True
    person = UserFactory(moderator=True)
    browser = open_browser()
    page = browser.page
    fill_in(page, person.email)
    page.wait_for_url("**/admin/two_step/")

    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Set up").click()
    picture = page.get_by_alt_text("QR code for an authenticator app")
    drawn = picture.evaluate("image => image.decode().then(() => image.naturalWidth)")
    secret = page.locator("#two-step-secret").inner_text()
    page.fill("input[name=code]", pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/admin/")

    assert drawn > 100
    assert "signing in takes a code" in page.inner_text("body")
    assert two_step.is_set_up(person)
    assert browser.problems == []


def test_menu_leads_to_another_authenticator(open_browser):
    person = UserFactory(admin=True)
    authenticator = set_up(person)
    browser = open_browser(viewport={"width": 1440, "height": 900})
    page = browser.page
    fill_in(page, person.email, code=authenticator.now())
    page.wait_for_url("**/admin/")

    page.locator("a[href='/admin/two_step/']").evaluate("link => link.click()")
    page.wait_for_url("**/admin/two_step/")

    assert page.get_by_label("Code").is_visible()


def test_idle_session_ends(open_browser):
    person = UserFactory(admin=True)
    browser = open_browser()
    browser.sign_in(person)
    UserSession.objects.update(last_accessed_at=timezone.now() - timedelta(minutes=31))

    page = browser.visit("/admin/accounts/user/")

    assert page.url.endswith("/admin/login/?next=/admin/accounts/user/")
    assert browser.problems == []


def test_revoked_session_ends(open_browser):
    person = UserFactory(admin=True)
    browser = open_browser()
    browser.sign_in(person)
    UserSession.objects.all().revoke()

    page = browser.visit("/admin/")

    assert page.url.endswith("/admin/login/?next=/admin/")


def test_signing_out_in_one_window_ends_its_copies(open_browser):
    person = UserFactory(admin=True)
    browser, copy = open_browser(), open_browser()
    browser.sign_in(person)
    copy.context.add_cookies(browser.context.cookies())
    browser.visit("/admin/")
    before = copy.visit("/admin/").url

    browser.page.locator("#logout-form").evaluate("form => form.submit()")
    browser.page.wait_for_url("**/admin/logout/")

    assert before.endswith("/admin/")
    assert copy.visit("/admin/").url.endswith("/admin/login/?next=/admin/")


def test_too_many_attempts_are_said(open_browser, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login_account": (1, 900)}
    person = UserFactory(admin=True)
    browser = open_browser()
    fill_in(browser.page, person.email, "wrong horse battery")

    with browser.page.expect_response("**/admin/login/**") as answered:
        fill_in(browser.page, person.email)

    said = browser.page.get_by_role("alert").inner_text().strip()
    assert said == "Too many attempts. Try again later."
    assert answered.value.request.method in {"GET", "POST"}


@every_size
def test_sign_in_fits(open_browser, options):
    browser = open_browser(**options)

    page = browser.visit("/admin/")

    assert page.evaluate("document.documentElement.scrollWidth") <= options["viewport"]["width"]
    assert page.get_by_role("button", name="Sign in").is_visible()
    assert browser.problems == []


@every_size
def test_setting_up_fits(open_browser, options):
    person = UserFactory(admin=True)
    browser = open_browser(**options)
    browser.sign_in(person)
    page = browser.visit("/admin/two_step/")

    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Set up").click()
    page.wait_for_selector("#two-step-secret")

    assert page.evaluate("document.documentElement.scrollWidth") <= options["viewport"]["width"]
    assert browser.problems == []
