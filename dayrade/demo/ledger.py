"""What a seat trades, and everything that follows from it: positions, figures, snapshots."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import batched
from typing import Any
from uuid import UUID

from dayrade.demo.chance import Chance
from dayrade.demo.contests import Contest
from dayrade.demo.prices import Day
from dayrade.demo.traders import Trader
from tournaments.models import Participant
from trading import risk
from trading.accounting import Book, Entry, Figures, Holding
from trading.models import (
    Mark,
    OrderType,
    PerformanceSnapshot,
    Position,
    PositionStatus,
    Risk,
    Tally,
    Trade,
)

# Seats of one insert: few enough that the connection never idles and the bar moves.
BATCH = 10
ORDER_TYPES = (OrderType.MARKET, OrderType.LIMIT, OrderType.STOP)

type Marks = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Course:
    """The prices that everybody in a tournament sees, up to an instant."""

    days: Sequence[Day]
    until: datetime

    @property
    def last(self) -> Marks:
        """Return the last prices."""
        return self.days[-1].marks(self.until)

    @property
    def as_of(self) -> datetime:
        """Return the instant of the last prices."""
        return min(self.until, self.days[-1].closes_at)

    def moments(self) -> list[tuple[datetime, Marks]]:
        """Return the instants of the snapshots: the start, then every full hour of trading."""
        start = self.days[0].opens_at
        return [
            (start, self.days[0].marks(start)),
            *(
                (hour, day.marks(hour))
                for day in self.days
                for hour in day.hours()
                if hour <= self.until
            ),
        ]


@dataclass(slots=True)
class Run:
    """What came of one seat."""

    seat: Participant
    trades: list[Trade] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)
    snapshots: list[PerformanceSnapshot] = field(default_factory=list)
    tally: Tally | None = None
    risk: Risk | None = None


def trade(
    chance: Chance, contest: Contest, until: datetime, stops: dict[str, datetime]
) -> Iterator[list[Run]]:
    """Let every seat trade until an instant, and insert what comes of it, a batch at a time.

    `stops` names seats, by their Zimtra account, that stop earlier.
    """
    course = Course(contest.days, until)
    _mark(chance.about("marks"), contest, course)
    for seats in batched(contest.seats, BATCH):
        runs = []
        for seat in seats:
            account = seat.zimtra_account_id or ""
            end = min(until, stops.get(account, until))
            runs.append(_run(chance.about(account), seat, course, end))
        Participant.objects.bulk_create([run.seat for run in runs])
        Trade.objects.bulk_create([one for run in runs for one in run.trades])
        Position.objects.bulk_create([one for run in runs for one in run.positions])
        PerformanceSnapshot.objects.bulk_create([one for run in runs for one in run.snapshots])
        Tally.objects.bulk_create([run.tally for run in runs if run.tally])
        Risk.objects.bulk_create([run.risk for run in runs if run.risk])
        yield runs


def _mark(chance: Chance, contest: Contest, course: Course) -> None:
    """Insert the last prices, which everything is valued at."""
    at = course.as_of
    Mark.objects.bulk_create(
        Mark(
            id=chance.uuid(),
            tournament=contest.tournament,
            symbol=symbol,
            price=price,
            as_of=at,
            received_at=at,
            valued_price=price,
            valued_as_of=at,
        )
        for symbol, price in sorted(course.last.items())
    )


def _run(chance: Chance, seat: Participant, course: Course, until: datetime) -> Run:
    run = Run(seat)
    if not seat.is_active:
        return run
    book = Book()
    balances = risk.Course()
    waiting = list(Trader(chance).fills(course.days, until))[::-1]
    for at, marks in course.moments():
        while waiting and waiting[-1].executed_at <= at:
            book.add(waiting.pop())
        figures = book.figures(marks, seat.starting_balance)
        balances.add(figures.current_balance)
        run.snapshots.append(
            PerformanceSnapshot(
                id=chance.uuid(),
                tournament_id=seat.tournament_id,
                user_id=seat.user_id,
                participant=seat,
                recorded_at=at,
                created_at=at,
                data_source="dayrade",
                **_figures_of(figures),
                **asdict(balances.risk),
                **_holdings_of(book, marks),
            )
        )
    while waiting:
        book.add(waiting.pop())
    last = course.last
    run.tally = Tally(
        participant=seat,
        shares_traded=book.shares,
        stocks_traded=len(book.holdings),
        best_trade=book.best,
        worst_trade=book.worst,
    )
    run.risk = Risk(participant=seat, **asdict(balances))
    _write_figures(seat, book.figures(last, seat.starting_balance))
    run.trades = [_trade(chance, seat, number, one) for number, one in enumerate(book.entries, 1)]
    run.positions = [
        _position(chance.uuid(), seat, holding, last[symbol], course.as_of)
        for symbol, holding in sorted(book.holdings.items())
    ]
    return run


def _write_figures(seat: Participant, figures: Figures) -> None:
    for name in (
        "total_pnl",
        "realized_pnl",
        "unrealized_pnl",
        "current_balance",
        "total_trades",
        "winning_trades",
        "losing_trades",
        "total_volume",
    ):
        setattr(seat, name, getattr(figures, name))


def _trade(chance: Chance, seat: Participant, number: int, entry: Entry) -> Trade:
    fill = entry.fill
    return Trade(
        id=fill.id,
        tournament_id=seat.tournament_id,
        user_id=seat.user_id,
        participant=seat,
        symbol=fill.symbol,
        side=fill.side,
        quantity=fill.quantity,
        price=fill.price,
        executed_at=fill.executed_at,
        order_type=chance.choices(ORDER_TYPES, (6, 3, 1))[0],
        trade_value=fill.trade_value,
        commission=fill.commission,
        net_amount=fill.trade_value - fill.commission,
        pnl=entry.pnl,
        pnl_percentage=entry.pnl_percentage,
        zimtra_trade_id=f"{seat.zimtra_account_id}-T{number:05d}",
        zimtra_order_id=f"{seat.zimtra_account_id}-O{number:05d}",
        position_type=entry.position_type,
        related_trade_id=entry.related_trade_id,
        created_at=fill.executed_at + timedelta(seconds=1),
    )


def _position(
    pk: UUID, seat: Participant, holding: Holding, mark: Decimal, at: datetime
) -> Position:
    is_open = holding.quantity != 0
    return Position(
        id=pk,
        tournament_id=seat.tournament_id,
        user_id=seat.user_id,
        participant=seat,
        symbol=holding.symbol,
        quantity=abs(holding.quantity),
        average_price=holding.average_price,
        current_price=mark if is_open else None,
        market_value=holding.market_value(mark),
        cost_basis=holding.cost_basis,
        unrealized_pnl=holding.unrealized_pnl(mark),
        unrealized_pnl_percentage=holding.unrealized_pnl_percentage(mark) if is_open else None,
        side=holding.side,
        status=PositionStatus.OPEN if is_open else PositionStatus.CLOSED,
        opened_at=holding.opened_at,
        closed_at=holding.closed_at,
        last_updated_at=at,
        created_at=holding.opened_at,
    )


def _figures_of(figures: Figures) -> dict[str, Any]:
    return {
        "total_pnl": figures.total_pnl,
        "realized_pnl": figures.realized_pnl,
        "unrealized_pnl": figures.unrealized_pnl,
        "usd_balance": figures.current_balance,
        "number_of_trades": figures.total_trades,
        "total_shares_traded": figures.total_shares_traded,
        "number_of_stocks_traded": figures.number_of_stocks_traded,
        "total_notional_traded": figures.total_volume,
        # The column knows no null.
        "win_rate": figures.win_rate or Decimal("0.00"),
        "best_trade": figures.best_trade,
        "worst_trade": figures.worst_trade,
        "average_trade_size": figures.average_trade_size,
    }


def _holdings_of(book: Book, marks: Marks) -> dict[str, Any]:
    held = book.open_holdings()
    longs = sum(holding.quantity > 0 for holding in held)
    return {
        "current_positions": [_shown(holding, marks[holding.symbol]) for holding in held],
        "position_count": len(held),
        "long_positions": longs,
        "short_positions": len(held) - longs,
    }


def _shown(holding: Holding, mark: Decimal) -> dict[str, Any]:
    return {
        "symbol": holding.symbol,
        "side": holding.side,
        "quantity": abs(holding.quantity),
        "average_price": str(holding.average_price),
        "current_price": str(mark),
        "unrealized_pnl": str(holding.unrealized_pnl(mark)),
    }
