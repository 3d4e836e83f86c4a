"""TicketSource's HTTP API: reference.ticketsource.io, version 1.1.

An event has dates, a date has bookings; the address is the customer's, and whether the tickets
still stand is said by the seats. Money is in the account's currency, which the API does not name.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import requests
from django.utils.dateparse import parse_datetime

from tournaments import sources
from tournaments.models import BookingStatus
from tournaments.sources import Booked, SourceError, Unchanged

CONNECT_SECONDS, READ_SECONDS = 5, 20
PER_PAGE = 100
PAGES_MAX = 500
BYTES_MAX = 5_000_000
CHUNK = 65_536
OK, NOT_FOUND = 200, 404
# Its clock may differ from ours.
MARGIN = timedelta(hours=1)
IDENTIFIER = re.compile(r"[a-z]{3}-[A-Za-z0-9]{1,64}", re.ASCII)


class TicketSource:
    """The bookings of one account; nothing is ever written there."""

    def __init__(self, *, url: str, key: str) -> None:
        """Take the API's address and the account's key."""
        self.url = url.rstrip("/")
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {key}"
        self.session.headers["Accept"] = "application/json"
        self.customers: dict[str, tuple[str, str | None]] = {}

    def bookings(
        self, event: str, *, known: Mapping[str, datetime]
    ) -> Iterator[Booked | Unchanged]:
        """List every booking of an event, as BookingSource says."""
        for date in self.listed(f"events/{identifier(event, 'evt')}/dates"):
            cancelled = attributes(date).get("cancelled") is True
            for booking in self.listed(f"dates/{identifier(date.get('id'), 'dat')}/bookings"):
                try:
                    yield self.read(booking, known, cancelled=cancelled)
                except (AttributeError, KeyError, TypeError, ValueError) as error:
                    # Its text could repeat what a person typed.
                    said = str(error) if type(error) is ValueError else type(error).__name__
                    raise SourceError(f"TicketSource sent a malformed booking: {said}.") from None

    def read(
        self, booking: dict[str, Any], known: Mapping[str, datetime], *, cancelled: bool
    ) -> Booked | Unchanged:
        """Read a booking, and where it is new or has changed, its customer and seats."""
        told = attributes(booking)
        reference = sources.reference(told["ref"])
        lines = [line for line in told["lines"] if line["line_type"] == "TICKETS"]
        if reference in known and not cancelled:
            stamps = [stamp for each in (told, *lines) for stamp in changes(each)]
            if max(stamps) < known[reference] - MARGIN:
                return Unchanged(reference)
        email, name = self.customer(booking["links"]["customer"])
        paid = sum((gross(line) for line in lines if not line["is_refund"]), Decimal(0))
        refunded = sum((gross(line) for line in lines if line["is_refund"]), Decimal(0))
        status = BookingStatus.PAID
        if any(line["is_refund"] for line in lines) and paid + refunded <= 0:
            status = BookingStatus.REFUNDED
        elif cancelled or not self.stands(identifier(booking["id"], "bkg")):
            status = BookingStatus.CANCELLED
        return Booked(
            reference=reference,
            email=email,
            name=name,
            amount=sources.amount(paid),
            currency=None,
            booked_at=changes(told)[0],
            status=status,
        )

    def customer(self, link: str) -> tuple[str, str | None]:
        """Return a customer's address and name."""
        key = identifier(str(link).rsplit("/", 1)[-1], "cst")
        if key not in self.customers:
            told = attributes(self.got(f"customers/{key}")["data"])
            name = f"{sources.text(told['first_name'])} {sources.text(told['last_name'])}".strip()
            self.customers[key] = sources.text(told["email"]), name[: sources.TEXT_MAX] or None
        return self.customers[key]

    def stands(self, booking: str) -> bool:
        """Tell whether any ticket of a booking is not cancelled."""
        seats = [attributes(seat) for seat in self.listed(f"bookings/{booking}/seats")]
        return not seats or any(not seat["is_cancelled"] for seat in seats)

    def listed(self, path: str) -> Iterator[dict[str, Any]]:
        """Return the rows of all pages.

        The number of the next page is ours: the key goes nowhere that an answer names.
        """
        for page in range(1, PAGES_MAX + 1):
            answer = self.got(path, per_page=PER_PAGE, page=page)
            rows, links = answer.get("data"), answer.get("links") or {}
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise SourceError(f"TicketSource sent no list of {path.rsplit('/', 1)[-1]}.")
            yield from rows
            if not isinstance(links, dict) or not links.get("next"):
                return
        raise SourceError(f"TicketSource sent more than {PAGES_MAX} pages.")

    def got(self, path: str, **query: int) -> dict[str, Any]:
        """Ask for a document.

        Raises:
            SourceError: there is no answer in time, or it is none of the API.

        """
        try:
            with self.session.get(
                f"{self.url}/{path}",
                params=query,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as answer:
                if answer.status_code != OK:
                    raise SourceError(refusal(answer.status_code, path))
                body = bytearray()
                for chunk in answer.iter_content(CHUNK):
                    body += chunk
                    if len(body) > BYTES_MAX:
                        raise SourceError("TicketSource sent too much.")
            found = json.loads(body, parse_float=Decimal)
        except requests.RequestException:
            raise SourceError("TicketSource could not be reached.") from None
        except ValueError:
            raise SourceError("TicketSource sent no JSON.") from None
        if not isinstance(found, dict) or "data" not in found:
            raise SourceError("TicketSource sent no data.")
        return found


def refusal(status: int, path: str) -> str:
    """Say what an answer other than 200 means."""
    if status == NOT_FOUND:
        return f"TicketSource knows no {path}."
    return f"TicketSource answered {status}."


def attributes(resource: Any) -> dict[str, Any]:
    """Return what a resource says of itself.

    Raises:
        SourceError: it says nothing.

    """
    told = resource.get("attributes") if isinstance(resource, dict) else None
    if not isinstance(told, dict):
        raise SourceError("TicketSource sent a resource without attributes.")
    return told


def identifier(value: object, kind: str) -> str:
    """Return an id that may stand in a path; `kind` is how those of its resource begin.

    Raises:
        SourceError: it is none.

    """
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value) or value[:3] != kind:
        raise SourceError(f"There is no TicketSource id {kind}-….")
    return value


def changes(told: Mapping[str, Any]) -> list[datetime]:
    """Return when something was made, and when it was changed.

    Raises:
        ValueError: one is no instant.

    """
    found = []
    for name in ("created_at", "updated_at"):
        if name == "updated_at" and told.get(name) is None:
            continue
        at = parse_datetime(str(told[name]))
        if at is None or at.tzinfo is None:
            raise ValueError(f"{name} is no instant")
        found.append(at)
    return found


def gross(line: Mapping[str, Any]) -> Decimal:
    """Return what a line of a booking costs.

    Raises:
        TypeError: that is no number.

    """
    value = line["amount"]["gross"]
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise TypeError
    return Decimal(value)
