"""The file that TicketSource's booking report is exported to."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TextIO

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tournaments import sources
from tournaments.models import BookingStatus
from tournaments.sources import Booked

#: The headings of each column, as they are compared: lower case, letters and digits alone.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "reference": ("bookingreference", "bookingref", "reference", "ref"),
    "email": ("email", "emailaddress", "customeremail"),
    "name": ("name", "customername", "customer"),
    "first_name": ("firstname", "customerfirstname"),
    "last_name": ("lastname", "surname", "customerlastname"),
    "amount": ("total", "amount", "gross", "totalpaid", "bookingtotal"),
    "currency": ("currency",),
    "booked_at": ("bookingdate", "datebooked", "bookedat", "booked", "createdat"),
    "status": ("status", "bookingstatus"),
}
REQUIRED = ("reference", "email", "amount", "booked_at")
STATUSES: Mapping[str, BookingStatus] = {
    "": BookingStatus.PAID,
    "paid": BookingStatus.PAID,
    "booked": BookingStatus.PAID,
    "confirmed": BookingStatus.PAID,
    "complete": BookingStatus.PAID,
    "completed": BookingStatus.PAID,
    "cancelled": BookingStatus.CANCELLED,
    "canceled": BookingStatus.CANCELLED,
    "refunded": BookingStatus.REFUNDED,
}
DATES = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y")


@dataclass(slots=True)
class Export:
    """What a file holds: its bookings, and what is wrong with which of its lines."""

    bookings: list[Booked] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def read(file: TextIO) -> Export:
    """Read an export; every line is either a booking or an error.

    Days are before months, as TicketSource writes them; what has no offset is UTC. Without a status
    a booking is paid.

    Raises:
        ValueError: its first line does not name the columns that are needed, or it is no CSV.

    """
    rows = csv.reader(file, strict=True)
    export = Export()
    seen: dict[str, int] = {}
    try:
        columns = _columns(next(rows, []))
        for row in rows:
            line = rows.line_num
            if not any(cell.strip() for cell in row):
                continue
            cells = {name: row[at].strip() for name, at in columns.items() if at < len(row)}
            try:
                booking = _booking(cells)
                if booking.reference in seen:
                    raise ValueError(  # noqa: TRY301  # one way to say what is wrong with a line
                        f"{booking.reference} is on line {seen[booking.reference]}, too"
                    )
            except ValueError as error:
                export.errors.append((line, str(error)))
            else:
                seen[booking.reference] = line
                export.bookings.append(booking)
    except csv.Error as error:
        raise ValueError(f"line {rows.line_num} is no CSV: {error}") from None
    return export


def _columns(headings: Iterable[str]) -> dict[str, int]:
    """Find the columns by their headings."""
    plain = ["".join(c for c in heading.lower() if c.isalnum()) for heading in headings]
    found = {
        name: plain.index(spelling)
        for name, spellings in HEADINGS.items()
        for spelling in reversed(spellings)
        if spelling in plain
    }
    if missing := [name.replace("_", " ") for name in REQUIRED if name not in found]:
        raise ValueError(f"no column for {', '.join(missing)}")
    return found


def _booking(cells: Mapping[str, str]) -> Booked:
    """Read a line.

    Raises:
        ValueError: the first cell that is wrong, and how.

    """
    readers = {"reference": sources.reference, "amount": _money, "booked_at": _instant}
    read = {}
    for name, reader in readers.items():
        try:
            read[name] = reader(cells.get(name, ""))
        except ValueError as error:
            raise ValueError(f"the {name.replace('_', ' ')} {error}") from None
    email = sources.text(cells.get("email"))
    try:
        validate_email(email)
    except ValidationError:
        raise ValueError("the email is no address") from None
    names = [sources.text(cells.get(name)) for name in ("first_name", "last_name")]
    name = sources.text(cells.get("name")) or " ".join(filter(None, names))
    status = STATUSES.get(cells.get("status", "").lower())
    if status is None:
        raise ValueError(f"the status is none of {', '.join(filter(None, STATUSES))}")
    currency = cells.get("currency", "").upper() or None
    if currency and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):  # noqa: PLR2004  # ISO 4217
        raise ValueError("the currency is no ISO 4217 code, such as USD")
    return Booked(
        email=email,
        name=name[: sources.TEXT_MAX] or None,
        status=status,
        currency=currency,
        **read,  # type: ignore[arg-type]  # each reader returns its field's type
    )


def _money(text: str) -> object:
    """Read a sum with or without its sign and separators."""
    return sources.amount(text.replace(",", "").lstrip("£$€ "))


def _instant(text: str) -> datetime:
    """Read a date, with or without a time."""
    for form in DATES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("is no date, such as 31/01/2027 18:30") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
