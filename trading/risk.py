"""How rough the way to a result was: figures over the snapshots of a balance; pure and exact."""

from collections.abc import Iterable
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


@dataclass(slots=True)
class Course:
    """Running sums over a seat's balances, from which every figure of its risk follows.

    `broken` says that a balance was not above 0: from then on there are no returns. A return has
    12 digits, so that sums of them are exact, and whoever keeps only the sums comes to the same.
    """

    last_balance: Decimal | None = None
    peak_balance: Decimal | None = None
    max_drawdown: Decimal = Decimal("0.00")
    returns: int = 0
    returns_sum: Decimal = Decimal(0)
    returns_square_sum: Decimal = Decimal(0)
    broken: bool = False

    def add(self, balance: Decimal, *, counts: bool = True) -> None:
        """Go on to the next balance; one beyond the interval's own is no return, but may be a peak.

        The first one is where returns begin, whether it counts or not.
        """
        before, peak = self.last_balance, self.peak_balance
        if peak is not None:
            self.max_drawdown = max(self.max_drawdown, peak - balance)
        self.peak_balance = balance if peak is None else max(peak, balance)
        if before is None:
            self.last_balance = balance
        elif counts:
            self.last_balance = balance
            self._count(before, balance)

    def _count(self, before: Decimal, balance: Decimal) -> None:
        if before <= 0:
            self.broken = True
        if self.broken:
            return
        with localcontext(prec=DIGITS):
            change = ((balance - before) / before).quantize(PLACES_12, ROUND_HALF_UP)
            self.returns += 1
            self.returns_sum += change
            self.returns_square_sum += change * change

    @property
    def risk(self) -> Risk:
        """The figures so far.

        Volatility is the sample standard deviation of the returns, as a fraction; the Sharpe ratio
        is their mean divided by it, with a risk-free rate of 0, not annualised. Both are None under
        20 returns, without deviation, and once the balance was not above 0. They are kept within
        what their columns hold.
        """
        count = self.returns
        if count < RETURNS_MIN or self.broken:
            return Risk(self.max_drawdown, None, None)
        with localcontext(prec=DIGITS):
            square = count * self.returns_square_sum - self.returns_sum * self.returns_sum
            if not square:
                return Risk(self.max_drawdown, None, None)
            deviation = (square / (count * (count - 1))).sqrt()
            sharpe = self.returns_sum / (count * deviation)
            return Risk(self.max_drawdown, _ratio(deviation), _ratio(sharpe))


def of_balances(balances: Iterable[Decimal]) -> Risk:
    """Measure balances taken at one interval, earliest first."""
    course = Course()
    for balance in balances:
        course.add(balance)
    return course.risk


def _ratio(value: Decimal) -> Decimal:
    if abs(value) >= RATIO_MAX:
        return RATIO_MAX.copy_sign(value)
    return value.quantize(PLACES_20, ROUND_HALF_UP).quantize(PLACES_4, ROUND_HALF_UP)
