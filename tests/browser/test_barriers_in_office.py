"""Every page of the back office: axe finds no serious barrier, in the light and in the dark.

Each page is looked at twice: wide and light, narrow and dark. What is on all of them, the frame of
the theme, is looked at in the four ways on the home page.
"""

import pytest

from tests.browser import hostile, office
from tests.browser.accessibility import violations

pytestmark = pytest.mark.django_db

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
ROWS = 6


@pytest.fixture(scope="module")
def desk(chromium, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), office.opened(chromium, hostile.harmless, ROWS) as made:
        yield made


def barriers(desk, path, views=((WIDE, False), (NARROW, True))):
    """Return what bars a page, and how it was looked at then."""
    desk.page.goto(path, wait_until="load")
    found = []
    for size, is_dark in views:
        desk.page.set_viewport_size(size)
        # The theme's own switch, without waiting for what fades.
        desk.page.evaluate(
            "dark => document.documentElement.classList.toggle('dark', dark)", is_dark
        )
        said = f"{size['width']} {'dark' if is_dark else 'light'}"
        found += [f"{path} {said}: {line}" for line in violations(desk.page)]
    return found


def test_frame_has_no_barrier(desk):
    views = [(size, is_dark) for size in (WIDE, NARROW) for is_dark in (False, True)]

    assert barriers(desk, "/admin/", views) == []


@pytest.mark.parametrize("label", office.LABELS)
def test_pages_of_a_model_have_no_barrier(desk, label):
    listed = office.address(label, "changelist")
    pages = [
        desk.found([office.address(label, "add")]),
        desk.found(desk.of_rows(label, "delete/")),
        desk.found(desk.of_rows(label, "change/")),
        *(desk.found(desk.of_rows(label, name)) for name in office.ACTIONS[label]),
    ]

    found = [line for path in (listed, *filter(None, pages)) for line in barriers(desk, path)]

    assert found == []


@pytest.mark.parametrize("route", [*office.OTHERS, *(f"admin/{app}/" for app in office.APPS[:1])])
def test_other_pages_have_no_barrier(desk, route):
    path, answer = desk.other(route)

    assert not office.is_page(answer) or barriers(desk, path) == []
