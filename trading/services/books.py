"""Positions and figures of seats, written from their trades.

What is new is folded onto the stored positions (`advance`); what stands before something already
booked, or counts no more, makes its symbol be folded again from its trades (`refold`). Everything
here needs the ledger's lock; whoever only shares it has the seats locked, too.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from dayrade.db import arrays
from dayrade.db.queries import executed, fetched
from trading import accounting
from trading.accounting import ZERO, Entry, Fill, Holding, Id
from trading.services import sql

NOTHING_DERIVED = (None, None, None, None)

type Marks = Mapping[str, Decimal]


class Pair(NamedTuple):
    """A seat, by the text of its id, and a symbol: what is accounted by itself."""

    participant_id: str
    symbol: str


@dataclass(slots=True)
class Gain:
    """What a batch adds to a seat's figures."""

    realized: Decimal = ZERO
    unrealized: Decimal = ZERO
    trades: int = 0
    winning: int = 0
    losing: int = 0
    volume: Decimal = ZERO
    shares: int = 0
    stocks: int = 0
    best: Decimal | None = None
    worst: Decimal | None = None

    def add(self, entry: Entry) -> None:
        """Count one more entry."""
        fill, pnl = entry.fill, entry.pnl
        self.trades += 1
        self.shares += fill.quantity
        self.volume += fill.trade_value
        self.realized -= fill.commission
        if pnl is not None:
            self.realized += pnl
            self.winning += pnl > 0
            self.losing += pnl < 0
            self.best = pnl if self.best is None else max(self.best, pnl)
            self.worst = pnl if self.worst is None else min(self.worst, pnl)


@dataclass(slots=True)
class Advance:
    """What came of folding new fills: entries to book, and what follows once they are."""

    marks: Marks
    entries: dict[Id, Entry] = field(default_factory=dict)
    holdings: dict[Pair, Holding] = field(default_factory=dict)
    versions: dict[Pair, str] = field(default_factory=dict)
    gains: defaultdict[str, Gain] = field(default_factory=lambda: defaultdict(Gain))
    late: list[Pair] = field(default_factory=list)


def marks_of(tournament_id: UUID) -> Marks:
    """Return the prices at which the tournament is valued now."""
    return dict(fetched(sql.MARKS, [tournament_id]))


def advance(fills: Mapping[Pair, list[Fill]], marks: Marks) -> Advance:
    """Fold new fills onto what is held; nothing is locked or written yet.

    Pairs with a fill before one that is booked are left for `refold`, as are those whose opening
    trade cannot be told from others of the same instant.
    """
    done = Advance(marks)
    for added in fills.values():
        added.sort(key=lambda fill: fill.order)
    first = [added[0] for added in fills.values()]
    wanted = [
        *_columns(fills),
        arrays.instants(fill.executed_at for fill in first),
        arrays.plain(fill.id for fill in first),
    ]
    held = {Pair(*row[:2]): row[2:] for row in fetched(sql.HELD, wanted)}
    done.versions = {pair: row[-1] for pair, row in held.items()}
    reduced = {
        pair: row[3]
        for pair, row in held.items()
        if row[1]
        and any(
            (fill.side == accounting.BUY) != (row[0] == accounting.LONG) for fill in fills[pair]
        )
    }
    openers = _openers(reduced)
    for pair, added in fills.items():
        row = held.get(pair)
        if row is not None:
            *_, is_late, _ = row
            if is_late or (pair in reduced and pair not in openers):
                done.late.append(pair)
                continue
        _fold(done, pair, added, row, openers.get(pair))
    return done


def _fold(done: Advance, pair: Pair, added: Sequence[Fill], row: Any, opener: str | None) -> None:
    holding, before = None, ZERO
    gain = done.gains[pair.participant_id]
    if row is None:
        gain.stocks += 1
    else:
        side, quantity, cost_basis, opened_at, closed_at, before = row[:6]
        holding = Holding(
            pair.symbol,
            side,
            quantity if side == accounting.LONG else -quantity,
            cost_basis,
            # Where nothing reduces the holding, nobody asks who opened it.
            opener or added[0].id,
            opened_at,
            closed_at,
        )
    for fill in added:
        holding, entry = accounting.apply(holding, fill)
        done.entries[fill.id] = entry
        gain.add(entry)
    assert holding is not None  # noqa: S101  # there is at least one fill
    done.holdings[pair] = holding
    gain.unrealized += _unrealized(holding, done.marks) - before


def _unrealized(holding: Holding, marks: Marks) -> Decimal:
    mark = marks.get(holding.symbol)
    return holding.unrealized_pnl(mark) if mark is not None and holding.quantity else ZERO


def _openers(reduced: Mapping[Pair, Any]) -> dict[Pair, str]:
    """Return the trade that opened each holding, where only one can have."""
    if not reduced:
        return {}
    found = fetched(sql.OPENERS, [*_columns(reduced), arrays.instants(reduced.values())])
    return {Pair(*row[:2]): row[2] for row in found if row[3] == 1}


