"""Columns of the back office's lists: numbers, labels, and links between rows."""

from collections.abc import Callable, Mapping
from html import unescape
from operator import attrgetter
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model
from django.urls import reverse
from django.utils import formats
from django.utils.html import format_html, strip_tags
from django.utils.text import Truncator
from unfold.decorators import display

type Column = Callable[[Any], Any]

NAME_SHOWN = 40
MINUTE = "j M Y H:i"
NAMES = {
    "getstream": "GetStream",
    "id": "ID",
    "ip": "IP",
    "kyc": "KYC",
    "pnl": "P&L",
    "ticketsource": "TicketSource",
    "totp": "TOTP",
    "url": "URL",
    "usd": "USD",
    "zimtra": "Zimtra",
}


def human(label: str) -> str:
    """Spell the short forms in a column's name as a person would."""
    words = " ".join(NAMES.get(word, word) for word in label.replace("_", " ").split())
    return words[:1].upper() + words[1:]


def figure(name: str, description: str = "", *, places: int | None = None) -> Column:
    """Show a number to the right, with separators."""

    @display(description=description or human(name), ordering=name, formatting="price")  # type: ignore[untyped-decorator]
    def cell(row: Any) -> str | None:
        value = getattr(row, name)
        return None if value is None else formats.number_format(value, places)

    return named(cell, name)


def plain(name: str, description: str = "") -> Column:
    """Show a column, or what a method returns, under a name for a person."""

    @display(description=description or human(name))  # type: ignore[untyped-decorator]
    def cell(row: Any) -> Any:
        value = getattr(row, name)
        return value() if callable(value) else value

    return named(cell, name)


def instant(name: str, description: str = "") -> Column:
    """Show a date and time (UTC) to the minute, on one line."""

    @display(description=description or human(name), ordering=name)  # type: ignore[untyped-decorator]
    def cell(row: Any) -> str:
        said = formats.date_format(getattr(row, name), MINUTE)
        return format_html('<span class="whitespace-nowrap">{}</span>', said)

    return named(cell, name)


def badge(name: str, colours: Mapping[Any, str], description: str = "") -> Column:
    """Show a choice as a label; a colour is info, success, warning, danger or primary."""

    @display(description=description or human(name), ordering=name, label=dict(colours))  # type: ignore[untyped-decorator]
    def cell(row: Any) -> Any:
        value = getattr(row, name)
        if value not in colours:
            return getattr(row, f"get_{name}_display")() if value else None
        return value, getattr(row, f"get_{name}_display")()

    return named(cell, name)


def flag(name: str, words: tuple[str, str], colour: str, description: str = "") -> Column:
    """Show a boolean as one of two words (true, false), the true one in colour; "" is a dash."""

    @display(description=description or human(name), label={words[0]: colour})  # type: ignore[untyped-decorator]
    def cell(row: Any) -> str:
        return words[0] if getattr(row, name) else words[1]

    return named(cell, name)


def link(name: str, description: str = "", *, text: str = "") -> Column:
    """Lead to the row that a foreign key points at; `text` is the path of what is shown instead.

    With another column as `text` the row itself is never read, so the list needs no join for it.
    """
    shown = attrgetter(text or name)

    @display(description=description or human(name))  # type: ignore[untyped-decorator]
    def cell(row: Any) -> str | None:
        key = getattr(row, f"{name}_id")
        if key is None:
            return None
        model = row._meta.get_field(name).related_model
        return format_html(
            '<a class="text-link whitespace-nowrap" href="{}">{}</a>',
            page_of(model(pk=key)),
            Truncator(shown(row)).chars(NAME_SHOWN),
        )

    return named(cell, name)


def to_the_web(link: str | None) -> str:
    """Leave of a link its text alone, unless it leads to a page of the web.

    The theme makes a link of every address; others could run in the page.
    """
    if not link:
        return "-"
    leads = link.startswith(('<a href="https://', '<a href="http://'))
    return link if leads else unescape(strip_tags(link))


def named(cell: Column, name: str) -> Column:
    """Give a column the name that its CSS class and its ordering go by."""
    setattr(cell, "__name__", name)  # noqa: B010  # a Callable has no name to the type checker
    return cell


def address(model: type[Model], page: str, *key: Any) -> str:
    """Return where a page of a model's admin is."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=key)


def page_of(row: Model) -> str:
    """Return where staff see a row; with people, that is the page with all about them."""
    if isinstance(row, get_user_model()):
        return reverse("admin:person", args=[row.pk])
    return address(type(row), "change", row.pk)


def related(page: str, lookup: str, description: str) -> Column:
    """Lead from a row to the list of those that point at it; `page` is "app_model"."""

    @display(description=description)  # type: ignore[untyped-decorator]
    def cell(row: Any) -> str:
        return format_html(
            '<a class="text-link whitespace-nowrap" href="{}?{}={}">Show {}</a>',
            reverse(f"admin:{page}_changelist"),
            lookup,
            row.pk,
            description.lower(),
        )

    return named(cell, f"{page}_list")
