"""The ledger's law: what it comes to depends on which trades there are, and on nothing else."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.sizes import sized
from tests.trading.ledgers import item, state
from trading.models import Mark
from trading.services import ingest, valuation, verify

pytestmark = pytest.mark.django_db
EXAMPLES = sized(100, 1000)
SYMBOLS = ["AAPL", "IBM", "TSLA"]

fills = st.lists(
    st.fixed_dictionaries(
        {
            "seat": st.integers(0, 2),
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
    return ParticipantFactory.create_batch(3, tournament=tournament)


def trades_of(drawn, seats):
    return [
        item(f"T{number}", seats[fill.pop("seat")], **fill)
        for number, fill in enumerate([dict(fill) for fill in drawn])
    ]


def outcome(tournament, batches, passes):
    """Book the batches, each pass after its batch, and one more; look, and take all back."""
    with transaction.atomic():
        for number, batch in enumerate(batches):
            ingest.take(tournament=tournament, items=batch)
            if number in passes:
                valuation.refresh(tournament=tournament)
        valuation.refresh(tournament=tournament)
        found = state(tournament)
        # What equals a state without differences has none.
        differences = [] if passes else verify.differences(tournament=tournament)
        transaction.set_rollback(True)
    for seat in found["figures"]:
        # The best of the passes that were: it tells when they came.
        del seat["best_rank"]
    assert differences == []
    return found


def place(figures):
    return -figures["total_pnl"], -figures["realized_pnl"], figures["total_trades"]


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
    passes = data.draw(st.sets(st.integers(0, len(cuts)), min_size=1), label="passes")

    together = outcome(tournament, [trades], passes=())

    figures = together["figures"]
    assert [seat["current_rank"] for seat in figures] == [
        1 + sum(place(other) < place(seat) for other in figures) for seat in figures
    ]
    assert outcome(tournament, batches, passes) == together
