"""Texts of e-mails with their variables filled in.

`{{ name }}` is all there is: no template language sees what staff or anybody else has written, and
what is filled in is never looked at again. The content is text: an empty line ends a paragraph, and
an address of the front end becomes a link. No other does, so no value can lead anybody astray.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.html import escape

VARIABLE = re.compile(r"\{\{ *([a-z_][a-z0-9_]{0,49}) *\}\}", re.ASCII)
#: What would be a variable or a statement, were it written as one.
LEFTOVER = re.compile(r"\{\{|\}\}|\{%|%\}")
UNREADABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
SUBJECT_MAX = 255
PAGE = """<!doctype html>
<html>
<head><meta charset="utf-8"></head>
<body>
{body}
</body>
</html>
"""
#: What may follow in an address, up to the full stop of its sentence.
PATH = r"""[/?#](?:[^\s<>"']*[^\s<>"'.,;:!?)])?"""


class MissingValuesError(Exception):
    """There is no value for something that the text declares."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """An e-mail as it is read: as text, and as HTML that says the same."""

    subject: str
    text: str
    html: str


def check(*, subject: str, content: str, declared: Collection[str]) -> None:
    """Expect a text that uses what it declares, and nothing else.

    Raises:
        ValidationError: with the undeclared names, by field.

    """
    errors: dict[str, list[str]] = {}
    for name, text in (("subject", subject), ("content", content)):
        unknown = sorted(set(VARIABLE.findall(text)) - set(declared))
        if unknown:
            errors[name] = [f"Not declared in variables: {', '.join(unknown)}."]
        elif LEFTOVER.search(VARIABLE.sub(" ", text)):
            errors[name] = ["Write a variable as {{ name }}; braces mean nothing else."]
    if len(subject.splitlines()) > 1 or UNREADABLE.search(subject):
        errors["subject"] = ["Write it on one line."]
    if errors:
        raise ValidationError(errors)


def render(*, subject: str, content: str, values: Mapping[str, str]) -> Rendered:
    """Fill in the values of everything that the text uses.

    Raises:
        MissingValuesError: names what has none.

    """
    used = set(VARIABLE.findall(subject + content))
    missing = sorted(name for name in used if not values.get(name))
    if missing:
        raise MissingValuesError(f"No value for: {', '.join(missing)}.")
    text = _filled(content.replace("\r\n", "\n"), values)
    # On one line, whatever the values hold: a second one would be a header of the sender's choice.
    line = " ".join(_filled(subject, values).split())[:SUBJECT_MAX]
    return Rendered(line, text, as_html(text))


def as_html(text: str) -> str:
    """Return a text as an HTML page of paragraphs."""
    paragraphs = re.split(r"\n{2,}", text.strip("\n"))
    body = "\n".join(f"<p>{_linked(each).replace('\n', '<br>\n')}</p>" for each in paragraphs)
    return PAGE.format(body=body)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda found: UNREADABLE.sub(" ", values[found[1]]), text)


def _linked(text: str) -> str:
    """Escape a text, and link the addresses of the front end in it."""
    address = re.compile(rf"({re.escape(settings.FRONTEND_URL)}(?:{PATH})?)")
    parts = address.split(text)
    return "".join(
        f'<a href="{escape(part)}">{escape(part)}</a>' if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )
