"""A TicketSource of our own: the wire of its API, on this machine."""

import contextlib
from urllib.parse import parse_qs, urlsplit

from tests import wire

KEY = "skl-0123456789"
EVENT = "evt-v4ExP8k8N1AQ5NgB"
AT = "2027-02-12T10:58:34+00:00"


class Account:
    """What the account holds; `broken` maps a path to what is answered instead of it."""

    def __init__(self):
        self.dates = {"dat-1": {"cancelled": False}}
        self.booked = {}
        self.customers = {}
        self.seats = {}
        self.broken = {}
        self.asked = []
        self.url = ""

    def book(self, ref, email, **given):
        """Add a booking, or change one."""
        number = str(len(self.booked) + 1)
        number = self.booked.get(ref, {}).get("number", number)
        values = {
            "number": number,
            "date": "dat-1",
            "lines": [line(25)],
            "created_at": AT,
            "updated_at": AT,
        }
        self.booked[ref] = values | given
        self.customers[f"cst-{number}"] = {
            "first_name": "Ada",
            "last_name": "Lovelace",
            "email": email,
        }
        self.seats.setdefault(f"bkg-{number}", [{"is_booked": True, "is_cancelled": False}])

    def rows(self, path):
        """Return the rows of a list, the row of a document, or None where there is nothing."""
        kind, _, rest = path.strip("/").partition("/")
        key, _, part = rest.partition("/")
        if (kind, key, part) == ("events", EVENT, "dates"):
            return [{"id": name, "attributes": told} for name, told in self.dates.items()]
        if kind == "dates" and part == "bookings" and key in self.dates:
            return [self.booking(ref) for ref, told in self.booked.items() if told["date"] == key]
        if kind == "bookings" and part == "seats":
            return [{"id": "sea-1", "attributes": seat} for seat in self.seats[key]]
        if kind == "customers" and key in self.customers:
            return {"id": key, "attributes": self.customers[key]}
        return None

    def booking(self, ref):
        told = self.booked[ref]
        number = told["number"]
        return {
            "id": f"bkg-{number}",
            "type": "booking",
            "attributes": {
                "ref": ref,
                "lines": told["lines"],
                "created_at": told["created_at"],
                "updated_at": told["updated_at"],
            },
            "links": {"customer": f"{self.url}/customers/cst-{number}"},
        }


def line(gross, *, refund=False, kind="TICKETS"):
    return {
        "line_type": kind,
        "is_refund": refund,
        "amount": {"gross": gross},
        "created_at": AT,
        "updated_at": None,
    }


def answer(account, target, headers):
    """Return a status and a document."""
    parts = urlsplit(target)
    account.asked.append(parts.path)
    if headers["Authorization"] != f"Bearer {KEY}":
        return 401, {"errors": [{"code": "unauthorized"}]}
    if parts.path in account.broken:
        return account.broken[parts.path]
    rows = account.rows(parts.path)
    if rows is None:
        return 404, {"errors": [{"code": "not_found"}]}
    if isinstance(rows, dict):
        return 200, {"data": rows}
    query = parse_qs(parts.query)
    size, page = int(query["per_page"][0]), int(query["page"][0])
    shown = rows[(page - 1) * size : page * size]
    # A link that leads away: whoever follows it gives the key to somebody else.
    following = "http://127.0.0.1:9/stolen" if len(rows) > page * size else None
    return 200, {"data": shown, "links": {"next": following}, "meta": {"current_page": page}}


@contextlib.contextmanager
def serving(account):
    """Serve an account until the block ends."""

    def asked(method, path, headers, body):
        return answer(account, path, headers)

    with wire.serving(asked) as port:
        account.url = f"http://127.0.0.1:{port}"
        yield account
