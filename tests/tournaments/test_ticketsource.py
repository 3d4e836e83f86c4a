"""The client of TicketSource, against a server that speaks its wire."""

import socket
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.tournaments.ticketsource import AT, EVENT, KEY, Account, line, serving
from tournaments.models import BookingStatus
from tournaments.sources import Booked, SourceError, Unchanged, ticketsource
from tournaments.sources.ticketsource import TicketSource

BOOKED_AT = datetime.fromisoformat(AT)
LATER = BOOKED_AT + timedelta(days=1)


@pytest.fixture
def account():
    with serving(Account()) as made:
        yield made


def read(account, known=(), event=EVENT, key=KEY):
    return list(TicketSource(url=account.url, key=key).bookings(event, known=dict(known)))


def status_of(account):
    return [booking.status for booking in read(account)]


def test_booking_is_read_with_its_customer(account):
    account.book("A12BCD", "Ada@Example.com", lines=[line(25.1), line(5, kind="DONATION")])

    assert read(account) == [
        Booked(
            reference="A12BCD",
            email="Ada@Example.com",
            name="Ada Lovelace",
            amount=Decimal("25.10"),
            currency=None,
            booked_at=BOOKED_AT.astimezone(UTC),
            status=BookingStatus.PAID,
        )
    ]


def test_customer_without_name_or_address_is_a_booking_all_the_same(account):
    account.book("A12BCD", None)
    account.customers["cst-1"] |= {"first_name": None, "last_name": None}

    (booking,) = read(account)

    assert (booking.email, booking.name) == ("", None)


def test_every_page_of_every_date_is_read(account, monkeypatch):
    monkeypatch.setattr(ticketsource, "PER_PAGE", 2)
    account.dates["dat-2"] = {"cancelled": False}
    for number in range(5):
        account.book(f"A{number}", "a@example.com", date=f"dat-{1 + number % 2}")

    assert [booking.reference for booking in read(account)] == ["A0", "A2", "A4", "A1", "A3"]


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([line(25), line(-25, refund=True)], BookingStatus.REFUNDED),
        ([line(25), line(25), line(-25, refund=True)], BookingStatus.PAID),
        ([line(0)], BookingStatus.PAID),
    ],
)
def test_refunds_are_told_by_the_lines(account, lines, status):
    account.book("A12BCD", "a@example.com", lines=lines)

    assert status_of(account) == [status]


def test_cancellations_are_told_by_the_seats_and_the_date(account):
    account.book("A1", "a@example.com")
    account.book("A2", "b@example.com")
    account.book("A3", "c@example.com", date="dat-2")
    account.dates["dat-2"] = {"cancelled": True}
    gone = {"is_booked": False, "is_cancelled": True}
    account.seats |= {"bkg-1": [gone, gone], "bkg-2": [gone, gone | {"is_cancelled": False}]}

    assert status_of(account) == [
        BookingStatus.CANCELLED,
        BookingStatus.PAID,
        BookingStatus.CANCELLED,
    ]


def test_known_booking_is_read_only_when_it_has_changed(account):
    account.book("A1", "a@example.com")
    account.book("A2", "b@example.com", updated_at=LATER.isoformat())

    found = read(account, known={"A1": LATER, "A2": LATER})

    assert found[0] == Unchanged("A1")
    assert found[1].reference == "A2"
    assert "/customers/cst-1" not in account.asked


def test_known_booking_of_a_cancelled_date_is_read(account):
    account.book("A1", "a@example.com")
    account.dates["dat-1"]["cancelled"] = True

    (found,) = read(account, known={"A1": LATER})

    assert found.status == BookingStatus.CANCELLED


BOOKINGS = "/dates/dat-1/bookings"


