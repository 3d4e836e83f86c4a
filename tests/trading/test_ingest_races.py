"""Deliveries at the same time: real threads, each with commits of its own."""

import random
from functools import partial
from itertools import batched

import pytest

from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.threads import at_once, while_uncommitted
from tests.trading.ledgers import item
from trading.models import Trade
from trading.services import ingest, verify

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def seats():
    tournament = TournamentFactory(active=True)
    return ParticipantFactory.create_batch(3, tournament=tournament)


def deliver(seat, *items):
    found = ingest.take(tournament=seat.tournament, items=list(items))
    return [verdict.status for verdict in found]


@pytest.mark.parametrize("held", [0, 100])
def test_two_deliveries_for_one_position_are_both_counted(seats, held):
    seat = seats[0]
    if held:
        deliver(seat, item("T0", seat, "buy", held, "10.0000"))

    first, second, waited = while_uncommitted(
        partial(deliver, seat, item("T1", seat, "buy", 5, "11.0000", minutes=1)),
        partial(deliver, seat, item("T2", seat, "sell", 2, "12.0000", minutes=2)),
    )

    assert (first, second, waited) == (["accepted"], ["accepted"], True)
    assert seat.positions.get().quantity == held + 3
    assert verify.differences(tournament=seat.tournament) == []


def test_delivery_that_comes_twice_at_once_counts_once(seats):
    seat = seats[0]
    trades = [item(f"T{n}", seat, "buy", 5, "11.0000", minutes=n) for n in range(5)]

    first, second, waited = while_uncommitted(
        partial(deliver, seat, *trades), partial(deliver, seat, *reversed(trades))
    )

    assert (first, second, waited) == (["accepted"] * 5, ["duplicate"] * 5, True)
    assert Trade.objects.count() == 5
    assert verify.differences(tournament=seat.tournament) == []


def test_many_deliveries_at_once_come_to_what_the_trades_say(seats):
    chance = random.Random(3)
    trades = [
        item(
            f"T{n}",
            chance.choice(seats),
            chance.choice(["buy", "sell"]),
            chance.randint(1, 100),
            f"{chance.randint(1, 99)}.0000",
            minutes=n % 60,
            symbol=chance.choice(["AAPL", "IBM"]),
        )
        for n in range(200)
    ]

    def run():
        mine = random.Random().sample(trades, len(trades))
        return [deliver(seats[0], *batch) for batch in batched(mine, 20)]

    statuses = [status for of_thread in at_once(run, 4) for batch in of_thread for status in batch]

    assert statuses.count("accepted") == len(trades)
    assert statuses.count("duplicate") == 3 * len(trades)
    assert verify.differences(tournament=seats[0].tournament) == []
