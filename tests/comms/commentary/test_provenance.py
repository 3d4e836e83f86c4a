"""Numbers and names that no fact has are found in a text."""

from decimal import Decimal

import pytest

from comms.commentary.provenance import numbers, unfounded

DATA = {
    "username": "trader_42",
    "symbol": "AAPL",
    "pnl": "1250.37",
    "trade_id": "11111111-6-7-8-abcdef777777",
    "spoken": {"name": "trader 42", "pnl": "more than 1,250 dollars", "count": "5"},
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,250 dollars and 37 cents", {1250, 37}),
        ("from 0.3 to 12.50.", {Decimal("0.3"), Decimal("12.5")}),
        ("three of twenty, and one more", {3, 20}),
        ("nothing", set()),
    ],
)
def test_numbers_are_read_in_digits_and_in_words(text, found):
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("trader 42 makes more than 1,250 dollars on AAPL.", set()),
        ("What a day! Wow, AAPL again. I'm amazed.", set()),
        ("Five in a row for trader 42", set()),
        ("trader_42's trade made 1250.37", set()),
        ("trader 42 makes 1,251 dollars", {"1251"}),
        ("It made 1.250 million", {"1.250", "million"}),
        ("He doubled it twice", {"doubled", "twice"}),
        ("trader 42 beats Bob on AAPL", {"Bob"}),
        ("AAPL and MSFT move", {"MSFT"}),
        ("MSFT moves", {"MSFT"}),
        ("six trades", {"6"}),
        ("seven trades, 8 wins", {"7", "8"}),
    ],
)
def test_what_no_fact_has_is_found(text, found):
    assert unfounded(text, DATA) == found
