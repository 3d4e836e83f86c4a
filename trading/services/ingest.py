"""Booking what the provider reports: each trade once, whichever way it comes."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from django.db import DataError, IntegrityError, connection
from django.utils import timezone

from administration import audit
from dayrade.db import arrays
from dayrade.db.queries import executed, fetched, fetched_one
from dayrade.db.transactions import service, sqlstate
from tournaments.models import Tournament, TournamentStatus
from tournaments.services import ledger_lock
from trading import reports
from trading.accounting import Entry, Fill, Id
from trading.feed import ID_MAX, OUT_OF_RANGE, Refusal
from trading.reports import Report
from trading.services import books, sql
from trading.services.books import Pair

COMPLETED, CANCELLED = TournamentStatus.COMPLETED, TournamentStatus.CANCELLED
# Clocks differ a little.
AHEAD = timedelta(seconds=60)
# What a value that no column holds raises, at the latest when figures are added up.
UNFIT = ("22003", "23514")
# As COPY writes it.
NULL = "\\N"
CONFLICT = Refusal("TRADE_CONFLICT", "A trade of this id was delivered with other content.")
TAKEN = "23505"
ACCEPTED, DUPLICATE, REJECTED = "accepted", "duplicate", "rejected"


@dataclass(slots=True)
class Verdict:
    """What became of one item."""

    zimtra_trade_id: str | None
    status: str
    error: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """Whose account it is; ids as texts."""

    id: str
    user_id: str


@dataclass(slots=True)
class Batch:
    """A delivery on its way into the ledger; a tournament in `over` takes no more trades."""

    tournament: Tournament
    items: Sequence[Any]
    over: Sequence[str]
    verdicts: list[Verdict | None] = field(default_factory=list)
    reports: dict[int, Report] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)
    conflicts: dict[int, UUID | None] = field(default_factory=dict)

    def clear(self) -> None:
        """Begin; a transaction that is done again begins anew."""
        self.verdicts = [None] * len(self.items)
        self.reports, self.refused, self.conflicts = {}, [], {}

    def refuse(self, place: int, refusal: Refusal) -> None:
        """Refuse one item; it is kept for staff to look at."""
        self.verdicts[place] = Verdict(_named(self.items[place]), REJECTED, *refusal)
        self.refused.append(place)
        self.reports.pop(place, None)


def take(
    *, tournament: Tournament, items: Sequence[Any], after_completion: bool = False
) -> list[Verdict]:
    """Book a delivery of trades and return a verdict for each item, in their order.

    All that is accepted is committed when this returns, with the positions, the figures of the
    seats, one audit row of the batch, and what was refused. Shares the ledger's lock; once the
    trades are written, locks the seats it touches in the order of their ids. An item that cannot
    be added to the figures is refused by itself: a batch never fails for one of its items. With
    `after_completion` a completed tournament takes trades, too: they show when its result is
    corrected.

    Raises:
        ObjectDoesNotExist: the tournament has been deleted.
        OperationalError: as `service`.

    """
    try:
        return _take(tournament, items, after_completion)
    except (DataError, IntegrityError) as error:
        if sqlstate(error) not in UNFIT:
            raise
    if len(items) == 1:
        return _refuse_unfit(tournament=tournament, item=items[0])
    half = len(items) // 2
    return [
        verdict
        for part in (items[:half], items[half:])
        for verdict in take(tournament=tournament, items=part, after_completion=after_completion)
    ]


def _take(tournament: Tournament, items: Sequence[Any], after_completion: bool) -> list[Verdict]:
    """Book a delivery; where another one of the same trades was faster, look again, alone."""
    read = [
        reports.read(item)
        if isinstance(item, Mapping)
        else Refusal("INVALID_ITEM", "Not an object.")
        for item in items
    ]
    over = (CANCELLED,) if after_completion else (COMPLETED, CANCELLED)
    batch = Batch(tournament, items, over)
    try:
        return _book(batch, read, ledger_lock.share)
    except IntegrityError as error:
        if sqlstate(error) != TAKEN:
            raise
    return _book(batch, read, ledger_lock.hold)


@service
def _refuse_unfit(*, tournament: Tournament, item: Any) -> list[Verdict]:
    batch = Batch(tournament, [item], ())
    batch.clear()
    batch.refuse(0, Refusal(OUT_OF_RANGE, "The figures would be out of range."))
    return _recorded(batch)


@service
def _book(
    batch: Batch, read: Sequence[Report | Refusal], lock: Callable[[UUID], None]
) -> list[Verdict]:
    batch.clear()
    lock(batch.tournament.pk)
    executed(sql.BY_INDEX)
    for place, report in enumerate(read):
        if isinstance(report, Refusal):
            batch.refuse(place, report)
        else:
            batch.reports[place] = report
    seats = _seats(batch.tournament, batch.reports.values())
    _sort(batch, seats)
    if batch.reports:
        _write(batch, seats)
    return _recorded(batch)


def _seats(tournament: Tournament, found: Any) -> dict[str, Seat]:
    """Return the seats of the accounts."""
    accounts = list({report.zimtra_account_id for report in found})
    found_seats = fetched(sql.SEATS, [accounts, tournament.pk])
    return {account: Seat(key, user) for account, key, user in found_seats}


def _sort(batch: Batch, seats: Mapping[str, Seat]) -> None:
    """Set aside what the ledger, or this very batch, has already; refuse what is misplaced."""
    tournament = Tournament.objects.get(pk=batch.tournament.pk)
    now = timezone.now()
    named = [report.zimtra_trade_id for report in batch.reports.values()]
    known: dict[str, tuple[UUID | None, Any]] = {
        row[0]: (row[1], row[2:]) for row in fetched(sql.KNOWN, [named, tournament.pk])
    }
    for place, report in list(batch.reports.items()):
        seat = seats.get(report.zimtra_account_id)
        content = (
            seat and seat.id,
            report.symbol,
            report.side,
            report.quantity,
            report.price,
            report.commission,
            report.order_type,
            report.executed_at,
            report.zimtra_order_id,
        )
        earlier = known.get(report.zimtra_trade_id)
        if earlier is None:
            if refusal := _misplaced(tournament, report, seats, now, batch.over):
                batch.refuse(place, refusal)
            else:
                known[report.zimtra_trade_id] = (None, content)
        elif earlier[1] == content:
            batch.verdicts[place] = Verdict(report.zimtra_trade_id, DUPLICATE)
            del batch.reports[place]
        else:
            batch.conflicts[place] = earlier[0]
            batch.refuse(place, CONFLICT)


def _misplaced(
    tournament: Tournament,
    report: Report,
    seats: Mapping[str, Seat],
    now: datetime,
    over: Sequence[str],
) -> Refusal | None:
    if tournament.status in over:
        return Refusal("TOURNAMENT_OVER", "The tournament is over: its result stands.")
    if report.zimtra_account_id not in seats:
        return Refusal("UNKNOWN_ACCOUNT", "No seat of this tournament has this account.")
    symbols = tournament.trading_symbols
    if symbols is not None and report.symbol not in symbols:
        return Refusal("SYMBOL_NOT_ALLOWED", f"{report.symbol} is not traded in this tournament.")
    if not tournament.start_date <= report.executed_at <= tournament.end_date:
        return Refusal("OUTSIDE_WINDOW", "It was executed outside the trading window.")
    if report.executed_at > now + AHEAD:
        return Refusal("IN_THE_FUTURE", "It has not been executed yet.")
    return None


def _write(batch: Batch, seats: Mapping[str, Seat]) -> None:
    """Fold, book and count what is left."""
    fills: dict[Pair, list[Fill]] = {}
    booked: list[tuple[Fill, Report]] = []
    for place, report in batch.reports.items():
        fill = Fill(
            reports.trade_id(batch.tournament.pk, report),
            report.symbol,
            report.side,
            report.quantity,
            report.price,
            report.commission,
            report.executed_at,
        )
        pair = Pair(seats[report.zimtra_account_id].id, report.symbol)
        fills.setdefault(pair, []).append(fill)
        booked.append((fill, report))
        batch.verdicts[place] = Verdict(report.zimtra_trade_id, ACCEPTED)
    done = books.advance(fills, books.marks_of(batch.tournament.pk))
    # In one order, so that two deliveries of the same trades wait and never for each other.
    booked.sort(key=lambda one: one[0].id)
    tournament = str(batch.tournament.pk)
    lines = [
        _line(tournament, seats[report.zimtra_account_id], report, fill, done.entries)
        for fill, report in booked
    ]
    with connection.cursor() as cursor, cursor.copy(sql.COPY_TRADES) as copy:
        copy.write("".join(lines))
    books.settle(done)


def _line(
    tournament: str, seat: Seat, report: Report, fill: Fill, entries: Mapping[Id, Entry]
) -> str:
    """Write a trade as a line of COPY; no value but the provider's ids needs escaping."""
    value, commission = fill.trade_value, fill.commission
    entry = entries.get(fill.id)
    derived = books.derived(entry) if entry else books.NOTHING_DERIVED
    position_type, pnl, percentage, related = (
        NULL if column is None else column for column in derived
    )
    order = report.zimtra_order_id
    return (
        f"{fill.id}\t{tournament}\t{seat.user_id}\t{seat.id}\t{fill.symbol}\t{fill.side}"
        f"\t{fill.quantity}\t{fill.price}\t{fill.executed_at}\t{report.order_type}\t{value}"
        f"\t{commission}\t{value - commission}\t{pnl}\t{percentage}"
        f"\t{_escaped(report.zimtra_trade_id)}\t{NULL if order is None else _escaped(order)}"
        f"\t{position_type}\t{related}\n"
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\")


def _recorded(batch: Batch) -> list[Verdict]:
    """Keep what was refused, and write the one audit row of the batch."""
    verdicts = [verdict for verdict in batch.verdicts if verdict]
    statuses = Counter(verdict.status for verdict in verdicts)
    errors = Counter(verdict.error for verdict in verdicts if verdict.error)
    new = _quarantine(batch) if batch.refused else set()
    if fetched_one(sql.IN_QUARANTINE, [batch.tournament.pk])[0]:
        accepted = [one.zimtra_trade_id for one in verdicts if one.status == ACCEPTED]
        executed(sql.RELEASE, [batch.tournament.pk, accepted])
    for place, trade in batch.conflicts.items():
        if place in new:
            audit.record(
                None,
                "trade.conflict",
                entity_type="trades",
                entity_id=trade,
                details={"refused": batch.items[place]},
            )
    audit.record(
        None,
        "trades.ingest",
        entity_type="tournaments",
        entity_id=batch.tournament.pk,
        details={"items": len(verdicts), **statuses, **({"errors": errors} if errors else {})},
    )
    return verdicts


def _quarantine(batch: Batch) -> set[int]:
    """Keep refused items as they came, each refusal once; return the places of new ones."""
    rows: dict[str, tuple[int, Verdict, str]] = {}
    for place in batch.refused:
        item, verdict = batch.items[place], cast("Verdict", batch.verdicts[place])
        payload = json.dumps(item, default=str, sort_keys=True)
        digest = sha256(payload.encode()).hexdigest()
        rows.setdefault(digest, (place, verdict, payload))
    parameters = [
        batch.tournament.pk,
        arrays.plain(rows),
        [_storable(verdict.zimtra_trade_id) for _, verdict, _ in rows.values()],
        [payload for *_, payload in rows.values()],
        [verdict.error for _, verdict, _ in rows.values()],
        [verdict.message for _, verdict, _ in rows.values()],
    ]
    return {rows[digest][0] for (digest,) in fetched(sql.QUARANTINE, parameters)}


def _named(item: Any) -> str | None:
    name = item.get("zimtra_trade_id") if isinstance(item, Mapping) else None
    return name if isinstance(name, str) else None


def _storable(name: str | None) -> str | None:
    return name if name and len(name) <= ID_MAX else None
