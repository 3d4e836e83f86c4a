"""The P&L of a few seats over time, as lines that the page draws without a script."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils import formats

from trading.services.series import series

WIDTH, HEIGHT = 1000, 300
POINTS = 200
# Told apart on white and on black, and by people who see red and green alike.
COLOURS = ("#2f7ed8", "#e69f00", "#009e73", "#cc79a7", "#d55e00")

type Point = tuple[datetime, Decimal]


@dataclass(frozen=True, slots=True)
class Curve:
    """One seat's line: its name, its colour, its last P&L, and the points of a polyline."""

    name: str
    colour: str
    last: str
    points: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines on one scale; `zero` is how far down neither gain nor loss is."""

    curves: Sequence[Curve]
    high: str
    low: str
    zero: float
    since: datetime
    until: datetime
    width: int = WIDTH
    height: int = HEIGHT


def chart(seats: Iterable[tuple[UUID, str]]) -> Chart | None:
    """Draw the seats' snapshots, or nothing where there are no two of them at least."""
    found = [(name, points(seat)) for seat, name in seats]
    found = [(name, line) for name, line in found if line]
    instants = [at for _, line in found for at, _ in line]
    values = [value for _, line in found for _, value in line] + [Decimal(0)]
    since, until = min(instants, default=None), max(instants, default=None)
    if since is None or until is None or since == until:
        return None
    low, high = min(values), max(values)
    span = high - low or Decimal(1)

    def down(value: Decimal) -> float:
        return round(float((high - value) / span) * HEIGHT, 1)

    def along(at: datetime) -> float:
        return round((at - since) / (until - since) * WIDTH, 1)

    curves = [
        Curve(
            name=name,
            colour=COLOURS[number % len(COLOURS)],
            last=formats.number_format(line[-1][1], 2),
            points=" ".join(f"{along(at)},{down(value)}" for at, value in line),
        )
        for number, (name, line) in enumerate(found)
    ]
    return Chart(
        curves=curves,
        high=formats.number_format(high, 2),
        low=formats.number_format(low, 2),
        zero=down(Decimal(0)),
        since=since,
        until=until,
    )


def points(seat: UUID) -> list[Point]:
    """Read a seat's P&L over time, thinned out."""
    stored = json.loads(series(participant=seat, most=POINTS))
    return [
        (datetime.fromisoformat(point["recorded_at"]), Decimal(point["total_pnl"]))
        for point in stored
    ]
