"""How rough the way to a result was: figures over the snapshots of a balance; pure and exact."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

PLACES_4, PLACES_12, PLACES_20 = (Decimal(1).scaleb(-places) for places in (4, 12, 20))
# Of every step: far more than any figure shows, so that none turns on how a root was cut off.
DIGITS = 100
# The bound of numeric(8,4).
RATIO_MAX = Decimal("9999.9999")
RETURNS_MIN = 20


@dataclass(frozen=True, slots=True)
class Risk:
    """Drawdown in the tournament's currency; the ratios are None where they mean nothing."""

    max_drawdown: Decimal
    volatility: Decimal | None
    sharpe_ratio: Decimal | None


def of_balances(balances: Sequence[Decimal]) -> Risk:
    """Measure balances taken at one interval, earliest first.

    Volatility is the sample standard deviation of the returns, as a fraction; the Sharpe ratio is
    their mean divided by it, with a risk-free rate of 0, not annualised. Both are None under 20
    returns, without deviation, and once the balance was not above 0. They are kept within what
    their columns hold. A return has 12 digits, so that sums of them are exact, and whoever keeps
    only the sums comes to the same figures.
    """
    drawdown = max_drawdown(balances)
    if len(balances) <= RETURNS_MIN or min(balances[:-1]) <= 0:
        return Risk(drawdown, None, None)
    with localcontext(prec=DIGITS):
        returns = [
            ((after - before) / before).quantize(PLACES_12, ROUND_HALF_UP)
            for before, after in itertools.pairwise(balances)
        ]
        count, total = len(returns), sum(returns, Decimal(0))
        square = count * sum(one * one for one in returns) - total * total
        if not square:
            return Risk(drawdown, None, None)
        deviation = (square / (count * (count - 1))).sqrt()
        return Risk(drawdown, _ratio(deviation), _ratio(total / (count * deviation)))


def max_drawdown(balances: Sequence[Decimal]) -> Decimal:
    """Return the largest fall from an earlier peak, 0.00 without any."""
    peak = balances[0] if balances else Decimal("0.00")
    worst = Decimal("0.00")
    for balance in balances:
        peak = max(peak, balance)
        worst = max(worst, peak - balance)
    return worst


def _ratio(value: Decimal) -> Decimal:
    if abs(value) >= RATIO_MAX:
        return RATIO_MAX.copy_sign(value)
    return value.quantize(PLACES_20, ROUND_HALF_UP).quantize(PLACES_4, ROUND_HALF_UP)
