"""How rough the way to a result was: figures over the snapshots of a balance; pure and exact."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

PLACES_4 = Decimal("0.0001")
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
    their columns hold.
    """
    drawdown = max_drawdown(balances)
    if len(balances) <= RETURNS_MIN or min(balances[:-1]) <= 0:
        return Risk(drawdown, None, None)
    returns = [(after - before) / before for before, after in itertools.pairwise(balances)]
    mean = sum(returns, Decimal(0)) / len(returns)
    variance = sum((one - mean) ** 2 for one in returns) / Decimal(len(returns) - 1)
    if not variance:
        return Risk(drawdown, None, None)
    deviation = variance.sqrt()
    return Risk(drawdown, _ratio(deviation), _ratio(mean / deviation))


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
    return value.quantize(PLACES_4, ROUND_HALF_UP)
