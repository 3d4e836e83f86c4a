"""Prices as they are delivered."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from dayrade.db.transactions import service, sqlstate
from tests.factories.tournaments import TournamentFactory
from tournaments.models import TournamentStatus
from tournaments.services import ledger_lock
from trading.models import Mark
from trading.services import marks

NOON = timezone.now().replace(microsecond=0) - timedelta(hours=1)


def price(symbol, amount, *, seconds=0):
    return {
        "symbol": symbol,
        "price": amount,
        "as_of": (NOON + timedelta(seconds=seconds)).isoformat(),
    }


def take(*items, tournament=None):
    """Return what became of each price: its status or its error."""
    found = marks.take(items=list(items), tournament=tournament)
    assert [verdict.status == "rejected" for verdict in found] == [
        verdict.error is not None and verdict.message is not None for verdict in found
    ]
    return [verdict.error or verdict.status for verdict in found]


def stored(tournament):
    return {
        mark.symbol: (str(mark.price), (mark.as_of - NOON).total_seconds())
        for mark in tournament.marks.all()
    }


@pytest.mark.django_db
def test_price_goes_to_every_tournament_that_is_on_and_trades_it():
    active = TournamentFactory(active=True)
    closed = TournamentFactory(active=True, status=TournamentStatus.REGISTRATION_CLOSED)
    anything = TournamentFactory(active=True, trading_symbols=None)
    others = [
        TournamentFactory(active=True, status=TournamentStatus.COMPLETED),
        TournamentFactory(active=True, status=TournamentStatus.CANCELLED),
        TournamentFactory(active=True, trading_symbols=["IBM"]),
        TournamentFactory(active=True, start_date=NOON + timedelta(seconds=1)),
        TournamentFactory(active=True, end_date=NOON - timedelta(seconds=1)),
    ]

    assert take(price("AAPL", "187.25")) == ["accepted"]

    assert [stored(one) for one in (active, closed, anything)] == [{"AAPL": ("187.2500", 0)}] * 3
    assert [stored(one) for one in others] == [{}] * 5


@pytest.mark.django_db
def test_price_goes_to_the_tournament_that_is_named_alone():
    named, other = TournamentFactory.create_batch(2, active=True)

    assert take(price("AAPL", "1"), tournament=named) == ["accepted"]

    assert (stored(named), stored(other)) == ({"AAPL": ("1.0000", 0)}, {})


@pytest.mark.django_db
@pytest.mark.parametrize("edge", ["start_date", "end_date"])
def test_window_includes_its_ends(edge):
    TournamentFactory(active=True, **{edge: NOON})

    assert take(price("AAPL", "1")) == ["accepted"]


@pytest.mark.django_db
def test_newer_price_replaces_and_older_changes_nothing():
    tournament = TournamentFactory(active=True)
    take(price("AAPL", "1"))

    found = [
        take(price("AAPL", "2", seconds=1)),
        take(price("AAPL", "3", seconds=-1)),
        take(price("AAPL", "2.0000", seconds=1)),
        take(price("AAPL", "4", seconds=1)),
    ]

    assert found == [["accepted"], ["duplicate"], ["duplicate"], ["PRICE_CONFLICT"]]
    assert stored(tournament) == {"AAPL": ("2.0000", 1)}


@pytest.mark.django_db
def test_prices_of_one_delivery_are_taken_in_their_order():
    tournament = TournamentFactory(active=True)

    found = take(
        price("AAPL", "1", seconds=1),
        price("AAPL", "2", seconds=3),
        price("AAPL", "3", seconds=2),
        price("AAPL", "2", seconds=3),
        price("AAPL", "9", seconds=3),
        price("IBM", "5"),
    )

    assert found == [
        "accepted",
        "accepted",
        "duplicate",
        "duplicate",
        "PRICE_CONFLICT",
        "accepted",
    ]
    assert stored(tournament) == {"AAPL": ("2.0000", 3), "IBM": ("5.0000", 0)}


@pytest.mark.django_db
def test_price_new_to_one_of_two_tournaments_is_accepted():
    first = TournamentFactory(active=True)
    take(price("AAPL", "1"))
    second = TournamentFactory(active=True)

    assert take(price("AAPL", "2")) == ["accepted"]
    assert (stored(first), stored(second)) == (
        {"AAPL": ("1.0000", 0)},
        {"AAPL": ("2.0000", 0)},
    )


@pytest.mark.django_db
def test_what_was_valued_stays_until_a_pass():
    tournament = TournamentFactory(active=True)
    take(price("AAPL", "1"))
    Mark.objects.update(valued_price=1, valued_as_of=NOON)

    take(price("AAPL", "2", seconds=1))

    mark = Mark.objects.get(tournament=tournament)
    assert (mark.price, mark.valued_price, mark.valued_as_of) == (2, 1, NOON)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"symbol": "MSFT"}, "SYMBOL_NOT_ALLOWED"),
        ({"symbol": "aapl"}, "INVALID_VALUE"),
        ({"symbol": None}, "MISSING_FIELD"),
        ({"price": "0"}, "OUT_OF_RANGE"),
        ({"price": "-1"}, "OUT_OF_RANGE"),
        ({"price": "1.00001"}, "INVALID_VALUE"),
        ({"price": "1000000"}, "OUT_OF_RANGE"),
        ({"price": 1.5}, "INVALID_VALUE"),
        ({"price": "NaN"}, "INVALID_VALUE"),
        ({"price": None}, "MISSING_FIELD"),
        ({"as_of": "2026-03-04T12:00:00"}, "INVALID_VALUE"),
        ({"as_of": None}, "MISSING_FIELD"),
        ({"as_of": "1999-03-04T12:00:00Z"}, "OUTSIDE_WINDOW"),
        ({"as_of": (timezone.now() + timedelta(hours=5)).isoformat()}, "IN_THE_FUTURE"),
    ],
)
def test_price_is_refused_by_itself(changes, error):
    tournament = TournamentFactory(active=True)

    found = take(price("AAPL", "1") | changes, price("IBM", Decimal("2.5")))

    assert found == [error, "accepted"]
    assert stored(tournament) == {"IBM": ("2.5000", 0)}


@pytest.mark.django_db
@pytest.mark.parametrize("item", [None, 1, "AAPL", []])
def test_what_is_no_object_is_refused(item):
    assert marks.take(items=[item]) == [(None, "rejected", "INVALID_ITEM", "Not an object.")]


@pytest.mark.django_db
def test_price_is_named_as_it_was_sent():
    (no_text, too_long) = marks.take(items=[{"symbol": 7}, {"symbol": "A" * 101}])

    assert (no_text.symbol, too_long.symbol) == (None, None)


@pytest.mark.django_db
def test_many_prices_take_few_statements(django_assert_num_queries):
    TournamentFactory(active=True, trading_symbols=None)
    items = [price(f"S{number}", "1") for number in range(500)]

    # Savepoint, tournaments, lock of the ledger, marks, storing, release.
    with django_assert_num_queries(6):
        assert take(*items) == ["accepted"] * 500


@pytest.mark.django_db(transaction=True)
def test_deliveries_at_the_same_time_wait_for_each_other():
    tournament = TournamentFactory(active=True, trading_symbols=None)
    names = [f"S{number}" for number in range(40)]
    take(*(price(name, "1") for name in names))
    start = Barrier(4)

    def deliver(number):
        try:
            start.wait()
            for second in range(1, 11):
                order = names if number % 2 else names[::-1]
                take(*(price(name, "2", seconds=second * 10 + number) for name in order))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(deliver, range(4)))

    assert stored(tournament) == dict.fromkeys(names, ("2.0000", 103))


@pytest.mark.django_db(transaction=True)
def test_prices_wait_for_who_values_the_tournament():
    tournament = TournamentFactory(active=True)

    def deliver():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '50ms'")
            take(price("AAPL", "1"))
        except OperationalError as error:
            return sqlstate(error)
        finally:
            connection.close()

    @service
    def value():
        ledger_lock.hold(tournament.pk)
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(deliver).result()

    assert value() == "55P03"
    assert stored(tournament) == {}