@pytest.mark.parametrize(
    ("path", "answer", "said"),
    [
        (BOOKINGS, (500, {}), "TicketSource answered 500."),
        (BOOKINGS, (429, {}), "TicketSource answered 429."),
        (BOOKINGS, (302, {}), "TicketSource answered 302."),
        (BOOKINGS, (200, b"<html>a@example.com"), "TicketSource sent no JSON."),
        (BOOKINGS, (200, b"\xff"), "TicketSource sent no JSON."),
        (BOOKINGS, (200, []), "TicketSource sent no data."),
        (BOOKINGS, (200, {"data": {}}), "TicketSource sent no list of bookings."),
        (BOOKINGS, (200, {"data": ["a@example.com"]}), "TicketSource sent no list of bookings."),
        (BOOKINGS, (200, {"data": [{}]}), "TicketSource sent a resource without attributes."),
        (BOOKINGS, (200, b" " * 5_000_001), "TicketSource sent too much."),
        (BOOKINGS, (200, {"data": [], "links": []}), None),
        (
            "/customers/cst-1",
            (200, {"data": {"attributes": {}}}),
            "TicketSource sent a malformed booking: KeyError.",
        ),
        ("/customers/cst-1", (404, {}), "TicketSource knows no customers/cst-1."),
    ],
)
def test_bad_answer_is_an_error_that_names_nobody(account, path, answer, said):
    account.book("A12BCD", "a@example.com")
    account.broken[path] = answer

    if said is None:
        assert read(account) == []
        return
    with pytest.raises(SourceError) as caught:
        read(account)

    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lines": [line("25")]}, "TypeError"),
        ({"lines": [line(True)]}, "TypeError"),
        ({"lines": [line(-1)]}, "is no amount of money"),
        ({"lines": [line(10**8)]}, "is no amount of money"),
        ({"lines": None}, "TypeError"),
        ({"created_at": "2027-02-12T10:58:34"}, "created_at is no instant"),
        ({"created_at": "yesterday"}, "created_at is no instant"),
    ],
)
def test_malformed_booking_is_an_error(account, changes, said):
    account.book("A12BCD", "a@example.com", **changes)

    with pytest.raises(SourceError) as caught:
        read(account)

    assert str(caught.value) == f"TicketSource sent a malformed booking: {said}."


@pytest.mark.parametrize("reference", ["", "a b", "x" * 101, "é"])
def test_reference_is_a_word(account, reference):
    account.book(reference, "a@example.com")

    with pytest.raises(SourceError):
        read(account)


def test_address_of_a_customer_is_bounded(account):
    account.book("A12BCD", f"{'a' * 250}@example.com")

    with pytest.raises(SourceError, match="longer than 255 characters"):
        read(account)


def test_wrong_key_is_an_error(account):
    with pytest.raises(SourceError, match="TicketSource answered 401"):
        read(account, key="skl-wrong")


@pytest.mark.parametrize("event", ["", "../customers", "dat-1", "evt-1/dates"])
def test_event_that_is_none_is_never_asked_for(account, event):
    with pytest.raises(SourceError, match="There is no TicketSource id evt-"):
        read(account, event=event)

    assert account.asked == []


def test_unknown_event_is_an_error(account):
    with pytest.raises(SourceError, match="TicketSource knows no events/evt-other/dates"):
        read(account, event="evt-other")


def test_endless_list_is_an_error(account, monkeypatch):
    monkeypatch.setattr(ticketsource, "PAGES_MAX", 3)
    account.broken[BOOKINGS] = (200, {"data": [], "links": {"next": "more"}})

    with pytest.raises(SourceError, match="more than 3 pages"):
        read(account)


def test_nobody_listening_is_an_error(account):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        account.url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    with pytest.raises(SourceError, match="TicketSource could not be reached"):
        read(account)


def test_silence_is_an_error(account, monkeypatch):
    monkeypatch.setattr(ticketsource, "READ_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        account.url = f"http://127.0.0.1:{listener.getsockname()[1]}"

        with pytest.raises(SourceError, match="TicketSource could not be reached"):
            read(account)
