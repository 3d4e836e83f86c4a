"""The pass: marks taken over, positions and seats valued as accounting does, ranks, revisions."""

import logging
import random
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories.tournaments import BoardFactory, ParticipantFactory, TournamentFactory
from tests.factories.trading import MarkFactory, PositionFactory
from tests.threads import at_once, while_uncommitted
from tournaments.models import Board, Participant, Tournament, TournamentStatus
from tournaments.services import ranking
from trading import accounting, tasks
from trading.models import Mark, Position
from trading.services import valuation

pytestmark = pytest.mark.django_db


def position(seat, symbol="AAPL", **fields):
    return PositionFactory(participant=seat, symbol=symbol, **fields)


def figures(seat):
    seat.refresh_from_db()
    return seat.unrealized_pnl, seat.total_pnl, seat.current_balance, seat.current_rank


def field(*held):
    """Return a tournament with a mark of 200 for AAPL, and seats that hold so many shares."""
    tournament = TournamentFactory(active=True)
    MarkFactory(tournament=tournament, price=Decimal("200.0000"))
    seats = [ParticipantFactory(tournament=tournament) for _ in held]
    for seat, quantity in zip(seats, held, strict=True):
        position(seat, quantity=quantity, cost_basis=quantity * 100, average_price=100)
    return tournament, seats


def test_pass_values_positions_seats_and_ranks_at_the_marks():
    tournament, (small, large) = field(10, 20)

    moved = valuation.refresh(tournament=tournament)

    mark = Mark.objects.get()
    assert (mark.valued_price, mark.valued_as_of) == (mark.price, mark.as_of)
    held = Position.objects.get(participant=small)
    assert (held.current_price, held.market_value) == (Decimal("200.0000"), Decimal("2000.00"))
    assert (held.unrealized_pnl, held.unrealized_pnl_percentage) == (1000, 100)
    assert moved == 2
    assert figures(small) == (1000, 1000, 101_000, 2)
    assert figures(large) == (2000, 2000, 102_000, 1)


def test_random_positions_are_valued_to_the_last_digit_as_accounting_values_them():
    chance = random.Random(20)
    tournament = TournamentFactory(active=True, trading_symbols=None)
    prices = {
        f"S{number}": Decimal(chance.choice([1, 7, 9_999, 1_234_567, 99_999_999])) / 10_000
        for number in range(12)
    }
    for symbol, price in prices.items():
        MarkFactory(tournament=tournament, symbol=symbol, price=price)
    expected, sums = {}, {}
    for _ in range(25):
        seat = ParticipantFactory(tournament=tournament)
        sums[seat.pk] = Decimal("0.00")
        for symbol in chance.sample(sorted(prices), 6):
            side = chance.choice(["long", "short"])
            quantity = chance.choice([1, 3, 7, 999, 12_345])
            cost = Decimal(chance.choice([0, 1, 3, 333, 10**6, 99_999_999])) / 100
            made = position(
                seat, symbol, side=side, quantity=quantity, cost_basis=cost, average_price=1
            )
            holding = accounting.Holding(
                symbol,
                side,
                quantity if side == "long" else -quantity,
                cost,
                made.pk,
                made.opened_at,
            )
            gain = holding.unrealized_pnl(prices[symbol])
            sums[seat.pk] += gain
            expected[made.pk] = (
                prices[symbol],
                holding.market_value(prices[symbol]),
                gain,
                holding.unrealized_pnl_percentage(prices[symbol]),
            )

    valuation.refresh(tournament=tournament)

    found = Position.objects.values_list(
        "pk", "current_price", "market_value", "unrealized_pnl", "unrealized_pnl_percentage"
    )
    assert {pk: tuple(rest) for pk, *rest in found} == expected
    assert dict(Participant.objects.values_list("pk", "unrealized_pnl")) == sums


def test_position_without_a_mark_is_valued_at_its_cost():
    tournament, (seat,) = field(10)
    unmarked = position(seat, "IBM")

    valuation.refresh(tournament=tournament)

    unmarked.refresh_from_db()
    assert (unmarked.current_price, unmarked.market_value, unmarked.unrealized_pnl) == (None,) * 3
    assert figures(seat)[0] == 1000


