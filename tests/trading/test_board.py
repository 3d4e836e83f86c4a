"""Pages of a board: order, ranks across pages and milestones, and what a page may cost."""

import json
import random
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories.tournaments import TournamentFactory
from tests.factories.trading import PositionFactory
from tests.trading.boards import kept, milestones, passed, ranks, seat
from tournaments.models import Board, Participant, TournamentStatus
from tournaments.services import ranking
from trading.models import Mark, PositionStatus
from trading.services import board
from trading.services.board import BoardNotRankedError, NoSeatError, Place

pytestmark = pytest.mark.django_db


def lines(page):
    return [(line["rank"], line["username"]) for line in json.loads(page.results)]


@pytest.fixture
def tournament():
    return TournamentFactory(active=True)


@pytest.fixture
def field(tournament):
    """Return 24 seats of few figures, so that many share a rank, across any page."""
    chance = random.Random(7)
    return [
        seat(
            tournament, f"trader{n}", chance.choice(("5.00", "0.00", "0.00", "-5.00")), trades=n % 2
        )
        for n in range(24)
    ]


@pytest.mark.parametrize("every", [None, 1, 3, 7, 100])
def test_any_page_is_that_part_of_the_whole(tournament, field, every):
    if every:
        passed(tournament, every=every)

    whole = ranks(field)

    for limit in (1, 4, 50):
        for offset in range(26):
            page = board.page(tournament, Place(offset=offset, limit=limit))
            assert lines(page) == whole[offset : offset + limit], (offset, limit)
            assert page.count == 24


@pytest.mark.parametrize("every", [None, 1, 3, 7, 100])
def test_any_seat_is_found_among_its_neighbours(tournament, field, every):
    if every:
        passed(tournament, every=every)

    whole = ranks(field)

    places = {name: place for place, (_, name) in enumerate(whole)}
    for one in field:
        place = places[one.user.username]
        page = board.page(tournament, Place(around=one.pk, window=3))
        assert lines(page) == whole[max(place - 3, 0) : place + 4]


def test_every_part_of_the_order_counts(tournament):
    seat(tournament, "late", "7.00", "5.00", trades=2)
    seat(tournament, "fewer-trades", "7.00", "5.00", trades=1)
    seat(tournament, "realized", "7.00", "7.00", trades=3)
    seat(tournament, "more", "8.00", "0.00", trades=9)
    seat(tournament, "later", "7.00", "5.00", trades=2)

    page = board.page(tournament, Place())

    assert lines(page) == [
        (1, "more"),
        (2, "realized"),
        (3, "fewer-trades"),
        (4, "late"),
        (4, "later"),
    ]


def test_who_is_out_has_no_line(tournament):
    seat(tournament, "ada", "5.00")
    seat(tournament, "bob", "9.00", is_active=False)
    seat(tournament, "cid", "9.00", disqualified=True, disqualification_reason="Two accounts")
    seat(TournamentFactory(active=True), "dan", "9.00")

    page = board.page(tournament, Place())

    assert (lines(page), page.count) == ([(1, "ada")], 1)


@pytest.mark.parametrize("out", [{"is_active": False}, {"disqualified": True}])
def test_there_is_nothing_around_who_is_out(tournament, out):
    one = seat(tournament, "ada", disqualification_reason="Two accounts", **out)

    with pytest.raises(NoSeatError):
        board.page(tournament, Place(around=one.pk))


def test_figures_are_live_between_passes(tournament, field):
    passed(tournament, every=7)
    last = field[-1]
    Participant.objects.filter(pk=last.pk).update(
        total_pnl=50, realized_pnl=50, current_balance=100_050
    )

    page = board.page(tournament, Place(limit=1))

    assert lines(page) == [(1, last.user.username)]


def test_rank_of_the_last_pass_stands_beside_the_live_one(tournament):
    seat(tournament, "ada", "5.00", current_rank=3)

    (line,) = json.loads(board.page(tournament, Place()).results)

    assert (line["rank"], line["previous_rank"]) == (1, 3)


def test_what_moves_after_a_pass_leaves_ranks_in_order(tournament, field):
    passed(tournament, every=5)
    for one in field[:12]:
        Participant.objects.filter(pk=one.pk).update(
            total_pnl=-50, realized_pnl=-50, current_balance=99_950
        )

    for one in field:
        found = lines(board.page(tournament, Place(around=one.pk, window=4)))
        assert one.user.username in [name for _, name in found]
        assert [rank for rank, _ in found] == sorted(rank for rank, _ in found)


def test_page_beyond_reach_waits_for_a_pass(tournament, field, monkeypatch):
    monkeypatch.setattr(board, "REACH", 10)
    tournament.current_participants = 24

    with pytest.raises(BoardNotRankedError):
        board.page(tournament, Place(offset=11))
    passed(tournament, every=5)

    assert lines(board.page(tournament, Place(offset=11))) == ranks(field)[11:]


def test_rank_beyond_reach_is_unknown(tournament, monkeypatch):
    monkeypatch.setattr(board, "REACH", 3)
    for n in range(9):
        one = seat(tournament, f"trader{n}", str(-n))
    tournament.current_participants = 9

    page = board.page(tournament, Place(around=one.pk, window=1))

    assert lines(page) == [(None, "trader7"), (None, "trader8")]


