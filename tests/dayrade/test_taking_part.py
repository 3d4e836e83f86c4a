"""The pages for who takes part: what they are before a script knows who is there."""

import re

import pytest

from tests.factories.tournaments import TournamentFactory

pytestmark = pytest.mark.django_db
DOORS = ["/sign-up", "/verify-email", "/forgotten-password", "/reset-password"]
PERSONAL = [
    "/account",
    "/account/kyc",
    "/account/security",
    "/account/notifications",
    "/account/data",
    "/seats",
    "/seats/spring-cup",
    "/notifications",
]


@pytest.fixture(autouse=True)
def _tournament():
    TournamentFactory(
        name="Spring Cup", slug="spring-cup", max_participants=20, current_participants=8
    )


@pytest.mark.parametrize("path", DOORS + PERSONAL)
def test_page_is_for_everybody_and_cannot_be_framed(anonymous, path):
    answer = anonymous.get(path)

    policy = answer["Content-Security-Policy"]
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-cache")
    assert (answer["X-Frame-Options"], "frame-ancestors 'none'" in policy) == ("DENY", True)
    assert dict(answer.cookies) == {}


@pytest.mark.parametrize("path", [*DOORS, *PERSONAL, "/tournaments/spring-cup"])
def test_page_has_no_script_and_no_style_but_files(anonymous, path):
    page = anonymous.get(path).content.decode()

    scripts = re.findall(r"<script[^>]*>", page)
    assert [tag for tag in scripts if 'src="/static/' not in tag] == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", page) == []


@pytest.mark.parametrize("path", DOORS + PERSONAL)
def test_page_is_only_read(anonymous, path):
    answer = anonymous.post(path)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", DOORS + PERSONAL)
def test_form_never_puts_what_is_typed_into_an_address(anonymous, path):
    """A form whose script has not come yet is sent by the browser itself."""
    page = anonymous.get(path).content.decode()

    with_fields = [
        form for form in re.findall(r"<form.*?</form>", page, re.DOTALL) if "<input" in form
    ]
    assert [form for form in with_fields if 'method="post"' not in form] == []


@pytest.mark.parametrize(
    ("path", "hints"),
    [
        ("/sign-in", ["username", "current-password", "one-time-code"]),
        ("/sign-up", ["username", "new-password"]),
        ("/reset-password", ["new-password", "username"]),
        ("/account/security", ["username", "current-password", "new-password"]),
        ("/account/kyc", ["given-name", "family-name", "bday", "country-name"]),
    ],
)
def test_form_tells_password_managers_what_it_wants(anonymous, path, hints):
    page = anonymous.get(path).content.decode()

    assert re.findall(r'autocomplete="([^"]+)"', page) == hints


def test_seat_of_a_draft_is_nowhere(anonymous):
    TournamentFactory(draft=True, slug="secret")

    assert anonymous.get("/seats/secret").status_code == 404


def test_tournament_says_how_many_places_are_left(anonymous):
    page = anonymous.get("/tournaments/spring-cup").content.decode()

    assert '<span id="places">12</span> of 20 places are left.' in page


def test_script_for_push_messages_serves_the_whole_site(anonymous):
    answer = anonymous.get("/push-worker.js")

    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200,
        "text/javascript",
        "no-cache",
    )
    assert b"showNotification" in answer.content
