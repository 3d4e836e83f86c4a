"""Average-cost accounting: from fills to P&L, positions and figures, exact to the cent.

Everything here is pure: no database, no clock, no float. A holding carries what its shares cost, in
cents, beside their signed number; every cent of a trade's value enters a cost or a P&L exactly
once, so that over a round trip the P&L is what was sold less what was bought. Amounts are rounded
half away from zero, as PostgreSQL's round(numeric) does. docs/adr/0005 has the reasons.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple
from uuid import UUID

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
PLACES_4 = Decimal("0.0001")
# The largest percentage that the numeric(8,4) of the ledger holds.
PERCENTAGE_MAX = Decimal("9999.9999")

# A UUID or its canonical text: both sort as PostgreSQL sorts them, and texts are faster.
type Id = UUID | str

BUY, SELL = "buy", "sell"
OPEN, PARTIAL, CLOSE = "open", "partial", "close"
LONG, SHORT = "long", "short"


def cents(amount: Decimal) -> Decimal:
    """Round to 2 digits, half away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def percentage(part: Decimal, whole: Decimal) -> Decimal:
    """Return `part` in percent of `whole` to 4 digits, kept within what the column holds.

    Beyond ±9999.9999, and for a `whole` of nothing (a share bought for less than half a cent), it
    is that bound with the sign of `part`; nothing of nothing is 0.
    """
    if not part:
        return Decimal("0.0000")
    bound = PERCENTAGE_MAX.copy_sign(part)
    if abs(part) * 100 >= abs(whole) * PERCENTAGE_MAX:
        return bound
    return (part * 100 / whole).quantize(PLACES_4, ROUND_HALF_UP)


# Thousands of these are made a second, and making a frozen dataclass takes four times as long as
# making one that is not, or a tuple.
@dataclass(slots=True)
class Fill:
    """What accounting needs of a trade."""

    id: Id
    symbol: str
    side: str
    quantity: int
    price: Decimal
    commission: Decimal
    executed_at: datetime
    #: Quantity times price, in cents.
    trade_value: Decimal = field(init=False)

    def __post_init__(self) -> None:
        """Work the value out once: it is asked for several times."""
        self.trade_value = cents(self.quantity * self.price)

    @property
    def order(self) -> tuple[datetime, Any]:
        """The ledger's order: by instant, then by id."""
        return self.executed_at, self.id


class Holding(NamedTuple):
    """What a participant holds of one symbol; a quantity below 0 is short.

    `cost_basis` is what a long one paid and what a short one received, never below 0. A closed
    holding has quantity 0 and remembers the side it last had.
    """

    symbol: str
    side: str
    quantity: int
    cost_basis: Decimal
    opened_by: Id
    opened_at: datetime
    closed_at: datetime | None = None

    @property
    def average_price(self) -> Decimal:
        """Cost of a share, to 4 digits for display; 0 where nothing is held."""
        if not self.quantity:
            return Decimal("0.0000")
        return (self.cost_basis / abs(self.quantity)).quantize(PLACES_4, ROUND_HALF_UP)

    def market_value(self, mark: Decimal) -> Decimal:
        """Value of the shares at a price, whichever the side."""
        return cents(abs(self.quantity) * mark)

    def gain(self, market_value: Decimal) -> Decimal:
        """P&L of closing everything for that much, before commission."""
        gain = market_value - self.cost_basis
        return gain if self.quantity >= 0 else -gain

    def unrealized_pnl(self, mark: Decimal) -> Decimal:
        """P&L of closing everything at a price, before commission."""
        return self.gain(self.market_value(mark))

    def unrealized_pnl_percentage(self, mark: Decimal) -> Decimal | None:
        """`unrealized_pnl` in percent of the cost; None where nothing is held."""
        return percentage(self.unrealized_pnl(mark), self.cost_basis) if self.quantity else None


class Entry(NamedTuple):
    """A fill and what it did to the position.

    `position_type` is `open` for a fill that opens or adds, `partial` for one that leaves a part
    of the position, and `close` for one that leaves none of it: a fill through zero is a `close`
    too, and later ones close what it opened. Only what closes has a P&L and a related trade.
    """

    fill: Fill
    position_type: str
    pnl: Decimal | None = None
    pnl_percentage: Decimal | None = None
    related_trade_id: Id | None = None


def opened(fill: Fill, quantity: int, cost_basis: Decimal) -> Holding:
    """Return the holding that a fill opens."""
    long = fill.side == BUY
    return Holding(
        symbol=fill.symbol,
        side=LONG if long else SHORT,
        quantity=quantity if long else -quantity,
        cost_basis=cost_basis,
        opened_by=fill.id,
        opened_at=fill.executed_at,
    )


