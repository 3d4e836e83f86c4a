"""The board over HTTP: its shape, its parameters, and who is meant by me."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.factories.accounts import UserFactory
from tests.factories.tournaments import TournamentFactory
from tests.instants import z
from tests.trading.boards import kept, passed, seat
from tournaments.models import Participant, TournamentStatus
from trading.api.leaderboard import LeaderboardSerializer

pytestmark = pytest.mark.django_db


@pytest.fixture
def tournament():
    return TournamentFactory(active=True)


def of(tournament):
    return f"/api/v1/tournaments/{tournament.slug}/leaderboard"


def names(answer):
    return [line["username"] for line in answer.json()["results"]]


def test_line_has_what_is_promised(anonymous, tournament, django_assert_num_queries):
    one = seat(
        tournament,
        "ada",
        "12.50",
        "10.00",
        trades=4,
        winning_trades=2,
        losing_trades=1,
        total_volume=Decimal("900.00"),
        current_rank=2,
        user__country="Switzerland",
        user__avatar_url="https://example.com/a.png",
    )
    left = passed(tournament, every=5, revision=412)

    # Two are the savepoint that a test makes of the transaction.
    with django_assert_num_queries(5):
        answer = anonymous.get(of(tournament))

    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {
        "tournament": tournament.slug,
        "revision": 412,
        "computed_at": z(left.computed_at),
        "frozen": False,
        "count": 1,
        "results": [
            {
                "rank": 1,
                "previous_rank": 2,
                "participant": str(one.pk),
                "username": "ada",
                "avatar_url": "https://example.com/a.png",
                "country": "Switzerland",
                "total_pnl": "12.50",
                "realized_pnl": "10.00",
                "unrealized_pnl": "2.50",
                "current_balance": "100012.50",
                "total_trades": 4,
                "winning_trades": 2,
                "losing_trades": 1,
                "total_volume": "900.00",
                "stale": False,
            }
        ],
    }


@pytest.mark.parametrize("kind", ["live", "kept", "final", "empty"])
def test_answer_is_what_the_serializer_would_write(anonymous, tournament, kind):
    for name, total in (("ada", "5.00"), ("bob", "-7.25")):
        seat(tournament, name, total, final_rank=1, final_pnl=Decimal(total))
    now, query = timezone.now(), {}
    if kind == "live":
        passed(tournament, every=1)
    if kind == "kept":
        kept(tournament, now - timedelta(minutes=1))
        query = {"as_of": z(now)}
    if kind == "final":
        tournament.status = TournamentStatus.COMPLETED
        tournament.save()
    if kind == "empty":
        query = {"as_of": z(now)}

    answer = anonymous.get(of(tournament), query)

    parsed = json.loads(answer.content)
    reader = LeaderboardSerializer(data=parsed)
    reader.is_valid(raise_exception=True)
    written = LeaderboardSerializer(reader.validated_data).data
    assert json.dumps(written) == json.dumps(parsed)
    assert len(parsed["results"]) == (0 if kind == "empty" else 2)


@pytest.mark.parametrize("rows", [1, 3])
def test_board_takes_the_same_queries_for_any_number(
    anonymous, tournament, django_assert_num_queries, rows
):
    for n in range(rows):
        seat(tournament, f"trader{n}")
    passed(tournament, every=5)

    # Two are the savepoint that a test makes of the transaction.
    with django_assert_num_queries(5):
        answer = anonymous.get(of(tournament))

    assert len(answer.json()["results"]) == rows


@pytest.mark.parametrize(
    ("query", "details"),
    [
        ({"limit": "0"}, {"limit": ["Ensure this value is greater than or equal to 1."]}),
        ({"limit": "501"}, {"limit": ["Ensure this value is less than or equal to 500."]}),
        ({"limit": "5.0"}, {"limit": ["Must be a whole number of up to 9 digits."]}),
        ({"offset": "-1"}, {"offset": ["Must be a whole number of up to 9 digits."]}),
        ({"offset": "9999999999"}, {"offset": ["Must be a whole number of up to 9 digits."]}),
        ({"limit": ""}, {"limit": ["Must be a whole number of up to 9 digits."]}),
        ({"around": ""}, {"around": ["This field may not be blank."]}),
        ({"around": "a b"}, {"around": ["Must be me or a username."]}),
        (
            {"around": "ada", "window": "51"},
            {"window": ["Ensure this value is less than or equal to 50."]},
        ),
        ({"window": "5"}, {"window": ["Needs around."]}),
        ({"around": "ada", "limit": "5"}, {"limit": ["Cannot be given with around."]}),
        ({"around": "ada", "offset": "5"}, {"offset": ["Cannot be given with around."]}),
        (
            {"as_of": "2026-03-02"},
            {"as_of": ["Write an instant with its offset, such as 2026-01-31T12:00:00Z."]},
        ),
        ({"page": "2"}, {"page": ["Unknown parameter."]}),
        ({"limit": ["1", "2"]}, {"limit": ["Give it once."]}),
    ],
)
def test_parameter_that_cannot_be_meant_is_refused(anonymous, tournament, query, details):
    answer = anonymous.get(of(tournament), query)

    assert answer.status_code == 400
    assert answer.json()["error"] == "INVALID_FILTER"
    assert answer.json()["details"] == details


@pytest.fixture
def line(tournament):
    """Return five competitors, the first one first."""
    return [seat(tournament, f"trader{n}", str(-n)) for n in range(5)]


def test_offset_and_limit_are_a_part(anonymous, tournament, line):
    answer = anonymous.get(of(tournament), {"offset": 1, "limit": 2})

    assert names(answer) == ["trader1", "trader2"]
    assert answer.json()["count"] == 5


def test_page_past_the_end_is_empty(anonymous, tournament, line):
    answer = anonymous.get(of(tournament), {"offset": 5})

    assert (answer.status_code, names(answer)) == (200, [])


def test_around_somebody(anonymous, tournament, line):
    answer = anonymous.get(of(tournament), {"around": "trader3", "window": 1})

    assert names(answer) == ["trader2", "trader3", "trader4"]
    assert [one["rank"] for one in answer.json()["results"]] == [3, 4, 5]


def test_around_me(client_of, tournament, line):
    answer = client_of(line[0].user).get(of(tournament), {"around": "me", "window": 0})

    assert names(answer) == ["trader0"]


def test_me_is_somebody_who_has_signed_in(anonymous, tournament):
    answer = anonymous.get(of(tournament), {"around": "me"})

    assert (answer.status_code, answer.json()["error"]) == (401, "NOT_AUTHENTICATED")


@pytest.mark.parametrize("out", [False, True])
def test_who_has_no_seat_is_told(client_of, tournament, line, out):
    user = UserFactory()
    if out:
        user = line[0].user
        Participant.objects.filter(pk=line[0].pk).update(is_active=False)

    answer = client_of(user).get(of(tournament), {"around": "me"})

    assert (answer.status_code, answer.json()["error"]) == (409, "NO_SEAT")


@pytest.mark.parametrize("name", ["nobody", "trader0"])
def test_who_does_not_compete_is_not_found(anonymous, tournament, line, name):
    Participant.objects.filter(pk=line[0].pk).update(is_active=False)

    answer = anonymous.get(of(tournament), {"around": name})

    assert (answer.status_code, answer.json()["error"]) == (404, "NOT_FOUND")


def test_board_that_has_not_changed_is_not_sent_again(anonymous, tournament, line):
    first = anonymous.get(of(tournament))

    again = anonymous.get(of(tournament), headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_board_of_the_past_says_so(anonymous, tournament, line):
    at = timezone.now() - timedelta(minutes=5)
    kept(tournament, at)
    Participant.objects.filter(pk=line[4].pk).update(
        total_pnl=9, realized_pnl=9, current_balance=100_009
    )

    answer = anonymous.get(of(tournament), {"as_of": z(at + timedelta(seconds=1)), "limit": 1})

    assert answer.json()["as_of"] == z(at + timedelta(seconds=1))
    assert answer.json()["computed_at"] == z(at)
    assert names(answer) == ["trader0"]
    (shown,) = answer.json()["results"]
    assert (shown["winning_trades"], shown["losing_trades"], shown["stale"]) == (None, None, None)
