"""The ledger of one seat over HTTP."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import PerformanceSnapshotFactory, PositionFactory, TradeFactory
from tests.instants import z
from trading.models import PerformanceSnapshot

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def below(seat, what):
    return f"/api/v1/tournaments/{seat.tournament.slug}/participants/{seat.pk}/{what}"


def trade_shown(trade):
    return {
        "id": str(trade.pk),
        "participant_id": str(trade.participant_id),
        "symbol": "AAPL",
        "side": "buy",
        "quantity": 100,
        "price": "187.2500",
        "executed_at": z(trade.executed_at),
        "order_type": "market",
        "trade_value": "18725.00",
        "commission": "1.00",
        "net_amount": "18724.00",
        "pnl": None,
        "pnl_percentage": None,
        "position_type": None,
        "related_trade_id": None,
        "busted": False,
        "reversal": False,
        "created_at": z(trade.created_at),
    }


def test_owner_sees_own_trades_without_the_providers_ids(client_of):
    trade = TradeFactory()
    TradeFactory(participant__tournament=trade.tournament)

    answer = client_of(trade.user).get(below(trade.participant, "trades"))

    assert answer.json() == {"next": None, "previous": None, "results": [trade_shown(trade)]}


def test_staff_see_the_providers_ids(client_of):
    trade = TradeFactory()

    answer = client_of(UserFactory(moderator=True)).get(below(trade.participant, "trades"))

    ids = {"zimtra_trade_id": trade.zimtra_trade_id, "zimtra_order_id": None}
    assert answer.json()["results"] == [trade_shown(trade) | ids]


@pytest.mark.parametrize("what", ["trades", "positions"])
@pytest.mark.parametrize(
    ("rules", "status"),
    [
        (None, 404),
        ({}, 404),
        ({"trades_public": False}, 404),
        ({"trades_public": None}, 404),
        ({"trades_public": "true"}, 404),
        ({"trades_public": True}, 200),
    ],
)
def test_rules_decide_whether_others_see(anonymous, client_of, what, rules, status):
    trade = TradeFactory(participant__tournament__rules=rules)

    url = below(trade.participant, what)

    assert anonymous.get(url).status_code == status
    assert client_of(UserFactory()).get(url).status_code == status


def test_own_seat_elsewhere_opens_no_other(client_of):
    mine, other = TradeFactory(), TradeFactory()

    assert client_of(mine.user).get(below(other.participant, "trades")).status_code == 404


@pytest.mark.parametrize("what", ["trades", "positions", "performance"])
def test_seat_of_another_tournament_is_not_found(client_of, what):
    seat, other = ParticipantFactory(), TournamentFactory()
    url = f"/api/v1/tournaments/{other.slug}/participants/{seat.pk}/{what}"

    assert client_of(seat.user).get(url).status_code == 404


@pytest.mark.parametrize("what", ["trades", "positions", "performance"])
def test_draft_has_no_ledger_for_the_public(anonymous, what):
    seat = ParticipantFactory(
        tournament=TournamentFactory(draft=True, rules={"trades_public": True})
    )

    assert anonymous.get(below(seat, what)).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("what", "queries"), [("trades", 4), ("performance", 3), ("positions", 5)])
def test_ledger_takes_the_same_queries_for_any_number(
    client_of, django_assert_num_queries, what, queries, rows
):
    seat = ParticipantFactory()
    client = client_of(seat.user)
    for symbol in ("AAPL", "IBM", "MSFT")[:rows]:
        TradeFactory(participant=seat, symbol=symbol)
        PerformanceSnapshotFactory(participant=seat)
        PositionFactory(participant=seat, symbol=symbol)

    with django_assert_num_queries(queries):
        answer = client.get(below(seat, what))

    assert len(answer.json()["results"]) == rows


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["b", "a"]),
        ({"symbol": "IBM"}, ["b"]),
        ({"side": "sell"}, ["b"]),
        ({"side": "sell,buy"}, ["b", "a"]),
        ({"order_type": "limit"}, ["b"]),
        ({"position_type": "open"}, ["a"]),
        ({"from": z(NOON)}, ["b"]),
        ({"to": z(NOON)}, ["a"]),
        ({"from": z(NOON), "to": z(NOON)}, []),
    ],
)
def test_trades_can_be_filtered(client_of, query, found):
    seat = ParticipantFactory()
    client = client_of(UserFactory(admin=True))
    TradeFactory(
        participant=seat,
        zimtra_trade_id="a",
        executed_at=NOON - timedelta(microseconds=1),
        position_type="open",
    )
    TradeFactory(
        participant=seat,
        zimtra_trade_id="b",
        executed_at=NOON,
        symbol="IBM",
        side="sell",
        order_type="limit",
    )

    answer = client.get(below(seat, "trades"), query)

    assert [row["zimtra_trade_id"] for row in answer.json()["results"]] == found


def test_performance_is_for_everybody_and_exact(anonymous):
    snapshot = PerformanceSnapshotFactory(
        total_pnl=Decimal("-0.10"),
        realized_pnl=Decimal("-0.10"),
        total_shares_traded=2**53 + 1,
        volatility=Decimal("0.0100"),
        raw_zimtra_data={"secret": 1},
    )

    answer = anonymous.get(below(snapshot.participant, "performance"))

    assert answer.json() == {
        "next": None,
        "previous": None,
        "results": [
            {
                "id": str(snapshot.pk),
                "participant_id": str(snapshot.participant_id),
                "recorded_at": z(snapshot.recorded_at),
                "total_pnl": "-0.10",
                "realized_pnl": "-0.10",
                "unrealized_pnl": "0.00",
                "usd_balance": "100000.00",
                "number_of_trades": 0,
                "total_shares_traded": 2**53 + 1,
                "number_of_stocks_traded": 0,
                "total_notional_traded": "0.00",
                "win_rate": "0.00",
                "best_trade": "0.00",
                "worst_trade": "0.00",
                "average_trade_size": "0.00",
                "max_drawdown": "0.00",
                "sharpe_ratio": None,
                "volatility": "0.0100",
                "position_count": 0,
                "long_positions": 0,
                "short_positions": 0,
            }
        ],
    }


def test_performance_can_be_asked_for_a_stretch_of_time(anonymous):
    seat = ParticipantFactory()
    for minutes in range(4):
        PerformanceSnapshotFactory(participant=seat, recorded_at=NOON + timedelta(minutes=minutes))
    query = {"from": z(NOON + timedelta(minutes=1)), "to": z(NOON + timedelta(minutes=3))}

    answer = anonymous.get(below(seat, "performance"), query)

    found = [row["recorded_at"] for row in answer.json()["results"]]
    assert found == ["2026-03-02T12:02:00Z", "2026-03-02T12:01:00Z"]


def test_positions_are_shown(client_of):
    position = PositionFactory()

    answer = client_of(position.user).get(below(position.participant, "positions"))

    assert answer.json() == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [
            {
                "id": str(position.pk),
                "participant_id": str(position.participant_id),
                "symbol": "AAPL",
                "quantity": 100,
                "average_price": "187.2500",
                "current_price": None,
                "market_value": None,
                "cost_basis": "18725.00",
                "unrealized_pnl": None,
                "unrealized_pnl_percentage": None,
                "side": "long",
                "status": "open",
                "opened_at": z(position.opened_at),
                "closed_at": None,
                "last_updated_at": z(position.last_updated_at),
            }
        ],
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["AAPL", "IBM"]),
        ({"symbol": "IBM"}, ["IBM"]),
        ({"side": "short"}, ["IBM"]),
        ({"status": "closed"}, ["IBM"]),
        ({"status": "open,closed"}, ["AAPL", "IBM"]),
        ({"ordering": "-symbol"}, ["IBM", "AAPL"]),
        ({"ordering": "opened_at"}, ["IBM", "AAPL"]),
        ({"ordering": "-market_value"}, ["IBM", "AAPL"]),
        ({"ordering": "unrealized_pnl"}, ["IBM", "AAPL"]),
    ],
)
def test_positions_can_be_filtered_and_ordered(client_of, query, found):
    seat = ParticipantFactory()
    PositionFactory(participant=seat, market_value=1, unrealized_pnl=2)
    PositionFactory(
        participant=seat,
        symbol="IBM",
        side="short",
        status="closed",
        quantity=0,
        opened_at=NOON,
        closed_at=NOON,
        market_value=2,
        unrealized_pnl=1,
    )

    answer = client_of(seat.user).get(below(seat, "positions"), query)

    assert [row["symbol"] for row in answer.json()["results"]] == found


def test_staff_ask_for_a_snapshot(client_of):
    seat = ParticipantFactory()
    staff = client_of(UserFactory(moderator=True))
    path = f"/api/v1/tournaments/{seat.tournament.slug}/snapshots"

    first = staff.post(path, headers={"Idempotency-Key": "now"})
    again = staff.post(path, headers={"Idempotency-Key": "now"})

    row = PerformanceSnapshot.objects.get()
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json() == {"recorded_at": z(row.recorded_at), "count": 1}
    assert (row.participant, row.data_source) == (seat, "on_demand")


def test_snapshot_of_what_does_not_run_is_refused(client_of):
    tournament = TournamentFactory()

    answer = client_of(UserFactory(moderator=True)).post(
        f"/api/v1/tournaments/{tournament.slug}/snapshots"
    )

    assert (answer.status_code, answer.json()["error"]) == (409, "TOURNAMENT_NOT_ACTIVE")
