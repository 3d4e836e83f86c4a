"""Forms that come back: they say what is wrong where it is, and one goes on there."""

import pytest
from django.urls import reverse

from tests.browser.accessibility import violations
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory

pytestmark = pytest.mark.django_db
# Past what the browser itself would ask for.
SEND = "form => { form.noValidate = true; form.requestSubmit() }"
FOCUSED = "document.activeElement.name"


@pytest.mark.parametrize(
    "options",
    [
        {"viewport": {"width": 1440, "height": 900}},
        {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    ],
    ids=["wide", "dark phone"],
)
def test_refused_form_is_gone_on_with_where_it_is_wrong(open_browser, options):
    seat = ParticipantFactory()
    browser = open_browser(**options)
    browser.sign_in(UserFactory(admin=True))
    forms = {
        reverse("admin:tournaments_tournament_add"): "registration_open_date_0",
        reverse("admin:person_mute", args=[seat.user_id]): "reason",
        reverse("admin:password_change"): "old_password",
    }
    found = {}

    for path, field in forms.items():
        page = browser.visit(path)
        for name in ("name", "slug"):
            if page.locator(f"[name={name}]").count():
                page.fill(f"[name={name}]", "spring-cup")
        page.locator("#content form").first.evaluate(SEND)
        page.wait_for_selector(f"[name={field}][aria-invalid=true]")
        page.wait_for_load_state()
        found[path] = (
            page.evaluate(FOCUSED),
            page.evaluate("document.documentElement.scrollWidth"),
            violations(page),
        )

    wide = options["viewport"]["width"]
    assert found == {path: (field, wide, []) for path, field in forms.items()}
    assert browser.problems == []
