"""Proving what is stored: everything is rebuilt from the trades in memory and compared.

It reads each seat's trades once, folds them by `trading.accounting` and knows nothing of how a
delivery was booked or a board was ranked. What has no trace in the ledger is compared to what it
rests on: running sums to the snapshots, results to the lines that were published.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection

from dayrade.db.transactions import snapshot
from tournaments.models import Participant, Tournament
from trading.accounting import Book, Fill
from trading.models import Bust, Position, Tally
from trading.services import books
from trading.services.books import Marks

CHUNK = 10_000
TRADES = """
    SELECT id, participant_id, symbol, side, quantity, price, commission, executed_at,
           position_type, pnl, pnl_percentage, related_trade_id
    FROM trades WHERE tournament_id = %s
    ORDER BY participant_id, executed_at, id
"""
OF_TRADE = ("position_type", "pnl", "pnl_percentage", "related_trade_id")
OF_POSITION = (
    "quantity",
    "average_price",
    "current_price",
    "market_value",
    "cost_basis",
    "unrealized_pnl",
    "unrealized_pnl_percentage",
    "side",
    "status",
    "opened_at",
    "closed_at",
)
OF_SEAT = (
    "realized_pnl",
    "unrealized_pnl",
    "total_pnl",
    "current_balance",
    "total_trades",
    "winning_trades",
    "losing_trades",
    "total_volume",
)
OF_TALLY = ("shares_traded", "stocks_traded", "best_trade", "worst_trade")
NO_TALLY = (0, 0, None, None)


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored value that does not follow from the ledger; None is no value, or no row."""

    table: str
    row: str
    column: str
    stored: Any
    right: Any

    def __str__(self) -> str:
        """Show it on one line."""
        return (
            f"{self.table} {self.row} {self.column}: {self.stored} is stored, {self.right} is right"
        )


@dataclass(frozen=True, slots=True)
class Reversals:
    """The trades that count for nothing, and what a reversing entry points at."""

    busted: frozenset[UUID]
    reversals: Mapping[UUID, UUID]


@snapshot
def differences(*, tournament: Tournament) -> list[Difference]:
    """Return every difference between what is stored and what the trades come to."""
    return list(_differences(tournament))


def _differences(tournament: Tournament) -> Iterator[Difference]:
    marks = books.marks_of(tournament.pk)
    seats = {seat.pk: seat for seat in tournament.participants.all()}
    positions = _by_seat(Position.objects.filter(tournament=tournament))
    tallies = {
        tally.pk: tally for tally in Tally.objects.filter(participant__tournament=tournament)
    }
    reversals = _reversals(tournament)
    empty = set(seats)
    for participant_id, rows in groupby(_trades(tournament), key=itemgetter(1)):
        book = Book()
        for row in rows:
            yield from _of_trade(book, row, reversals)
        empty.discard(participant_id)
        held = positions.pop(participant_id, {})
        yield from _of_seat(seats[participant_id], book, marks, held, tallies.get(participant_id))
    for participant_id in sorted(empty):
        held = positions.pop(participant_id, {})
        yield from _of_seat(seats[participant_id], Book(), marks, held, tallies.get(participant_id))


def _trades(tournament: Tournament) -> Iterator[tuple[Any, ...]]:
    """Read the trades a chunk at a time, however many there are."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(TRADES, [tournament.pk])
        while chunk := cursor.fetchmany(CHUNK):
            yield from chunk


def _reversals(tournament: Tournament) -> Reversals:
    pairs = list(Bust.objects.filter(trade__tournament=tournament).values_list("trade", "reversal"))
    return Reversals(
        frozenset(trade for trade, _ in pairs), {reversal: trade for trade, reversal in pairs}
    )


def _by_seat(rows: Iterable[Position]) -> dict[UUID, dict[str, Position]]:
    found: dict[UUID, dict[str, Position]] = {}
    for row in rows:
        found.setdefault(row.participant_id, {})[row.symbol] = row
    return found


def _of_trade(book: Book, row: tuple[Any, ...], reversals: Reversals) -> Iterator[Difference]:
    key, _, symbol, side, quantity, price, commission, executed_at, *stored = row
    right: tuple[Any, ...] = (None, None, None, reversals.reversals.get(key))
    if key not in reversals.busted and key not in reversals.reversals:
        entry = book.add(Fill(key, symbol, side, quantity, price, commission, executed_at))
        right = books.derived(entry)
    if tuple(stored) != right:
        yield from _compared("trades", str(key), OF_TRADE, stored, right)


def _of_seat(
    seat: Participant,
    book: Book,
    marks: Marks,
    held: dict[str, Position],
    tally: Tally | None,
) -> Iterator[Difference]:
    figures = book.figures(marks, seat.starting_balance)
    for symbol, holding in book.holdings.items():
        position = held.pop(symbol, None)
        stored = [position and getattr(position, name) for name in OF_POSITION]
        right = books.position_values(holding, marks.get(symbol))
        yield from _compared("positions", f"{seat.pk} {symbol}", OF_POSITION, stored, right)
    for symbol, position in held.items():
        yield Difference("positions", f"{seat.pk} {symbol}", "id", position.pk, None)
    yield from _compared(
        "tournament_participants",
        str(seat.pk),
        OF_SEAT,
        [getattr(seat, name) for name in OF_SEAT],
        [getattr(figures, name) for name in OF_SEAT],
    )
    yield from _compared(
        "dayrade_tallies",
        str(seat.pk),
        OF_TALLY,
        [getattr(tally, name) for name in OF_TALLY] if tally else NO_TALLY,
        (book.shares, len(book.holdings), book.best, book.worst),
    )


def _compared(
    table: str, row: str, columns: Iterable[str], stored: Iterable[Any], right: Iterable[Any]
) -> Iterator[Difference]:
    for column, is_stored, is_right in zip(columns, stored, right, strict=True):
        if is_stored != is_right:
            yield Difference(table, row, column, is_stored, is_right)
