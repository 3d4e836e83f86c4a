"""Forty payloads in every text of the back office: shown as text, and nothing comes of them.

Each model has all payloads in all its columns (`tests.browser.hostile`). Its list is opened once:
every payload stands there in every column that the list shows. The page of one row is opened for
those rows between which wide columns share all payloads out; a narrow column brings there what it
has room for. What a row's page leads to, forms and decisions, is opened for one row that it is
possible for. What is typed is tried too: in each search, and in each form that is shown again.

A value counts as shown where its last character stands in the text of the page, as it was written.
"""

from urllib.parse import urlencode

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.backends import TABLE
from tests.browser import hostile, office
from tests.browser.payloads import PAYLOADS
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

#: Columns that the pages of their own model never show.
NOT_SHOWN = {
    "accounts.user.password": "a hash",
    "comms.pushsubscription.endpoint": "of a browser, and for its push service alone",
    "comms.pushsubscription.p256dh": "the same",
    "comms.pushsubscription.auth": "the same",
    "tournaments.board.top": "lines that the stream compares",
    "trading.quarantinedtrade.digest": "a hash",
}
#: Actions without a page of their own, or one that none of the rows is ripe for.
NOT_OPENED = {
    ("tournaments.participant", "correct/"): "leads to the tournament's",
    ("tournaments.tournament", "board/"): "leads to the board",
    ("tournaments.tournament", "export/"): "leads to the export",
    ("tournaments.tournament", "draft_alike/"): "leads to the form",
    ("tournaments.tournament", "restore/"): "no seat differs from its result",
}
#: What admins see in a form, and moderators without one.
READ_BY_MODERATORS = [
    label for label, (admins, others) in TABLE.items() if "change" in admins and "view" in others
]
#: What a decision of these changes would keep others from being opened.
SHARED = ("tournaments.",)
ENTRIES = (
    "form:not(#changelist-search, #logout-form) :is("
    "input:not([type=hidden], [type=checkbox], [type=radio], [type=submit], [type=number]),"
    "textarea)"
)
TYPED = " ".join(payload.text for payload in PAYLOADS)


@pytest.fixture(scope="module")
def desk(plain_chromium, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), office.opened(plain_chromium, hostile.text) as made:
        yield made


@pytest.fixture(scope="module")
def moderators(desk):
    """Return the same back office to a moderator."""
    context = desk.page.context.browser.new_context(base_url=desk.watch.own)
    other = office.Desk(context.new_page(), desk.watch.own, desk.rows)
    other.sign_in(UserFactory(moderator=True))
    yield other
    context.close()


def packed_rows(desk, label):
    rows = desk.rows.rows.get(label, [])[: hostile.PACKED]
    return [office.address(label, "change", row.pk) for row in rows]


def list_of(desk, label):
    """Open a list, all pages of it."""
    path = office.address(label, "changelist")
    texts = [desk.visit(path)]
    pages = desk.page.locator(".paginator a, nav a[href*='?p=']").count()
    texts += [desk.visit(f"{path}?p={number}") for number in range(2, min(pages, 3) + 2) if pages]
    return "\n".join(texts)


def type_into(desk, submit):
    """Type the payloads into everything that takes text, send it, and return what is shown."""
    entries = desk.page.locator(ENTRIES)
    entries.evaluate_all("(found, text) => found.forEach((it) => { it.value = text })", TYPED)
    typed = entries.count()
    with desk.page.expect_navigation(wait_until="load"):
        desk.page.locator(submit).first.evaluate("button => button.form.requestSubmit(button)")
    return typed, desk.watch.look()


def assert_whole(text, name, rows):
    """Every payload that has a row of its own stands in a column of a list, if any of them does.

    What is too long for the list begins in it.
    """
    alone = set(range(hostile.PACKED, hostile.ROWS))
    places = {row % hostile.ROWS for row in rows}
    missing = [hostile.said(hostile.text(name, row)) for row in alone - places]
    longest = max(len(hostile.said(hostile.text(name, row))) for row in rows)
    assert all(len(value) > longest for value in missing), name
    assert all(f"{value[: longest - 1]}" in hostile.said(text) for value in missing), name


@pytest.mark.parametrize("label", office.LABELS)
def test_rows_are_shown_as_text(desk, label):
    text = list_of(desk, label)
    listed = hostile.shown(text, label)
    opened = {}
    for page in desk.visit_all(packed_rows(desk, label)):
        for name, rows in hostile.shown(page, label).items():
            opened.setdefault(name, set()).update(rows)

    assert desk.heard() == []
    # Those of a person are on the pages of people.
    columns = {name for name in hostile.filled() if name.rpartition(".")[0] == label}
    assert columns - listed.keys() - opened.keys() == columns & NOT_SHOWN.keys()
    assert [name for name, rows in opened.items() if not rows >= set(range(hostile.PACKED))] == []
    for name, rows in listed.items():
        if max(rows) >= hostile.PACKED:
            assert_whole(text, name, rows)


