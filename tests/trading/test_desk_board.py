"""The board of a tournament in the back office, with the curves of its leaders."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from tests.factories.accounts import UserFactory
from tests.factories.tournaments import TournamentFactory
from tests.factories.trading import PerformanceSnapshotFactory
from tests.trading import boards
from tournaments.models import Participant
from tournaments.services import lifecycle, ranking
from trading.desk import board as page_of_board
from trading.desk.curves import chart
from trading.services import board

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 9, 15, tzinfo=UTC)


@pytest.fixture
def moderator(client):
    user = UserFactory(moderator=True)
    client.force_login(user)
    return user


@pytest.fixture
def tournament():
    return TournamentFactory(active=True)


def show(client, tournament, **query):
    return client.get(reverse("admin:tournament_board", args=[tournament.pk]), query)


def lines(response):
    return [(row["rank"], row["username"]) for row in response.context["lines"]]


def snapshot(seat, minutes, pnl):
    PerformanceSnapshotFactory(
        participant=seat,
        recorded_at=AT + timedelta(minutes=minutes),
        data_source="dayrade",
        total_pnl=pnl,
        realized_pnl=pnl,
        usd_balance=100_000 + pnl,
    )


def test_board_shows_rank_change_and_amounts(client, moderator, tournament):
    seats = [boards.seat(tournament, f"seat{n}", total=f"{n}00.50") for n in (30, 20, 10)]
    ranking.refresh(tournament=tournament)
    Participant.objects.filter(pk=seats[0].pk).update(current_rank=3)
    Participant.objects.filter(pk=seats[2].pk).update(current_rank=1)

    response = show(client, tournament)

    content = response.content.decode()
    rows = response.context["lines"]
    assert lines(response) == [(1, "seat30"), (2, "seat20"), (3, "seat10")]
    assert [(row["risen"], row["fallen"]) for row in rows] == [(2, 0), (0, 0), (0, 2)]
    assert [
        text for text in ("3,000.50", "103,000.50", "▲ up 2", "▼ down 2") if text in content
    ] == [
        "3,000.50",
        "103,000.50",
        "▲ up 2",
        "▼ down 2",
    ]
    assert rows[0]["url"] == reverse("admin:tournaments_participant_change", args=[seats[0].pk])


def test_board_goes_on_by_its_places(client, moderator, tournament, monkeypatch):
    monkeypatch.setattr(page_of_board, "SHOWN", 2)
    for n in (30, 20, 10):
        boards.seat(tournament, f"seat{n}", total=f"{n}.00")
    ranking.refresh(tournament=tournament)

    first = show(client, tournament)
    second = client.get(first.context["later"])

    assert lines(second) == [(3, "seat10")]
    assert (first.context["earlier"], second.context["later"]) == ("", "")
    assert lines(client.get(second.context["earlier"])) == lines(first)
    assert "1 to 2 of 3" in first.content.decode()


@pytest.mark.parametrize("offset", ["-1", "x", "²", "9" * 30])
def test_nonsense_as_an_offset_is_no_error(client, moderator, tournament, offset):
    assert show(client, tournament, offset=offset).status_code == 200


def test_place_too_far_down_for_an_unranked_board_is_told(
    client, moderator, tournament, monkeypatch
):
    monkeypatch.setattr(board, "REACH", 1)
    for n in (30, 20, 10):
        boards.seat(tournament, f"seat{n}", total=f"{n}.00")
    type(tournament).objects.filter(pk=tournament.pk).update(current_participants=3)

    response = show(client, tournament, offset=2)

    said = [str(message) for message in get_messages(response.wsgi_request)]
    assert said == ["The board has not been ranked so far down yet."]
    assert response.context["first_place"] == 1


def test_empty_board_says_so(client, moderator, tournament):
    response = show(client, tournament)

    assert "Nobody stands on this board." in response.content.decode()


def test_result_is_the_board_of_a_completed_tournament(client, moderator, tournament):
    boards.seat(tournament, "ann", total="5.00")
    boss = UserFactory(admin=True)
    lifecycle.transition(actor=boss, tournament=tournament, to="completed", reason="Over")

    response = show(client, tournament)

    assert lines(response) == [(1, "ann")]
    assert "The published result" in response.content.decode()


def test_staff_see_past_the_freeze_and_what_the_public_sees(client, moderator, tournament):
    now = timezone.now()
    ann = boards.seat(tournament, "ann", total="5.00")
    boards.seat(tournament, "bob", total="4.00")
    boards.kept(tournament, now - timedelta(hours=2))
    Participant.objects.filter(pk=ann.pk).update(
        total_pnl=1, realized_pnl=1, current_balance=100_001
    )
    tournament.rules = {"freeze_at": (now - timedelta(hours=1)).isoformat()}
    tournament.save(update_fields=["rules"])

    live = show(client, tournament)
    public = client.get(live.context["other"])
    back = client.get(public.context["other"])

    assert (lines(live)[0], lines(public)[0], lines(back)) == (
        (1, "bob"),
        (1, "ann"),
        lines(live),
    )
    assert public.context["chart"] is None


def test_board_is_for_staff_alone(client, tournament):
    client.force_login(UserFactory())

    response = show(client, tournament)

    assert (response.status_code, response["Location"][:13]) == (302, "/admin/login/")


def test_board_of_nothing_is_not_found(client, moderator):
    response = client.get(
        reverse("admin:tournament_board", args=["4ca36c35-ec94-4a6b-b442-4676f40dcb1d"])
    )

    assert response.status_code == 404


@pytest.mark.parametrize("seats", [1, 3])
def test_board_asks_as_many_questions_as_there_are_curves(
    client, moderator, tournament, django_assert_num_queries, seats
):
    for n in range(seats):
        boards.seat(tournament, f"seat{n}", total=f"{n}.00")
    ranking.refresh(tournament=tournament)

    with django_assert_num_queries(7 + seats):
        show(client, tournament)


def test_curves_are_drawn_for_the_leaders(client, moderator, tournament, monkeypatch):
    monkeypatch.setattr(page_of_board, "COLOURS", ("#000", "#fff"))
    for n in (30, 20, 10):
        one = boards.seat(tournament, f"seat{n}", total=f"{n}.00")
        snapshot(one, 0, Decimal(0))
        snapshot(one, 10, Decimal(n))
    ranking.refresh(tournament=tournament)

    response = show(client, tournament)

    assert [curve.name for curve in response.context["chart"].curves] == ["seat30", "seat20"]
    assert response.content.decode().count("<polyline") == 2


def test_curve_is_in_proportion(tournament):
    one = boards.seat(tournament, "ann")
    for minutes, pnl in ((0, 100), (5, -50), (10, 50)):
        snapshot(one, minutes, Decimal(pnl))

    drawn = chart([(one.pk, "ann")])

    assert (drawn.high, drawn.low, drawn.zero) == ("100.00", "-50.00", 200.0)
    assert (drawn.since, drawn.until) == (AT, AT + timedelta(minutes=10))
    assert [(curve.name, curve.last, curve.points) for curve in drawn.curves] == [
        ("ann", "50.00", "0.0,0.0 500.0,300.0 1000.0,100.0")
    ]


def test_flat_curve_is_drawn(tournament):
    one = boards.seat(tournament, "ann")
    snapshot(one, 0, Decimal(0))
    snapshot(one, 10, Decimal(0))

    assert chart([(one.pk, "ann")]).curves[0].points == "0.0,0.0 1000.0,0.0"


@pytest.mark.parametrize("snapshots", [0, 1])
def test_no_curve_without_two_points(tournament, snapshots):
    one = boards.seat(tournament, "ann")
    for _ in range(snapshots):
        snapshot(one, 0, Decimal(5))

    assert chart([(one.pk, "ann")]) is None


def test_ranks_are_compared_with_those_of_a_chosen_time(client, moderator, tournament):
    now = timezone.now()
    boards.seat(tournament, "ann", total="5.00")
    bob = boards.seat(tournament, "bob", total="4.00")
    boards.kept(tournament, now - timedelta(hours=2))
    Participant.objects.filter(pk=bob.pk).update(
        total_pnl=9, realized_pnl=9, current_balance=100_009
    )
    boards.seat(tournament, "new", total="1.00")
    ranking.refresh(tournament=tournament)

    response = show(client, tournament, since=f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}")

    rows = response.context["lines"]
    assert [(row["username"], row["before"], row["risen"], row["fallen"]) for row in rows] == [
        ("bob", 2, 1, 0),
        ("ann", 1, 0, 1),
        ("new", None, 0, 0),
    ]
    content = response.content.decode()
    assert [text in content for text in ("▲ up 1", "▼ down 1", ">new<")] == [True] * 3


def test_ranks_before_any_board_are_compared_with_nothing(client, moderator, tournament):
    boards.seat(tournament, "ann", total="5.00")

    response = show(client, tournament, since="2020-01-01T00:00")

    assert response.context["before"] == "nothing: no board is so old"
    assert [row["before"] for row in response.context["lines"]] == [None]


def test_whoever_is_disqualified_since_takes_no_rank_from_others(client, moderator, tournament):
    now = timezone.now()
    ann = boards.seat(tournament, "ann", total="5.00")
    boards.seat(tournament, "bob", total="4.00")
    boards.kept(tournament, now - timedelta(hours=2))
    Participant.objects.filter(pk=ann.pk).update(disqualified=True, disqualification_reason="x")
    ranking.refresh(tournament=tournament)

    response = show(client, tournament, since=f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}")

    assert [(row["username"], row["before"]) for row in response.context["lines"]] == [("bob", 1)]


@pytest.mark.parametrize(
    "since", ["", "x", "2026-99-99T00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_nonsense_as_an_instant_is_the_last_ranking(client, moderator, tournament, since):
    assert show(client, tournament, since=since).context["before"] == page_of_board.LAST
