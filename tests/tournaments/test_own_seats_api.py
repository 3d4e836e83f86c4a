"""One's own seats in every tournament, over HTTP."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.instants import z
from tournaments.models import TournamentStatus

pytestmark = pytest.mark.django_db
SEATS = "/api/v1/users/me/seats"


def names(answer):
    return [seat["tournament"]["name"] for seat in answer.json()["results"]]


def test_seat_comes_with_its_tournament_and_its_figures(client_of):
    at = timezone.now()
    tournament = TournamentFactory(
        active=True, name="Spring Cup", slug="spring-cup", at=at, currency="EUR"
    )
    seat = ParticipantFactory(
        tournament=tournament,
        zimtra_account_id="ZA77",
        current_balance="100250.50",
        total_pnl="250.50",
        realized_pnl="300.50",
        unrealized_pnl="-50.00",
        total_trades=5,
        winning_trades=2,
        losing_trades=1,
        total_volume="12000.00",
        current_rank=3,
        best_rank=2,
    )

    answer = client_of(seat.user).get(SEATS)

    seat.refresh_from_db()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert answer.json() == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [
            {
                "id": str(seat.pk),
                "tournament": {
                    "id": str(tournament.pk),
                    "name": "Spring Cup",
                    "slug": "spring-cup",
                    "status": "active",
                    "start_date": z(tournament.start_date),
                    "end_date": z(tournament.end_date),
                    "currency": "EUR",
                },
                "registered_at": z(seat.registered_at),
                "zimtra_account_id": "ZA77",
                "starting_balance": "100000.00",
                "current_balance": "100250.50",
                "total_pnl": "250.50",
                "realized_pnl": "300.50",
                "unrealized_pnl": "-50.00",
                "total_trades": 5,
                "winning_trades": 2,
                "losing_trades": 1,
                "win_rate": "66.67",
                "total_volume": "12000.00",
                "current_rank": 3,
                "best_rank": 2,
                "final_rank": None,
                "final_pnl": None,
                "is_active": True,
                "disqualified": False,
                "disqualification_reason": None,
                "frozen": False,
                "updated_at": z(seat.updated_at),
            }
        ],
    }


def test_seats_are_ones_own_the_latest_start_first(client_of):
    user, at = UserFactory(), timezone.now()
    for name, days in (("old", 30), ("new", 0), ("older", 60)):
        tournament = TournamentFactory(active=True, name=name, at=at - timedelta(days=days))
        ParticipantFactory(tournament=tournament, user=user)
        ParticipantFactory(tournament=tournament)

    answer = client_of(user).get(SEATS)

    assert names(answer) == ["new", "old", "older"]


def test_seat_that_was_given_back_or_taken_away_stays_in_the_list(client_of):
    user = UserFactory()
    ParticipantFactory(user=user, is_active=False)
    ParticipantFactory(user=user, disqualified=True, disqualification_reason="Two accounts")

    found = client_of(user).get(SEATS).json()["results"]

    assert {(seat["is_active"], seat["disqualification_reason"]) for seat in found} == {
        (False, None),
        (True, "Two accounts"),
    }


@pytest.mark.parametrize(
    ("role", "shown"),
    [({}, (None, None, "10.00", True)), ({"moderator": True}, (4, 1, "10.00", False))],
)
def test_freeze_hides_ranks_from_the_owner_and_no_figures(client_of, role, shown):
    frozen = TournamentFactory(
        active=True, rules={"freeze_at": z(timezone.now() - timedelta(minutes=5))}
    )
    seat = ParticipantFactory(
        tournament=frozen,
        user=UserFactory(**role),
        current_rank=4,
        best_rank=1,
        total_pnl="10.00",
        realized_pnl="10.00",
        current_balance="100010.00",
    )

    [found] = client_of(seat.user).get(SEATS).json()["results"]

    said = (found["current_rank"], found["best_rank"], found["total_pnl"], found["frozen"])
    assert said == shown


def test_seats_are_found_by_tournament_and_status(client_of):
    user = UserFactory()
    active = TournamentFactory(active=True, name="active", slug="active")
    over = TournamentFactory(name="over", slug="over", status=TournamentStatus.COMPLETED)
    for tournament in (active, over):
        ParticipantFactory(tournament=tournament, user=user)
    client = client_of(user)

    found = [
        names(client.get(SEATS, query))
        for query in (
            {"tournament": "over"},
            {"tournament": str(active.pk)},
            {"tournament": "nowhere"},
            {"status": "completed,cancelled"},
            {"is_active": "false"},
        )
    ]

    assert found == [["over"], ["active"], [], ["over"], []]


def test_unknown_parameter_is_refused(client_of):
    answer = client_of(UserFactory()).get(SEATS, {"user": "somebody"})

    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_FILTER")


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_queries_however_long(client_of, django_assert_num_queries, count):
    user = UserFactory()
    client = client_of(user)
    for _ in range(count):
        ParticipantFactory(user=user)

    # The session, how many there are, and the seats with their tournaments.
    with django_assert_num_queries(3):
        answer = client.get(SEATS)

    assert len(answer.json()["results"]) == count
