"""What those hear who watch a tournament: published with what it tells of, or not at all."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from dayrade.db.transactions import service
from dayrade.models import Event
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.instants import z
from tests.threads import at_once
from tournaments.models import Board, Participant, Tournament, TournamentStatus
from tournaments.services import lifecycle, ranking, results, sanctions

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def seat(tournament, total, **fields):
    total = Decimal(total)
    return ParticipantFactory(
        tournament=tournament,
        total_pnl=total,
        realized_pnl=total,
        current_balance=100_000 + total,
        **fields,
    )


def move(one, total):
    Participant.objects.filter(pk=one.pk).update(
        total_pnl=total, realized_pnl=total, current_balance=100_000 + total
    )


def told(kind):
    return list(Event.objects.filter(kind=kind).order_by("pk").values_list("data", flat=True))


def statuses():
    return [data["status"] for data in told("status")]


def test_new_revision_tells_the_changed_lines_of_the_top():
    tournament = TournamentFactory(active=True)
    first, second, third = [seat(tournament, total) for total in (30, 20, 10)]
    ranking.refresh(tournament=tournament)
    move(third, 25)
    ranking.refresh(tournament=tournament)

    before, after = told("leaderboard")

    board = Board.objects.get()
    assert [line["participant"] for line in before["top"]] == before["order"]
    assert before["order"] == [str(one.pk) for one in (first, second, third)]
    assert (after["revision"], after["computed_at"], after["seats"]) == (2, z(board.computed_at), 3)
    assert after["order"] == [str(one.pk) for one in (first, third, second)]
    assert after["top"] == [
        {
            "rank": 2,
            "previous_rank": 3,
            "participant": str(third.pk),
            "total_pnl": "25.00",
            "realized_pnl": "25.00",
            "unrealized_pnl": "0.00",
            "current_balance": "100025.00",
            "total_trades": 0,
            "winning_trades": 0,
            "losing_trades": 0,
            "total_volume": "0.00",
        },
        {**before["top"][1], "rank": 3, "previous_rank": 2},
    ]


def test_pass_that_changes_nothing_tells_nothing():
    tournament = TournamentFactory(active=True)
    seat(tournament, 1)
    for _ in range(2):
        ranking.refresh(tournament=tournament)

    assert [data["revision"] for data in told("leaderboard")] == [1]


def test_change_below_the_top_is_a_revision_without_lines(monkeypatch):
    monkeypatch.setattr(ranking, "TOP", 2)
    tournament = TournamentFactory(active=True)
    seats = [seat(tournament, total) for total in (30, 20, 10, 5)]
    ranking.refresh(tournament=tournament)
    move(seats[3], 6)
    ranking.refresh(tournament=tournament)

    first, second = told("leaderboard")

    assert len(first["top"]) == 2
    assert (second["revision"], second["top"], "order" in second) == (2, [], False)


def test_who_leaves_the_top_is_told_by_its_order(monkeypatch):
    monkeypatch.setattr(ranking, "TOP", 2)
    tournament = TournamentFactory(active=True)
    first, second = [seat(tournament, total) for total in (30, 20)]
    ranking.refresh(tournament=tournament)

    sanctions.disqualify(actor=UserFactory(admin=True), seat=first, reason="Two accounts")

    assert told("leaderboard")[-1]["order"] == [str(second.pk)]


def test_pass_that_fails_tells_nothing():
    tournament = TournamentFactory(active=True)
    seat(tournament, 1)

    @service
    def fail():
        ranking.refresh(tournament=tournament)
        raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert not Event.objects.exists()


def test_every_step_of_its_life_is_told():
    now = timezone.now()
    tournament = TournamentFactory(
        draft=True,
        min_participants=1,
        current_participants=1,
        registration_open_date=now - 4 * HOUR,
        registration_close_date=now - 3 * HOUR,
        start_date=now - 2 * HOUR,
        end_date=now - HOUR,
    )
    admin = UserFactory(admin=True)
    lifecycle.transition(actor=admin, tournament=tournament, to="registration_open", reason="Early")

    lifecycle.advance_due()

    assert statuses() == [
        "registration_open",
        "registration_closed",
        "active",
        "published",
        "completed",
    ]
    assert {event.tournament_id for event in Event.objects.filter(kind="status")} == {tournament.pk}
    assert all(abs(timezone.now().timestamp() - at(data)) < 60 for data in told("status"))


def at(data):
    return timezone.datetime.fromisoformat(data["at"]).timestamp()


def test_cancellation_is_told():
    tournament = TournamentFactory(active=True)

    lifecycle.transition(
        actor=UserFactory(admin=True), tournament=tournament, to="cancelled", reason="Storm"
    )

    assert statuses() == ["cancelled"]


def test_correction_is_told():
    now = timezone.now()
    tournament = TournamentFactory(active=True, end_date=now - timedelta(seconds=5))
    loser, winner = seat(tournament, 1), seat(tournament, 2)
    lifecycle.advance_due()

    results.correct(
        actor=UserFactory(admin=True), tournament=tournament, reason="Late", disqualify=winner
    )

    assert loser.tournament_id == tournament.pk
    assert statuses() == ["published", "completed", "corrected"]


def frozen(ago, **fields):
    at = timezone.now() - ago
    return TournamentFactory(**{"active": True, "rules": {"freeze_at": z(at)}} | fields), at


def test_freeze_is_told_once():
    tournament, at = frozen(timedelta(minutes=1))

    counts = [lifecycle.tell_freezes() for _ in range(2)]

    assert counts == [1, 0]
    assert told("status") == [{"status": "frozen", "at": z(at)}]
    assert Event.objects.get().tournament_id == tournament.pk


@pytest.mark.parametrize(
    ("ago", "fields"),
    [
        (-timedelta(minutes=1), {}),
        (timedelta(minutes=31), {}),
        (timedelta(minutes=1), {"active": False, "status": TournamentStatus.CANCELLED}),
        (timedelta(minutes=1), {"active": False, "status": TournamentStatus.DRAFT}),
    ],
)
def test_freeze_is_told_when_it_begins_and_of_what_goes_on(ago, fields):
    frozen(ago, **fields)

    assert lifecycle.tell_freezes() == 0


def test_freeze_that_is_moved_is_told_again():
    tournament, at = frozen(timedelta(minutes=2))
    lifecycle.tell_freezes()
    later = at + timedelta(minutes=1)
    Tournament.objects.filter(pk=tournament.pk).update(rules={"freeze_at": z(later)})

    lifecycle.tell_freezes()

    assert [data["at"] for data in told("status")] == [z(at), z(later)]


@pytest.mark.django_db(transaction=True)
def test_freeze_is_told_once_by_many_workers():
    frozen(timedelta(minutes=1))

    counts = at_once(lifecycle.tell_freezes, 4)

    assert sum(counts) == 1
