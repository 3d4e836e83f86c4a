"""Reading what a provider sends, field by field."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from trading import feed
from trading.feed import INVALID, MISSING, OUT_OF_RANGE

AS_NUMBER = 'price must be a number as a string, such as "12.50".'
PLACES = "price has more than 4 digits after the point."
DIGITS = "price has more than 6 digits."


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("187.2500", "187.2500"),
        ("187.25000000", "187.2500"),
        ("000187.25", "187.2500"),
        (187, "187.0000"),
        (Decimal("187.25"), "187.2500"),
        (Decimal("1E+2"), "100.0000"),
        ("999999.9999", "999999.9999"),
        ("-999999.9999", "-999999.9999"),
        ("-0.0", "0.0000"),
    ],
)
def test_number_is_read_exactly(sent, read):
    assert str(feed.number({"price": sent}, "price", 10, 4)) == read


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        (None, (MISSING, "price is missing.")),
        ("", (INVALID, AS_NUMBER)),
        ("NaN", (INVALID, AS_NUMBER)),
        ("1e3", (INVALID, AS_NUMBER)),
        ("1.", (INVALID, AS_NUMBER)),
        ("+1", (INVALID, AS_NUMBER)),
        (" 1", (INVALID, AS_NUMBER)),
        ("1\n", (INVALID, AS_NUMBER)),
        ("\u0661", (INVALID, AS_NUMBER)),
        ("1" * 41, (INVALID, AS_NUMBER)),
        (True, (INVALID, AS_NUMBER)),
        (1.5, (INVALID, AS_NUMBER)),
        ([1], (INVALID, AS_NUMBER)),
        ({}, (INVALID, AS_NUMBER)),
        ("187.25001", (INVALID, PLACES)),
        (Decimal("1E-308"), (INVALID, PLACES)),
        ("1000000", (OUT_OF_RANGE, DIGITS)),
        ("-1000000", (OUT_OF_RANGE, DIGITS)),
        (10**300, (OUT_OF_RANGE, DIGITS)),
        (Decimal("1E+308"), (OUT_OF_RANGE, DIGITS)),
    ],
)
def test_number_is_refused(sent, refusal):
    assert feed.number({"price": sent}, "price", 10, 4) == refusal


@pytest.mark.parametrize("sent", ["0", "0.00", "-0.0", "-1", -1, Decimal("-0.0001")])
def test_number_has_to_be_above(sent):
    refusal = (OUT_OF_RANGE, "price must be more than 0.")

    assert feed.number({"price": sent}, "price", 10, 4, above=0) == refusal
    assert feed.number({"price": "0.0001"}, "price", 10, 4, above=0) == Decimal("0.0001")


@pytest.mark.parametrize("sent", [1, 100])
def test_whole_number_is_read(sent):
    assert feed.whole({"quantity": sent}, "quantity", low=1, high=100) == sent


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        (None, (MISSING, "quantity is missing.")),
        ("1", (INVALID, "quantity must be a whole number.")),
        (True, (INVALID, "quantity must be a whole number.")),
        (Decimal("1.0"), (INVALID, "quantity must be a whole number.")),
        (0, (OUT_OF_RANGE, "quantity must be from 1 to 100.")),
        (101, (OUT_OF_RANGE, "quantity must be from 1 to 100.")),
    ],
)
def test_whole_number_is_refused(sent, refusal):
    assert feed.whole({"quantity": sent}, "quantity", low=1, high=100) == refusal


@pytest.mark.parametrize(
    ("sent", "micro"),
    [
        ("2026-03-04T15:00:00Z", 0),
        ("2026-03-04T16:30:00.5+01:30", 500_000),
        ("2026-03-04T15:00:00.123456789Z", 123_456),
    ],
)
def test_instant_is_read_as_utc(sent, micro):
    found = feed.instant({"as_of": sent}, "as_of")

    assert (found, found.tzinfo) == (datetime(2026, 3, 4, 15, 0, 0, micro, UTC), UTC)


@pytest.mark.parametrize(
    "sent",
    [
        "2026-03-04T15:00:00",
        "2026-03-04",
        "20260304T150000Z",
        "2026-W10-3T15:00:00Z",
        "2026-03-04 15:00:00Z",
        "2026-03-04T15:00:00Z\n",
        "2026-02-30T15:00:00Z",
        "2026-03-04T15:00:60Z",
        "2026-03-04T15:00:00+99:00",
        "0001-01-01T00:00:00+23:00",
        "9999-12-31T23:59:59-23:00",
        "",
        0,
        True,
        1772636400,
        {},
    ],
)
def test_instant_is_refused(sent):
    assert feed.instant({"as_of": sent}, "as_of") == (
        INVALID,
        "as_of must be an instant with its offset, such as 2026-01-31T12:00:00Z.",
    )


def test_instant_is_missing():
    assert feed.instant({}, "as_of") == (MISSING, "as_of is missing.")


@pytest.mark.parametrize("sent", ["A", "BRK.B", "AB-C", "0123456789"])
def test_symbol_is_read(sent):
    assert feed.symbol({"symbol": sent}) == sent


@pytest.mark.parametrize("sent", ["", "aapl", "AAPL ", "AAPL\n", "ÄÖ", "A" * 11, 7, ["AAPL"]])
def test_symbol_is_refused(sent):
    assert feed.symbol({"symbol": sent}) == (INVALID, "symbol must be a symbol such as AAPL.")


@pytest.mark.parametrize("sent", ["a", "a b", "~" * 100])
def test_identifier_is_read(sent):
    assert feed.identifier({"id": sent}, "id") == sent


@pytest.mark.parametrize("sent", ["", " ", " a", "a ", "a\n", "a\tb", "é", "a" * 101, 7, {}])
def test_identifier_is_refused(sent):
    assert feed.identifier({"id": sent}, "id") == (
        INVALID,
        "id must be 1 to 100 printable characters.",
    )