@pytest.mark.parametrize("label", READ_BY_MODERATORS)
def test_rows_that_moderators_only_read_are_text(moderators, label):
    texts = moderators.visit_all(packed_rows(moderators, label))

    assert ("" in texts, moderators.heard()) == (False, [])


@pytest.mark.parametrize("app", office.APPS)
def test_search_is_shown_as_text(desk, app):
    labels = [label for label in office.LABELS if label.startswith(f"{app}.")]
    query = urlencode({"q": TYPED})

    desk.visit_all([f"{office.address(label, 'changelist')}?{query}" for label in labels])

    fields = [tab.page.locator("#searchbar") for tab in desk.tabs[: len(labels)]]
    assert {field.input_value() for field in fields if field.count()} <= {TYPED}
    assert desk.heard() == []


@pytest.mark.parametrize("label", office.LABELS)
def test_forms_are_shown_again_with_text(desk, label):
    add = desk.found([office.address(label, "add")])
    delete = desk.found(desk.of_rows(label, "delete/"))
    change = desk.found(desk.of_rows(label, "change/"))
    for path in filter(None, (add, change)):
        desk.visit(path)
        if desk.page.locator("[name=_save]").count():
            typed, text = type_into(desk, "[name=_save]")
            assert hostile.said(TYPED) in hostile.said(text) or typed == 0
    if delete:
        desk.visit(delete)

    assert desk.heard() == []


@pytest.mark.parametrize(
    ("label", "name"), [(label, name) for label, names in office.ACTIONS.items() for name in names]
)
def test_decisions_show_text(desk, label, name):
    path = desk.found(desk.of_rows(label, name))
    assert (path is None) == ((label, name) in NOT_OPENED)

    if path:
        desk.visit(path)
        button = "#decision_form button[type=submit]"
        if not label.startswith(SHARED) and desk.page.locator(button).count():
            type_into(desk, button)

    assert desk.heard() == []


@pytest.mark.parametrize("route", office.OTHERS)
def test_other_pages_show_text(desk, route):
    path, answer = desk.other(route)

    if office.is_page(answer):
        desk.visit(path)
    else:
        # JSON for a script, or a file.
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Type"].startswith(("application/json", "text/csv"))
    assert desk.heard() == []


@pytest.mark.parametrize("app", office.APPS)
def test_page_of_an_app_shows_text(desk, app):
    desk.visit(reverse("admin:app_list", args=[app]))

    assert desk.heard() == []


@pytest.mark.parametrize("label", office.BULK)
def test_many_rows_are_decided_about_as_text(desk, label):
    desk.visit(office.address(label, "changelist"))
    desk.page.locator("[name=_selected_action]").first.evaluate("box => { box.checked = true }")
    choice = desk.page.locator("select[name=action]")
    names = choice.locator("option").evaluate_all("found => found.map((it) => it.value)")
    choice.evaluate("(found, name) => { found.value = name }", next(filter(None, names)))

    with desk.page.expect_navigation(wait_until="load"):
        choice.evaluate("found => found.form.submit()")

    assert desk.page.locator("#decision_form").count() == 1
    assert desk.watch.look()
    assert desk.heard() == []


def test_tournament_is_chosen_by_its_name_as_text(desk):
    desk.visit(office.address("comms.commentary", "add"))

    desk.page.locator(".select2-selection").first.click()
    desk.page.wait_for_selector(".select2-results__option:not(.loading-results)")

    names = desk.page.locator(".select2-results__option").all_inner_texts()
    expected = hostile.text("tournaments.tournament.name", hostile.ROWS - 1)
    assert hostile.said(expected) in hostile.said(" ".join(names))
    desk.watch.look()
    assert desk.heard() == []


def test_text_columns_that_take_no_payload_refuse_it_in_the_database(desk):
    taken = []
    for name in sorted(hostile.REFUSED):
        label, _, column = name.rpartition(".")
        field, _ = hostile.columns()[name]
        for payload in PAYLOADS:
            value = [payload.text] if hasattr(field, "base_field") else payload.text
            rows = field.model.objects.filter(pk=field.model.objects.order_by("pk").first().pk)
            try:
                with transaction.atomic():
                    rows.update(**{column: value})
                    taken.append((label, column, payload.text))
            except DatabaseError:
                continue

    assert taken == []
