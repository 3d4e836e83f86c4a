"""Real daily prices, laid onto the trading days of a tournament and drawn out within each day."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor
from pathlib import Path

from dayrade.demo.chance import Chance

FILE = Path(__file__).with_name("prices.csv")
SYMBOLS = ("AAPL", "FB", "GOOG", "IBM", "MSFT")
# New York's hours in winter, all year round.
OPENS = time(14, 30, tzinfo=UTC)
SLOT_SECONDS = 300
SLOTS = 78
SESSION_SECONDS = SLOTS * SLOT_SECONDS
WEEKEND = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """A day of one symbol, in cents; high and low lie within the file's."""

    open: int
    high: int
    low: int
    close: int


@dataclass(frozen=True, slots=True)
class Day:
    """A trading day: one price per slot of five minutes and symbol, in cents."""

    opens_at: datetime
    paths: dict[str, list[int]]

    @property
    def closes_at(self) -> datetime:
        """When trading ends."""
        return self.opens_at + timedelta(seconds=SESSION_SECONDS)

    def marks(self, at: datetime) -> dict[str, Decimal]:
        """Return the last price of every symbol at an instant of the day or after it."""
        slot = min(int((at - self.opens_at).total_seconds()) // SLOT_SECONDS, SLOTS - 1)
        return {symbol: Decimal(path[slot]).scaleb(-2) for symbol, path in self.paths.items()}

    def hours(self) -> list[datetime]:
        """Return the full hours of the day, the last one when trading ends."""
        first = self.opens_at + timedelta(minutes=30)
        return [first + timedelta(hours=hour) for hour in range(7)]


def bars() -> list[dict[str, Bar]]:
    """Read the file, day by day."""
    days: dict[str, dict[str, Bar]] = {}
    with FILE.open(newline="") as lines:
        for row in csv.DictReader(lines):
            low, high = ceil(Decimal(row["low"]) * 100), floor(Decimal(row["high"]) * 100)
            first, last = (
                min(max(round(Decimal(row[name]) * 100), low), high) for name in ("open", "close")
            )
            days.setdefault(row["date"], {})[row["symbol"]] = Bar(first, high, low, last)
    return [days[day] for day in sorted(days)]


def path(chance: Chance, bar: Bar) -> list[int]:
    """Draw a day's prices: from the open through both extremes to the close."""
    early, late = sorted(chance.sample(range(4, SLOTS - 4), 2))
    # A rising day tends to see its low first.
    low_first = chance.hits(0.75 if bar.close >= bar.open else 0.25)
    first, second = (bar.low, bar.high) if low_first else (bar.high, bar.low)
    pivots = [(0, bar.open), (early, first), (late, second), (SLOTS - 1, bar.close)]
    drawn = [bar.open]
    for (start, begin), (end, finish) in pairwise(pivots):
        for slot in range(start + 1, end + 1):
            if slot == end:
                drawn.append(finish)
                continue
            straight = begin + (finish - begin) * (slot - start) / (end - start)
            noise = chance.gauss(0, (bar.high - bar.low) * 0.06)
            drawn.append(min(max(round(straight + noise), bar.low), bar.high))
    return drawn


def weekdays(last: date, count: int) -> list[date]:
    """Return the `count` weekdays up to and including `last`, earliest first."""
    found: list[date] = []
    day = last
    while len(found) < count:
        if day.weekday() < WEEKEND:
            found.append(day)
        day -= timedelta(days=1)
    return found[::-1]


def later_weekdays(day: date, count: int) -> list[date]:
    """Return the next `count` weekdays after a day."""
    found: list[date] = []
    while len(found) < count:
        day += timedelta(days=1)
        if day.weekday() < WEEKEND:
            found.append(day)
    return found


def days(chance: Chance, dates: Sequence[date], rows: Sequence[dict[str, Bar]]) -> list[Day]:
    """Lay days of the file onto dates and draw their prices."""
    return [
        Day(
            datetime.combine(one, OPENS),
            {symbol: path(chance.about(f"{one}/{symbol}"), row[symbol]) for symbol in SYMBOLS},
        )
        for one, row in zip(dates, rows, strict=True)
    ]
