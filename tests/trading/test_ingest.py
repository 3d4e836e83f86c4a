"""Booking deliveries: verdicts, figures, redeliveries, late trades, refusals."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from administration.models import AuditLog
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.trading.ledgers import item, state
from tournaments.models import TournamentStatus
from trading import reports
from trading.models import Mark, Position, QuarantinedTrade, Tally, Trade
from trading.services import ingest

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def seat():
    return ParticipantFactory()


def deliver(seat, *items):
    return [
        (verdict.status, verdict.error)
        for verdict in ingest.take(tournament=seat.tournament, items=list(items))
    ]


ACCEPTED, DUPLICATE = ("accepted", None), ("duplicate", None)


def figures(seat):
    seat.refresh_from_db()
    return (
        seat.realized_pnl,
        seat.unrealized_pnl,
        seat.total_pnl,
        seat.current_balance,
        seat.total_trades,
        seat.winning_trades,
        seat.losing_trades,
        seat.total_volume,
    )


def test_round_trip_is_booked_with_its_figures(seat):
    verdicts = deliver(
        seat,
        item("T1", seat, "buy", 100, "187.2500", minutes=1),
        item("T2", seat, "sell", 100, "190.0000", minutes=2),
    )

    assert verdicts == [ACCEPTED, ACCEPTED]
    assert figures(seat) == (
        D("273.00"),
        D("0.00"),
        D("273.00"),
        D("100273.00"),
        2,
        1,
        0,
        D("37725.00"),
    )
    opening, closing = Trade.objects.order_by("executed_at")
    assert (opening.position_type, opening.pnl, opening.net_amount) == (
        "open",
        None,
        D("18724.00"),
    )
    assert (closing.position_type, closing.pnl, closing.pnl_percentage) == (
        "close",
        D("275.00"),
        D("1.4686"),
    )
    assert closing.related_trade_id == opening.pk
    position = Position.objects.get()
    assert (position.status, position.quantity, position.unrealized_pnl) == ("closed", 0, D(0))
    tally = Tally.objects.get()
    assert (tally.shares_traded, tally.stocks_traded, tally.best_trade, tally.worst_trade) == (
        200,
        1,
        D("275.00"),
        D("275.00"),
    )


def test_batches_carry_on_where_the_last_one_ended(seat):
    deliver(seat, item("T1", seat, "buy", 100, "10.0000", minutes=1))
    deliver(seat, item("T2", seat, "buy", 50, "13.0000", minutes=2))
    deliver(seat, item("T3", seat, "sell", 60, "12.0000", minutes=3))
    deliver(seat, item("T4", seat, "sell", 190, "11.0000", minutes=4))

    opener = Trade.objects.get(zimtra_trade_id="T1").pk
    rows = Trade.objects.order_by("executed_at").values_list(
        "position_type", "pnl", "related_trade_id"
    )
    assert list(rows) == [
        ("open", None, None),
        ("open", None, None),
        ("partial", D("60.00"), opener),
        ("close", D("0.00"), opener),
    ]
    position = Position.objects.get()
    assert (position.side, position.quantity, position.cost_basis) == ("short", 100, D("1100.00"))


def test_open_position_is_valued_at_the_mark_of_the_board(seat):
    Mark.objects.create(
        tournament=seat.tournament,
        symbol="AAPL",
        price=D("200.0000"),
        as_of=timezone.now(),
        valued_price=D("190.0000"),
        valued_as_of=timezone.now(),
    )

    deliver(seat, item("T1", seat, "sell", 10, "187.2500"))

    assert figures(seat)[:3] == (D("-1.00"), D("-27.50"), D("-28.50"))
    position = Position.objects.get()
    assert (position.current_price, position.market_value) == (D("190.0000"), D("1900.00"))


def test_position_without_a_mark_is_valued_at_cost(seat):
    deliver(seat, item("T1", seat, "buy", 10, "187.2500"))

    assert figures(seat)[:3] == (D("-1.00"), D("0.00"), D("-1.00"))
    assert Position.objects.get().current_price is None


def test_redelivery_changes_nothing(seat):
    trades = [item(f"T{n}", seat, "buy", 10, "10.0000", minutes=n) for n in range(3)]
    deliver(seat, *trades)
    before = state(seat.tournament)

    verdicts = deliver(seat, *trades, trades[0])

    assert verdicts == [DUPLICATE] * 4
    assert state(seat.tournament) == before


def test_twice_in_one_batch_counts_once(seat):
    trade = item("T1", seat, "buy", 10, "10.0000")

    assert deliver(seat, trade, trade) == [ACCEPTED, DUPLICATE]
    assert figures(seat)[4] == 1


def test_same_id_with_other_content_is_refused_and_audited_once(seat):
    first = item("T1", seat, "buy", 10, "10.0000")
    other = first | {"price": "11.0000"}
    deliver(seat, first)

    verdicts = [deliver(seat, other), deliver(seat, other)]

    assert verdicts == [[("rejected", "TRADE_CONFLICT")]] * 2
    trade = Trade.objects.get()
    assert trade.price == D("10.0000")
    logged = AuditLog.objects.filter(action="trade.conflict").values_list("entity_id", "changes")
    assert list(logged) == [(trade.pk, {"refused": other})]
    assert QuarantinedTrade.objects.get().payload == other


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("symbol", "IBM"),
        ("side", "sell"),
        ("quantity", 11),
        ("commission", "2.00"),
        ("order_type", "limit"),
        ("zimtra_order_id", "O1"),
    ],
)
def test_every_field_counts_as_content(seat, field, value):
    first = item("T1", seat, "buy", 10, "10.0000")
    deliver(seat, first)

    assert deliver(seat, first | {field: value}) == [("rejected", "TRADE_CONFLICT")]


def test_other_account_or_instant_is_other_content(seat):
    other = ParticipantFactory(tournament=seat.tournament)
    first = item("T1", seat, "buy", 10, "10.0000")
    deliver(seat, first)

    verdicts = deliver(
        seat,
        first | {"zimtra_account_id": other.zimtra_account_id},
        item("T1", seat, "buy", 10, "10.0000", minutes=1),
    )

    assert verdicts == [("rejected", "TRADE_CONFLICT")] * 2


def test_conflict_within_a_delivery_waits_for_staff(seat):
    first = item("T1", seat, "buy", 100, "10")

    verdicts = deliver(seat, first, first | {"quantity": 200})

    assert verdicts == [ACCEPTED, ("rejected", "TRADE_CONFLICT")]
    assert QuarantinedTrade.objects.get().status == "open"


def test_late_trade_takes_its_place(seat):
    trades = [
        item("T1", seat, "buy", 100, "10.0000", minutes=1),
        item("T2", seat, "sell", 50, "12.0000", minutes=2),
        item("T3", seat, "sell", 80, "9.0000", minutes=3),
    ]
    other = ParticipantFactory()
    deliver(seat, trades[2])
    deliver(seat, trades[0], item("I1", seat, "buy", 5, "100.0000", symbol="IBM", minutes=9))

    deliver(seat, trades[1])

    rows = Trade.objects.filter(symbol="AAPL").order_by("executed_at")
    assert [(row.position_type, row.pnl) for row in rows] == [
        ("open", None),
        ("partial", D("100.00")),
        ("close", D("-50.00")),
    ]
    assert figures(seat)[:2] == (D("46.00"), D("0.00"))
    tally = Tally.objects.get()
    assert (tally.best_trade, tally.worst_trade, tally.stocks_traded) == (D(100), D(-50), 2)
    assert not Tally.objects.filter(participant=other).exists()


def test_late_trade_of_one_symbol_leaves_gains_of_another_right(seat):
    deliver(seat, item("T2", seat, "sell", 10, "12.0000", minutes=5))

    deliver(
        seat,
        item("T1", seat, "buy", 10, "10.0000", minutes=1),
        item("I1", seat, "buy", 10, "10.0000", minutes=6, symbol="IBM"),
        item("I2", seat, "sell", 10, "15.0000", minutes=7, symbol="IBM"),
    )

    assert figures(seat) == (
        D("66.00"),
        D("0.00"),
        D("66.00"),
        D("100066.00"),
        4,
        2,
        0,
        D("470.00"),
    )


def test_equal_instants_are_ordered_by_the_trade_and_not_by_the_delivery(seat):
    at = seat.tournament.start_date + timedelta(hours=1)
    trades = [
        item(f"T{n}", seat, side, 10 + n, f"{10 + n}.0000", at=at)
        for n, side in enumerate(["buy", "sell", "buy", "sell", "sell"])
    ]
    deliver(seat, *trades)
    together = state(seat.tournament)
    Trade.objects.all().delete()
    Position.objects.all().delete()
    Tally.objects.all().delete()
    seat.tournament.participants.update(
        realized_pnl=0,
        total_pnl=0,
        unrealized_pnl=0,
        current_balance=100_000,
        total_trades=0,
        winning_trades=0,
        losing_trades=0,
        total_volume=0,
    )

    for trade in reversed(trades):
        deliver(seat, trade)

    assert state(seat.tournament) == together


def test_opener_is_told_from_a_trade_of_the_same_instant(seat):
    at = seat.tournament.start_date + timedelta(hours=1)
    first, second = sorted(
        ("A", "B"),
        key=lambda name: reports.trade_id(
            seat.tournament_id, reports.read(item(name, seat, "buy", 3, "10.0000", at=at))
        ),
    )
    deliver(
        seat,
        item("E", seat, "buy", 5, "10.0000"),
        item(first, seat, "sell", 5, "11.0000", at=at),
        item(second, seat, "buy", 3, "10.0000", at=at),
    )

    deliver(seat, item("S", seat, "sell", 1, "12.0000", minutes=90))

    assert Trade.objects.get(zimtra_trade_id="S").related_trade.zimtra_trade_id == second


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"zimtra_account_id": "NOBODY"}, "UNKNOWN_ACCOUNT"),
        ({"symbol": "TSLA"}, "SYMBOL_NOT_ALLOWED"),
        ({"executed_at": "2001-01-01T00:00:00Z"}, "OUTSIDE_WINDOW"),
        ({"quantity": 0}, "OUT_OF_RANGE"),
        ({"quantity": -5}, "OUT_OF_RANGE"),
        ({"quantity": 1.5}, "INVALID_VALUE"),
        ({"price": "0"}, "OUT_OF_RANGE"),
        ({"price": "1.00001"}, "INVALID_VALUE"),
        ({"price": "NaN"}, "INVALID_VALUE"),
        ({"commission": "-1.00"}, "OUT_OF_RANGE"),
        ({"side": "hold"}, "INVALID_VALUE"),
        ({"side": None}, "MISSING_FIELD"),
        ({"order_type": "iceberg"}, "INVALID_VALUE"),
        ({"executed_at": "yesterday"}, "INVALID_VALUE"),
        ({"quantity": 2_000_000_000, "price": "999999.0000"}, "OUT_OF_RANGE"),
        ({"zimtra_trade_id": ""}, "INVALID_VALUE"),
        ({"zimtra_trade_id": None}, "MISSING_FIELD"),
        ({"colour": "red"}, "UNKNOWN_FIELD"),
    ],
)
def test_refused_trade_leaves_the_rest_of_the_batch(seat, changes, error):
    bad = item("BAD", seat, "buy", 10, "10.0000") | changes

    verdicts = deliver(seat, bad, item("GOOD", seat, "buy", 10, "10.0000"))

    assert verdicts == [("rejected", error), ACCEPTED]
    assert list(Trade.objects.values_list("zimtra_trade_id", flat=True)) == ["GOOD"]
    assert QuarantinedTrade.objects.get().error == error


def test_item_that_is_no_object_is_refused(seat):
    assert deliver(seat, "T1", None, 7) == [("rejected", "INVALID_ITEM")] * 3


def test_trade_in_the_future_is_refused(seat):
    at = timezone.now() + timedelta(minutes=2)

    assert deliver(seat, item("T1", seat, "buy", 1, "1.0000", at=at)) == [
        ("rejected", "IN_THE_FUTURE")
    ]


@pytest.mark.parametrize("status", [TournamentStatus.COMPLETED, TournamentStatus.CANCELLED])
def test_tournament_that_is_over_takes_no_trade(seat, status):
    trade = item("T1", seat, "buy", 1, "1.0000")
    deliver(seat, trade)
    seat.tournament.status = status
    seat.tournament.save()

    verdicts = deliver(seat, trade, item("T2", seat, "buy", 1, "1.0000"))

    assert verdicts == [DUPLICATE, ("rejected", "TOURNAMENT_OVER")]


def test_withdrawn_seat_is_no_account_and_a_disqualified_one_is(seat):
    gone = ParticipantFactory(tournament=seat.tournament, is_active=False)
    out = ParticipantFactory(
        tournament=seat.tournament, disqualified=True, disqualification_reason="Collusion"
    )

    verdicts = deliver(
        seat, item("T1", gone, "buy", 1, "1.0000"), item("T2", out, "buy", 1, "1.0000")
    )

    assert verdicts == [("rejected", "UNKNOWN_ACCOUNT"), ACCEPTED]


def test_tournament_without_symbols_takes_any():
    seat = ParticipantFactory(tournament=TournamentFactory(active=True, trading_symbols=None))

    assert deliver(seat, item("T1", seat, "buy", 1, "1.0000", symbol="BRK.B")) == [ACCEPTED]


def test_same_refusal_is_kept_once(seat):
    bad = item("BAD", seat, "buy", 10, "10.0000", symbol="TSLA")

    deliver(seat, bad, bad)
    deliver(seat, bad)

    assert QuarantinedTrade.objects.count() == 1


def test_accepted_trade_releases_its_earlier_refusal(seat):
    seat.zimtra_account_id = None
    seat.save()
    trade = item("T1", seat, "buy", 10, "10.0000", zimtra_account_id="ZX")
    deliver(seat, trade)
    seat.zimtra_account_id = "ZX"
    seat.save()

    assert deliver(seat, trade) == [ACCEPTED]

    refused = QuarantinedTrade.objects.get()
    assert (refused.status, refused.resolved_at is None) == ("booked", False)


def test_trade_that_no_figure_can_hold_is_refused_alone(seat):
    huge = {"quantity": 2_000_000_000, "price": "1.0000"}

    verdicts = deliver(
        seat,
        item("T1", seat, "buy", 1, "1.0000", minutes=1) | huge,
        item("T2", seat, "buy", 1, "1.0000", minutes=2) | huge,
        item("T3", seat, "buy", 1, "1.0000", minutes=3, symbol="IBM"),
    )

    assert verdicts == [ACCEPTED, ("rejected", "OUT_OF_RANGE"), ACCEPTED]
    assert figures(seat)[4] == 2


def test_batch_is_one_audit_row(seat):
    deliver(
        seat,
        *(item(f"T{n}", seat, "buy", 1, "1.0000") for n in range(3)),
        item("T0", seat, "buy", 1, "1.0000"),
        item("BAD", seat, "buy", 1, "1.0000", symbol="TSLA"),
    )

    logged = AuditLog.objects.filter(action__startswith="trade").values_list(
        "action", "entity_type", "entity_id", "changes"
    )
    assert list(logged) == [
        (
            "trades.ingest",
            "tournaments",
            seat.tournament_id,
            {
                "items": 5,
                "accepted": 3,
                "duplicate": 1,
                "rejected": 1,
                "errors": {"SYMBOL_NOT_ALLOWED": 1},
            },
        )
    ]


def test_ids_with_backslashes_are_kept(seat):
    deliver(seat, item("T\\N1", seat, "buy", 1, "1.0000", zimtra_order_id="\\.\\t"))

    assert list(Trade.objects.values_list("zimtra_trade_id", "zimtra_order_id")) == [
        ("T\\N1", "\\.\\t")
    ]


def test_id_is_that_of_the_trade_and_begins_with_its_instant(seat):
    at = seat.tournament.start_date.replace(microsecond=0) + timedelta(hours=1)
    deliver(seat, item("T1", seat, "buy", 1, "1.0000", at=at))

    key = Trade.objects.get().pk
    assert (key.version, key.variant) == (8, "specified in RFC 4122")
    assert key.int >> 80 == int(at.timestamp()) * 1000
