"""How people trade: temperaments, and the fills that follow from them and from the prices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from dayrade.demo.chance import Chance
from dayrade.demo.prices import SESSION_SECONDS, SLOT_SECONDS, SLOTS, SYMBOLS, Day
from trading.accounting import BUY, SELL, Fill, cents

# In cents, as the prices are.
BALANCE = 10_000_000
LOOK_AHEAD = 18
COMMISSION_PER_SHARE = Decimal("0.005")
COMMISSION_MIN = Decimal("1.00")
# From here on a day trader goes home, and nobody else acts.
LAST_SLOT_SECONDS = SESSION_SECONDS - SLOT_SECONDS


@dataclass(frozen=True, slots=True)
class Temperament:
    """A way to trade.

    `size` is what one position takes of the starting balance. `follows` is 1 with the trend, -1
    against it, 0 neither. `flips` is how often a position is turned round instead of closed.
    """

    name: str
    weight: int
    trades_a_day: float
    size: float
    follows: int
    overnight: bool
    flips: float


TEMPERAMENTS = (
    Temperament("scalper", 20, 12, 0.18, 0, overnight=False, flips=0.10),
    Temperament("momentum", 22, 6, 0.28, 1, overnight=False, flips=0.20),
    Temperament("contrarian", 18, 5, 0.25, -1, overnight=True, flips=0.15),
    Temperament("swing", 20, 2, 0.40, 1, overnight=True, flips=0.10),
    Temperament("gambler", 8, 8, 0.70, 0, overnight=True, flips=0.40),
    Temperament("bystander", 12, 0.5, 0.10, 0, overnight=True, flips=0.0),
)


class Trader:
    """Somebody with a temperament, some skill and some luck."""

    def __init__(self, chance: Chance, symbols: Sequence[str] = SYMBOLS) -> None:
        """Draw a character; few know all symbols equally well."""
        self.chance = chance
        self.temperament = chance.choices(
            TEMPERAMENTS, [temperament.weight for temperament in TEMPERAMENTS]
        )[0]
        self.favourites = chance.sample(symbols, chance.randint(2, len(symbols)))
        # Mostly next to nothing, on either side: skill sees a turn coming, its opposite chases.
        self.skill = chance.gauss(0.02, 0.10)
        self.held: dict[str, int] = dict.fromkeys(symbols, 0)

    def fills(self, days: Sequence[Day], until: datetime) -> Iterator[Fill]:
        """Trade day by day and return the fills up to an instant, in order."""
        for day in days:
            for second in self.moments():
                at = day.opens_at + timedelta(seconds=second)
                if at + timedelta(seconds=1) > until:
                    return
                yield from self.act(day, second, self.chance.choice(self.favourites))
            if not self.temperament.overnight:
                yield from self.go_home(day, until)

    def moments(self) -> list[int]:
        """Draw the seconds of a day at which this person acts; busier early and late."""
        mean = self.temperament.trades_a_day
        count = max(0, round(self.chance.gauss(mean, mean * 0.4 + 0.4)))
        drawn = {int(self.chance.betavariate(0.7, 0.8) * LAST_SLOT_SECONDS) for _ in range(count)}
        return sorted(drawn)

    def act(self, day: Day, second: int, symbol: str) -> Iterator[Fill]:
        """Open, add, reduce, close or turn round."""
        slot = second // SLOT_SECONDS
        price = day.paths[symbol][slot]
        direction = self.opinion(day.paths[symbol], slot)
        held = self.held[symbol]
        full = self.lot(price)
        if not held:
            yield self.fill(day, second, symbol, direction * full)
        elif (held > 0) == (direction > 0):
            # Still right: take some profit, or add while it stays within twice the size.
            if self.chance.hits(0.45) or abs(held) > full:
                part = max(1, abs(held) * self.chance.choice((25, 30, 50, 50)) // 100)
                yield self.fill(day, second, symbol, -direction * part)
            else:
                yield self.fill(day, second, symbol, direction * max(1, full // 2))
        elif self.chance.hits(self.temperament.flips):
            yield self.fill(day, second, symbol, -held + direction * full)
        else:
            yield self.fill(day, second, symbol, -held)

    def opinion(self, prices: Sequence[int], slot: int) -> int:
        """Return 1 for a rise and -1 for a fall."""
        if self.chance.hits(abs(self.skill)):
            ahead = prices[min(slot + LOOK_AHEAD, SLOTS - 1)] - prices[slot]
            return (1 if ahead >= 0 else -1) * (1 if self.skill > 0 else -1)
        trend = prices[slot] - prices[max(slot - LOOK_AHEAD, 0)]
        if self.temperament.follows and trend:
            return self.temperament.follows * (1 if trend > 0 else -1)
        return 1 if self.chance.hits(0.6) else -1

    def lot(self, price: int) -> int:
        """Draw a position's shares: round lots, odd ones now and then."""
        shares = int(BALANCE * self.temperament.size * self.chance.uniform(0.5, 1.1) / price)
        step = 1 if self.chance.hits(0.15) else 5 if price > BALANCE // 1000 else 50
        return max(1, shares - shares % step)

    def fill(self, day: Day, second: int, symbol: str, signed: int) -> Fill:
        """Fill an order within the day's prices, a cent to either side of the path."""
        prices = day.paths[symbol]
        price = prices[second // SLOT_SECONDS] + self.chance.choice((-1, 0, 0, 1))
        price = min(max(price, min(prices)), max(prices))
        self.held[symbol] += signed
        return Fill(
            id=self.chance.uuid(),
            symbol=symbol,
            side=BUY if signed > 0 else SELL,
            quantity=abs(signed),
            price=Decimal(price).scaleb(-2),
            commission=max(COMMISSION_MIN, cents(abs(signed) * COMMISSION_PER_SHARE)),
            executed_at=day.opens_at
            + timedelta(seconds=second, milliseconds=self.chance.randrange(1000)),
        )

    def go_home(self, day: Day, until: datetime) -> Iterator[Fill]:
        """Close everything before the bell."""
        second = LAST_SLOT_SECONDS
        for symbol in self.favourites:
            second += self.chance.randint(2, 50)
            if self.held[symbol] and day.opens_at + timedelta(seconds=second + 1) < until:
                yield self.fill(day, second, symbol, -self.held[symbol])
