"""Bookings over HTTP, for staff."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories.accounts import UserFactory
from tests.factories.tournaments import BookingFactory, ParticipantFactory, TournamentFactory
from tournaments.models import BookingStatus, Mismatch

pytestmark = pytest.mark.django_db


@pytest.fixture
def tournament():
    return TournamentFactory(ticketsource_event_id="evt-1")


@pytest.fixture
def listed(client_of, tournament):
    """Return a function that lists the references that a moderator finds."""
    moderator = client_of(UserFactory(moderator=True))

    def ask(**query):
        answer = moderator.get(f"/api/v1/tournaments/{tournament.slug}/bookings", query)
        assert answer.status_code == 200
        return [row["reference"] for row in answer.json()["results"]]

    return ask


def test_booking_is_shown_with_its_seat(client_of, tournament):
    seat = ParticipantFactory(tournament=tournament)
    booking = BookingFactory(
        tournament=tournament,
        user=seat.user,
        participant=seat,
        status=BookingStatus.REFUNDED,
        mismatch=Mismatch.SEAT_STANDS,
    )
    BookingFactory()
    moderator = client_of(UserFactory(moderator=True))

    (row,) = moderator.get(f"/api/v1/tournaments/{tournament.slug}/bookings").json()["results"]

    for name in ("booked_at", "first_seen_at", "last_seen_at"):
        assert row.pop(name).endswith("Z")
    assert row == {
        "id": str(booking.pk),
        "reference": booking.reference,
        "email": booking.email,
        "name": "Ada Lovelace",
        "amount": "25.00",
        "currency": "USD",
        "status": "refunded",
        "user_id": str(seat.user_id),
        "username": seat.user.username,
        "participant_id": str(seat.pk),
        "mismatch": "seat_stands",
        "reason": "Cancelled or refunded, but the seat stands",
    }


def test_bookings_are_found_by_what_is_wrong(tournament, listed):
    now = timezone.now()
    for number, given in enumerate(
        (
            {"reference": "A1", "mismatch": Mismatch.NO_ACCOUNT},
            {"reference": "A2", "mismatch": Mismatch.KYC_REQUIRED, "email": "ada@example.com"},
            {"reference": "A3"},
            {"reference": "A4", "status": BookingStatus.CANCELLED},
        )
    ):
        BookingFactory(tournament=tournament, booked_at=now - timedelta(hours=number), **given)

    assert listed() == ["A1", "A2", "A3", "A4"]
    assert listed(ordering="-reference") == ["A4", "A3", "A2", "A1"]
    assert listed(mismatch="no_account,kyc_required") == ["A1", "A2"]
    assert listed(has_mismatch="true") == ["A1", "A2"]
    assert listed(has_mismatch="false") == ["A3", "A4"]
    assert listed(status="cancelled") == ["A4"]
    assert listed(email="ADA@example.com") == ["A2"]
    assert listed(reference="a3") == ["A3"]


def test_unknown_mismatch_is_refused(client_of, tournament):
    moderator = client_of(UserFactory(moderator=True))

    answer = moderator.get(f"/api/v1/tournaments/{tournament.slug}/bookings?mismatch=lost")

    assert (answer.status_code, list(answer.json()["details"])) == (400, ["mismatch"])


@pytest.mark.parametrize("number", [1, 3])
def test_list_asks_a_fixed_number_of_questions(
    client_of, tournament, django_assert_num_queries, number
):
    for _ in range(number):
        seat = ParticipantFactory(tournament=tournament)
        BookingFactory(tournament=tournament, user=seat.user, participant=seat)
    moderator = client_of(UserFactory(moderator=True))

    # session, tournament, count, rows
    with django_assert_num_queries(4):
        answer = moderator.get(f"/api/v1/tournaments/{tournament.slug}/bookings")

    assert answer.json()["count"] == number


def test_seats_without_booking_are_listed_where_ticketsource_sells(client_of, tournament):
    unbooked = ParticipantFactory(tournament=tournament)
    ParticipantFactory(tournament=tournament, ticketsource_booking_id="A1")
    ParticipantFactory(tournament=tournament, is_active=False)
    elsewhere = ParticipantFactory().tournament
    moderator = client_of(UserFactory(moderator=True))

    found = [
        [
            row["id"]
            for row in moderator.get(
                f"/api/v1/tournaments/{each.slug}/unbooked-participants"
            ).json()["results"]
        ]
        for each in (tournament, elsewhere)
    ]

    assert found == [[str(unbooked.pk)], []]
