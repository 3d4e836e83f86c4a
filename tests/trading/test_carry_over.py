"""Ledgers from before marks, tallies and running sums keep their figures."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection

from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import MarkFactory
from tests.trading.ledgers import item, state
from trading.models import Mark, PerformanceSnapshot, Position, Risk, Tally
from trading.services import ingest, snapshots, valuation, verify

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
MINUTE = timedelta(minutes=1)


@pytest.fixture
def tournament():
    tournament = TournamentFactory(active=True)
    at = tournament.start_date + 10 * MINUTE
    for symbol, price in (("AAPL", D("14.0000")), ("IBM", D("97.0000"))):
        MarkFactory(
            tournament=tournament,
            symbol=symbol,
            price=price,
            as_of=at,
            valued_price=price,
            valued_as_of=at,
        )
    first, second = ParticipantFactory.create_batch(2, tournament=tournament)
    ParticipantFactory(tournament=tournament)
    ingest.take(
        tournament=tournament,
        items=[
            item("T1", first, "buy", 100, "10.0000", minutes=1),
            item("T2", first, "sell", 40, "12.0000", minutes=2),
            item("T3", first, "buy", 10, "99.0000", minutes=3, symbol="IBM"),
            item("T4", first, "sell", 10, "98.0000", minutes=4, symbol="IBM"),
            item("T5", second, "sell", 5, "13.0000", minutes=5),
        ],
    )
    valuation.refresh(tournament=tournament)
    return tournament


def carried_over():
    """Take away what the former release did not have, and migrate."""
    call_command("migrate", "trading", "0003", verbosity=0)
    for model in (Mark, Tally, Risk):
        model.objects.all().delete()
    Position.objects.filter(status="closed").update(
        current_price=D("97.0000"), unrealized_pnl_percentage=0
    )
    call_command("migrate", "trading", verbosity=0)


def risks():
    return list(Risk.objects.order_by("pk").values())


def keep(tournament, balances):
    """Let snapshots be taken with the balances of a seat, a minute apart."""
    seat = tournament.participants.order_by("registered_at", "pk").first()
    for balance in balances:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE trading_performance SET recorded_at = recorded_at - interval '1 minute'"
            )
        gain = D(balance) - seat.starting_balance
        tournament.participants.filter(pk=seat.pk).update(
            realized_pnl=gain, unrealized_pnl=0, total_pnl=gain, current_balance=D(balance)
        )
        snapshots.take(tournament=tournament, source=snapshots.OWN)


def test_figures_stand_and_are_those_of_the_ledger(tournament):
    before = state(tournament)

    carried_over()

    assert state(tournament) == before
    assert verify.differences(tournament=tournament) == []


def test_pass_changes_nothing(tournament):
    before = state(tournament)

    carried_over()

    assert valuation.refresh(tournament=tournament, whole=True) == 0
    assert state(tournament) == before


@pytest.mark.parametrize(
    "balances",
    [
        ["100000.00"],
        ["100000.00", "100010.01", "99000.00", "99500.55", "101000.00", "100999.99"],
        ["100000.00", "-5.00", "20.00", "10.00", "0.00", "30.00"],
    ],
)
def test_running_sums_are_those_of_the_snapshots(tournament, balances):
    keep(tournament, balances)
    before = risks()

    carried_over()

    assert risks() == before


def test_what_a_provider_or_staff_had_kept_enters_no_sum(tournament):
    snapshots.take(tournament=tournament, source=snapshots.ON_DEMAND)
    PerformanceSnapshot.objects.filter(user__isnull=False).update(data_source="zimtra")

    carried_over()

    assert risks() == []


def test_what_is_there_already_stays(tournament):
    Mark.objects.filter(symbol="AAPL").update(price=D("15.0000"))
    keep(tournament, ["100000.00", "100010.01"])
    Risk.objects.update(peak_balance=D("123456.00"))
    before = (list(Mark.objects.order_by("pk").values()), state(tournament), risks())

    call_command("migrate", "trading", "0003", verbosity=0)
    call_command("migrate", "trading", verbosity=0)

    assert before == (list(Mark.objects.order_by("pk").values()), state(tournament), risks())
