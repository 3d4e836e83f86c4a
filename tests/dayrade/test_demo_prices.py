"""The demo's prices: drawn within what a file of real days gives."""

from dayrade.demo import prices
from dayrade.demo.chance import Chance


def test_prices_stay_within_the_days_of_the_file():
    bars = prices.bars()

    for number, row in enumerate(bars):
        for symbol, bar in row.items():
            drawn = prices.path(Chance(f"{number}/{symbol}"), bar)
            assert len(drawn) == prices.SLOTS
            assert (drawn[0], drawn[-1]) == (bar.open, bar.close)
            assert (min(drawn), max(drawn)) == (bar.low, bar.high)
