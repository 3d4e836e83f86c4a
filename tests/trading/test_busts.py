"""Trades that are taken back."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from administration.models import AuditLog
from comms.models import Notification
from dayrade.errors import ForbiddenError
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory
from tests.factories.trading import TradeFactory
from tests.trading.ledgers import item, state
from tests.trading.test_performance import TRIP, breaks, snapshot, take
from trading.models import Bust, Trade
from trading.services import busts, ingest

pytestmark = pytest.mark.django_db

DERIVED = ("position_type", "pnl", "pnl_percentage", "related_trade_id")


def book(seat, *items):
    found = ingest.take(tournament=seat.tournament, items=list(items))
    assert {verdict.status for verdict in found} == {"accepted"}


def named(name):
    return Trade.objects.select_related("user").get(zimtra_trade_id=name)


def bust(name, actor=None, reason="A fat finger"):
    return busts.bust(actor=actor or UserFactory(moderator=True), trade=named(name), reason=reason)


def without(found, *names):
    """Return a ledger's state without some of its trades."""
    kept = [trade for trade in found["trades"] if trade["zimtra_trade_id"] not in names]
    return found | {"trades": kept}


def test_ledger_follows_as_if_the_trade_had_never_been():
    seat = ParticipantFactory()
    book(
        seat,
        item("T1", seat, "buy", 10, "100", minutes=1),
        item("T3", seat, "sell", 10, "120", minutes=3),
        item("T4", seat, "buy", 5, "50", minutes=4, symbol="IBM"),
    )
    expected = state(seat.tournament)
    book(seat, item("T2", seat, "buy", 30, "110", minutes=2))
    assert state(seat.tournament)["figures"] != expected["figures"]

    bust("T2")

    assert without(state(seat.tournament), "T2", None) == expected


def test_busted_trade_stays_beside_its_reversal():
    seat = ParticipantFactory()
    book(
        seat,
        item("T1", seat, "buy", 10, "100", minutes=1, commission="2.50"),
        item("T2", seat, "sell", 10, "110.5", minutes=2, order_type="limit"),
    )
    before = named("T2")

    done = bust("T2")

    after = named("T2")
    assert before.pnl is not None
    assert [getattr(after, name) for name in DERIVED] == [None] * 4
    reversal = done.reversal
    reversal.refresh_from_db()
    assert [getattr(reversal, name) for name in DERIVED] == [None, None, None, after.pk]
    assert (reversal.side, reversal.quantity, reversal.price) == ("buy", 10, after.price)
    assert (reversal.commission, reversal.net_amount) == (0, after.trade_value)
    assert (reversal.executed_at, reversal.order_type) == (after.executed_at, "limit")
    assert (reversal.zimtra_trade_id, reversal.participant) == (None, seat)


def test_last_trade_of_a_symbol_leaves_no_position():
    seat = ParticipantFactory()
    book(seat, item("T1", seat, "buy", 10, "100"))

    bust("T1")

    seat.refresh_from_db()
    assert seat.positions.count() == 0
    assert (seat.total_trades, seat.total_pnl, seat.total_volume) == (0, 0, 0)


def test_bust_is_recorded_and_told():
    seat = ParticipantFactory()
    book(seat, item("T1", seat, "buy", 10, "100"))
    moderator = UserFactory(moderator=True)

    done = bust("T1", moderator, " A fat finger ")

    assert (done.busted_by, done.reason) == (moderator, "A fat finger")
    row = AuditLog.objects.get(action="trade.bust", entity_type="dayrade_busts")
    assert (row.user, row.changes["reason"]) == (moderator, "A fat finger")
    told = Notification.objects.get(user=seat.user)
    assert (told.type, told.message) == (
        "trade.busted",
        "Your trade (buy 10 AAPL at 100.0000) counts no more. The reason: A fat finger",
    )


def test_busted_trade_that_is_delivered_again_is_a_duplicate():
    seat = ParticipantFactory()
    sent = item("T1", seat, "buy", 10, "100")
    book(seat, sent)
    bust("T1")
    expected = state(seat.tournament)

    (verdict,) = ingest.take(tournament=seat.tournament, items=[sent])

    assert verdict.status == "duplicate"
    assert state(seat.tournament) == expected


def test_bust_settles_a_difference_that_it_explains():
    seat = ParticipantFactory()
    book(
        seat,
        item("T1", seat, "buy", 10, "100", minutes=1),
        item("T2", seat, "sell", 10, "110", minutes=2),
        item("T3", seat, "buy", 1, "5", minutes=3, symbol="IBM"),
    )
    take(seat, snapshot(seat, figures=TRIP))
    assert breaks(seat)

    bust("T3")

    assert breaks(seat) == {}


def test_neither_a_busted_trade_nor_its_reversal_is_busted():
    book(seat := ParticipantFactory(), item("T1", seat, "buy", 10, "100"))
    done = bust("T1")

    with pytest.raises(busts.BustedError):
        bust("T1")
    with pytest.raises(busts.ReversalError):
        busts.bust(actor=UserFactory(moderator=True), trade=done.reversal, reason="x")


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_bust_needs_a_reason(reason):
    TradeFactory(zimtra_trade_id="T1")

    with pytest.raises(ValidationError):
        bust("T1", reason=reason)


@pytest.mark.parametrize("state", [{}, {"moderator": True, "suspended": True}])
def test_only_staff_bust(state):
    TradeFactory(zimtra_trade_id="T1")

    with pytest.raises(ForbiddenError, match="Only staff"):
        bust("T1", UserFactory(**state))


def test_nobody_busts_their_own_trade():
    admin = UserFactory(admin=True)
    TradeFactory(zimtra_trade_id="T1", participant=ParticipantFactory(user=admin))

    with pytest.raises(ForbiddenError, match="Nobody decides about themselves"):
        bust("T1", admin)


def test_only_admins_bust_trades_of_a_completed_tournament():
    seat = ParticipantFactory(tournament__status="completed", final_rank=1, final_pnl=5)
    TradeFactory(zimtra_trade_id="T1", participant=seat)

    with pytest.raises(ForbiddenError, match="Only an admin"):
        bust("T1")
    bust("T1", UserFactory(admin=True))

    seat.refresh_from_db()
    assert (seat.final_rank, seat.final_pnl) == (1, 5)


def test_trades_of_a_cancelled_tournament_stay():
    seat = ParticipantFactory(tournament__status="cancelled")
    TradeFactory(zimtra_trade_id="T1", participant=seat)

    with pytest.raises(busts.CancelledError):
        bust("T1", UserFactory(admin=True))


@pytest.mark.django_db(transaction=True)
def test_two_who_bust_the_same_trade_do_it_once():
    seat = ParticipantFactory()
    book(seat, item("T1", seat, "buy", 10, "100"))
    people = UserFactory.create_batch(2, moderator=True)

    def act(person):
        try:
            bust("T1", person)
        except busts.BustedError:
            return "refused"
        finally:
            connection.close()
        return "busted"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(act, people))

    assert outcomes == ["busted", "refused"]
    assert (Bust.objects.count(), Trade.objects.count()) == (1, 2)
