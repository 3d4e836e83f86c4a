"""Tournaments and seats over HTTP."""

from decimal import Decimal

import pytest
from django.utils import timezone

from administration.models import AuditLog
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.instants import z
from tournaments.models import Tournament, TournamentStatus

pytestmark = pytest.mark.django_db

TOURNAMENTS = "/api/v1/tournaments"
BODY = {
    "name": "Spring Cup",
    "slug": "spring-cup",
    "division": "raider",
    "registration_open_date": "2027-03-01T00:00:00Z",
    "registration_close_date": "2027-03-08T00:00:00+01:00",
    "start_date": "2027-03-09T14:30:00Z",
    "end_date": "2027-03-12T21:00:00.5Z",
}
FOR_STAFF = ("ticketsource_event_id", "zimtra_tournament_id", "created_by")


def shown(tournament):
    """Return a tournament as staff see it."""
    return {
        "id": str(tournament.pk),
        "name": tournament.name,
        "slug": tournament.slug,
        "description": None,
        "division": tournament.division,
        "tournament_type": "standard",
        "start_date": z(tournament.start_date),
        "end_date": z(tournament.end_date),
        "registration_open_date": z(tournament.registration_open_date),
        "registration_close_date": z(tournament.registration_close_date),
        "max_participants": 100,
        "current_participants": 0,
        "min_participants": 10,
        "entry_fee": "0.00",
        "prize_pool": "0.00",
        "currency": "USD",
        "status": tournament.status,
        "ticketsource_event_id": None,
        "zimtra_tournament_id": None,
        "starting_balance": "100000.00",
        "trading_symbols": tournament.trading_symbols,
        "rules": None,
        "created_by": tournament.created_by_id and str(tournament.created_by_id),
        "created_at": z(tournament.created_at),
        "updated_at": z(tournament.updated_at),
    }


def public(tournament):
    return {name: value for name, value in shown(tournament).items() if name not in FOR_STAFF}


@pytest.mark.parametrize("address", ["slug", "pk"])
def test_tournament_is_found_by_slug_and_id(anonymous, django_assert_num_queries, address):
    tournament = TournamentFactory()

    with django_assert_num_queries(1):
        answer = anonymous.get(f"{TOURNAMENTS}/{getattr(tournament, address)}")

    assert answer.json() == public(tournament)


def test_tournament_whose_slug_has_the_digits_of_an_id_is_found(anonymous):
    TournamentFactory(slug="deadbeef-deadbeef-deadbeef-deadbeef")

    answer = anonymous.get(f"{TOURNAMENTS}/deadbeef-deadbeef-deadbeef-deadbeef")

    assert answer.status_code == 200


def test_staff_see_the_providers_ids(client_of):
    tournament = TournamentFactory(created_by=UserFactory())

    answer = client_of(UserFactory(moderator=True)).get(f"{TOURNAMENTS}/{tournament.slug}")

    assert answer.json() == shown(tournament)


@pytest.mark.parametrize("rows", [1, 3])
def test_tournaments_take_the_same_queries_for_any_number(
    anonymous, django_assert_num_queries, rows
):
    TournamentFactory.create_batch(rows, created_by=UserFactory())

    with django_assert_num_queries(2):
        answer = anonymous.get(TOURNAMENTS)

    assert answer.json()["count"] == rows


def test_tournaments_are_listed_as_they_are_shown(anonymous):
    tournament = TournamentFactory()
    TournamentFactory(draft=True)

    answer = anonymous.get(TOURNAMENTS)

    assert answer.json() == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [public(tournament)],
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "active"}, ["a"]),
        ({"status": "active,registration_open"}, ["a", "b"]),
        ({"status": "draft"}, []),
        ({"division": "raider"}, ["b"]),
        ({"tournament_type": "championship"}, ["b"]),
        ({"starts_from": "2027-03-09T14:30:00Z"}, ["b"]),
        ({"starts_to": "2027-03-09T14:30:00Z"}, ["a"]),
        ({"ends_from": "2027-03-12T21:00:00Z"}, ["b"]),
        ({"ends_to": "2027-03-12T21:00:00Z"}, ["a"]),
        ({"search": "NAME OF b"}, ["b"]),
    ],
)
def test_tournaments_can_be_filtered(anonymous, query, found):
    TournamentFactory(slug="a", active=True)
    TournamentFactory(
        slug="b",
        name="The name of B",
        division="raider",
        tournament_type="championship",
        start_date="2027-03-09T14:30:00Z",
        end_date="2027-03-12T21:00:00Z",
    )
    TournamentFactory(slug="c", draft=True)

    answer = anonymous.get(TOURNAMENTS, query | {"ordering": "name"})

    assert sorted(row["slug"] for row in answer.json()["results"]) == found


