"""Short tables of the pages about people: what is long is cut, and leads on to its list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils import formats
from django.utils.text import Truncator

from dayrade.admin.columns import MINUTE, page_of

TEXT_SHOWN = 140


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, that may be a label in a colour or lead somewhere."""

    text: str
    url: str = ""
    colour: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Some rows, each cell under its heading; `more` is the words and the page of all of them."""

    key: str
    title: str
    names: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    empty: str
    more: Sequence[tuple[str, str]] = ()

    @property
    def headings(self) -> list[tuple[str, bool]]:
        """The names of the columns, and whether each holds numbers."""
        first = self.rows[0] if self.rows else [Cell("")] * len(self.names)
        return [(name, cell.number) for name, cell in zip(self.names, first, strict=True)]


def text(value: Any) -> Cell:
    """Show a text, or a dash for none."""
    return Cell(Truncator(str(value)).chars(TEXT_SHOWN) if value not in (None, "") else "-")


def row(of: Model | None, shown: Any = None) -> Cell:
    """Lead to a row of a table, or show a dash for none."""
    if of is None:
        return Cell("-")
    words = Truncator(str(of if shown is None else shown)).chars(TEXT_SHOWN)
    return Cell(words or "-", page_of(of))


def named(of: Model | None) -> Cell:
    """Name a member of staff; nobody stands for the platform itself."""
    return Cell(str(of) if of is not None else "Dayrade")


def at(instant: datetime | None) -> Cell:
    """Show an instant (UTC) to the minute."""
    return Cell(moment(instant) if instant else "-")


def moment(instant: datetime | None) -> str:
    """Write an instant (UTC) to the minute, on one line; one that never was is "never"."""
    return formats.date_format(instant, MINUTE).replace(" ", "\xa0") if instant else "never"


def number(value: Any, places: int | None = None) -> Cell:
    """Show a number to the right; an unknown one is a dash."""
    said = "-" if value is None else formats.number_format(value, places)
    return Cell(said, number=True)
