"""Where bookings come from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Protocol

from tournaments.models import BookingStatus

AMOUNT_LIMIT = Decimal(10) ** 8
CENT = Decimal("0.01")
REFERENCE_MAX = 100
TEXT_MAX = 255


class SourceError(Exception):
    """The source cannot be reached, or its answer is not what it promises; nothing was changed.

    The message names no person: it is logged.
    """


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking as its source tells it; `amount` is in `currency`, None for the tournament's."""

    reference: str
    email: str
    name: str | None
    amount: Decimal
    currency: str | None
    booked_at: datetime
    status: BookingStatus


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A booking that is as it was when it was last read."""

    reference: str


class BookingSource(Protocol):
    """Anything that can list an event's bookings."""

    def bookings(
        self, event: str, *, known: Mapping[str, datetime]
    ) -> Iterator[Booked | Unchanged]:
        """List every booking of an event.

        `known` are the references that have their seat, or need none, and when they were last
        seen: of those only what changed since need be read.

        Raises:
            SourceError: as its class says.

        """


def amount(value: object) -> Decimal:
    """Read a sum of money, to the cent.

    Raises:
        ValueError: it is none, is negative, or is more than the table holds.

    """
    try:
        exact = Decimal(str(value)).quantize(CENT)
        if 0 <= exact < AMOUNT_LIMIT:
            return exact
    except InvalidOperation:
        pass
    raise ValueError("is no amount of money")


def reference(value: object) -> str:
    """Read a booking's reference.

    Raises:
        ValueError: there is none, or it is no word.

    """
    if not isinstance(value, str) or not value.strip():
        raise ValueError("is missing")
    word = value.strip().upper()
    if len(word) > REFERENCE_MAX or not word.isascii() or not word.replace("-", "").isalnum():
        raise ValueError("is no booking reference")
    return word


def text(value: object) -> str:
    """Read what somebody typed: without control characters and in one line, "" for nothing.

    Raises:
        ValueError: it is no text, or too long.

    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError("is no text")  # noqa: TRY004  # what a document says, not a caller
    plain = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    if len(plain) > TEXT_MAX:
        raise ValueError(f"is longer than {TEXT_MAX} characters")
    return plain