@pytest.mark.parametrize(
    "name",
    [
        "start_date",
        "end_date",
        "name",
        "prize_pool",
        "entry_fee",
        "current_participants",
        "created_at",
    ],
)
def test_tournaments_can_be_ordered(anonymous, name):
    TournamentFactory(slug="b", active=True, name="B", prize_pool=100, current_participants=1)
    TournamentFactory(slug="a", name="A", prize_pool=20, entry_fee=5)
    TournamentFactory(slug="c", name="C", entry_fee=10)

    up = anonymous.get(TOURNAMENTS, {"ordering": name}).json()["results"]
    down = anonymous.get(TOURNAMENTS, {"ordering": f"-{name}"}).json()["results"]

    def value(row):
        return Decimal(row[name]) if name in {"prize_pool", "entry_fee"} else row[name]

    assert [value(row) for row in up] == sorted(value(row) for row in up)
    assert [value(row) for row in down] == sorted((value(row) for row in up), reverse=True)


def test_several_fields_order_one_after_the_other(anonymous):
    for slug, fee, pool in (("a", 5, 10), ("b", 5, 20), ("c", 1, 30)):
        TournamentFactory(slug=slug, entry_fee=fee, prize_pool=pool)

    answer = anonymous.get(TOURNAMENTS, {"ordering": "-entry_fee,-prize_pool"})

    assert [row["slug"] for row in answer.json()["results"]] == ["b", "a", "c"]


def test_admin_drafts_a_tournament(client_of):
    admin = UserFactory(admin=True)

    answer = client_of(admin).post(TOURNAMENTS, BODY)

    tournament = Tournament.objects.get()
    assert answer.status_code == 201
    assert answer["Location"] == f"{TOURNAMENTS}/spring-cup"
    assert answer.json() == shown(tournament) | {
        "status": "draft",
        "registration_close_date": "2027-03-07T23:00:00Z",
        "end_date": "2027-03-12T21:00:00.500000Z",
        "created_by": str(admin.pk),
    }
    entry = AuditLog.objects.get(action="tournament.create")
    assert (entry.user, entry.entity_id) == (admin, tournament.pk)


def test_tournament_takes_every_field(client_of):
    rest = {
        "description": "Trade\nwell",
        "tournament_type": "championship",
        "max_participants": 50,
        "min_participants": 2,
        "entry_fee": "25.00",
        "prize_pool": "10000.00",
        "currency": "EUR",
        "ticketsource_event_id": "T1",
        "zimtra_tournament_id": "Z1",
        "starting_balance": "50000.00",
        "trading_symbols": ["AAPL", "BRK.B"],
        "rules": {"trades_public": True},
    }

    answer = client_of(UserFactory(admin=True)).post(TOURNAMENTS, BODY | rest)

    assert answer.status_code == 201
    assert {name: answer.json()[name] for name in rest} == rest


