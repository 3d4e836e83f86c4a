"""Snapshots: every figure, the running sums, when one is due, and two workers at once."""

import logging
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import MarkFactory, PositionFactory, TallyFactory
from tests.threads import at_once, while_uncommitted
from tournaments.models import Participant, Tournament, TournamentStatus
from trading import risk, tasks
from trading.models import PerformanceSnapshot, Position, Risk
from trading.services import snapshots, valuation

pytestmark = pytest.mark.django_db
DAY = 86_400


def seat(tournament, realized="0.00", unrealized="0.00", **fields):
    realized, unrealized = Decimal(realized), Decimal(unrealized)
    return ParticipantFactory(
        tournament=tournament,
        realized_pnl=realized,
        unrealized_pnl=unrealized,
        total_pnl=realized + unrealized,
        current_balance=100_000 + realized + unrealized,
        **fields,
    )


def test_snapshot_holds_every_figure_of_the_seat():
    tournament = TournamentFactory(active=True)
    trader = seat(
        tournament,
        "-12.50",
        "30.25",
        total_trades=7,
        winning_trades=1,
        losing_trades=2,
        total_volume=Decimal("1000.05"),
    )
    TallyFactory(
        participant=trader,
        shares_traded=5_000_000_000,
        stocks_traded=3,
        best_trade=Decimal("4.25"),
        worst_trade=Decimal("-9.00"),
    )
    PositionFactory(
        participant=trader,
        quantity=20,
        current_price=Decimal("190.5000"),
        unrealized_pnl=Decimal("30.25"),
    )
    PositionFactory(participant=trader, symbol="GE", side="short", quantity=5)
    PositionFactory(
        participant=trader, symbol="IBM", quantity=0, status="closed", closed_at=timezone.now()
    )

    taken = snapshots.take(tournament=tournament, source=snapshots.ON_DEMAND)

    row = PerformanceSnapshot.objects.get()
    assert (taken.recorded_at, taken.count) == (row.recorded_at, 1)
    assert (row.tournament_id, row.user_id, row.participant_id, row.data_source) == (
        tournament.pk,
        trader.user_id,
        trader.pk,
        "on_demand",
    )
    assert (row.total_pnl, row.realized_pnl, row.unrealized_pnl, row.usd_balance) == (
        Decimal("17.75"),
        Decimal("-12.50"),
        Decimal("30.25"),
        Decimal("100017.75"),
    )
    assert (row.number_of_trades, row.total_shares_traded, row.number_of_stocks_traded) == (
        7,
        5_000_000_000,
        3,
    )
    assert (row.total_notional_traded, row.win_rate, row.average_trade_size) == (
        Decimal("1000.05"),
        Decimal("33.33"),
        Decimal("142.86"),
    )
    assert (row.best_trade, row.worst_trade) == (Decimal("4.25"), Decimal("-9.00"))
    assert (row.max_drawdown, row.volatility, row.sharpe_ratio) == (0, None, None)
    assert row.current_positions == [
        {
            "symbol": "AAPL",
            "side": "long",
            "quantity": 20,
            "average_price": "187.2500",
            "current_price": "190.5000",
            "unrealized_pnl": "30.25",
        },
        {
            "symbol": "GE",
            "side": "short",
            "quantity": 5,
            "average_price": "187.2500",
            "current_price": None,
            "unrealized_pnl": None,
        },
    ]
    assert (row.position_count, row.long_positions, row.short_positions) == (2, 1, 1)
    assert row.raw_zimtra_data is None


def test_seat_that_has_not_traded_has_zeros():
    trader = seat(TournamentFactory(active=True))

    snapshots.take(tournament=trader.tournament, source=snapshots.OWN)

    row = PerformanceSnapshot.objects.get()
    assert (row.win_rate, row.average_trade_size, row.best_trade, row.worst_trade) == (0, 0, 0, 0)
    assert (row.current_positions, row.position_count, row.total_shares_traded) == ([], 0, 0)
    assert (row.volatility, row.sharpe_ratio) == (None, None)