def test_price_from_beyond_the_window_values_nothing():
    tournament, (seat,) = field(10)
    valuation.refresh(tournament=tournament)
    late = tournament.end_date + timedelta(seconds=1)
    Mark.objects.update(price=900, as_of=late)

    valuation.refresh(tournament=tournament)

    assert figures(seat)[0] == 1000
    assert Mark.objects.get().valued_price == 200


def test_price_that_no_position_can_be_worth_values_nothing():
    tournament, (small, large) = field(10, 2_000_000)
    valuation.refresh(tournament=tournament)
    ibm = MarkFactory(tournament=tournament, symbol="IBM", price=Decimal("999999.9999"))
    position(small, "IBM", quantity=1_000_000, cost_basis=100_000)
    aapl = Mark.objects.exclude(pk=ibm.pk)
    aapl.update(price=Decimal("500000.0000"), as_of=timezone.now())

    valuation.refresh(tournament=tournament)

    ibm.refresh_from_db()
    assert ibm.valued_price == ibm.price
    assert aapl.get().valued_price == Decimal("200.0000")
    assert figures(small)[0] == 1_000 + Decimal("999999999900.00") - 100_000
    assert figures(large)[0] == 200_000_000


def test_closed_positions_stay_as_they_are():
    tournament, (seat,) = field(10)
    now = timezone.now()
    closed = position(seat, "IBM", quantity=0, cost_basis=0, status="closed", closed_at=now)
    MarkFactory(tournament=tournament, symbol="IBM", price=50)

    valuation.refresh(tournament=tournament)

    closed.refresh_from_db()
    assert closed.current_price is None