def settle(done: Advance) -> None:
    """Lock the seats in the order of their ids, and write what followed from entries just booked.

    Where somebody else has booked for a seat's symbol meanwhile, it is folded again.
    """
    seats = {pair.participant_id for pair in (*done.holdings, *done.late)}
    executed(sql.LOCK_SEATS, [arrays.plain(seats)])
    written = _write_unmoved(done)
    done.late += [pair for pair in done.holdings if pair not in written]
    late = {pair.participant_id for pair in done.late}
    gains = {key: gain for key, gain in done.gains.items() if key not in late}
    if gains:
        executed(
            sql.ADD_FIGURES,
            [
                arrays.plain(gains),
                *(
                    arrays.plain(getattr(gain, name) for gain in gains.values())
                    for name in ("realized", "unrealized", "trades", "winning", "losing", "volume")
                ),
            ],
        )
        executed(
            sql.ADD_TALLIES,
            [
                arrays.plain(gains),
                *(
                    arrays.plain(getattr(gain, name) for gain in gains.values())
                    for name in ("shares", "stocks", "best", "worst")
                ),
            ],
        )
    if done.late:
        refold(done.late, done.marks)


def _write_unmoved(done: Advance) -> set[Pair]:
    """Write the positions that are as they were read, and return those."""
    known = {pair: held for pair, held in done.holdings.items() if pair in done.versions}
    new = {pair: held for pair, held in done.holdings.items() if pair not in done.versions}
    written = []
    if known:
        versions = arrays.plain(done.versions[pair] for pair in known)
        written += fetched(sql.MOVE_POSITIONS, [*_written(known, done.marks), versions])
    if new:
        written += fetched(sql.OPEN_POSITIONS, _written(new, done.marks))
    return {Pair(*row) for row in written}


def refold(pairs: Iterable[Pair], marks: Marks) -> None:
    """Fold seats' symbols again from the trades that stand, and count the seats' figures anew."""
    wanted = list(dict.fromkeys(pairs))
    fills: dict[Pair, list[Fill]] = {pair: [] for pair in wanted}
    stored: dict[Id, tuple[Any, ...]] = {}
    for row in fetched(sql.TRADES, _columns(wanted)):
        key, participant, symbol, side, quantity, price, commission, executed_at = row[:8]
        fill = Fill(key, symbol, side, quantity, price, commission, executed_at)
        fills[Pair(participant, symbol)].append(fill)
        stored[key] = row[8:]
    books = {pair: accounting.fold(of_pair) for pair, of_pair in fills.items()}
    changed = [
        entry
        for book in books.values()
        for entry in book.entries
        if stored[entry.fill.id] != derived(entry)
    ]
    if changed:
        columns = zip(*((entry.fill.id, *derived(entry)) for entry in changed), strict=True)
        executed(sql.WRITE_DERIVED, [arrays.plain(column) for column in columns])
    write_positions(
        {pair: book.holdings[pair.symbol] for pair, book in books.items() if book.entries}, marks
    )
    if gone := [pair for pair, book in books.items() if not book.entries]:
        executed(sql.DROP_POSITIONS, _columns(gone))
    recount({pair.participant_id for pair in wanted})


def derived(entry: Entry) -> tuple[Any, ...]:
    """Return what a trade's row says of what it did to the position."""
    return entry.position_type, entry.pnl, entry.pnl_percentage, entry.related_trade_id


def recount(participants: Iterable[str]) -> None:
    """Count seats' figures anew from their trades and positions."""
    executed(sql.RECOUNT, [arrays.plain(participants)])


def write_positions(holdings: Mapping[Pair, Holding], marks: Marks) -> None:
    """Write what is held, valued at the marks; without one the value is unknown."""
    if holdings:
        executed(sql.WRITE_POSITIONS, _written(holdings, marks))


def _written(holdings: Mapping[Pair, Holding], marks: Marks) -> list[str]:
    rows = [position_values(holding, marks.get(holding.symbol)) for holding in holdings.values()]
    columns = [*zip(*rows, strict=True)]
    return [
        *_columns(holdings),
        *(arrays.plain(column) for column in columns[:9]),
        *(arrays.instants(column) for column in columns[9:]),
    ]


def position_values(holding: Holding, mark: Decimal | None) -> tuple[Any, ...]:
    """Return a position's columns from `quantity` to `closed_at`, as `sql.ARRAYS` has them.

    What is closed is worth nothing, whatever the price; what has no mark is worth nobody knows
    what.
    """
    value: Decimal | None = None
    gain: Decimal | None = None
    percentage: Decimal | None = None
    if not holding.quantity:
        mark, value, gain = None, ZERO, ZERO
    elif mark is not None:
        value = holding.market_value(mark)
        gain = holding.gain(value)
        percentage = accounting.percentage(gain, holding.cost_basis)
    return (
        abs(holding.quantity),
        holding.average_price,
        mark,
        value,
        holding.cost_basis,
        gain,
        percentage,
        holding.side,
        "open" if holding.quantity else "closed",
        holding.opened_at,
        holding.closed_at,
    )


def _columns(pairs: Iterable[Pair]) -> list[str]:
    found = list(pairs)
    return [
        arrays.plain(pair.participant_id for pair in found),
        arrays.plain(pair.symbol for pair in found),
    ]
