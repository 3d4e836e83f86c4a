"""Forty texts that run a script, or load something, where a page takes them for more than text.

Each names where: a page that writes it there as it is has to be caught, which `test_payloads.py`
shows of every one of them. `x(n)` is what a script calls, `/xn` is what is asked for without one.
"""

from typing import NamedTuple

TEXT = "<p>{}</p>"
DOUBLE = '<input value="{}">'
SINGLE = "<input value='{}'>"
BARE = "<input value={}>"
LINK = '<a href="{}">a link</a>'


class Payload(NamedTuple):
    """A text, and the page that it breaks out of; without `{}` a function makes the page."""

    text: str
    page: str = TEXT


PAYLOADS = [
    # What stands at the start of an address; to a browser control characters and tabs are nothing.
    Payload("javascript:x(0)", LINK),
    Payload("java\tscript:x(1)", LINK),
    Payload("\x01javascript:x(2)", LINK),
    Payload("data:text/javascript,x(3)", '<script src="{}"></script>'),
    # Elements that run a script.
    Payload("<script>x(4)</script>"),
    Payload("<ScRiPt/x>x(5)</sCrIpT >"),
    Payload("<svg><script>x(6)</script>"),
    Payload("<iframe src=javascript:top.x(7)>"),
    Payload('<iframe srcdoc="<script>top.x(8)</script>">'),
    # Events.
    Payload("<img src=x onerror=x(9)>"),
    Payload("<svg onload=x(10)>"),
    Payload("<details open ontoggle=x(11)>"),
    Payload("<input autofocus onfocus=x(12)>"),
    Payload("<svg><animate onbegin=x(13) dur=1s>"),
    # What waits for a click.
    Payload("<math><a href=javascript:x(14)>m</a>"),
    Payload("<form><button formaction=javascript:x(15)>"),
    # No script: something is loaded, or where everything leads is changed.
    Payload("<style>@import'/x16';</style>"),
    Payload("<link rel=stylesheet href=/x17>"),
    Payload("<meta http-equiv=refresh content=0;url=/x18>"),
    Payload("<base href=//x19.test/>"),
    Payload("<object data=/x20>"),
    Payload(";background:url(/x21)", '<p style="color:red{}">text</p>'),
    # Out of an attribute, by each quote and without one.
    Payload('" onfocus=x(22) autofocus x="', DOUBLE),
    Payload("' onfocus=x(23) autofocus x='", SINGLE),
    Payload("x onfocus=x(24) autofocus", BARE),
    Payload('"><script>x(25)</script>', DOUBLE),
    Payload("'><script>x(26)</script>", SINGLE),
    # Out of what holds text alone.
    Payload("--><script>x(27)</script>", "<!-- {} -->"),
    Payload("</title><script>x(28)</script>", "<title>{}</title>"),
    Payload("</textarea><script>x(29)</script>", "<textarea>{}</textarea>"),
    Payload("</script><script>x(30)</script>", '<script type="application/json">"{}"</script>'),
    # Out of a string of a script.
    Payload('"-x(31)-"', '<script>var it = "{}";</script>'),
    Payload("'-x(32)-'", """<p x-data="{{ it: '{}' }}">text</p>"""),
    Payload("${x(33)}", "<script>var it = `{}`;</script>"),
    # What the theme's scripts take for their own.
    Payload("<p x-init=x(34)>"),
    Payload("<p hx-get=/x35 hx-trigger=load>"),
    # What another reading turns into markup: the browser's own, when it is written anew …
    Payload("<svg><style><img src=x onerror=x(36)>"),
    # … a template's, one escape too few, and a form that is normalised.
    Payload("{{7|add:7}}<p x-init=x(37)>{% now 'Y' %}"),
    Payload("&lt;script&gt;x(38)&lt;/script&gt;", "unescaped"),
    Payload("\u202e\uff1cscript\uff1ex(39)\uff1c/script\uff1e", "normalised"),
]
#: For columns that have room for none of them.
FRAGMENTS = ['"><i>', "'><b>", "<u>", "{{7}}", "&lt;"]
LONGEST = max(len(payload.text) for payload in PAYLOADS)
LEADING = 4


def packs(room: int, number: int) -> list[str]:
    """Share the payloads out over so many texts of that length at most.

    What starts an address leads. What does not fit any more is left out.
    """
    if room < LONGEST:
        fitting = [text for text in FRAGMENTS if len(text) <= room] or [""]
        return [fitting[place % len(fitting)] for place in range(number)]
    texts = [payload.text for payload in PAYLOADS]
    shared = texts[:LEADING] + [""] * (number - LEADING)
    for text in texts[LEADING:]:
        place = min(range(number), key=lambda place: len(shared[place]))
        longer = f"{shared[place]} {text}".strip(" ")
        if len(longer) <= room:
            shared[place] = longer
    return shared
