"""Each payload is caught where a page takes it for more than text: else silence proves nothing."""

import html
import re
import unicodedata
from pathlib import Path

import pytest
import unfold

from tests.browser.payloads import FRAGMENTS, LEADING, LONGEST, PAYLOADS, packs
from tests.browser.watching import Watch

OWN = "http://careless.test"
SCRIPTS = Path(unfold.__file__).parent / "static/unfold/js"
READINGS = {
    "unescaped": html.unescape,
    "normalised": lambda text: unicodedata.normalize("NFKC", text),
}


def careless(payload):
    """Write a payload as it is into the page that it is made for."""
    if payload.page in READINGS:
        return READINGS[payload.page](payload.text)
    return payload.page.replace("{{", "{").replace("}}", "}").replace("{}", payload.text)


@pytest.fixture(scope="module")
def window(chromium):
    """Return a function that shows a page without a policy and returns what is heard of it."""
    context = chromium.new_context()
    scripts = {name: (SCRIPTS / name).read_text() for name in ("alpine/alpine.js", "htmx/htmx.js")}
    head = "".join(f'<script defer src="{OWN}/{name}"></script>' for name in scripts)

    def show(body):
        page = context.new_page()
        watch = Watch(page, OWN)

        def answer(route):
            path = route.request.url.removeprefix(f"{OWN}/")
            if path == "":
                route.fulfill(
                    body=f"<!doctype html><head>{head}</head>{body}", content_type="text/html"
                )
            elif path in scripts:
                route.fulfill(body=scripts[path], content_type="text/javascript")
            else:
                route.fulfill(status=204)

        page.route("**/*", answer)
        page.goto(f"{OWN}/", wait_until="load")
        watch.look()
        page.close()
        return watch.heard

    yield show
    context.close()


def test_there_are_forty_of_them_that_fit_into_fifty_characters():
    assert len({payload.text for payload in PAYLOADS}) == len(PAYLOADS) == 40
    assert LONGEST <= 44


@pytest.mark.parametrize("number", range(len(PAYLOADS)))
def test_payload_is_caught_where_it_is_no_text(window, number):
    heard = window(careless(PAYLOADS[number]))

    # By its number, where nothing else of it is quoted.
    assert [
        line for line in heard if re.search(rf"\b(x?{number}\b|x\({number}\))|made", line)
    ] != []


def test_page_that_takes_it_for_text_is_silent(window):
    everything = html.escape(" ".join(payload.text for payload in PAYLOADS))

    assert (
        window(f'<p title="{everything}">{everything}</p><textarea>{everything}</textarea>') == []
    )


def test_packs_hold_all_of_them_where_there_is_room():
    for room in (240, 494, 10_000):
        shared = packs(room, 5)

        assert [text for text in PAYLOADS if not any(text.text in one for one in shared)] == []
        assert max(map(len, shared)) <= room
        assert [shared[place].startswith(PAYLOADS[place].text) for place in range(LEADING)] == [
            True
        ] * LEADING


def test_packs_of_a_narrow_column_are_fragments():
    assert set(packs(7, 40)) == set(FRAGMENTS)