def test_field_beyond_reach_is_counted_by_its_places(tournament, field, monkeypatch):
    monkeypatch.setattr(board, "REACH", 10)
    tournament.current_participants = 25

    assert board.page(tournament, Place()).count == 25


def test_revision_is_that_of_the_last_pass(tournament):
    seat(tournament, "ada")
    before = board.page(tournament, Place())
    left = passed(tournament, every=5, revision=7)

    after = board.page(tournament, Place())

    assert (before.revision, before.computed_at) == (None, None)
    assert (after.revision, after.computed_at) == (7, left.computed_at)


@pytest.mark.parametrize(
    ("aged", "status", "stale"),
    [
        (None, PositionStatus.OPEN, True),
        (timedelta(seconds=130), PositionStatus.OPEN, True),
        (timedelta(seconds=110), PositionStatus.OPEN, False),
        (timedelta(seconds=130), PositionStatus.CLOSED, False),
    ],
)
def test_seat_with_an_old_or_missing_price_is_stale(tournament, aged, status, stale):
    now = timezone.now()
    one, other = seat(tournament, "ada", "5.00"), seat(tournament, "bob")
    closed = {"quantity": 0, "closed_at": now} if status == PositionStatus.CLOSED else {}
    PositionFactory(participant=one, symbol="IBM", status=status, **closed)
    PositionFactory(participant=other, symbol="AAPL")
    mark = {"tournament": tournament, "price": 1, "as_of": now, "valued_price": 1}
    Mark.objects.create(symbol="AAPL", valued_as_of=now, **mark)
    if aged:
        Mark.objects.create(symbol="IBM", valued_as_of=now - aged, **mark)

    page = board.page(tournament, Place(), at=now)

    assert [line["stale"] for line in json.loads(page.results)] == [stale, False]


def test_price_that_no_pass_has_taken_over_leaves_a_seat_stale(tournament):
    one = seat(tournament, "ada")
    PositionFactory(participant=one, symbol="IBM")
    Mark.objects.create(tournament=tournament, symbol="IBM", price=1, as_of=timezone.now())

    (line,) = json.loads(board.page(tournament, Place()).results)

    assert line["stale"] is True


@pytest.mark.parametrize(
    "status", [TournamentStatus.CANCELLED, TournamentStatus.REGISTRATION_CLOSED]
)
def test_no_price_ages_outside_of_trading(tournament, status):
    one = seat(tournament, "ada")
    PositionFactory(participant=one)
    tournament.status = status

    (line,) = json.loads(board.page(tournament, Place()).results)

    assert line["stale"] is False


def test_board_before_the_start_is_a_tie(tournament):
    tournament.status = TournamentStatus.REGISTRATION_OPEN
    passed(tournament, every=5)
    for name in ("ada", "bob"):
        seat(tournament, name)

    page = board.page(tournament, Place())

    assert (lines(page), page.count) == ([(1, "ada"), (1, "bob")], 2)


# Boards of the past


@pytest.mark.parametrize("window", [1, 2, 50])
def test_kept_board_is_as_it_was(tournament, field, window):
    whole, now = ranks(field), timezone.now()
    kept(tournament, now - timedelta(minutes=5))
    Participant.objects.update(total_pnl=1, realized_pnl=1, current_balance=100_001)
    kept(tournament, now - timedelta(minutes=4))

    as_of = now - timedelta(minutes=4, seconds=1)
    page = board.page(tournament, Place(offset=3, limit=window), as_of=as_of)

    assert lines(page) == whole[3 : 3 + window]
    assert (page.count, page.as_of, page.revision) == (24, as_of, None)
    assert page.computed_at == now - timedelta(minutes=5)
    names = [name for _, name in whole]
    one = next(one for one in field if one.user.username == names[10])
    around = board.page(tournament, Place(around=one.pk, window=window), as_of=as_of)
    assert lines(around) == whole[max(10 - window, 0) : 11 + window]


def test_only_own_snapshots_are_boards(tournament):
    now = timezone.now()
    seat(tournament, "ada", "5.00")
    kept(tournament, now - timedelta(minutes=3))
    Participant.objects.update(total_pnl=9, realized_pnl=9, current_balance=100_009)
    kept(tournament, now - timedelta(minutes=2), source="zimtra")
    kept(tournament, now - timedelta(minutes=1), source="on_demand")

    page = board.page(tournament, Place(), as_of=now)

    assert [line["total_pnl"] for line in json.loads(page.results)] == ["5.00"]


def test_before_the_first_snapshot_nobody_stands_there(tournament):
    one = seat(tournament, "ada", "5.00")

    page = board.page(tournament, Place(), as_of=timezone.now())

    assert (page.results, page.count, page.computed_at) == ("[]", 0, None)
    with pytest.raises(NoSeatError):
        board.page(tournament, Place(around=one.pk), as_of=timezone.now())


