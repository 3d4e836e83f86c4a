"""The back office as staff see it, in a browser, under its content security policy."""

import pytest
from django.urls import reverse

from accounts.backends import TABLE
from accounts.models import Role
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.world import row_of


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
    browser.sign_in(person.email, PASSWORD)

    for address in addresses(column):
        browser.visit(address)

    assert browser.problems == []


def test_sidebar_shows_a_moderator_only_what_is_theirs(open_browser):
    person = UserFactory(moderator=True)
    browser = open_browser()
    browser.sign_in(person.email, PASSWORD)

    names = browser.page.locator("#nav-sidebar a[href*='/admin/']").all_inner_texts()

    assert {name.split("\n")[-1].strip() for name in names if name.strip()} >= {"People"}


@pytest.mark.parametrize(
    "options",
    [
        {"viewport": {"width": 390, "height": 844}},
        {"color_scheme": "dark", "viewport": {"width": 1440, "height": 900}},
    ],
    ids=["phone", "dark"],
)
def test_home_page_renders(open_browser, options):
    person = UserFactory(admin=True)
    browser = open_browser(**options)
    browser.sign_in(person.email, PASSWORD)

    page = browser.visit(reverse("admin:index"))

    assert page.evaluate("document.documentElement.scrollWidth") <= options["viewport"]["width"]
    assert browser.problems == []
