"""Proving what is stored: everything is rebuilt from the trades in memory and compared.

It reads each seat's trades once, folds them by `trading.accounting` and knows nothing of how a
delivery was booked or a board was ranked. What has no trace in the ledger is compared to what it
rests on: running sums to the snapshots, results to the lines that were published.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection

from dayrade.db.transactions import snapshot
from tournaments.models import Participant, Result, Tournament
from tournaments.rules import Rules
from tournaments.services import ranking
from trading.accounting import Book, Figures, Fill
from trading.models import Bust, Position, Risk, Tally
from trading.risk import Course
from trading.services import books
from trading.services.books import Marks

CHUNK = 10_000
SEATS = "tournament_participants"
TRADES = """
    SELECT id, participant_id, symbol, side, quantity, price, commission, executed_at,
           position_type, pnl, pnl_percentage, related_trade_id
    FROM trades WHERE tournament_id = %s
    ORDER BY participant_id, executed_at, id
"""
# The first snapshot of an interval is the one that counts as a return, for whoever competes then.
SNAPSHOTS = """
    SELECT kept.participant_id, kept.recorded_at IN (
        SELECT min(recorded_at) FROM trading_performance
        WHERE tournament_id = %(tournament)s AND data_source = 'dayrade'
        GROUP BY floor(extract(epoch FROM recorded_at) / %(seconds)s)
    ), kept.usd_balance
    FROM trading_performance kept
    WHERE kept.tournament_id = %(tournament)s AND kept.data_source = 'dayrade'
    ORDER BY kept.recorded_at
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
OF_RISK = (
    "last_balance",
    "peak_balance",
    "max_drawdown",
    "returns",
    "returns_sum",
    "returns_square_sum",
    "broken",
)
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
    board: list[tuple[Participant, Figures]] = []

    def of_seat(seat: Participant, book: Book) -> Iterator[Difference]:
        figures = book.figures(marks, seat.starting_balance)
        board.append((seat, figures))
        yield from _of_positions(seat.pk, book, marks, positions.get(seat.pk, {}))
        yield from _of_figures(seat, figures, book, tallies.get(seat.pk))

    for participant_id, rows in groupby(_trades(tournament), key=itemgetter(1)):
        book = Book()
        for row in rows:
            yield from _of_trade(book, row, reversals)
        empty.discard(participant_id)
        yield from of_seat(seats[participant_id], book)
    for participant_id in sorted(empty):
        yield from of_seat(seats[participant_id], Book())
    if ranking.is_current(tournament):
        yield from _of_ranks(board)
    yield from _of_risks(tournament)
    yield from _of_result(tournament, seats)


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


def _of_positions(
    key: UUID, book: Book, marks: Marks, held: dict[str, Position]
) -> Iterator[Difference]:
    for symbol, holding in book.holdings.items():
        position = held.pop(symbol, None)
        stored = [position and getattr(position, name) for name in OF_POSITION]
        right = books.position_values(holding, marks.get(symbol))
        yield from _compared("positions", f"{key} {symbol}", OF_POSITION, stored, right)
    for symbol, position in held.items():
        yield Difference("positions", f"{key} {symbol}", "id", position.pk, None)


def _of_figures(
    seat: Participant, figures: Figures, book: Book, tally: Tally | None
) -> Iterator[Difference]:
    yield from _compared(
        SEATS,
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


def _of_ranks(board: Sequence[tuple[Participant, Figures]]) -> Iterator[Difference]:
    """Rank the rebuilt figures; how good a rank once was has no trace but that it was no worse."""
    competing = [one for one in board if one[0].is_active and not one[0].disqualified]
    competing.sort(key=lambda one: _standing(one[1]))
    ranks: dict[UUID, int] = {}
    rank = 0
    for place, (seat, figures) in enumerate(competing):
        if not place or _standing(figures) != _standing(competing[place - 1][1]):
            rank = place + 1
        ranks[seat.pk] = rank
    for seat, _ in board:
        right = ranks.get(seat.pk)
        if seat.current_rank != right:
            yield Difference(SEATS, str(seat.pk), "current_rank", seat.current_rank, right)
        best = seat.best_rank
        if right and (best is None or best > right):
            yield Difference(SEATS, str(seat.pk), "best_rank", best, f"{right} or better")


def _standing(figures: Figures) -> tuple[Decimal, Decimal, int]:
    return -figures.total_pnl, -figures.realized_pnl, figures.total_trades


def courses(tournament: Tournament) -> dict[UUID, Course]:
    """Return the running sums of every seat, from our own snapshots; a seat without has none."""
    seconds = Rules.read(tournament.rules).snapshot_seconds
    found: dict[UUID, Course] = {}
    with connection.chunked_cursor() as cursor:
        cursor.execute(SNAPSHOTS, {"seconds": seconds, "tournament": tournament.pk})
        while chunk := cursor.fetchmany(CHUNK):
            for key, counts, balance in chunk:
                found.setdefault(key, Course()).add(balance, counts=counts)
    return found


def _of_risks(tournament: Tournament) -> Iterator[Difference]:
    right = courses(tournament)
    stored = {risk.pk: risk for risk in Risk.objects.filter(participant__tournament=tournament)}
    for key in sorted(right.keys() | stored.keys()):
        yield from _compared(
            "dayrade_risks",
            str(key),
            OF_RISK,
            [getattr(stored.get(key), name, None) for name in OF_RISK],
            [getattr(right.get(key), name, None) for name in OF_RISK],
        )


def _of_result(tournament: Tournament, seats: Mapping[UUID, Participant]) -> Iterator[Difference]:
    latest = Result.objects.filter(tournament=tournament).order_by("-number").first()
    published = {line.participant_id: line for line in latest.standings.all()} if latest else {}
    for key, seat in seats.items():
        line = published.get(key)
        yield from _compared(
            SEATS,
            str(key),
            ("final_rank", "final_pnl"),
            (seat.final_rank, seat.final_pnl),
            (line and line.rank, line and line.pnl),
        )


def _compared(
    table: str, row: str, columns: Iterable[str], stored: Iterable[Any], right: Iterable[Any]
) -> Iterator[Difference]:
    for column, is_stored, is_right in zip(columns, stored, right, strict=True):
        if is_stored != is_right:
            yield Difference(table, row, column, is_stored, is_right)
