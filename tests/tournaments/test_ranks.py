"""Ranks: what they follow, whom they leave out, and two passes at once."""

import itertools
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from dayrade.db.transactions import service
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.threads import while_uncommitted
from tournaments.models import Board, Participant
from tournaments.services import ledger_lock, ranking


def seat(tournament, total="0.00", realized=None, trades=0, **fields):
    total = Decimal(total)
    realized = total if realized is None else Decimal(realized)
    return ParticipantFactory(
        tournament=tournament,
        total_pnl=total,
        realized_pnl=realized,
        unrealized_pnl=total - realized,
        current_balance=Decimal("100000.00") + total,
        total_trades=trades,
        **fields,
    )


def ranks(*seats):
    stored = dict(Participant.objects.values_list("pk", "current_rank"))
    return [stored[one.pk] for one in seats]


@pytest.mark.django_db
def test_equal_figures_share_a_rank():
    tournament = TournamentFactory(active=True)
    seats = [seat(tournament, total) for total in ("5.00", "7.00", "7.00", "-1.00", "9.00")]

    changed = ranking.refresh(tournament=tournament)

    assert changed == 5
    assert ranks(*seats) == [4, 2, 2, 5, 1]


@pytest.mark.django_db
def test_realized_then_fewer_trades_break_a_tie():
    tournament = TournamentFactory(active=True)
    seats = [
        seat(tournament, "7.00", "5.00", trades=2),
        seat(tournament, "7.00", "7.00", trades=3),
        seat(tournament, "7.00", "5.00", trades=1),
    ]

    ranking.refresh(tournament=tournament)

    assert ranks(*seats) == [3, 1, 2]


@pytest.mark.django_db
def test_withdrawn_and_disqualified_lose_their_rank():
    tournament = TournamentFactory(active=True)
    withdrawn = seat(tournament, "9.00", current_rank=1, best_rank=1, is_active=False)
    out = seat(
        tournament,
        "8.00",
        current_rank=2,
        best_rank=2,
        disqualified=True,
        disqualification_reason="Two accounts",
    )
    competing = [seat(tournament, "7.00", current_rank=3, best_rank=3), seat(tournament, "6.00")]

    changed = ranking.refresh(tournament=tournament)

    assert changed == 4
    assert ranks(withdrawn, out, *competing) == [None, None, 1, 2]
    assert Participant.objects.get(pk=out.pk).best_rank == 2


@pytest.mark.django_db
def test_best_rank_stays_the_best():
    tournament = TournamentFactory(active=True)
    fallen = seat(tournament, "1.00", current_rank=1, best_rank=1)
    risen = seat(tournament, "2.00", current_rank=2, best_rank=2)

    ranking.refresh(tournament=tournament)

    assert list(Participant.objects.order_by("total_pnl").values_list("pk", "best_rank")) == [
        (fallen.pk, 1),
        (risen.pk, 1),
    ]


@pytest.mark.django_db
def test_rows_whose_rank_stays_are_not_touched():
    tournament = TournamentFactory(active=True)
    for total in ("3.00", "2.00", "1.00", "0.00"):
        seat(tournament, total)
    ranking.refresh(tournament=tournament)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, ctid::text FROM tournament_participants ORDER BY total_pnl DESC")
        before = cursor.fetchall()
    Participant.objects.filter(pk=before[3][0]).update(
        total_pnl=2, realized_pnl=2, current_balance=100002, total_trades=9
    )

    changed = ranking.refresh(tournament=tournament)
    again = ranking.refresh(tournament=tournament)

    with connection.cursor() as cursor:
        cursor.execute("SELECT id, ctid::text FROM tournament_participants")
        after = dict(cursor.fetchall())
    assert (changed, again) == (2, 0)
    assert [after[pk] == place for pk, place in before] == [True, True, False, False]


@pytest.mark.django_db
def test_other_tournaments_keep_their_ranks():
    other = seat(TournamentFactory(active=True), "9.00", current_rank=7, best_rank=7)
    mine = seat(TournamentFactory(active=True), "1.00")

    ranking.refresh(tournament=mine.tournament)

    assert ranks(other, mine) == [7, 1]


@pytest.mark.django_db
def test_correction_forgets_the_best_rank_so_far():
    tournament = TournamentFactory(active=True)
    fallen = seat(tournament, "1.00", current_rank=2, best_rank=1)
    out = seat(
        tournament, "8.00", best_rank=1, disqualified=True, disqualification_reason="Two accounts"
    )
    leader = seat(tournament, "2.00", current_rank=1, best_rank=1)

    changed = ranking.refresh(tournament=tournament, restart=True)

    best = dict(Participant.objects.values_list("pk", "best_rank"))
    assert changed == 2
    assert (best[fallen.pk], best[out.pk], best[leader.pk]) == (2, None, 1)


@pytest.mark.django_db
def test_order_is_that_of_the_boards_queryset():
    tournament = TournamentFactory(active=True)
    now = timezone.now()
    for total, realized, trades, hours in itertools.product("12", "12", (1, 2), (1, 2)):
        seat(tournament, total, realized, trades, registered_at=now - timedelta(hours=hours))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM tournament_participants ORDER BY {ranking.ORDER}")
        by_sql = [pk for (pk,) in cursor.fetchall()]

    assert by_sql == list(Participant.objects.in_board_order().values_list("pk", flat=True))


@pytest.mark.django_db
def test_board_of_nobody_is_a_board():
    tournament = TournamentFactory(active=True)

    ranking.refresh(tournament=tournament)
    ranking.refresh(tournament=tournament)

    board = Board.objects.get()
    assert (board.revision, board.seats, board.milestones) == (1, 0, [])


@pytest.mark.django_db(transaction=True)
def test_second_pass_waits_and_ranks_by_what_the_first_saw():
    tournament = TournamentFactory(active=True)
    fallen = seat(tournament, "9.00")
    leader = seat(tournament, "5.00")

    def first_pass():
        Participant.objects.filter(pk=fallen.pk).update(
            total_pnl=1, realized_pnl=1, current_balance=100001
        )
        return ranking.refresh(tournament=tournament)

    first, second, waited = while_uncommitted(
        first_pass, lambda: ranking.refresh(tournament=tournament)
    )

    assert (first, second, waited) == (2, 0, True)
    assert ranks(fallen, leader) == [2, 1]


@pytest.mark.django_db(transaction=True)
def test_pass_waits_for_a_delivery_and_a_delivery_for_a_pass():
    tournament = TournamentFactory(active=True)
    seat(tournament)

    @service
    def deliver():
        ledger_lock.share(tournament.pk)

    def rank():
        return ranking.refresh(tournament=tournament)

    assert while_uncommitted(deliver, rank)[2]
    assert while_uncommitted(rank, deliver)[2]
    assert not while_uncommitted(deliver, deliver)[2]
