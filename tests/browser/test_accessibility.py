"""The pages that everybody of staff passes have no serious barrier."""

from tests.browser.accessibility import violations

PAGE = "<html lang=en><title>A page</title><main><h1>A page</h1>{}</main></html>"


def test_barrier_is_named_and_its_absence_is_silent(open_browser):
    page = open_browser().page

    page.set_content(PAGE.format("<img src=data:, alt='A chart'>"))
    clear = violations(page)
    page.set_content(PAGE.format("<img src=data:,>"))
    barred = violations(page)

    assert clear == []
    assert [line.split(" (")[0] for line in barred] == ["critical image-alt: img"]
