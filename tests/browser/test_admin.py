"""The back office as staff see it, in a browser, under its content security policy."""

import pytest
from django.urls import reverse

from accounts.backends import TABLE
from accounts.models import Role
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import TournamentFactory
from tests.factories.trading import QuarantinedTradeFactory
from tests.factories.world import row_of
from tests.trading import boards
from tournaments.models import Tournament


def page(label, name, *args):
    return reverse(f"admin:{label.replace('.', '_')}_{name}", args=args)


def addresses(column):
    """Every page that a role has, with a row of every table to show."""
    found = [reverse("admin:index"), reverse("admin:password_change")]
    for label, row in {label: row_of(label) for label in TABLE}.items():
        actions = TABLE[label][column]
        if "view" in actions:
            found += [page(label, "changelist"), page(label, "change", row.pk)]
        if "add" in actions:
            found.append(page(label, "add"))
        if "delete" in actions:
            found.append(page(label, "delete", row.pk))
    return found


@pytest.mark.parametrize(("column", "role"), [(0, Role.ADMIN), (1, Role.MODERATOR)])
def test_every_page_of_a_role_opens_without_a_problem(open_browser, column, role):
    person = UserFactory(role=role)
    browser = open_browser()
    browser.sign_in(person)

    for address in addresses(column):
        browser.visit(address)

    assert browser.problems == []


def test_moderator_sees_links_to_what_is_theirs_alone(open_browser):
    person = UserFactory(moderator=True)
    browser = open_browser(viewport={"width": 1440, "height": 900})
    browser.sign_in(person)

    links = browser.visit("/admin/").locator("#nav-sidebar-inner a:visible")

    names = ("Tournaments", "Chat", "Configuration", "Audit log", "Sessions")
    shown = [name for name in names if links.filter(has_text=name).count()]
    assert shown == ["Tournaments", "Chat"]


def test_admin_drafts_a_tournament_in_the_form(open_browser):
    person = UserFactory(admin=True)
    browser = open_browser()
    browser.sign_in(person)
    window = browser.visit(page("tournaments.tournament", "add"))
    window.fill("[name=name]", "Spring Cup")
    window.select_option("[name=division]", "raider")
    for field, day in (
        ("registration_open_date", "2026-03-01"),
        ("registration_close_date", "2026-03-08"),
        ("start_date", "2026-03-09"),
        ("end_date", "2026-03-13"),
    ):
        window.fill(f"[name={field}_0]", day)
        window.fill(f"[name={field}_1]", "09:00:00")

    window.click("button[name=_save]")
    window.wait_for_url(f"**{page('tournaments.tournament', 'changelist')}")

    made = Tournament.objects.get()
    assert (made.name, made.slug, made.created_by) == (
        "Spring Cup",
        "spring-cup",
        person,
    )
    assert browser.problems == []


@pytest.mark.parametrize(
    "options",
    [
        {"viewport": {"width": 390, "height": 844}},
        {"color_scheme": "dark", "viewport": {"width": 1440, "height": 900}},
    ],
    ids=["phone", "dark"],
)
def test_home_page_renders_and_follows_what_happens(open_browser, options):
    tournament = TournamentFactory(active=True, name="Spring Cup")
    boards.seat(tournament, "ann", total="-250.00")
    boards.seat(tournament, "bob", total="900.00")
    browser = open_browser(**options)
    browser.sign_in(UserFactory(moderator=True))
    page = browser.visit(reverse("admin:index"))

    page.wait_for_selector("[data-chart=spread] canvas:visible")
    empty = page.inner_text("[data-chart=trades] [data-part=summary]")
    page.click("[data-chart=spread] summary")
    figures = page.locator("[data-chart=spread] tbody tr").all_inner_texts()
    quiet = page.is_visible("#no-needs")
    QuarantinedTradeFactory.create_batch(2, tournament=tournament)
    page.wait_for_selector("#needs tbody tr")
    page.click("#needs a:has-text('Refused trades')")
    page.wait_for_url("**/quarantinedtrade/?status__exact=open")
    page.wait_for_selector("a:has-text('Refused trades') .nav-badge", state="attached")

    assert (empty, quiet, len(figures)) == ("No trade in the last hour.", True, 13)
    assert page.inner_text("main").count("Spring Cup") >= 2
    assert browser.problems == []


def test_home_page_fits_a_phone(open_browser):
    TournamentFactory(active=True, name="The Long Name of an Early Spring Cup for Everybody")
    QuarantinedTradeFactory()
    browser = open_browser(viewport={"width": 390, "height": 844})
    browser.sign_in(UserFactory(admin=True))

    page = browser.visit(reverse("admin:index"))
    page.wait_for_selector("[data-chart=trades] p:has-text('No trade')")

    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert browser.problems == []
