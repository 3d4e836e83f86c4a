"""What an audit row says, as a person reads it: field by field, before and after."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

from administration.models import AuditLog
from dayrade.admin.columns import human

REDACTED = "[redacted]"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
WORDS = re.compile(r"\s+|[^\s]+")
# Longer texts are compared as a whole: a comparison of words takes the square of their number.
WORDS_MAX = 400

type Piece = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Side:
    """A value: pieces of text, each with whether it is only on this side; or that it is hidden."""

    pieces: tuple[Piece, ...] = ()
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One field, before and after."""

    name: str
    before: Side
    after: Side


def lines(row: AuditLog) -> list[Line]:
    """Return a line for each field that changed, or that there was."""
    before: dict[str, Any] = row.old_values or {}
    after: dict[str, Any] = row.new_values or {}
    return [
        Line(human(name), *_sides(before.get(name), after.get(name)))
        for name in sorted({*before, *after})
        if before.get(name) is not None or after.get(name) is not None
    ]


def details(row: AuditLog) -> list[tuple[str, str]]:
    """Return what is told of an event that changed no row."""
    changes: dict[str, Any] = row.changes or {}
    known = {"operation", "fields", "reason"} if row.old_values or row.new_values else {"reason"}
    return [(human(name), said(value)) for name, value in changes.items() if name not in known]


def said(value: Any) -> str:
    """Write a value for a person."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, indent=2, default=str)
    if isinstance(value, Decimal):
        return f"{value:,}"
    text = str(value)
    if INSTANT.fullmatch(text):
        return f"{datetime.fromisoformat(text).astimezone(UTC):%-d %b %Y %H:%M:%S} UTC"
    return text


def _sides(before: Any, after: Any) -> tuple[Side, Side]:
    if REDACTED in (before, after):
        return _alone(before), _alone(after)
    was, now = said(before), said(after)
    if before is None or after is None:
        return _alone(before), _alone(after)
    left, right = WORDS.findall(was), WORDS.findall(now)
    if len(left) + len(right) > WORDS_MAX:
        return _alone(before), _alone(after)
    old: list[Piece] = []
    new: list[Piece] = []
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for tag, start, end, then, until in matcher.get_opcodes():
        is_apart = tag != "equal"
        old.append(("".join(left[start:end]), is_apart))
        new.append(("".join(right[then:until]), is_apart))
    return _side(old), _side(new)


def _side(pieces: list[Piece]) -> Side:
    return Side(tuple((text, is_apart) for text, is_apart in pieces if text))


def _alone(value: Any) -> Side:
    if value == REDACTED:
        return Side(is_hidden=True)
    return Side(((said(value), False),))
