"""Results: published once, corrected by another one, and never overwritten."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from administration.models import AuditLog
from comms.models import Notification
from dayrade.db import sqlstates
from dayrade.db.transactions import service
from dayrade.errors import ForbiddenError
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import MarkFactory, PositionFactory
from tests.threads import while_uncommitted
from tournaments.models import (
    Board,
    Participant,
    Result,
    Standing,
    Tournament,
    TournamentStatus,
)
from tournaments.services import ledger_lock, lifecycle, results, sanctions
from trading.models import PerformanceSnapshot
from trading.services import snapshots, valuation

pytestmark = pytest.mark.django_db
WHY = "A trade was reported late"


def seat(tournament, pnl, **fields):
    return ParticipantFactory(
        tournament=tournament,
        realized_pnl=pnl,
        total_pnl=pnl,
        current_balance=100_000 + pnl,
        **fields,
    )


@pytest.fixture
def running():
    """Return a tournament whose end has come, and seats with 30, 20 and 10."""
    now = timezone.now()
    tournament = TournamentFactory(
        active=True, start_date=now - timedelta(days=1), end_date=now - timedelta(seconds=5)
    )
    return tournament, [seat(tournament, pnl) for pnl in (30, 20, 10)]


@pytest.fixture
def over(running):
    """Return the same when it is over."""
    lifecycle.advance_due()
    return running


def move(one, pnl):
    Participant.objects.filter(pk=one.pk).update(
        realized_pnl=pnl, total_pnl=pnl, current_balance=100_000 + pnl
    )


def lines(number):
    found = Standing.objects.filter(result__number=number).order_by("rank")
    return list(found.values_list("participant_id", "rank", "pnl"))


def finals(seats):
    stored = Participant.objects.in_bulk([one.pk for one in seats])
    return [(stored[one.pk].final_rank, stored[one.pk].final_pnl) for one in seats]


def test_completion_values_keeps_and_publishes(running):
    tournament, (first, second, third) = running
    MarkFactory(tournament=tournament, price=200, as_of=tournament.end_date - timedelta(seconds=1))
    PositionFactory(participant=third, quantity=1, cost_basis=100)

    lifecycle.advance_due()

    result = Result.objects.get()
    assert (result.number, result.published_by, result.reason) == (1, None, None)
    assert lines(1) == [(third.pk, 1, 110), (first.pk, 2, 30), (second.pk, 3, 20)]
    assert finals([first, second, third]) == [(2, 30), (3, 20), (1, 110)]
    kept = PerformanceSnapshot.objects.filter(data_source="dayrade")
    assert kept.get(participant=third).total_pnl == 110
    assert Board.objects.get().revision == 1


def test_last_price_from_after_the_end_is_not_the_results(running):
    tournament, (_, _, third) = running
    MarkFactory(tournament=tournament, price=200, as_of=tournament.end_date + timedelta(seconds=1))
    PositionFactory(participant=third, quantity=1, cost_basis=100)

    lifecycle.advance_due()

    assert finals([third]) == [(3, 10)]


def test_staff_publish_under_their_name(running):
    tournament, _ = running
    admin = UserFactory(admin=True)

    lifecycle.transition(
        actor=admin, tournament=tournament, to=TournamentStatus.COMPLETED, reason="Rain"
    )

    assert Result.objects.get().published_by == admin


def test_correction_is_another_result(over):
    tournament, (first, second, third) = over
    move(third, 25)
    admin = UserFactory(admin=True)

    result = results.correct(actor=admin, tournament=tournament, reason=WHY)

    assert (result.number, result.published_by, result.reason) == (2, admin, WHY)
    assert lines(1) == [(first.pk, 1, 30), (second.pk, 2, 20), (third.pk, 3, 10)]
    assert lines(2) == [(first.pk, 1, 30), (third.pk, 2, 25), (second.pk, 3, 20)]
    assert finals([first, second, third]) == [(1, 30), (3, 20), (2, 25)]


def test_correction_is_audited_with_its_reason(over):
    tournament, (_, _, third) = over
    move(third, 25)
    admin = UserFactory(admin=True)

    result = results.correct(actor=admin, tournament=tournament, reason=WHY)

    rows = AuditLog.objects.filter(action="tournament.correct")
    (published,) = rows.filter(entity_type="dayrade_results")
    assert (published.user, published.entity_id) == (admin, result.pk)
    assert {row.changes["reason"] for row in rows} == {WHY}
    final = rows.get(entity_id=third.pk)
    assert (final.old_values["final_rank"], final.new_values["final_rank"]) == (3, 2)


def test_correction_tells_those_whom_it_moves(over, mailbox):
    tournament, (_, second, third) = over
    mailbox()
    move(third, 25)

    results.correct(actor=UserFactory(admin=True), tournament=tournament, reason=WHY)
    mailbox()

    told = Notification.objects.filter(type="result.corrected")
    assert {one.user_id: one.message for one in told} == {
        second.user_id: (
            "You had rank 2 with a P&L of 20.00, you have rank 3 with a P&L of 20.00 now."
            f" The reason: {WHY}"
        ),
        third.user_id: (
            "You had rank 3 with a P&L of 10.00, you have rank 2 with a P&L of 25.00 now."
            f" The reason: {WHY}"
        ),
    }


def test_correction_may_disqualify(over, mailbox):
    tournament, (first, second, third) = over
    mailbox()

    results.correct(
        actor=UserFactory(admin=True), tournament=tournament, reason="Doping", disqualify=first
    )
    mailbox()

    first.refresh_from_db()
    assert (first.disqualified, first.disqualification_reason) == (True, "Doping")
    assert finals([first, second, third]) == [(None, None), (1, 20), (2, 10)]
    assert lines(2) == [(second.pk, 1, 20), (third.pk, 2, 10)]
    told = Notification.objects.filter(user=first.user).values_list("type", flat=True)
    assert set(told) >= {"participant.disqualified", "result.corrected"}
    said = Notification.objects.get(user=first.user, type="result.corrected").message
    assert said.startswith("You had rank 1 with a P&L of 30.00, you have no rank now.")


def test_correction_may_let_in_again(over):
    tournament, (first, second, third) = over
    admin = UserFactory(admin=True)
    results.correct(actor=admin, tournament=tournament, reason="Doping", disqualify=first)

    results.correct(actor=admin, tournament=tournament, reason="It was not", reinstate=first)

    assert finals([first, second, third]) == [(1, 30), (2, 20), (3, 10)]
    assert Participant.objects.get(pk=first.pk).disqualification_reason is None
    with pytest.raises(sanctions.NotDisqualifiedError):
        results.correct(actor=admin, tournament=tournament, reason="Again", reinstate=first)


def test_seat_of_another_tournament_is_not_corrected(over):
    tournament, _ = over
    other = ParticipantFactory()

    with pytest.raises(Participant.DoesNotExist):
        results.correct(
            actor=UserFactory(admin=True), tournament=tournament, reason=WHY, disqualify=other
        )


def test_best_rank_starts_anew_with_a_correction(over):
    tournament, (first, _, third) = over
    assert Participant.objects.get(pk=first.pk).best_rank == 1
    move(third, 25)
    move(first, 1)

    results.correct(actor=UserFactory(admin=True), tournament=tournament, reason=WHY)

    best = dict(Participant.objects.values_list("pk", "best_rank"))
    assert (best[first.pk], best[third.pk]) == (3, 1)


def test_correction_revalues_what_is_open(over):
    tournament, (first, _, _) = over
    held = PositionFactory(participant=first, quantity=1, cost_basis=100)
    now = timezone.now()
    MarkFactory(tournament=tournament, price=40, as_of=now, valued_price=40, valued_as_of=now)

    results.correct(actor=UserFactory(admin=True), tournament=tournament, reason=WHY)

    held.refresh_from_db()
    assert held.unrealized_pnl == -60
    assert finals([first]) == [(3, -30)]


@pytest.mark.parametrize(
    "status", [one for one in TournamentStatus if one != TournamentStatus.COMPLETED]
)
def test_only_a_completed_tournament_has_a_result_to_correct(status):
    tournament = TournamentFactory(status=status)

    with pytest.raises(results.NotCompletedError):
        results.correct(actor=UserFactory(admin=True), tournament=tournament, reason=WHY)


@pytest.mark.parametrize("actor", [{}, {"moderator": True}, {"admin": True, "suspended": True}])
def test_only_admins_correct(over, actor):
    tournament, (first, _, _) = over

    with pytest.raises(ForbiddenError):
        results.correct(
            actor=UserFactory(**actor), tournament=tournament, reason=WHY, disqualify=first
        )

    assert Result.objects.count() == 1


def test_nobody_corrects_their_own_seat(over):
    tournament, _ = over
    admin = UserFactory(admin=True)
    own = seat(tournament, 5, user=admin)

    with pytest.raises(ForbiddenError):
        results.correct(actor=admin, tournament=tournament, reason=WHY, disqualify=own)


def test_correction_that_changes_nothing_is_none(over):
    tournament, _ = over

    with pytest.raises(results.NothingToCorrectError):
        results.correct(actor=UserFactory(admin=True), tournament=tournament, reason=WHY)

    assert Result.objects.count() == 1


def something(tournament, *, settle=True):
    return ["A trade is in quarantine."]


def test_correction_waits_for_what_blocks_a_result(over, settings):
    tournament, (_, _, third) = over
    settings.COMPLETION_BLOCKS = [f"{__name__}.something"]
    move(third, 25)

    with pytest.raises(results.BlockedError, match="quarantine"):
        results.correct(actor=UserFactory(admin=True), tournament=tournament, reason=WHY)


SILENT = [
    "UPDATE tournament_participants SET final_rank = 1",
    "UPDATE tournament_participants SET final_pnl = final_pnl + 1",
    "UPDATE tournament_participants SET final_rank = NULL, final_pnl = NULL",
    "UPDATE dayrade_standings SET rank = 1",
    "DELETE FROM dayrade_standings",
    "UPDATE dayrade_results SET reason = 'Another one'",
    "DELETE FROM dayrade_results",
]


@pytest.mark.parametrize("statement", SILENT)
def test_plain_sql_does_not_change_a_result(over, statement):
    with pytest.raises(DatabaseError) as refusal, connection.cursor() as cursor:
        cursor.execute(statement)

    assert sqlstates.answer(refusal.value).error == "RESULT_PUBLISHED"


def test_final_figures_come_from_a_result_alone():
    one = ParticipantFactory()

    with pytest.raises(DatabaseError) as refusal:
        Participant.objects.filter(pk=one.pk).update(final_rank=1, final_pnl=Decimal(5))

    assert sqlstates.answer(refusal.value).error == "RESULT_PUBLISHED"


def test_tournament_that_is_deleted_takes_its_results_along(over):
    tournament, _ = over

    Tournament.objects.filter(pk=tournament.pk).delete()

    assert (Result.objects.count(), Standing.objects.count()) == (0, 0)


def test_other_columns_of_a_seat_with_a_result_can_change(over):
    _, (first, _, _) = over

    Participant.objects.filter(pk=first.pk).update(zimtra_account_id="ZA-new")
    first.refresh_from_db()
    first.save()

    assert finals([first]) == [(1, 30)]


@pytest.mark.django_db(transaction=True)
def test_completion_waits_for_a_pass_and_is_not_passed_over(running):
    tournament, _ = running

    _, steps, waited = while_uncommitted(
        lambda: valuation.refresh(tournament=tournament), lifecycle.advance_due
    )

    assert (steps, waited) == (1, True)
    assert Result.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_pass_that_waited_for_the_completion_does_nothing(running):
    tournament, seats = running

    _, passed, waited = while_uncommitted(lifecycle.advance_due, valuation.refresh_due)

    assert (passed, waited) == (0, True)
    assert Board.objects.get(tournament=tournament).revision == 1
    assert finals(seats) == [(1, 30), (2, 20), (3, 10)]


@pytest.mark.django_db(transaction=True)
def test_snapshot_that_waited_for_the_completion_is_not_taken(running):
    tournament, _ = running

    _, taken, waited = while_uncommitted(
        lifecycle.advance_due, lambda: snapshots.take_due(at=timezone.now() + timedelta(days=2))
    )

    assert (taken, waited) == (0, True)
    assert PerformanceSnapshot.objects.values("recorded_at").distinct().count() == 1
    assert tournament.snapshots.count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("to", [TournamentStatus.COMPLETED, TournamentStatus.CANCELLED])
def test_end_waits_for_deliveries(running, to):
    tournament, _ = running
    admin = UserFactory(admin=True)

    @service
    def deliver():
        ledger_lock.share(tournament.pk)

    _, moved, waited = while_uncommitted(
        deliver,
        lambda: lifecycle.transition(actor=admin, tournament=tournament, to=to, reason=WHY),
    )

    assert (moved.status, waited) == (to, True)


@pytest.mark.django_db(transaction=True)
def test_step_that_fails_leaves_the_other_tournaments_alone(running, caplog):
    bad, _ = running
    good = TournamentFactory(
        active=True,
        start_date=timezone.now() - timedelta(hours=1),
        end_date=timezone.now() - timedelta(seconds=1),
    )
    ParticipantFactory(tournament=good)
    # No balance is so high as these are together: the last pass fails.
    rich = ParticipantFactory(tournament=bad)
    for number in range(11):
        held = PositionFactory(participant=rich, symbol=f"S{number}", quantity=1_000_000)
        MarkFactory(
            tournament=bad,
            symbol=held.symbol,
            price=999_999,
            as_of=bad.end_date - timedelta(seconds=1),
        )

    assert lifecycle.advance_due() == 1

    assert Result.objects.get().tournament_id == good.pk
    assert f"step failed: {bad.slug}" in caplog.text
