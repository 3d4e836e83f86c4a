"""The calendar as a file: reading CSV into lines, each with its values or what is wrong with it.

Nothing here asks the database. A cell that is empty says nothing: what is stored stays.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from dayrade.files import FORMULA
from market.models import EconomicEvent, ImpactLevel

BYTES_MAX = 1_000_000
LINES_MAX = 5_000
COLUMNS = (
    "name",
    "country",
    "event_time",
    "timezone",
    "impact_level",
    "forecast_value",
    "actual_value",
    "previous_value",
    "unit",
    "affected_symbols",
    "description",
    "data_source",
    "external_event_id",
)
REQUIRED = ("name", "country", "event_time", "impact_level")
TEMPLATE = (
    (
        "Non-farm payrolls",
        "United States",
        "2027-03-05T13:30:00Z",
        "America/New_York",
        "high",
        "180",
        "",
        "165.5",
        "thousand",
        "SPY QQQ",
        "",
        "bls",
        "nfp-2027-03",
    ),
)
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
DELIMITERS = ",;\t"
AMOUNT_BELOW = Decimal(10) ** 11
PLACES = 4
DESCRIPTION_MAX = 20_000
SYMBOLS_MAX = 500
SYMBOL = re.compile(r"[A-Z0-9.-]{1,10}", re.ASCII)
UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
MIDNIGHT = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class UnreadableFileError(Exception):
    """The file is none that can be read; the text tells a person why."""


@dataclass(slots=True)
class Line:
    """A line of the file: its number, its values, and what is wrong with it."""

    number: int
    name: str
    fields: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def identity(self) -> tuple[Any, ...]:
        """What makes it the same event: the source's own id, else what is released when."""
        source = self.fields.get(
            "data_source", EconomicEvent._meta.get_field("data_source").default
        )
        if key := self.fields.get("external_event_id"):
            return source, key
        values = self.fields
        return source, values["name"], values["country"], values["event_time"]


def read(content: bytes) -> list[Line]:
    """Read a file's lines.

    Raises:
        UnreadableFileError: it is too large, in no known encoding, or lacks a column.

    """
    if len(content) > BYTES_MAX:
        raise UnreadableFileError(f"The file is larger than {BYTES_MAX // 1000:,} kB: part it.")
    text = decoded(content)
    heading = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=heading.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _lines(rows, _columns(next(rows, [])))
    except csv.Error as error:
        raise UnreadableFileError(f"Line {rows.line_num} is no CSV: {error}.") from error


def decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8, or in UTF-16 with its mark.

    Raises:
        UnreadableFileError: it is neither; what else it could be is not guessed at.

    """
    encoding = next((name for mark, name in BOMS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableFileError(
            f"The file is not in UTF-8 (line {line})."
            " In Excel, save it as “CSV UTF-8 (Comma delimited)”."
        ) from error


def _columns(heading: list[str]) -> list[str]:
    names = [name.strip().lower().replace(" ", "_") for name in heading]
    if unknown := [name for name in names if name not in COLUMNS]:
        known = ", ".join(COLUMNS)
        raise UnreadableFileError(
            f"No such column: {', '.join(unknown)[:200]}. There are: {known}."
        )
    if len(set(names)) < len(names):
        raise UnreadableFileError("A column is there twice.")
    if missing := [name for name in REQUIRED if name not in names]:
        raise UnreadableFileError(f"A column is missing: {', '.join(missing)}.")
    return names


def _lines(rows: Any, names: list[str]) -> list[Line]:
    lines: list[Line] = []
    first: dict[tuple[Any, ...], int] = {}
    for cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(lines) == LINES_MAX:
            raise UnreadableFileError(f"The file has more than {LINES_MAX:,} lines: part it.")
        line = _line(rows.line_num, names, cells)
        if not line.wrong:
            before = first.setdefault(line.identity, line.number)
            if before != line.number:
                line.wrong.append(f"The same event as in line {before}.")
        lines.append(line)
    return lines


def _line(number: int, names: list[str], cells: list[str]) -> Line:
    texts = {name: unescaped(cell.strip()) for name, cell in zip(names, cells, strict=False)}
    line = Line(number, texts.get("name", "")[:100])
    if len(cells) != len(names):
        line.wrong.append(f"It has {len(cells)} cells, and the heading has {len(names)}.")
        return line
    for name, text in texts.items():
        if text:
            try:
                line.fields[name] = READERS[name](text, name)
            except ValueError as error:
                line.wrong.append(f"{name}: {error}")
        elif name in REQUIRED:
            line.wrong.append(f"{name}: is missing.")
    if not line.wrong:
        try:
            line.fields["event_time"] = _in_utc(
                line.fields["event_time"], line.fields.get("timezone", "UTC")
            )
        except ValueError as error:
            line.wrong.append(f"event_time: {error}")
    return line


def unescaped(text: str) -> str:
    """Take away what keeps an exported text from being a formula."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def _text(text: str, name: str) -> str:
    most = getattr(EconomicEvent._meta.get_field(name), "max_length", None) or DESCRIPTION_MAX
    if len(text) > most:
        raise ValueError(f"has more than {most:,} characters.")
    if UNREADABLE.search(text) or (name != "description" and "\n" in text):
        raise ValueError("has characters that are no text.")
    return text


def _instant(text: str, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or MIDNIGHT.fullmatch(text):
        raise ValueError("write it as 2027-03-05T13:30:00Z.")
    return found


def _in_utc(at: datetime, zone: str) -> datetime:
    """Take an instant without an offset for the clock of the line's zone."""
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    early, late = (at.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if early.utcoffset() != late.utcoffset():
        raise ValueError("that clock is changed then: write the offset, such as -05:00.")
    return early.astimezone(UTC)


def _zone(text: str, name: str) -> str:
    if text not in available_timezones():
        raise ValueError("use a name such as America/New_York.")
    return text


def _impact(text: str, name: str) -> str:
    if text.lower() not in ImpactLevel.values:
        raise ValueError(f"choose one of: {', '.join(ImpactLevel.values)}.")
    return text.lower()


def _amount(text: str, name: str) -> Decimal:
    try:
        found = Decimal(text) if text.isascii() and "_" not in text else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise ValueError("write a number as 1234.5, without unit or separators.")
    if abs(found) >= AMOUNT_BELOW or round(found, PLACES) != found:
        raise ValueError("has more than 11 digits before the point, or 4 after it.")
    return found


def _symbols(text: str, name: str) -> list[str]:
    found = [symbol.upper() for symbol in re.split(r"[\s,;|]+", text) if symbol]
    if wrong := [symbol for symbol in found if not SYMBOL.fullmatch(symbol)]:
        raise ValueError(f"no symbol: {wrong[0][:20]}.")
    if len(found) > SYMBOLS_MAX:
        raise ValueError(f"has more than {SYMBOLS_MAX} symbols.")
    return found


READERS: Mapping[str, Callable[[str, str], Any]] = {
    **dict.fromkeys(COLUMNS, _text),
    "event_time": _instant,
    "timezone": _zone,
    "impact_level": _impact,
    "forecast_value": _amount,
    "actual_value": _amount,
    "previous_value": _amount,
    "affected_symbols": _symbols,
}
