"""Fields of what clients send: strict about types, and about text that nobody can read."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.core.validators import RegexValidator, URLValidator
from django.utils import timezone
from rest_framework import serializers

INTEGER_MAX = 2_147_483_647
JSON_DEPTH_MAX = 32

# Control characters, line and paragraph separators, marks that turn the reading direction (they
# disguise names), halves of surrogate pairs and non-characters; tab and newline stand apart.
UNREADABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
BREAKS = re.compile(r"[\t\n]")
# Names that networks and machines give themselves.
NEAR = {"localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "arpa"}
PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def readable(text: str) -> str:
    """Return a text that can be shown in an answer: short, and encodable as UTF-8."""
    return text[:100].encode("utf-8", "backslashreplace").decode()


class Text(serializers.CharField):
    """A JSON string without control characters; only `multiline` has tabs and newlines.

    With a `pattern` (of ASCII) all of it has to match; `said` then tells what is expected.
    """

    default_error_messages = {
        "unreadable": "Control characters are not allowed.",
        "line": "Write it on one line.",
    }

    def __init__(
        self, *, multiline: bool = False, pattern: str = "", said: str = "", **kwargs: Any
    ) -> None:
        """Say whether the text may have several lines, and what it has to look like."""
        self.multiline = multiline
        super().__init__(**kwargs)
        if pattern:
            # \Z, because $ lets a newline follow.
            self.validators.append(RegexValidator(rf"^(?:{pattern})\Z", said, flags=re.ASCII))

    def to_internal_value(self, data: Any) -> str:
        """Refuse numbers that DRF would turn into text, and unreadable characters."""
        if not isinstance(data, str):
            self.fail("invalid")
        text = data.replace("\r\n", "\n") if self.multiline else data
        if UNREADABLE.search(text):
            self.fail("unreadable")
        if not self.multiline and BREAKS.search(text):
            self.fail("line")
        return str(super().to_internal_value(text))


class Url(Text):
    """An address of the public web; other schemes could run in a page that links to it.

    Browsers of those who watch ask it for pictures, so it leads into nobody's own network: its host
    is a name in ASCII, and of no machine that is near.
    """

    default_error_messages = {"host": "Enter an address of the public web."}

    def __init__(self, **kwargs: Any) -> None:
        """Add the check of the address to those of a text."""
        super().__init__(max_length=500, **kwargs)
        self.validators.append(
            URLValidator(schemes=["http", "https"], message="Enter an http or https address.")
        )

    def run_validators(self, value: Any) -> None:
        """Look at the host of what is an address."""
        super().run_validators(value)
        if not is_public(value):
            self.fail("host")


def is_public(url: str) -> bool:
    """Tell whether an address names a host as public ones are named, and nobody before it.

    Browsers take more for an IP address than a dotted quad: whatever ends in a number.
    """
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    authority, host = parts.netloc, (parts.hostname or "").removesuffix(".")
    labels = host.split(".")
    return (
        has_port
        and authority.isascii()
        and not set(authority) & set("@[\\%")
        and len(labels) > 1
        and not re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1])
        and labels[-1] not in NEAR
    )


class Choice(serializers.ChoiceField):
    """One of a few words; the message names them and does not repeat what was sent."""

    def to_internal_value(self, data: Any) -> Any:
        """Look the word up."""
        if not isinstance(data, str) or data not in self.choices:
            raise serializers.ValidationError(f"Choose one of: {', '.join(self.choices)}.")
        return data


class Flag(serializers.BooleanField):
    """A JSON true or false, not a word for it."""

    def to_internal_value(self, data: Any) -> bool:
        """Refuse what DRF takes for true or false."""
        if not isinstance(data, bool):
            raise serializers.ValidationError("Must be true or false.")
        return data


class Whole(serializers.IntegerField):
    """A JSON integer within PostgreSQL's `integer`."""

    def __init__(self, **kwargs: Any) -> None:
        """Bound it on both sides."""
        super().__init__(**{"min_value": -INTEGER_MAX, "max_value": INTEGER_MAX, **kwargs})

    def to_internal_value(self, data: Any) -> int:
        """Refuse text, fractions and booleans."""
        if type(data) is not int:
            self.fail("invalid")
        return data


class Amount(serializers.DecimalField):
    """An exact number: a string such as "12.50", or an integer; a float has lost digits."""

    default_error_messages = {"invalid": 'Write the number as a string, such as "12.50".'}

    def validate_empty_values(self, data: Any) -> Any:
        """Take "" for what it is: the framework's numbers take it for null."""
        return serializers.Field.validate_empty_values(self, data)

    def to_internal_value(self, data: Any) -> Any:
        """Refuse floats, exponents, NaN and infinities."""
        if type(data) is not int and not (isinstance(data, str) and PLAIN_NUMBER.fullmatch(data)):
            self.fail("invalid")
        return super().to_internal_value(data)


class Instant(serializers.DateTimeField):
    """An RFC 3339 instant; one without an offset would be a guess."""

    default_error_messages = {
        "invalid": "Write an instant with its offset, such as 2026-01-31T12:00:00Z."
    }

    def to_internal_value(self, value: Any) -> datetime:
        """Return it in UTC."""
        if not isinstance(value, str):
            self.fail("invalid", format="")
        return super().to_internal_value(value)

    def enforce_timezone(self, value: datetime) -> datetime:
        """Refuse an instant without an offset and one beyond the calendar."""
        if timezone.is_naive(value):
            self.fail("invalid", format="")
        try:
            return value.astimezone(UTC)
        except OverflowError:
            self.fail("invalid", format="")


class Json(serializers.JSONField):
    """Any JSON that PostgreSQL stores: at most 32 levels, finite numbers, readable text."""

    def __init__(self, *, kind: type | None = None, **kwargs: Any) -> None:
        """Name the type that the outermost value must have: dict or list."""
        self.kind = kind
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """Walk the value without recursion, so that no depth can exhaust the stack."""
        if self.kind is not None and not isinstance(data, self.kind):
            kind = "an object" if self.kind is dict else "a list"
            raise serializers.ValidationError(f"Must be {kind}.")
        level: list[Any] = [data]
        for _ in range(JSON_DEPTH_MAX + 1):
            level = [inner for value in level for inner in _parts(value)]
            if not level:
                return super().to_internal_value(_plain(data))
        raise serializers.ValidationError(f"Must not be nested deeper than {JSON_DEPTH_MAX}.")


def _parts(value: Any) -> list[Any]:
    """Check one value and return what it holds."""
    if isinstance(value, str) and UNREADABLE.search(value):
        raise serializers.ValidationError("Control characters are not allowed.")
    if isinstance(value, (float, Decimal)) and not math.isfinite(float(value)):
        raise serializers.ValidationError("NaN and infinity are not allowed.")
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []


def _plain(value: Any) -> Any:
    """Return the value with the floats that a parser of exact numbers has kept as decimals."""
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return float(value) if isinstance(value, Decimal) else value