def apply(holding: Holding | None, fill: Fill) -> tuple[Holding, Entry]:
    """Return what is held after a fill, and what the fill did."""
    value = fill.trade_value
    if holding is None or not holding.quantity:
        return opened(fill, fill.quantity, value), Entry(fill, OPEN)
    signed = fill.quantity if fill.side == BUY else -fill.quantity
    if (signed > 0) == (holding.quantity > 0):
        return _moved(holding, signed, holding.cost_basis + value), Entry(fill, OPEN)
    held = abs(holding.quantity)
    closed = min(held, fill.quantity)
    removed = holding.cost_basis if closed == held else cents(holding.cost_basis * closed / held)
    share = value if closed == fill.quantity else cents(value * closed / fill.quantity)
    pnl = share - removed if holding.quantity > 0 else removed - share
    entry = Entry(
        fill,
        PARTIAL if closed < held else CLOSE,
        pnl,
        percentage(pnl, removed),
        holding.opened_by,
    )
    if closed < fill.quantity:
        return opened(fill, fill.quantity - closed, value - share), entry
    return _moved(holding, signed, holding.cost_basis - removed, fill.executed_at), entry


def _moved(
    holding: Holding, signed: int, cost_basis: Decimal, at: datetime | None = None
) -> Holding:
    quantity = holding.quantity + signed
    return Holding(
        holding.symbol,
        holding.side,
        quantity,
        cost_basis,
        holding.opened_by,
        holding.opened_at,
        None if quantity else at,
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """What a participant's ledger comes to at given marks; amounts in the tournament's currency.

    `win_rate` is in percent, None without a trade that won or lost. `best_trade` and `worst_trade`
    are the highest and the lowest P&L of a trade, 0 without any.
    """

    total_pnl: Decimal
    realized_pnl: Decimal
    unrealized_pnl: Decimal
    current_balance: Decimal
    total_trades: int
    winning_trades: int
    losing_trades: int
    total_volume: Decimal
    total_shares_traded: int
    number_of_stocks_traded: int
    win_rate: Decimal | None
    best_trade: Decimal
    worst_trade: Decimal
    average_trade_size: Decimal


@dataclass(slots=True)
class Book:
    """The ledger of one participant, folded fill by fill in the ledger's order."""

    entries: list[Entry] = field(default_factory=list)
    holdings: dict[str, Holding] = field(default_factory=dict)
    realized_pnl: Decimal = ZERO
    volume: Decimal = ZERO
    shares: int = 0
    winning: int = 0
    losing: int = 0
    best: Decimal | None = None
    worst: Decimal | None = None

    def add(self, fill: Fill) -> Entry:
        """Fold one more fill and return what it did.

        Raises:
            ValueError: it stands before one that has been folded.

        """
        if self.entries and fill.order < self.entries[-1].fill.order:
            raise ValueError("fills are folded in the order of the ledger")
        self.holdings[fill.symbol], entry = apply(self.holdings.get(fill.symbol), fill)
        self.entries.append(entry)
        self.volume += fill.trade_value
        self.shares += fill.quantity
        self.realized_pnl -= fill.commission
        if entry.pnl is not None:
            self.realized_pnl += entry.pnl
            self.winning += entry.pnl > 0
            self.losing += entry.pnl < 0
            self.best = entry.pnl if self.best is None else max(self.best, entry.pnl)
            self.worst = entry.pnl if self.worst is None else min(self.worst, entry.pnl)
        return entry

    def open_holdings(self) -> list[Holding]:
        """Return what is held, by symbol."""
        return sorted(
            (holding for holding in self.holdings.values() if holding.quantity),
            key=lambda holding: holding.symbol,
        )

    def figures(self, marks: Mapping[str, Decimal], starting_balance: Decimal) -> Figures:
        """Value the ledger at the last prices; what has none is worth what it cost."""
        unrealized = sum(
            (
                holding.unrealized_pnl(marks[holding.symbol])
                for holding in self.open_holdings()
                if holding.symbol in marks
            ),
            ZERO,
        )
        total = self.realized_pnl + unrealized
        decided = self.winning + self.losing
        trades = len(self.entries)
        return Figures(
            total_pnl=total,
            realized_pnl=self.realized_pnl,
            unrealized_pnl=unrealized,
            current_balance=starting_balance + total,
            total_trades=trades,
            winning_trades=self.winning,
            losing_trades=self.losing,
            total_volume=self.volume,
            total_shares_traded=self.shares,
            number_of_stocks_traded=len(self.holdings),
            win_rate=cents(Decimal(self.winning * 100) / decided) if decided else None,
            best_trade=ZERO if self.best is None else self.best,
            worst_trade=ZERO if self.worst is None else self.worst,
            average_trade_size=cents(self.volume / trades) if trades else ZERO,
        )


def fold(fills: Iterable[Fill]) -> Book:
    """Fold one participant's fills, given in any order, into their book."""
    book = Book()
    for fill in sorted(fills, key=lambda fill: fill.order):
        book.add(fill)
    return book
