"""An admin exports and erases a person, in a browser."""

from django.urls import reverse

from dayrade.privacy import erasure
from tests.factories.accounts import UserFactory


def test_admin_exports_and_erases_a_person(open_browser):
    boss, person = UserFactory(admin=True), UserFactory(username="ada-1815")
    browser = open_browser()
    browser.sign_in(boss)
    window = browser.visit(reverse("admin:accounts_user_change", args=[person.pk]))

    window.click("text=Export what is held")
    window.fill("[name=reason]", "Letter of 3 May")
    with window.expect_download() as download:
        window.click("#decision_form button:text-is('Export')")
    window.click("a:text-is('Back')")
    window.click("a:text-is('Erase')")
    window.fill("[name=reason]", "Letter of 3 May")
    window.click("text=Erase for good")
    window.wait_for_selector("text=The person is erased.")

    assert download.value.suggested_filename.startswith("dayrade-export-")
    person.refresh_from_db()
    assert erasure.is_erased(person)
    assert browser.problems == []


def test_what_erasure_takes_along_is_readable_in_the_dark(open_browser):
    boss, person = UserFactory(admin=True), UserFactory()
    browser = open_browser(color_scheme="dark")
    browser.sign_in(boss)

    page = browser.visit(reverse("admin:privacy_erasure", args=[person.pk]))

    list_of_facts = page.locator("dl:not(.keys)")
    behind = list_of_facts.evaluate("list => getComputedStyle(list).backgroundColor")
    assert "Phone number" in list_of_facts.inner_text()
    # The page's own, which is dark.
    assert behind == "rgba(0, 0, 0, 0)"
    assert browser.problems == []
