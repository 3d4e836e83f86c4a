"""The provider's own figures, and where they differ from the ledger's."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from administration.models import AuditLog
from dayrade.db import arrays
from dayrade.db.queries import executed, fetched
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory
from tests.factories.trading import PerformanceSnapshotFactory
from tests.trading.ledgers import item
from trading.models import Break, Mark, PerformanceSnapshot, Position, Trade
from trading.services import busts, ingest, performance, reconciliation

pytestmark = pytest.mark.django_db

NOTHING = {
    "total_pnl": "0.00",
    "realized_pnl": "0.00",
    "unrealized_pnl": "0.00",
    "usd_balance": "100000.00",
    "number_of_trades": 0,
    "total_shares_traded": 0,
    "number_of_stocks_traded": 0,
    "total_notional_traded": "0.00",
}
# After a round trip of 10 shares from 100 to 110, with a commission of 1 each way.
TRIP = {
    "total_pnl": "98.00",
    "realized_pnl": "98.00",
    "unrealized_pnl": "0.00",
    "usd_balance": "100098.00",
    "number_of_trades": 2,
    "total_shares_traded": 20,
    "number_of_stocks_traded": 1,
    "total_notional_traded": "2100.00",
}


def at(seat, minutes):
    return seat.tournament.start_date + timedelta(minutes=minutes)


def snapshot(seat, minutes=60, figures=NOTHING, **changes):
    named = {
        "zimtra_account_id": seat.zimtra_account_id,
        "as_of": at(seat, minutes).isoformat(),
    }
    return named | figures | changes


def take(seat, *items):
    found = performance.take(tournament=seat.tournament, items=list(items))
    return [verdict.error or verdict.status for verdict in found]


def trade(seat, *items):
    found = ingest.take(tournament=seat.tournament, items=list(items))
    assert {verdict.status for verdict in found} == {"accepted"}


def round_trip(seat):
    trade(
        seat,
        item("T1", seat, "buy", 10, "100", minutes=1),
        item("T2", seat, "sell", 10, "110", minutes=2),
    )


def breaks(seat, status="open"):
    return {
        found.figure: (str(found.ours), str(found.theirs))
        for found in Break.objects.filter(participant=seat, status=status)
    }


@pytest.fixture
def seat():
    return ParticipantFactory()


def test_snapshot_is_kept_as_it_came(seat):
    sent = snapshot(seat, raw={"anything": [1, Decimal("1.50")]})

    assert take(seat, sent) == ["accepted"]

    kept = PerformanceSnapshot.objects.get()
    assert (kept.participant, kept.user, kept.tournament) == (seat, seat.user, seat.tournament)
    assert (kept.data_source, kept.recorded_at) == ("zimtra", at(seat, 60))
    assert (kept.usd_balance, kept.number_of_trades) == (100_000, 0)
    assert kept.raw_zimtra_data == sent | {"raw": {"anything": [1, "1.50"]}}
    assert breaks(seat) == {}


def test_repeated_snapshot_is_a_duplicate(seat):
    first = snapshot(seat)
    take(seat, first)

    found = take(seat, first, snapshot(seat, usd_balance="100000", raw={}), snapshot(seat, 61))

    assert found == ["duplicate", "duplicate", "accepted"]
    assert PerformanceSnapshot.objects.count() == 2


def test_other_figures_of_the_same_instant_are_refused(seat):
    take(seat, snapshot(seat))

    assert take(seat, snapshot(seat, number_of_trades=1)) == ["SNAPSHOT_CONFLICT"]
    assert PerformanceSnapshot.objects.get().number_of_trades == 0


def test_delivery_may_repeat_itself(seat):
    found = take(seat, snapshot(seat), snapshot(seat), snapshot(seat, usd_balance="1"))

    assert found == ["accepted", "duplicate", "SNAPSHOT_CONFLICT"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"zimtra_account_id": "nobody"}, "UNKNOWN_ACCOUNT"),
        ({"zimtra_account_id": None}, "MISSING_FIELD"),
        ({"zimtra_account_id": 7}, "INVALID_VALUE"),
        ({"as_of": None}, "MISSING_FIELD"),
        ({"as_of": "2001-01-01T00:00:00Z"}, "OUTSIDE_WINDOW"),
        ({"as_of": "2999-01-01T00:00:00Z"}, "IN_THE_FUTURE"),
        ({"total_pnl": "1.00"}, "INCONSISTENT_TOTAL"),
        ({"total_pnl": 1.0}, "INVALID_VALUE"),
        ({"usd_balance": "1.001"}, "INVALID_VALUE"),
        ({"usd_balance": "1e3"}, "INVALID_VALUE"),
        ({"usd_balance": None}, "MISSING_FIELD"),
        ({"realized_pnl": "10000000000000"}, "OUT_OF_RANGE"),
        ({"number_of_trades": -1}, "OUT_OF_RANGE"),
        ({"number_of_trades": "1"}, "INVALID_VALUE"),
        ({"total_shares_traded": 2**63}, "OUT_OF_RANGE"),
        ({"number_of_stocks_traded": 2**31}, "OUT_OF_RANGE"),
        ({"total_notional_traded": "-1"}, "OUT_OF_RANGE"),
        ({"raw": "text"}, "INVALID_VALUE"),
        ({"raw": ["text"]}, "INVALID_VALUE"),
    ],
)
def test_snapshot_is_refused_by_itself(seat, changes, error):
    assert take(seat, snapshot(seat) | changes, snapshot(seat, 61)) == [error, "accepted"]


def test_account_of_another_tournament_is_unknown(seat):
    other = ParticipantFactory()

    assert take(seat, snapshot(other)) == ["UNKNOWN_ACCOUNT"]


def test_delivery_is_one_row_of_the_audit(seat):
    take(
        seat, snapshot(seat), snapshot(seat, 61, number_of_trades=3), snapshot(seat, usd_balance=1)
    )

    row = AuditLog.objects.get(action="performance.ingest")
    assert (row.entity_id, row.changes) == (
        seat.tournament.pk,
        {"items": 3, "accepted": 2, "differences": 1},
    )


def test_figures_that_agree_open_no_break(seat):
    round_trip(seat)

    take(seat, snapshot(seat, figures=TRIP))

    assert breaks(seat) == {}


def test_every_figure_of_the_ledger_is_compared(seat):
    round_trip(seat)

    take(seat, snapshot(seat, usd_balance="99999.99"))

    assert breaks(seat) == {
        "realized_pnl": ("98.0000", "0.0000"),
        "usd_balance": ("100000.0000", "99999.9900"),
        "number_of_trades": ("2.0000", "0.0000"),
        "total_shares_traded": ("20.0000", "0.0000"),
        "number_of_stocks_traded": ("1.0000", "0.0000"),
        "total_notional_traded": ("2100.0000", "0.0000"),
    }


def test_a_cent_is_a_difference(seat):
    round_trip(seat)

    cent = {"realized_pnl": "98.01", "total_pnl": "98.01", "usd_balance": "100098.01"}
    take(seat, snapshot(seat, figures=TRIP | cent))

    assert breaks(seat) == {"realized_pnl": ("98.0000", "98.0100")}


def test_ledger_counts_as_of_the_instant(seat):
    round_trip(seat)
    bought = {"number_of_trades": 1, "total_shares_traded": 10, "number_of_stocks_traded": 1}
    money = {
        "realized_pnl": "-1",
        "unrealized_pnl": "50",
        "total_pnl": "49",
        "usd_balance": "100049",
        "total_notional_traded": "1000",
    }

    take(seat, snapshot(seat, 0), snapshot(seat, 1, figures=bought | money))

    assert breaks(seat) == {}


def test_later_trade_that_does_not_stand_changes_no_figure(seat):
    round_trip(seat)
    take(seat, snapshot(seat, 60))
    found = breaks(seat)
    trade(seat, item("T3", seat, "buy", 5, "90", minutes=90))
    busts.bust(
        actor=UserFactory(admin=True),
        trade=Trade.objects.get(zimtra_trade_id="T3"),
        reason="A slip",
    )
    Break.objects.all().delete()

    reconciliation.recheck(tournament=seat.tournament, thoroughly=True)

    assert breaks(seat) == found


def test_latest_snapshots_are_compared_without_reading_trades(seat):
    for one in (seat, *ParticipantFactory.create_batch(20, tournament=seat.tournament)):
        trade(one, item(f"T{one.pk}", one, "buy", 10, "100", minutes=1))
        take(one, snapshot(one, 60))
        PerformanceSnapshotFactory(participant=one, recorded_at=at(one, 61))
    executed("ANALYZE trades, dayrade_busts, trading_performance, positions, dayrade_tallies")
    # On tables as small as these anything else is cheaper.
    executed("SET LOCAL enable_seqscan = off")
    executed("SET LOCAL enable_bitmapscan = off")
    latest = [key for (key,) in fetched(reconciliation.LATEST, [seat.tournament.pk])]

    found = fetched(f"EXPLAIN {reconciliation.LATEST}", [seat.tournament.pk])
    compared = fetched(
        f"EXPLAIN (ANALYZE, BUFFERS OFF, TIMING OFF) {reconciliation.NEW}", [arrays.plain(latest)]
    )

    found, compared = ("\n".join(line for (line,) in lines) for lines in (found, compared))
    assert len(latest) == 21
    assert "Index Only Scan using dayrade_trading_performance_provided" in found
    assert "Seq Scan" not in compared
    assert re.findall(
        r"(Index.* Scan) using .* on trades .*\((never executed|actual)", compared
    ) == [
        ("Index Only Scan", "actual"),
        ("Index Scan", "never executed"),
    ]


def test_unrealized_of_nothing_held_is_nothing(seat):
    round_trip(seat)
    changes = {"unrealized_pnl": "0.50", "total_pnl": "98.50", "usd_balance": "100098.50"}

    take(seat, snapshot(seat, figures=TRIP | changes))

    assert breaks(seat) == {"unrealized_pnl": ("0.0000", "0.5000")}


@pytest.mark.parametrize(
    ("valued_minutes", "found"),
    [(60, {"unrealized_pnl": ("50.0000", "7.0000")}), (59, {}), (None, {})],
)
def test_unrealized_is_compared_where_ours_is_of_that_instant(seat, valued_minutes, found):
    trade(seat, item("T1", seat, "buy", 10, "100", minutes=1))
    as_of = None if valued_minutes is None else at(seat, valued_minutes)
    price = None if as_of is None else 105
    Mark.objects.create(
        tournament=seat.tournament,
        symbol="AAPL",
        price=105,
        as_of=at(seat, 61),
        valued_price=price,
        valued_as_of=as_of,
    )
    Position.objects.update(current_price=105, market_value=1050, unrealized_pnl=50)
    figures = {
        "realized_pnl": "-1",
        "unrealized_pnl": "7",
        "total_pnl": "6",
        "usd_balance": "100006",
        "number_of_trades": 1,
        "total_shares_traded": 10,
        "number_of_stocks_traded": 1,
        "total_notional_traded": "1000",
    }

    take(seat, snapshot(seat, figures=figures))

    assert breaks(seat) == found


def test_difference_that_stays_is_told_once(seat):
    for minutes in (60, 61, 62):
        take(seat, snapshot(seat, minutes, number_of_trades=1))
    take(seat, snapshot(seat, 63, number_of_trades=2))

    assert sorted(Break.objects.values_list("theirs", flat=True)) == [1, 2]


def test_accepted_difference_is_not_told_again(seat):
    take(seat, snapshot(seat, number_of_trades=1))
    Break.objects.update(status="accepted", resolved_at=at(seat, 60))

    take(seat, snapshot(seat, 61, number_of_trades=1))

    assert breaks(seat) == {}


def test_late_trade_settles_a_difference(seat):
    take(seat, snapshot(seat, figures=TRIP))
    round_trip(seat)

    assert reconciliation.recheck(tournament=seat.tournament) == 5

    assert breaks(seat) == {}
    assert breaks(seat, "matched")["realized_pnl"] == ("98.0000", "98.0000")
    assert AuditLog.objects.filter(action="break.match").count() == 5


def test_difference_that_stays_shows_our_figure_of_now(seat):
    take(seat, snapshot(seat, number_of_trades=7))
    round_trip(seat)

    reconciliation.recheck(tournament=seat.tournament)

    assert breaks(seat) == {"number_of_trades": ("2.0000", "7.0000")}


def test_thorough_look_finds_what_no_longer_matches(seat):
    take(seat, snapshot(seat, 1), snapshot(seat, 60))
    round_trip(seat)

    reconciliation.recheck(tournament=seat.tournament)
    assert breaks(seat) == {}
    reconciliation.recheck(tournament=seat.tournament, thoroughly=True)

    assert breaks(seat)["number_of_trades"] == ("2.0000", "0.0000")
    assert set(Break.objects.values_list("snapshot__recorded_at", flat=True)) == {at(seat, 60)}


def test_settled_difference_can_come_back(seat):
    take(seat, snapshot(seat, number_of_trades=2))
    round_trip(seat)
    reconciliation.recheck(tournament=seat.tournament)
    trade(seat, item("T3", seat, "buy", 1, "1", minutes=3))

    reconciliation.recheck(tournament=seat.tournament, thoroughly=True)

    assert breaks(seat)["number_of_trades"] == ("3.0000", "2.0000")


def test_active_tournaments_alone_are_rechecked(seat):
    over = ParticipantFactory(tournament__status="completed")
    for one in (seat, over):
        take(one, snapshot(one, figures=TRIP))
    Break.objects.update(theirs=0)
    PerformanceSnapshot.objects.update(
        number_of_trades=0,
        total_shares_traded=0,
        number_of_stocks_traded=0,
        total_notional_traded=0,
        realized_pnl=0,
        total_pnl=0,
        usd_balance=100_000,
    )

    reconciliation.recheck_active()

    assert (breaks(seat), len(breaks(over))) == ({}, 5)


def test_many_snapshots_take_few_statements(seat, django_assert_num_queries):
    seats = [seat, *ParticipantFactory.create_batch(20, tournament=seat.tournament)]
    items = [snapshot(one) for one in seats]

    # Savepoint, actor, seats, storing, comparing, audit, release.
    with django_assert_num_queries(7):
        assert take(seat, *items) == ["accepted"] * 21
