"""Ranks: what they follow, whom they leave out, and two passes at once."""

import threading
import time
from decimal import Decimal

import pytest
from django.db import connection

from dayrade.db.transactions import service
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tournaments.models import Participant
from tournaments.services import ranking


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


def somebody_waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


@pytest.mark.django_db(transaction=True)
def test_second_pass_waits_and_ranks_by_what_the_first_saw():
    tournament = TournamentFactory(active=True)
    fallen = seat(tournament, "9.00")
    leader = seat(tournament, "5.00")
    changed = []

    def second_pass():
        try:
            changed.append(ranking.refresh(tournament=tournament))
        finally:
            connection.close()

    thread = threading.Thread(target=second_pass)

    @service
    def first_pass():
        Participant.objects.filter(pk=fallen.pk).update(
            total_pnl=1, realized_pnl=1, current_balance=100001
        )
        changed.append(ranking.refresh(tournament=tournament))
        thread.start()
        deadline = time.monotonic() + 4
        while not somebody_waits_for_a_lock() and time.monotonic() < deadline:
            time.sleep(0.01)

    first_pass()
    thread.join(timeout=10)

    assert changed == [2, 0]
    assert ranks(fallen, leader) == [2, 1]
