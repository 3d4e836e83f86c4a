"""Prices as they come in; what is valued at them is a pass's affair."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone

from dayrade.db import arrays
from dayrade.db.queries import fetched
from dayrade.db.transactions import service
from tournaments.models import Tournament, TournamentStatus
from tournaments.services import ledger_lock
from trading import feed
from trading.feed import Refusal

AHEAD_MAX = timedelta(seconds=60)
RUNNING = (TournamentStatus.ACTIVE, TournamentStatus.REGISTRATION_CLOSED)

KNOWN = """
    SELECT mark.tournament_id, mark.symbol, mark.as_of, mark.price
    FROM dayrade_marks mark
    JOIN unnest(%s::uuid[], %s::text[]) wanted (tournament_id, symbol)
        USING (tournament_id, symbol)
    ORDER BY mark.tournament_id, mark.symbol
    FOR NO KEY UPDATE OF mark
"""
# In one order, so that deliveries at the same time wait for each other and never in a ring.
STORE = """
    INSERT INTO dayrade_marks AS mark (id, tournament_id, symbol, price, as_of)
    SELECT gen_random_uuid(), *
    FROM unnest(%s::uuid[], %s::text[], %s::numeric[], %s::timestamptz[])
         latest (tournament_id, symbol, price, as_of)
    ORDER BY tournament_id, symbol
    ON CONFLICT (tournament_id, symbol) DO UPDATE
    SET price = EXCLUDED.price, as_of = EXCLUDED.as_of, received_at = EXCLUDED.received_at
    WHERE mark.as_of < EXCLUDED.as_of
"""

FUTURE = Refusal("IN_THE_FUTURE", "as_of lies in the future.")
UNKNOWN_SYMBOL = Refusal("SYMBOL_NOT_ALLOWED", "No tournament of that time trades this symbol.")
NO_TOURNAMENT = Refusal("OUTSIDE_WINDOW", "No tournament is on at as_of.")
NO_ITEM = Refusal("INVALID_ITEM", "Not an object.")
CONFLICT = Refusal("PRICE_CONFLICT", "Another price of this symbol and instant is known.")


class Verdict(NamedTuple):
    """What became of a price."""

    symbol: str | None
    status: str
    error: str | None = None
    message: str | None = None


class Price(NamedTuple):
    """The price of a symbol at an instant."""

    symbol: str
    price: Decimal
    as_of: datetime


class Key(NamedTuple):
    """What has one mark."""

    tournament_id: UUID
    symbol: str


@service
def take(*, items: Sequence[Any], tournament: Tournament | None = None) -> list[Verdict]:
    """Take prices for each tournament that is on and trades the symbol, or for one alone.

    A price no newer than the one that is known changes nothing and is a duplicate; one of the
    same instant that differs is refused, because nobody can say which of the two holds. Shares
    the ledgers' locks.
    """
    now = timezone.now()
    running = Tournament.objects.filter(status__in=RUNNING).order_by("pk")
    if tournament is not None:
        running = running.filter(pk=tournament.pk)
    contests = list(running.only("start_date", "end_date", "trading_symbols"))
    read = [_read(item, now) for item in items]
    prices = [price for price in read if isinstance(price, Price)]
    places = {price: _places(price, contests) for price in prices}
    known = _known(key for found in places.values() if isinstance(found, list) for key in found)
    taken: dict[Key, Price] = {}
    verdicts = []
    for item, price in zip(items, read, strict=True):
        outcome = _weigh(price, places[price], known, taken) if isinstance(price, Price) else price
        symbol = feed.shown(item, "symbol") if isinstance(item, Mapping) else None
        if isinstance(outcome, Refusal):
            verdicts.append(Verdict(symbol, "rejected", *outcome))
        else:
            verdicts.append(Verdict(symbol, outcome))
    _store(taken)
    return verdicts


def _read(item: Any, now: datetime) -> Price | Refusal:
    if not isinstance(item, Mapping):
        return NO_ITEM
    symbol = feed.symbol(item)
    price = feed.number(item, "price", 10, 4, above=0)
    as_of = feed.instant(item, "as_of")
    for value in (symbol, price, as_of):
        if isinstance(value, Refusal):
            return value
    found = Price(symbol, price, as_of)  # type: ignore[arg-type]  # no refusal is left
    return FUTURE if found.as_of > now + AHEAD_MAX else found


def _places(price: Price, contests: Iterable[Tournament]) -> list[Key] | Refusal:
    """Return the marks that a price is for."""
    on = [one for one in contests if one.start_date <= price.as_of <= one.end_date]
    if not on:
        return NO_TOURNAMENT
    found = [
        Key(one.pk, price.symbol)
        for one in on
        if one.trading_symbols is None or price.symbol in one.trading_symbols
    ]
    return found or UNKNOWN_SYMBOL


def _known(keys: Iterable[Key]) -> dict[Key, Price]:
    """Lock the marks and return them."""
    wanted = sorted(set(keys))
    for tournament_id in sorted({key.tournament_id for key in wanted}):
        ledger_lock.share(tournament_id)
    if not wanted:
        return {}
    return {
        Key(tournament_id, symbol): Price(symbol, price, as_of)
        for tournament_id, symbol, as_of, price in fetched(KNOWN, _columns(wanted))
    }


def _weigh(
    price: Price, places: list[Key] | Refusal, known: dict[Key, Price], taken: dict[Key, Price]
) -> str | Refusal:
    """Take a price where it is newer, and say what became of it."""
    if isinstance(places, Refusal):
        return places
    outcome: str | Refusal = "duplicate"
    for key in places:
        last = known.get(key)
        if last is None or last.as_of < price.as_of:
            known[key] = taken[key] = price
            outcome = "accepted"
        elif last.as_of == price.as_of and last.price != price.price and outcome == "duplicate":
            outcome = CONFLICT
    return outcome


def _store(taken: dict[Key, Price]) -> None:
    if not taken:
        return
    parameters = [
        *_columns(taken),
        arrays.plain(price.price for price in taken.values()),
        arrays.instants(price.as_of for price in taken.values()),
    ]
    with connection.cursor() as cursor:
        cursor.execute(STORE, parameters)


def _columns(keys: Iterable[Key]) -> list[str]:
    found = list(keys)
    return [
        arrays.plain(key.tournament_id for key in found),
        arrays.plain(key.symbol for key in found),
    ]
