"""How the arena writes what the API tells, which is text."""

from datetime import datetime

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
def words(value: str) -> str:
    """Write a status or another name of the API's for a person."""
    return value.replace("_", " ").capitalize()