def places(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, ctid::text FROM {table}")
        return dict(cursor.fetchall())


def test_only_rows_that_change_are_written():
    tournament, _ = field(10, 20)
    other = ParticipantFactory(tournament=tournament)
    ibm = position(other, "IBM", quantity=1, cost_basis=50)
    MarkFactory(tournament=tournament, symbol="IBM", price=50)
    valuation.refresh(tournament=tournament)
    before = places("positions") | places("tournament_participants") | places("dayrade_marks")

    Mark.objects.filter(symbol="IBM").update(price=60, as_of=timezone.now())
    ibm_mark = Mark.objects.get(symbol="IBM")
    moved_by_hand = places("dayrade_marks")[ibm_mark.pk]
    valuation.refresh(tournament=tournament)

    after = places("positions") | places("tournament_participants") | places("dayrade_marks")
    assert {key for key in before if before[key] != after[key]} == {ibm.pk, other.pk, ibm_mark.pk}
    assert after[ibm_mark.pk] != moved_by_hand


def test_whole_pass_mends_figures_whose_mark_stayed():
    tournament, _ = field(10)
    valuation.refresh(tournament=tournament)
    Position.objects.update(market_value=1, unrealized_pnl=1)

    valuation.refresh(tournament=tournament)
    left = Position.objects.get().unrealized_pnl
    valuation.refresh(tournament=tournament, whole=True)

    assert (left, Position.objects.get().unrealized_pnl) == (1, 1000)


def board():
    return Board.objects.get()


def test_revision_counts_passes_that_changed_something():
    tournament, _ = field(10, 20)
    valuation.refresh(tournament=tournament)
    first = board()

    valuation.refresh(tournament=tournament)
    idle = board()
    # Every figure rises by as much, so that no rank moves.
    Mark.objects.update(price=201, as_of=timezone.now())
    valuation.refresh(tournament=tournament)

    assert (first.revision, idle.revision, board().revision) == (1, 1, 2)
    assert (first.seats, first.totals[0], board().totals[0]) == (2, "3000.00", "3030.00")
    assert first.computed_at < idle.computed_at < board().computed_at


def test_figures_that_swap_without_a_change_of_sums_are_a_revision():
    tournament, (first, second) = field(10, 10)
    position(first, "IBM", quantity=10, cost_basis=1000)
    position(second, "GE", quantity=10, cost_basis=1000)
    for symbol, price in (("IBM", 300), ("GE", 200)):
        MarkFactory(tournament=tournament, symbol=symbol, price=price)
    valuation.refresh(tournament=tournament)
    before = board()

    Mark.objects.filter(symbol="IBM").update(price=290, as_of=timezone.now())
    Mark.objects.filter(symbol="GE").update(price=210, as_of=timezone.now())
    moved = valuation.refresh(tournament=tournament)

    assert (moved, board().totals) == (0, before.totals)
    assert board().revision == before.revision + 1


def test_milestones_are_places_of_the_boards_order(monkeypatch):
    monkeypatch.setattr(ranking, "MILESTONE_EVERY", 2)
    tournament, _ = field(10, 40, 30, 20, 50, 60)

    valuation.refresh(tournament=tournament)

    ordered = list(Participant.objects.in_board_order())
    stored = [
        [*figures, datetime.fromisoformat(registered_at), pk]
        for *figures, registered_at, pk in board().milestones
    ]
    assert stored == [
        [
            place,
            str(ordered[place].total_pnl),
            str(ordered[place].realized_pnl),
            ordered[place].total_trades,
            ordered[place].registered_at,
            str(ordered[place].pk),
        ]
        for place in (2, 4)
    ]


def test_job_passes_over_what_is_active_and_does_not_rest():
    now = timezone.now()
    rested, resting, fresh = (TournamentFactory(active=True) for _ in range(3))
    TournamentFactory(status=TournamentStatus.REGISTRATION_CLOSED)
    BoardFactory(tournament=rested, took_ms=1000, computed_at=now - timedelta(seconds=11))
    BoardFactory(tournament=resting, took_ms=1000, computed_at=now - timedelta(seconds=8))

    tasks.value(timestamp=0)

    # One that was passed over took less than a second.
    passed = Board.objects.filter(took_ms__lt=1000).values_list("tournament", flat=True)
    assert set(passed) == {rested.pk, fresh.pk}
    assert Board.objects.count() == 3


def test_failure_of_one_tournament_leaves_the_others_alone(caplog):
    good, bad = field(10)[0], field(10)[0]
    # No column holds the sum.
    rich = {"total_pnl": 9_999_999_800_000, "current_balance": 9_999_999_900_000}
    bad.participants.update(realized_pnl=rich["total_pnl"], **rich)
    Position.objects.filter(tournament=bad).update(quantity=10_000)
    Tournament.objects.filter(pk=bad.pk).update(start_date=bad.start_date - timedelta(days=1))

    assert valuation.refresh_due() == 1

    assert set(Board.objects.values_list("tournament", flat=True)) == {good.pk}
    (line,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert line.getMessage() == f"pass failed: {bad.slug}"


def test_pass_that_takes_long_is_logged(monkeypatch, caplog):
    monkeypatch.setattr(valuation, "LONG_SECONDS", 0)
    tournament, _ = field(10)

    valuation.refresh_due()

    assert f"slow pass: {tournament.slug} took" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_second_pass_waits_and_finds_nothing_left():
    tournament, seats = field(10, 20)

    first, second, waited = while_uncommitted(
        lambda: valuation.refresh(tournament=tournament),
        lambda: valuation.refresh(tournament=tournament),
    )

    assert (first, second, waited) == (2, 0, True)
    assert [figures(seat)[3] for seat in seats] == [2, 1]
    assert board().revision == 1


@pytest.mark.django_db(transaction=True)
def test_worker_leaves_a_tournament_to_the_one_that_is_at_it():
    field(10, 20)

    first, second, waited = while_uncommitted(valuation.refresh_due, valuation.refresh_due)

    assert (first, second, waited) == (1, 0, False)


@pytest.mark.django_db(transaction=True)
def test_passes_and_prices_at_once_leave_one_board():
    tournament, seats = field(10, 20, 30)

    def work():
        Mark.objects.update(price=Decimal(random.randint(100, 300)), as_of=timezone.now())
        return valuation.refresh(tournament=tournament)

    at_once(work, 6)

    mark = Mark.objects.get()
    assert mark.valued_price == mark.price
    expected = [(mark.price - 100) * held for held in (10, 20, 30)]
    assert [figures(seat)[0] for seat in seats] == expected
    assert [figures(seat)[3] for seat in seats] == ([1, 1, 1] if not any(expected) else [3, 2, 1])