@pytest.mark.parametrize(
    ("change", "details"),
    [
        ({"name": ""}, {"name": ["This field may not be blank."]}),
        (
            {"slug": "Spring Cup"},
            {"slug": ["Use lower-case letters, digits and single hyphens between them."]},
        ),
        ({"division": "moon"}, {"division": ["Choose one of: elevator, crusader, raider."]}),
        ({"status": "active"}, {"status": ["This field is read-only."]}),
        ({"current_participants": 5}, {"current_participants": ["This field is read-only."]}),
        ({"colour": "red"}, {"colour": ["Unknown field."]}),
        (
            {"max_participants": 0},
            {"max_participants": ["Ensure this value is greater than or equal to 1."]},
        ),
        ({"entry_fee": "-1"}, {"entry_fee": ["Ensure this value is greater than or equal to 0."]}),
        ({"entry_fee": 1.5}, {"entry_fee": ['Write the number as a string, such as "12.50".']}),
        ({"currency": "usd"}, {"currency": ["Use an ISO 4217 code, such as USD."]}),
        (
            {"start_date": "2027-03-09"},
            {"start_date": ["Write an instant with its offset, such as 2026-01-31T12:00:00Z."]},
        ),
        ({"rules": [1]}, {"rules": ["Must be an object."]}),
        (
            {"trading_symbols": ["AAPL", "a b"]},
            {"trading_symbols": {"1": ["Use a symbol such as AAPL."]}},
        ),
        (
            {"end_date": "2027-03-09T14:30:00Z"},
            {"non_field_errors": ["A tournament starts before it ends."]},
        ),
        (
            {"start_date": "2027-03-02T00:00:00Z"},
            {"non_field_errors": ["Registration closes before trading starts."]},
        ),
        (
            {"max_participants": 5, "min_participants": 6},
            {"non_field_errors": ["The smallest field cannot exceed the largest."]},
        ),
    ],
)
def test_tournament_refuses(client_of, change, details):
    answer = client_of(UserFactory(admin=True)).post(TOURNAMENTS, BODY | change)

    assert answer.status_code == 400
    assert answer.json() == {
        "success": False,
        "message": "Data validation failed",
        "error": "VALIDATION_ERROR",
        "details": details,
    }
    assert Tournament.objects.count() == 0


def test_slug_that_is_taken_is_a_conflict(client_of):
    TournamentFactory(slug="spring-cup")

    answer = client_of(UserFactory(admin=True)).post(TOURNAMENTS, BODY)

    assert answer.status_code == 409
    assert answer.json()["error"] == "DUPLICATE_ENTRY"


def test_slug_that_is_an_id_is_refused(client_of):
    slug = str(UserFactory().pk)

    answer = client_of(UserFactory(admin=True)).post(TOURNAMENTS, BODY | {"slug": slug})

    assert answer.status_code == 400
    assert Tournament.objects.count() == 0


def test_admin_changes_what_is_sent_and_nothing_else(client_of):
    tournament = TournamentFactory()
    admin = UserFactory(admin=True)

    answer = client_of(admin).patch(
        f"{TOURNAMENTS}/{tournament.slug}", {"name": "Renamed", "prize_pool": "5"}
    )

    before = shown(tournament)
    tournament.refresh_from_db()
    assert answer.status_code == 200
    assert answer.json() == before | {
        "name": "Renamed",
        "prize_pool": "5.00",
        "updated_at": z(tournament.updated_at),
    }
    assert AuditLog.objects.get(action="tournament.update").user == admin


@pytest.mark.parametrize(
    "status", [TournamentStatus.ACTIVE, TournamentStatus.COMPLETED, TournamentStatus.CANCELLED]
)
def test_tournament_that_has_begun_is_frozen(client_of, status):
    tournament = TournamentFactory(active=True, status=status)

    answer = client_of(UserFactory(admin=True)).patch(
        f"{TOURNAMENTS}/{tournament.slug}", {"name": "Renamed"}
    )

    assert answer.status_code == 409
    assert answer.json() == {
        "success": False,
        "message": f"{tournament.name} is {status}: it is frozen.",
        "error": "TOURNAMENT_FROZEN",
    }
    tournament.refresh_from_db()
    assert tournament.name != "Renamed"


def seat_shown(seat):
    return {
        "id": str(seat.pk),
        "tournament_id": str(seat.tournament_id),
        "user_id": str(seat.user_id),
        "username": seat.user.username,
        "avatar_url": None,
        "country": "Switzerland",
        "registered_at": z(seat.registered_at),
        "registration_source": "web",
        "ticketsource_booking_id": None,
        "zimtra_account_id": seat.zimtra_account_id,
        "starting_balance": "100000.00",
        "current_balance": "100010.50",
        "total_pnl": "10.50",
        "realized_pnl": "10.50",
        "unrealized_pnl": "0.00",
        "total_trades": 4,
        "winning_trades": 2,
        "losing_trades": 1,
        "win_rate": "66.67",
        "total_volume": "0.00",
        "current_rank": None,
        "best_rank": None,
        "final_rank": None,
        "final_pnl": None,
        "is_active": True,
        "disqualified": False,
        "disqualification_reason": None,
        "updated_at": z(seat.updated_at),
    }


