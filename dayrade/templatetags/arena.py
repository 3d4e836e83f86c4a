"""How the arena writes what the API tells, which is text."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def instant(value: str) -> SafeString:
    """Write an instant in UTC; a script turns it into the reader's own time."""
    said = f"{datetime.fromisoformat(value):%-d %b %Y, %H:%M} UTC"
    return format_html('<time datetime="{}">{}</time>', value, said)


@register.filter
def amount(value: str | None) -> str:
    """Write a figure with separators, digit by digit as the API has it."""
    return "\N{EN DASH}" if value is None else str(number_format(value))


@register.filter
def elsewhere(address: str | None) -> str:
    """Leave an address alone that leads to another site over TLS; no other is asked for."""
    return address if address and address.startswith("https://") else ""


@register.filter
def places(tournament: dict[str, Any]) -> int:
    """Count the places that nobody has."""
    left: int = tournament["max_participants"] - tournament["current_participants"]
    return max(0, left)


@register.filter
def words(value: str) -> str:
    """Write a status or another name of the API's for a person."""
    return value.replace("_", " ").capitalize()


@register.filter
def gain(value: str | None) -> SafeString:
    """Write a gain or a loss with its sign, and in its colour."""
    if value is None:
        return format_html("{}", amount(value))
    is_loss, is_gain = value.startswith("-"), value.strip("0.") != ""
    if is_loss:
        return format_html('<span class="loss">\N{MINUS SIGN}{}</span>', amount(value[1:]))
    if is_gain:
        return format_html('<span class="gain">+{}</span>', amount(value))
    return format_html("{}", amount(value))


@register.filter
def figure(value: str | None) -> str:
    """Write a figure without the zeros at its end, which say nothing of a release."""
    if value is None or "." not in value:
        return amount(value)
    return amount(value.rstrip("0").rstrip(".")).replace("-", "\N{MINUS SIGN}")


@register.simple_tag
def move(rank: int | None, previous: int | None) -> SafeString:
    """Say by how many places somebody has moved since the revision before."""
    by = previous - rank if rank is not None and previous is not None else 0
    if not by:
        return format_html("{}", "")
    kind, arrow, way = (
        ("gain", "\N{BLACK UP-POINTING TRIANGLE}", "up")
        if by > 0
        else ("loss", "\N{BLACK DOWN-POINTING TRIANGLE}", "down")
    )
    return format_html(
        '<span class="{}"><span aria-hidden="true">{}</span>'
        '<span class="sr-only">{} </span>{}</span>',
        kind,
        arrow,
        way,
        abs(by),
    )


@register.filter
def fee(value: str) -> str:
    """Write a price, of which none is free."""
    return amount(value) if value.strip("0.") else "Free"


@register.filter
def pieces(value: str) -> list[str]:
    """Part a text at its spaces, for a loop over a few words."""
    return value.split()
