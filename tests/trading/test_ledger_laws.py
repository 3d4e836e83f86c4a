"""The ledger's law: what it comes to depends on which trades there are, and on nothing else."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.trading.ledgers import item, state
from trading.models import Mark
from trading.services import ingest, verify

pytestmark = pytest.mark.django_db
EXAMPLES = 1000
SYMBOLS = ["AAPL", "IBM", "TSLA"]

fills = st.lists(
    st.fixed_dictionaries(
        {
            "seat": st.integers(0, 1),
            "symbol": st.sampled_from(SYMBOLS),
            "side": st.sampled_from(["buy", "sell"]),
            "quantity": st.sampled_from([1, 2, 3, 7, 100, 9_999]),
            "price": st.integers(1, 9_999_999).map(lambda n: str(Decimal(n).scaleb(-4))),
            "commission": st.integers(0, 500).map(lambda n: str(Decimal(n).scaleb(-2))),
            # Few instants, so that many trades share one.
            "minutes": st.integers(0, 5),
        }
    ),
    min_size=1,
    max_size=14,
)


@pytest.fixture
def seats():
    tournament = TournamentFactory(active=True, trading_symbols=SYMBOLS)
    now = timezone.now()
    for symbol, price in (("AAPL", "150.0001"), ("IBM", "0.0300")):
        Mark.objects.create(
            tournament=tournament,
            symbol=symbol,
            price=Decimal(price),
            as_of=now,
            valued_price=Decimal(price),
            valued_as_of=now - timedelta(seconds=1),
        )
    return ParticipantFactory.create_batch(2, tournament=tournament)


def trades_of(drawn, seats):
    return [
        item(f"T{number}", seats[fill.pop("seat")], **fill)
        for number, fill in enumerate([dict(fill) for fill in drawn])
    ]


def outcome(tournament, batches):
    """Book the batches, look at what they come to, and take everything back."""
    with transaction.atomic():
        for batch in batches:
            ingest.take(tournament=tournament, items=batch)
        found = state(tournament), verify.differences(tournament=tournament)
        transaction.set_rollback(True)
    return found


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(drawn=fills, data=st.data())
def test_any_order_repetition_and_split_comes_to_the_same(seats, drawn, data):
    trades = trades_of(drawn, seats)
    tournament = seats[0].tournament
    again = data.draw(st.lists(st.sampled_from(trades), max_size=5), label="delivered again")
    order = data.draw(st.permutations([*trades, *again]), label="order")
    cuts = sorted(data.draw(st.sets(st.integers(1, len(order))), label="cuts"))
    batches = [order[start:end] for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]

    together = outcome(tournament, [trades])

    assert together[1] == []
    assert outcome(tournament, batches) == together
