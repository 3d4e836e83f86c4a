"""Calendar, e-mail templates, configuration and audit log in a browser, by an admin."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from administration import configuration
from administration.models import SystemConfiguration
from administration.registry import REGISTRY, Key
from comms.models import EmailTemplate
from market.models import EconomicEvent
from tests.factories.accounts import UserFactory
from tests.factories.comms import EmailTemplateFactory

SECRET = Key("provider.token", str, "", "provider", "The token.", is_sensitive=True)
FILE = (
    "name;country;event_time;impact_level;external_event_id\r\n"
    "Payrolls;United States;2027-03-05T13:30:00Z;high;7\r\n"
    "<img src=x onerror=alert(1)>;Österreich;soon;low;\r\n"
)
both_sizes = pytest.mark.parametrize(
    "options",
    [
        {"viewport": {"width": 390, "height": 844}},
        {"viewport": {"width": 1440, "height": 900}},
    ],
    ids=["phone", "desk"],
)


@pytest.fixture
def office(open_browser, options):
    """Return an admin's browser."""
    browser = open_browser(**options)
    browser.sign_in(UserFactory(admin=True))
    return browser


def stands(page):
    """Tell whether a page fits its window, and what keeps somebody from using it."""
    found = Axe().run(page).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]
    barriers = [each["id"] for each in found if each["impact"] in ("serious", "critical")]
    return wide, barriers


@both_sizes
def test_admin_imports_a_file_with_a_bad_line(office):
    page = office.visit(reverse("admin:calendar"))
    page.click("text=Import CSV")
    page.set_input_files(
        "[name=file]",
        {"name": "march.csv", "mimeType": "text/csv", "buffer": FILE.encode("utf-8-sig")},
    )
    page.click("text=Show what it would do")
    page.wait_for_selector("#plan")
    refused = page.locator("#refused tbody td").all_inner_texts()
    before, usable = EconomicEvent.objects.count(), stands(page)

    page.fill("[name=reason]", "The calendar of March")
    page.click("text=Enter 1, change 0")
    page.wait_for_selector("text=1 added, 0 changed, 0 as they were.")

    assert refused == [
        "3",
        "<img src=x onerror=alert(1)>",
        "event_time: write it as 2027-03-05T13:30:00Z.",
    ]
    assert (before, usable) == (0, (False, []))
    assert EconomicEvent.objects.get().name == "Payrolls"
    assert office.problems == []


@both_sizes
def test_preview_follows_what_is_typed(office):
    template = EmailTemplateFactory(content="Hello {{ name }}", variables=["name"])
    page = office.visit(reverse("admin:comms_emailtemplate_change", args=[template.pk]))
    frame = page.frame_locator("#live-page")
    frame.locator("text=Hello Ada").wait_for()

    page.fill("[name=content]", "<b>Goodbye</b> {{ name }} of {{ nowhere }}")
    frame.locator("text=<b>Goodbye</b> Ada of [nowhere]").wait_for()
    wrong = page.inner_text("#id_content_live")
    page.fill("[name=variables]", '["name", "nowhere"]')
    page.wait_for_selector("#id_content[aria-invalid=false]")

    assert wrong == "Not declared in variables: nowhere."
    assert page.inner_text("#id_content_live") == ""
    assert page.inner_text("#live-text") == "<b>Goodbye</b> Ada of [nowhere]"
    assert EmailTemplate.objects.get().content == "Hello {{ name }}"
    assert stands(page) == (False, [])
    assert office.problems == []


@both_sizes
def test_admin_changes_a_secret_and_reads_of_it(office, monkeypatch):
    monkeypatch.setitem(REGISTRY, SECRET.name, SECRET)
    page = office.visit(reverse("admin:administration_systemconfiguration_changelist"))
    listed = stands(page)
    page.click("[aria-label='Change provider.token']")
    page.fill("[name=value]", "hunter2")
    page.fill("[name=reason]", "From the provider")
    page.click("#decision_form button[type=submit]")
    page.wait_for_selector("text=provider.token is changed.")
    seen = page.content()
    key = SystemConfiguration.objects.get().pk

    page.goto(reverse("admin:administration_auditlog_changelist", query={"entity_id": key}))
    asked = stands(page)
    page.click("#result_list >> text=configuration.set")
    page.wait_for_selector("#differences")
    difference = page.locator("#differences tr", has_text="Value").inner_text().split()
    seen += page.content()

    assert (listed, asked, stands(page)) == ((False, []),) * 3
    assert difference == ["Value", "-", "Hidden"]
    assert ("From the provider" in seen, "hunter2" in seen) == (True, False)
    assert configuration.value("provider.token") == "hunter2"
    assert office.problems == []
