"""Reading the values of a provider's items: plain and fast, strict about types and digits.

Each function takes one field of an item, as `dayrade.api.parsers` hands it out, and returns its
value or a `Refusal`. Nothing is rounded: what its column could not hold exactly is refused.
"""

import functools
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

type Item = Mapping[str, Any]

MISSING = "MISSING_FIELD"
INVALID = "INVALID_VALUE"
OUT_OF_RANGE = "OUT_OF_RANGE"

INTEGER_MAX = 2_147_483_647
ID_MAX = 100
# Longer than any column's number with a sign, a point and leading zeros.
NUMBER_MAX = 40

NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
SYMBOL = re.compile(r"[A-Z0-9.-]{1,10}", re.ASCII)
ID = re.compile(r"[!-~](?:[ -~]*[!-~])?", re.ASCII)


class Refusal(NamedTuple):
    """Why an item is refused: a code for a program, a sentence for a person."""

    error: str
    message: str


def number(
    item: Item, name: str, digits: int, places: int, *, above: int | None = None
) -> Decimal | Refusal:
    """Read an exact number that fits numeric(digits, places), and is more than `above`.

    A string, an integer, or a number with a point, which the parser has kept as a decimal.
    """
    value: Any = item.get(name)
    kind = type(value)
    spelt = kind is str and len(value) <= NUMBER_MAX and NUMBER.fullmatch(value)
    if not (spelt or kind is int or kind is Decimal):
        return _unread(item, name, 'a number as a string, such as "12.50"')
    found = Decimal(value)
    high, unit = _column(digits, places)
    if not -high < found < high:
        return Refusal(OUT_OF_RANGE, f"{name} has more than {digits - places} digits.")
    exact = found.quantize(unit)
    if exact != found:
        return Refusal(INVALID, f"{name} has more than {places} digits after the point.")
    if above is not None and exact <= above:
        return Refusal(OUT_OF_RANGE, f"{name} must be more than {above}.")
    # No column holds a negative nothing.
    return exact or abs(exact)


def whole(item: Item, name: str, *, low: int = 0, high: int = INTEGER_MAX) -> int | Refusal:
    """Read a JSON integer from `low` to `high`; 100.0 and "100" are none."""
    value: Any = item.get(name)
    if type(value) is not int:
        return _unread(item, name, "a whole number")
    if not low <= value <= high:
        return Refusal(OUT_OF_RANGE, f"{name} must be from {low} to {high}.")
    return value


def instant(item: Item, name: str) -> datetime | Refusal:
    """Read an RFC 3339 instant as UTC; what is finer than a microsecond is cut off."""
    value: Any = item.get(name)
    if type(value) is str and INSTANT.fullmatch(value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    return _unread(item, name, "an instant with its offset, such as 2026-01-31T12:00:00Z")


def symbol(item: Item, name: str = "symbol") -> str | Refusal:
    """Read a symbol in upper case."""
    value: Any = item.get(name)
    if type(value) is str and SYMBOL.fullmatch(value):
        return value
    return _unread(item, name, "a symbol such as AAPL")


def identifier(item: Item, name: str, longest: int = ID_MAX) -> str | Refusal:
    """Read an id of the provider's: printable ASCII without spaces around it."""
    value: Any = item.get(name)
    if type(value) is str and len(value) <= longest and ID.fullmatch(value):
        return value
    return _unread(item, name, f"1 to {longest} printable characters")


@functools.cache
def _column(digits: int, places: int) -> tuple[Decimal, Decimal]:
    """Return what is too large for a column, and its smallest step."""
    return Decimal(10) ** (digits - places), Decimal(10) ** -places


def _unread(item: Item, name: str, expected: str) -> Refusal:
    if item.get(name) is None:
        return Refusal(MISSING, f"{name} is missing.")
    return Refusal(INVALID, f"{name} must be {expected}.")


def shown(item: Item, name: str) -> str | None:
    """Return what an answer calls an item by, where it has a name."""
    value = item.get(name)
    return value if type(value) is str and len(value) <= ID_MAX else None