def test_cut_bounds_the_past_that_is_shown(tournament):
    now = timezone.now()
    seat(tournament, "ada", "5.00")
    kept(tournament, now - timedelta(minutes=3))
    Participant.objects.update(total_pnl=9, realized_pnl=9, current_balance=100_009)
    kept(tournament, now - timedelta(minutes=1))
    cut = now - timedelta(minutes=2)

    pages = [
        board.page(tournament, Place(), cut=cut, as_of=as_of)
        for as_of in (None, now, now - timedelta(minutes=4))
    ]

    assert [[line["total_pnl"] for line in json.loads(page.results)] for page in pages] == [
        ["5.00"],
        ["5.00"],
        [],
    ]
    assert [page.frozen for page in pages] == [True, True, True]


def test_completed_board_is_the_published_result(tournament):
    seat(tournament, "ada", "5.00", final_rank=2, final_pnl=Decimal("5.00"))
    seat(tournament, "bob", "1.00", final_rank=1, final_pnl=Decimal("6.00"))
    seat(tournament, "cid", "9.00")
    tournament.status = TournamentStatus.COMPLETED

    page = board.page(tournament, Place())

    assert lines(page) == [(1, "bob"), (2, "ada")]
    bob, ada = json.loads(page.results)
    assert (bob["total_pnl"], bob["realized_pnl"], bob["current_balance"]) == (
        "6.00",
        None,
        "100006.00",
    )
    assert (ada["total_pnl"], ada["realized_pnl"]) == ("5.00", "5.00")


# Plans

ORDER = "dayrade_tournament_participants_order"


def is_of_seats(node):
    return node["Relation Name"] in {"tournament_participants", "users"}


def plan(query, values):
    """Return the nodes of a plan with what each touches."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", values)
        (found,) = cursor.fetchone()
    todo, nodes = [found[0]["Plan"]], []
    while todo:
        node = todo.pop()
        todo += node.get("Plans", [])
        nodes.append(node)
    return nodes


@pytest.fixture
def crowd(tournament):
    """Return a tournament of 3,000 seats, half of them without a trade, after a pass."""
    with connection.cursor() as cursor:
        # Without the triggers, which would audit every row.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "WITH people AS (INSERT INTO users (email, username, password_hash)"
            " SELECT format('person%%s@example.com', n), format('person%%s', n), 'x'"
            " FROM generate_series(1, 3000) n RETURNING id)"
            " INSERT INTO tournament_participants (tournament_id, user_id, total_pnl, realized_pnl,"
            " current_balance, total_trades)"
            " SELECT %s, id, pnl, pnl, 100000 + pnl, CASE WHEN pnl <> 0 THEN 1 ELSE 0 END"
            " FROM (SELECT id, CASE WHEN row_number() OVER () %% 2 = 0 THEN 0"
            " ELSE (row_number() OVER ())::numeric - 1500 END AS pnl FROM people) drawn",
            [tournament.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("ANALYZE tournament_participants")
        cursor.execute("ANALYZE users")
    passed(tournament, every=100)
    return tournament


@pytest.mark.parametrize("place", ["top", "ties", "end", "around"])
def test_page_walks_the_index_and_no_farther_than_a_milestone(crowd, monkeypatch, place):
    # At this size the planner would read all rather than as many as it may reach.
    monkeypatch.setattr(board, "REACH", 200)
    asked = []
    fetched = board.fetched
    monkeypatch.setattr(board, "fetched", lambda *query: asked.append(query) or fetched(*query))
    middle = Participant.objects.in_board_order()[1500]

    board.page(
        crowd,
        Place(around=middle.pk)
        if place == "around"
        else Place(offset={"top": 0, "ties": 1490, "end": 2950}[place], limit=5),
    )

    nodes = plan(*asked[-1])
    walked = [node for node in nodes if "Relation Name" in node]
    heavy = [node for node in nodes if node["Node Type"] in {"Sort", "WindowAgg"}]
    assert {node.get("Index Name") for node in nodes if "Index Name" in node} >= {ORDER}
    assert [node for node in nodes if node["Node Type"] == "Seq Scan" and is_of_seats(node)] == []
    assert max(node["Actual Rows"] for node in walked) <= 150
    assert max(node["Actual Rows"] for node in heavy) <= 30


def test_pass_leaves_milestones_of_the_order(tournament, monkeypatch):
    monkeypatch.setattr(ranking, "MILESTONE_EVERY", 2)
    for number in range(5):
        seat(tournament, f"trader{number}", str(-number))

    ranking.refresh(tournament=tournament)

    left = Board.objects.get(tournament=tournament).milestones
    assert left == milestones(tournament, every=2)
    assert [entry[:4] for entry in left] == [[2, "-2.00", "-2.00", 0], [4, "-4.00", "-4.00", 0]]


def test_pass_leaves_no_more_milestones_than_can_be_read_at_once(tournament, monkeypatch):
    monkeypatch.setattr(ranking, "MILESTONE_EVERY", 1)
    monkeypatch.setattr(ranking, "MILESTONES_MAX", 3)
    for number in range(10):
        seat(tournament, f"trader{number}", str(-number))

    ranking.refresh(tournament=tournament)

    left = Board.objects.get(tournament=tournament).milestones
    assert left == milestones(tournament, every=4)