def test_only_who_competes_is_in_a_snapshot_and_all_at_one_instant():
    tournament = TournamentFactory(active=True)
    competing = [seat(tournament) for _ in range(3)]
    seat(tournament, is_active=False)
    seat(tournament, disqualified=True, disqualification_reason="Two accounts")
    seat(TournamentFactory(active=True))

    taken = snapshots.take(tournament=tournament, source=snapshots.OWN)

    rows = PerformanceSnapshot.objects.values_list("participant_id", "recorded_at")
    assert sorted(rows) == sorted((one.pk, taken.recorded_at) for one in competing)


@pytest.mark.parametrize("status", [TournamentStatus.COMPLETED, TournamentStatus.DRAFT])
def test_figures_of_a_tournament_that_does_not_run_stand_still(status):
    with pytest.raises(snapshots.NotActiveError):
        snapshots.take(tournament=TournamentFactory(status=status), source=snapshots.ON_DEMAND)


def hold(trader, balance):
    pnl = balance - trader.starting_balance
    Participant.objects.filter(pk=trader.pk).update(
        realized_pnl=pnl, total_pnl=pnl, current_balance=balance
    )


def next_interval():
    """Move what is stored into the past, as if an interval had gone by."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE trading_performance SET recorded_at = recorded_at - interval '2 d'")


def last(trader):
    row = PerformanceSnapshot.objects.filter(participant=trader).order_by("-recorded_at")[0]
    return risk.Risk(row.max_drawdown, row.volatility, row.sharpe_ratio)


def walks():
    chance = random.Random(7)
    steady = [Decimal(100_000)] * 26
    rising = [Decimal(100_000) + 10 * step for step in range(26)]
    wild = [Decimal(chance.choice([1, 3, 10**4, 10**13 - 1])) / 100 for _ in range(26)]
    ruined = [Decimal(900 - 40 * step) for step in range(26)]
    doubling = [Decimal(2) ** step / 100 for step in range(26)]
    walks = [steady, rising, wild, ruined, doubling]
    for _ in range(12):
        walk = [Decimal("100000.00")]
        while len(walk) < 26:
            walk.append(walk[-1] + Decimal(chance.randint(-90_000, 90_000)) / 100)
        walks.append(walk)
    return walks


def test_running_sums_say_to_the_last_digit_what_all_balances_say():
    tournament = TournamentFactory(active=True, rules={"snapshot_seconds": DAY})
    moves = [(seat(tournament), walk) for walk in walks()]
    found, expected = [], []

    for step in range(26):
        for trader, walk in moves:
            hold(trader, walk[step])
        snapshots.take(tournament=tournament, source=snapshots.OWN)
        found.append([last(trader) for trader, _ in moves])
        expected.append([risk.of_balances(walk[: step + 1]) for _, walk in moves])
        next_interval()

    assert found == expected
    assert len({one.sharpe_ratio for one in found[-1]}) > 12


def test_second_own_snapshot_of_an_interval_is_no_return_but_may_be_a_fall():
    tournament = TournamentFactory(active=True, rules={"snapshot_seconds": DAY})
    trader = seat(tournament)
    for balance in (100_000, 100_500, 100_400):
        hold(trader, Decimal(balance))
        snapshots.take(tournament=tournament, source=snapshots.OWN)

    stored = Risk.objects.get()
    assert (stored.returns, stored.last_balance) == (0, 100_000)
    assert (stored.peak_balance, stored.max_drawdown) == (100_500, 100)


def test_snapshot_for_staff_shows_the_sums_and_leaves_them_alone():
    tournament = TournamentFactory(active=True, rules={"snapshot_seconds": DAY})
    trader = seat(tournament)
    for balance in (100_000, 99_000):
        hold(trader, Decimal(balance))
        snapshots.take(tournament=tournament, source=snapshots.OWN)
        next_interval()
    before = Risk.objects.values().get()

    hold(trader, Decimal(50_000))
    snapshots.take(tournament=tournament, source=snapshots.ON_DEMAND)

    assert Risk.objects.values().get() == before
    assert last(trader).max_drawdown == 1000


NOON = datetime(2027, 3, 9, 12, tzinfo=UTC)


def due(tournament, at, taken_at=None, **rules):
    """Take what is due at an instant and return how many; one was taken before, at another."""
    Tournament.objects.filter(pk=tournament.pk).update(rules=rules)
    if taken_at:
        snapshots.take(tournament=tournament, source=snapshots.OWN)
        PerformanceSnapshot.objects.update(recorded_at=taken_at)
    return snapshots.take_due(at=at)


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("taken", "now", "count"),
    [
        (None, 0, 1),
        (0, 1, 0),
        (0, 59, 0),
        (59, 60, 1),
        # Late: one, and not one for each minute that was missed.
        (0, 600, 1),
    ],
)
def test_one_snapshot_is_due_in_each_interval(taken, now, count):
    tournament = seat(TournamentFactory(active=True)).tournament
    taken_at = None if taken is None else NOON + taken * SECOND

    assert due(tournament, NOON + now * SECOND, taken_at, snapshot_seconds=60) == count


@pytest.mark.parametrize(
    ("taken", "now", "count"),
    [(0, 25, 0), (0, 27, 1), (0, 29, 1), (27, 29, 0), (0, 30, 0), (0, 31, 0)],
)
def test_board_is_kept_just_before_a_freeze(taken, now, count):
    tournament = seat(TournamentFactory(active=True)).tournament
    freeze_at = (NOON + 30 * SECOND).isoformat()

    found = due(
        tournament,
        NOON + now * SECOND,
        NOON + taken * SECOND,
        snapshot_seconds=60,
        freeze_at=freeze_at,
    )

    assert found == count


def test_what_staff_asked_for_does_not_stand_in_for_an_own_snapshot():
    tournament = seat(TournamentFactory(active=True)).tournament
    snapshots.take(tournament=tournament, source=snapshots.ON_DEMAND)

    assert snapshots.take_due() == 1


def test_job_takes_those_of_active_tournaments():
    active = seat(TournamentFactory(active=True)).tournament
    seat(TournamentFactory(status=TournamentStatus.REGISTRATION_CLOSED))

    tasks.snapshot(timestamp=0)

    (found,) = PerformanceSnapshot.objects.all()
    assert (found.tournament_id, found.data_source) == (active.pk, "dayrade")


@pytest.mark.django_db(transaction=True)
def test_failure_of_one_leaves_the_others_alone(caplog):
    bad = seat(TournamentFactory(active=True, rules={"snapshot_seconds": "never"})).tournament
    good = seat(TournamentFactory(active=True)).tournament

    assert snapshots.take_due() == 1

    assert PerformanceSnapshot.objects.get().tournament_id == good.pk
    (line,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert line.getMessage() == f"snapshot failed: {bad.slug}"


def test_snapshot_that_takes_long_is_logged(monkeypatch, caplog):
    monkeypatch.setattr(snapshots, "LONG_SECONDS", 0)
    tournament = seat(TournamentFactory(active=True)).tournament

    snapshots.take_due()

    assert f"slow snapshot: {tournament.slug} took" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_take_one_set():
    tournament = TournamentFactory(active=True, rules={"snapshot_seconds": DAY})
    for _ in range(3):
        seat(tournament)

    counts = at_once(snapshots.take_due, 6)

    assert sum(counts) == 1
    assert PerformanceSnapshot.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_snapshot_waits_for_a_pass_and_shows_one_set_of_marks():
    tournament = TournamentFactory(active=True)
    MarkFactory(tournament=tournament, price=200)
    for quantity in (10, 20):
        PositionFactory(participant=seat(tournament), quantity=quantity, cost_basis=1000)

    _, taken, waited = while_uncommitted(
        lambda: valuation.refresh(tournament=tournament),
        lambda: snapshots.take(tournament=tournament, source=snapshots.ON_DEMAND),
    )

    totals = PerformanceSnapshot.objects.values_list("total_pnl", flat=True)
    assert (waited, taken.count, sorted(totals)) == (True, 2, [1000, 3000])
    assert Position.objects.filter(current_price=200).count() == 2
