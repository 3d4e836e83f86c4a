"""The JSON that the API accepts: bounded, unambiguous, and storable in PostgreSQL."""

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from dayrade.api.errors import INVALID, TOO_LARGE, Refused
from dayrade.db import sqlstates

MAX_DEPTH = 64
MAX_EXPONENT = 308
MAX_DIGITS = 400
PROBLEMS_SHOWN = 20

OUT_OF_RANGE = sqlstates.ANSWERS["22003"]
# Only an escape can smuggle these in: raw, they are no JSON or no UTF-8.
SUSPICIOUS = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|([\[{])|[\]}]', re.DOTALL)


class OutOfRange:
    """Stands for a number that is none, or beyond what a double can hold."""


class DuplicateNameError(ValueError):
    """An object names a field twice; which value is meant is anybody's guess."""


class JSONParser(BaseParser):
    """Parses a JSON object; numbers with a point become decimals, exactly as they are written."""

    media_type = "application/json"

    @property
    def limit(self) -> int:
        """The most bytes of a body."""
        limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return limit

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Parse the body; one that is announced as too large is not even read.

        Every body comes with its length: the server gives one to chunked bodies too.

        Raises:
            Refused: it is too large or too deep, or a field cannot be stored.
            ParseError: it is not JSON.

        """
        announced = int((parser_context or {})["request"].META.get("CONTENT_LENGTH") or 0)
        if announced > self.limit:
            raise Refused(TOO_LARGE)
        try:
            return parsed(stream.read().decode())
        except UnicodeDecodeError:
            raise ParseError("The body is not UTF-8") from None


def parsed(text: str) -> dict[str, Any]:
    """Parse a JSON object and refuse what could not be stored as it is written."""
    numbers = Numbers()
    try:
        value = json.loads(
            text,
            object_pairs_hook=unique,
            parse_float=numbers.decimal,
            parse_int=numbers.integer,
            parse_constant=numbers.refused,
        )
    except DuplicateNameError as error:
        raise Refused(INVALID, {shown(str(error)): ["This field is given twice."]}) from None
    except json.JSONDecodeError as error:
        raise ParseError(
            f"Malformed JSON at line {error.lineno}, column {error.colno}: {error.msg}"
        ) from None
    except RecursionError:
        raise too_deep(text) from None
    if is_deep(value, text):
        raise too_deep(text)
    if numbers.any_refused or SUSPICIOUS.search(text):
        refuse_unstorable(value)
    if not isinstance(value, dict):
        raise Refused(INVALID, {"non_field_errors": ["Send a JSON object."]})
    return value


class Numbers:
    """The hooks of one parse for numbers."""

    any_refused = False

    def decimal(self, text: str) -> Decimal | OutOfRange:
        """Keep a number with a point or an exponent exact."""
        if len(text) <= MAX_DIGITS:
            try:
                number = Decimal(text)
            except InvalidOperation:
                return self.refused(text)
            if abs(number.adjusted()) <= MAX_EXPONENT:
                return number
        return self.refused(text)

    def integer(self, text: str) -> int | OutOfRange:
        """Take a whole number that a double could hold."""
        return int(text) if len(text) <= MAX_EXPONENT else self.refused(text)

    def refused(self, text: str) -> OutOfRange:
        """Mark the place: only a walk can tell the field."""
        self.any_refused = True
        return OutOfRange()


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object's dict, unless a name is in it twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise DuplicateNameError(name)
            seen.add(name)
    return found


def is_deep(value: Any, text: str) -> bool:
    """Tell whether values are nested deeper than anything after the parser should recurse."""
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return False
    level = [value]
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for item in level:
            inner.extend(item.values() if type(item) is dict else item)
        level = [item for item in inner if type(item) is dict or type(item) is list]
        if not level:
            return False
    return True


def too_deep(text: str) -> Refused:
    """Say which field of the body nests too deep, by its brackets alone."""
    depth, field = 0, "non_field_errors"
    for token in TOKEN.finditer(text):
        name, colon, opening = token.groups()
        if opening:
            depth += 1
        elif name is None:
            depth -= 1
        elif colon and depth == 1:
            field = shown(json.loads(f'"{name}"'))
        if depth > MAX_DEPTH:
            break
    return Refused(sqlstates.COMPLEX, {field: [f"At most {MAX_DEPTH} levels are accepted."]})


def refuse_unstorable(body: Any) -> None:
    """Name the fields with a NUL, half a surrogate pair, or a number out of range."""
    found = dict(itertools.islice(unstorable(body), PROBLEMS_SHOWN))
    if found:
        characters = any(answer is sqlstates.CHARACTER for answer, _ in found.values())
        raise Refused(
            sqlstates.CHARACTER if characters else OUT_OF_RANGE,
            {path: [message] for path, (_, message) in found.items()},
        )


def unstorable(body: Any) -> Iterator[tuple[str, tuple[sqlstates.Answer, str]]]:
    """Yield the path of each such value, as "trades.3.symbol", with what it is refused for."""
    waiting: list[tuple[str, Any]] = [("", body)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            for name, item in value.items():
                below = f"{path}.{shown(name)}" if path else shown(name)
                waiting.append((below, item))
                if UNSTORABLE.search(name):
                    yield below, (sqlstates.CHARACTER, "This name has a forbidden character.")
        elif isinstance(value, list):
            waiting.extend(
                (f"{path}.{place}" if path else str(place), item)
                for place, item in enumerate(value)
            )
        elif isinstance(value, str) and UNSTORABLE.search(value):
            message = "Null characters and unpaired surrogates are not allowed."
            yield path or "non_field_errors", (sqlstates.CHARACTER, message)
        elif isinstance(value, OutOfRange):
            yield path or "non_field_errors", (OUT_OF_RANGE, "This number is out of range.")


def shown(name: str) -> str:
    """Make a name fit to be sent back."""
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", name)