SEAT_FOR_STAFF = (
    "user_id",
    "registration_source",
    "ticketsource_booking_id",
    "zimtra_account_id",
    "disqualification_reason",
)


@pytest.fixture
def seat():
    return ParticipantFactory(
        user__country="Switzerland",
        total_pnl=Decimal("10.50"),
        realized_pnl=Decimal("10.50"),
        current_balance=Decimal("100010.50"),
        total_trades=4,
        winning_trades=2,
        losing_trades=1,
    )


def test_participant_is_shown_without_what_is_personal(anonymous, django_assert_num_queries, seat):
    url = f"{TOURNAMENTS}/{seat.tournament.slug}/participants/{seat.pk}"

    with django_assert_num_queries(2):
        answer = anonymous.get(url)

    expected = seat_shown(seat)
    assert answer.json() == {
        name: expected[name] for name in expected if name not in SEAT_FOR_STAFF
    }


def test_staff_see_whose_seat_it_is(client_of, seat):
    url = f"{TOURNAMENTS}/{seat.tournament.pk}/participants/{seat.pk}"

    answer = client_of(UserFactory(moderator=True)).get(url)

    assert answer.json() == seat_shown(seat)


def test_win_rate_without_a_decided_trade_is_unknown(anonymous):
    seat = ParticipantFactory()

    answer = anonymous.get(f"{TOURNAMENTS}/{seat.tournament.slug}/participants/{seat.pk}")

    assert answer.json()["win_rate"] is None


def test_participant_of_another_tournament_is_not_found(anonymous, seat):
    other = TournamentFactory()

    answer = anonymous.get(f"{TOURNAMENTS}/{other.slug}/participants/{seat.pk}")

    assert answer.status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_participants_take_the_same_queries_for_any_number(
    anonymous, django_assert_num_queries, rows
):
    tournament = TournamentFactory(active=True)
    ParticipantFactory.create_batch(rows, tournament=tournament)
    ParticipantFactory()

    with django_assert_num_queries(3):
        answer = anonymous.get(f"{TOURNAMENTS}/{tournament.slug}/participants")

    assert answer.json()["count"] == rows


@pytest.fixture
def field():
    """Return the address of three seats: ada leads bob, cid is out."""
    tournament = TournamentFactory(active=True)
    for name, pnl, rest in (
        ("bob", 5, {"total_trades": 9}),
        ("ada", 10, {"user__country": "Switzerland", "total_volume": 7}),
        (
            "cid",
            -5,
            {
                "is_active": False,
                "disqualified": True,
                "disqualification_reason": "Two accounts",
                "registered_at": timezone.now().replace(year=2020),
            },
        ),
    ):
        ParticipantFactory(
            tournament=tournament,
            user__username=name,
            total_pnl=pnl,
            realized_pnl=pnl,
            current_balance=100_000 + pnl,
            **rest,
        )
    return f"{TOURNAMENTS}/{tournament.slug}/participants"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["ada", "bob", "cid"]),
        ({"country": "SWITZERLAND"}, ["ada"]),
        ({"is_active": "false"}, ["cid"]),
        ({"disqualified": "false"}, ["ada", "bob"]),
        ({"search": "B"}, ["bob"]),
        ({"ordering": "total_pnl"}, ["cid", "bob", "ada"]),
        ({"ordering": "-realized_pnl"}, ["ada", "bob", "cid"]),
        ({"ordering": "-username"}, ["cid", "bob", "ada"]),
        ({"ordering": "-total_trades,username"}, ["bob", "ada", "cid"]),
        ({"ordering": "-total_volume,username"}, ["ada", "bob", "cid"]),
        ({"ordering": "registered_at,username"}, ["cid", "ada", "bob"]),
    ],
)
def test_participants_can_be_filtered_and_ordered(anonymous, field, query, found):
    answer = anonymous.get(field, query)

    assert [row["username"] for row in answer.json()["results"]] == found
