"""Average-cost accounting against cases worked by hand, and against laws on random ledgers."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from tournaments.models import Participant
from trading import accounting, risk
from trading.accounting import Fill, fold

D = Decimal
START = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)


def fill(number, side, quantity, price, *, commission="0.00", symbol="AAPL", seconds=None):
    at = START + timedelta(seconds=number if seconds is None else seconds)
    return Fill(UUID(int=number), symbol, side, quantity, D(price), D(commission), at)


def outcomes(book):
    return [
        (
            entry.position_type,
            entry.pnl,
            entry.pnl_percentage,
            entry.related_trade_id and entry.related_trade_id.int,
        )
        for entry in book.entries
    ]


def random_ledger(seed, symbols=("AAPL", "IBM"), length=60):
    chance = random.Random(seed)
    return [
        fill(
            number,
            chance.choice(["buy", "sell"]),
            chance.choice([1, 2, 3, 7, 100, chance.randint(1, 10_000)]),
            D(chance.randint(1, 9_999_999)).scaleb(-4),
            commission=str(D(chance.randint(0, 500)).scaleb(-2)),
            symbol=chance.choice(symbols),
            seconds=chance.randint(0, 30),
        )
        for number in range(1, length + 1)
    ]


def flattened(fills):
    """Close whatever the fills leave open."""
    closing = [
        fill(
            1000 + number,
            "sell" if holding.quantity > 0 else "buy",
            abs(holding.quantity),
            "3.3333",
            symbol=holding.symbol,
        )
        for number, holding in enumerate(fold(fills).open_holdings())
    ]
    return [*fills, *closing]


def test_adding_averages_the_cost():
    book = fold([fill(1, "buy", 30_000, "1.00"), fill(2, "buy", 60_000, "2.00")])

    holding = book.holdings["AAPL"]
    assert outcomes(book) == [("open", None, None, None), ("open", None, None, None)]
    assert (holding.quantity, holding.cost_basis) == (90_000, D("150000.00"))
    assert holding.average_price == D("1.6667")


def test_partial_closes_take_their_share_of_the_cost_and_the_last_one_the_rest():
    # 10.00 for 3 shares: 3.33 leave, then half of 6.67 rounded up, then what is left.
    book = fold(
        [
            fill(1, "buy", 2, "3.33"),
            fill(2, "buy", 1, "3.34"),
            fill(3, "sell", 1, "4.00"),
            fill(4, "sell", 1, "4.00"),
            fill(5, "sell", 1, "3.00"),
        ]
    )

    assert outcomes(book)[2:] == [
        ("partial", D("0.67"), D("20.1201"), 1),
        ("partial", D("0.66"), D("19.7605"), 1),
        ("close", D("-0.33"), D("-9.9099"), 1),
    ]
    assert book.realized_pnl == D("1.00")


def test_short_gains_when_the_price_falls():
    book = fold([fill(1, "sell", 100, "50.00"), fill(2, "buy", 40, "45.00")])

    holding = book.holdings["AAPL"]
    assert outcomes(book) == [
        ("open", None, None, None),
        ("partial", D("200.00"), D("10.0000"), 1),
    ]
    assert (holding.side, holding.quantity, holding.cost_basis) == ("short", -60, D("3000.00"))
    assert holding.unrealized_pnl(D("55.00")) == D("-300.00")
    assert holding.unrealized_pnl_percentage(D("55.00")) == D("-10.0000")


def test_flip_closes_one_position_and_opens_the_other():
    # 7 shares for 7 x 1.005 = 7.04 (7.035 rounded up): 3 of them close with 3.02, 4 open with 4.02.
    book = fold(
        [
            fill(1, "buy", 3, "1.00"),
            fill(2, "sell", 7, "1.005"),
            fill(3, "buy", 4, "1.00"),
        ]
    )

    assert outcomes(book) == [
        ("open", None, None, None),
        ("close", D("0.02"), D("0.6667"), 1),
        ("close", D("0.02"), D("0.4975"), 2),
    ]
    assert book.holdings["AAPL"].quantity == 0


def test_flip_leaves_a_holding_that_it_opened():
    book = fold([fill(1, "sell", 10, "20.00"), fill(2, "buy", 30, "10.00")])

    holding = book.holdings["AAPL"]
    assert (holding.side, holding.quantity, holding.cost_basis) == ("long", 20, D("200.00"))
    assert (holding.opened_by, holding.opened_at) == (
        UUID(int=2),
        START + timedelta(seconds=2),
    )


def test_closed_holding_remembers_its_side_and_when():
    book = fold([fill(1, "sell", 10, "20.00"), fill(2, "buy", 10, "21.00")])

    holding = book.holdings["AAPL"]
    assert (holding.side, holding.quantity, holding.cost_basis) == ("short", 0, D("0.00"))
    assert holding.closed_at == START + timedelta(seconds=2)
    assert holding.average_price == D("0.0000")
    assert holding.unrealized_pnl_percentage(D("1.00")) is None


def test_position_opened_again_relates_to_its_own_opening():
    book = fold(
        [
            fill(1, "buy", 1, "1.00"),
            fill(2, "sell", 1, "2.00"),
            fill(3, "sell", 1, "2.00"),
            fill(4, "buy", 1, "1.00"),
        ]
    )

    assert [entry.related_trade_id for entry in book.entries] == [
        None,
        UUID(int=1),
        None,
        UUID(int=3),
    ]


def test_rounding_is_half_away_from_zero():
    assert accounting.cents(D("0.005")) == D("0.01")
    assert accounting.cents(D("-0.005")) == D("-0.01")
    assert accounting.cents(D("2.675")) == D("2.68")


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        ("1.00", "3.00", "33.3333"),
        ("2.00", "3.00", "66.6667"),
        ("-1.00", "8.00", "-12.5000"),
        ("99.99", "1.00", "9999.0000"),
        ("100.00", "1.00", "9999.9999"),
        ("-5000.00", "0.01", "-9999.9999"),
        ("1.00", "0.00", "9999.9999"),
        ("0.00", "0.00", "0.0000"),
    ],
)
def test_percentage_keeps_within_its_column(part, whole, expected):
    assert accounting.percentage(D(part), D(whole)) == D(expected)


def test_figures_come_from_the_whole_ledger():
    # AAPL: +90 and -30, 40 shares left at 10.00. IBM: 10 short from 20.00.
    book = fold(
        [
            fill(1, "buy", 100, "10.00", commission="1.00"),
            fill(2, "sell", 30, "13.00", commission="1.00"),
            fill(3, "sell", 30, "9.00", commission="1.00"),
            fill(4, "sell", 10, "20.00", commission="1.50", symbol="IBM"),
        ]
    )

    figures = book.figures({"AAPL": D("11.00"), "IBM": D("19.50")}, D("100000.00"))

    assert figures == accounting.Figures(
        total_pnl=D("100.50"),
        realized_pnl=D("55.50"),
        unrealized_pnl=D("45.00"),
        current_balance=D("100100.50"),
        total_trades=4,
        winning_trades=1,
        losing_trades=1,
        total_volume=D("1860.00"),
        total_shares_traded=170,
        number_of_stocks_traded=2,
        win_rate=D("50.00"),
        best_trade=D("90.00"),
        worst_trade=D("-30.00"),
        average_trade_size=D("465.00"),
    )


def test_figures_of_nothing_are_nothing():
    figures = fold([]).figures({}, D("100000.00"))

    assert (figures.total_pnl, figures.current_balance) == (D("0.00"), D("100000.00"))
    assert (figures.win_rate, figures.average_trade_size) == (None, D("0.00"))


def test_what_has_no_mark_is_worth_what_it_cost():
    book = fold([fill(1, "buy", 1, "1.00"), fill(2, "buy", 1, "1.00", symbol="IBM")])

    figures = book.figures({"IBM": D("3.00")}, D("100000.00"))

    assert (figures.unrealized_pnl, figures.current_balance) == (D("2.00"), D("100002.00"))


def test_break_even_trade_neither_wins_nor_loses():
    book = fold([fill(1, "buy", 1, "1.00"), fill(2, "sell", 1, "1.00")])

    figures = book.figures({}, D("100000.00"))

    assert (figures.winning_trades, figures.losing_trades, figures.win_rate) == (0, 0, None)


def test_win_rate_is_rounded_as_the_seats_is():
    won = [fill(1, "buy", 1, "1.00"), fill(2, "sell", 1, "2.00")]
    lost = [
        fill(10 * n + step, side, 1, price)
        for n in range(1, 32)
        for step, side, price in ((0, "buy", "2.00"), (1, "sell", "1.00"))
    ]

    figures = fold([*won, *lost]).figures({}, D("100000.00"))

    # 1 of 32 is 3.125 percent.
    assert figures.win_rate == D("3.13")
    assert Participant(winning_trades=1, losing_trades=31).win_rate == D("3.13")


def test_book_refuses_a_fill_that_stands_earlier():
    book = fold([fill(2, "buy", 1, "1.00")])

    with pytest.raises(ValueError, match="order of the ledger"):
        book.add(fill(1, "buy", 1, "1.00"))


@pytest.mark.parametrize("seed", range(40))
def test_money_is_conserved_over_round_trips(seed):
    fills = flattened(random_ledger(seed))

    book = fold(fills)

    sold = sum(one.trade_value for one in fills if one.side == "sell")
    bought = sum(one.trade_value for one in fills if one.side == "buy")
    assert book.open_holdings() == []
    assert sum(entry.pnl for entry in book.entries if entry.pnl is not None) == sold - bought
    assert book.realized_pnl == sold - bought - sum(one.commission for one in fills)


@pytest.mark.parametrize("seed", range(40))
def test_money_is_conserved_while_positions_are_open(seed):
    fills = random_ledger(seed)

    book = fold(fills)

    flow = sum(one.trade_value * (1 if one.side == "sell" else -1) for one in fills)
    held = sum(
        holding.cost_basis * (1 if holding.quantity > 0 else -1) for holding in book.open_holdings()
    )
    assert sum(entry.pnl for entry in book.entries if entry.pnl is not None) == flow + held


@pytest.mark.parametrize("seed", range(40))
def test_quantities_add_up_and_costs_stay_above_zero(seed):
    fills = random_ledger(seed)

    book = fold(fills)

    for symbol, holding in book.holdings.items():
        of_symbol = [one for one in fills if one.symbol == symbol]
        assert holding.quantity == sum(
            one.quantity * (1 if one.side == "buy" else -1) for one in of_symbol
        )
        assert holding.cost_basis >= 0
        assert (holding.quantity == 0) == (holding.closed_at is not None)


@pytest.mark.parametrize("seed", range(20))
def test_order_of_delivery_changes_nothing(seed):
    fills = random_ledger(seed)
    shuffled = random.Random(seed).sample(fills, len(fills))

    assert fold(shuffled) == fold(fills)


def test_drawdown_is_the_largest_fall_from_an_earlier_peak():
    balances = [D(100), D(120), D(90), D(130), D(105)]

    assert risk.of_balances(balances).max_drawdown == D(30)
    assert risk.of_balances([]).max_drawdown == D("0.00")


def test_volatility_and_sharpe_ratio_of_twenty_returns():
    # Ten returns of +10 % and ten of -10 %: mean 0, sample deviation sqrt(20 x 0.01 / 19).
    balances = [D(10**21)]
    for step in range(20):
        balances.append(balances[-1] * (D("1.1") if step % 2 else D("0.9")))

    measured = risk.of_balances(balances)

    assert (measured.volatility, measured.sharpe_ratio) == (D("0.1026"), D("0.0000"))


@pytest.mark.parametrize(
    "balances",
    [
        pytest.param([D(100 + n) for n in range(20)], id="19 returns"),
        pytest.param([D(100)] * 21, id="no deviation"),
        pytest.param([D(100), D(0), *(D(100 + n) for n in range(19))], id="nothing left"),
    ],
)
def test_volatility_and_sharpe_ratio_are_unknown(balances):
    measured = risk.of_balances(balances)

    assert (measured.volatility, measured.sharpe_ratio) == (None, None)


def test_sharpe_ratio_keeps_within_its_column():
    balances = [D(100) * D("1.01") ** n for n in range(25)]
    balances.append(balances[-1] * D("1.0100000001"))

    assert risk.of_balances(balances).sharpe_ratio == D("9999.9999")
