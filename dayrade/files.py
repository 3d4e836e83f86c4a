"""Rows as CSV or JSON, a piece at a time."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

import orjson

# A cell that begins so is a formula to a spreadsheet, whoever wrote it; to some in full width, too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
AT_ONCE = 500

type Rows = Iterable[Sequence[Any]]


class Line:
    """Where the writer of the csv module leaves a line."""

    def write(self, line: str) -> str:
        """Hand it back."""
        return line


def cell(value: Any) -> Any:
    """Write a value for a spreadsheet: text is never a formula, figures stay figures."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    if isinstance(value, bool):
        return "true" if value else "false"
    return plain(value)


def plain(value: Any) -> Any:
    """Write an instant in UTC with Z; leave anything else as it is."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def as_csv(names: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """Write a line for each row, below one with the names."""
    writer = csv.writer(Line())
    yield str(writer.writerow(names)).encode()
    for some in batched(rows, AT_ONCE):
        yield "".join(str(writer.writerow(map(cell, row))) for row in some).encode()


def as_json(names: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """Write an array with an object for each row; amounts are strings, as in the API."""
    before = b"[\n"
    for some in batched(rows, AT_ONCE):
        objects = (dict(zip(names, map(plain, row), strict=True)) for row in some)
        yield before + b",\n".join(orjson.dumps(one, default=str) for one in objects)
        before = b",\n"
    yield b"\n]\n" if before == b",\n" else b"[]\n"
