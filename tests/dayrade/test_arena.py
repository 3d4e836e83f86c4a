"""The arena: pages that know what the public API tells everybody."""

import pytest

from dayrade.arena.reading import ApiError, read
from dayrade.templatetags.arena import elsewhere
from tests.factories.tournaments import TournamentFactory

pytestmark = pytest.mark.django_db


def test_page_shows_what_the_api_tells(anonymous):
    TournamentFactory(active=True, name="Spring Cup", slug="spring-cup", prize_pool="12500.00")

    answer = anonymous.get("/")

    page = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-cache")
    assert ("Spring Cup" in page, "12,500.00" in page) == (True, True)


def test_page_of_a_draft_is_nowhere(anonymous):
    TournamentFactory(draft=True, slug="secret")

    answer = anonymous.get("/tournaments/secret", headers={"Accept": "text/html"})

    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_page_is_for_everybody_whoever_asks(anonymous):
    headers = {"Authorization": "Bearer of-a-session-that-has-ended"}

    answers = [anonymous.get(path, headers=headers) for path in ("/", "/api/v1/tournaments")]

    assert [answer.status_code for answer in answers] == [200, 401]


def test_parameter_that_the_api_refuses_is_an_error(rf):
    with pytest.raises(ApiError) as caught:
        read(rf.get("/"), "/tournaments", status="none")

    assert (caught.value.status, caught.value.body["error"]) == (400, "INVALID_FILTER")


@pytest.mark.parametrize("path", ["/", "/sign-in"])
def test_page_sets_no_cookie_and_runs_no_script_but_files(anonymous, path):
    answer = anonymous.get(path)

    page = answer.content.decode()
    assert dict(answer.cookies) == {}
    assert page.count("<script") == page.count('<script type="module" src="/static/')
    assert (
        "unsafe-inline"
        not in answer["Content-Security-Policy"].split("script-src")[1].split(";")[0]
    )


@pytest.mark.parametrize("path", ["/", "/sign-in"])
def test_page_is_only_read(anonymous, path):
    answer = anonymous.post(path)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("address", "left"),
    [
        ("https://example.com/ada.png", "https://example.com/ada.png"),
        ("http://example.com/ada.png", ""),
        ("javascript:alert(1)", ""),
        ("/api/v1/config", ""),
        (None, ""),
    ],
)
def test_pictures_and_voices_come_over_tls_or_not_at_all(address, left):
    assert elsewhere(address) == left
