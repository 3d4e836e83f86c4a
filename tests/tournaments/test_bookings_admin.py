"""Bookings in the back office."""

import pytest
from django.urls import reverse

from accounts.models import Role
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import BookingFactory, ParticipantFactory, TournamentFactory
from tournaments.models import BookingStatus, Mismatch

pytestmark = pytest.mark.django_db

LIST = "admin:tournaments_booking_changelist"


@pytest.fixture
def listed(client):
    """Return a function that lists what a moderator finds."""
    client.force_login(UserFactory(role=Role.MODERATOR))

    def ask(page=LIST, **query):
        return list(client.get(reverse(page), query).context["cl"].result_list)

    return ask


def test_mismatches_are_found_at_one_look(listed):
    fits = BookingFactory()
    lost = BookingFactory(mismatch=Mismatch.NO_ACCOUNT)
    unknown = BookingFactory(mismatch=Mismatch.KYC_REQUIRED)

    assert set(listed(mismatch="any")) == {lost, unknown}
    assert listed(mismatch="none") == [fits]
    assert listed(mismatch="kyc_required") == [unknown]
    assert len(listed()) == 3


def test_bookings_are_searched_by_address_and_reference(listed):
    seat = ParticipantFactory()
    found = BookingFactory(reference="A12BCD", email="Ada@example.com", user=seat.user)
    BookingFactory(email="adam@example.com")

    assert [listed(q=q) for q in ("ada@EXAMPLE.com", "a12bcd", seat.user.email, "ada")] == [
        [found],
        [found],
        [found],
        [],
    ]


def test_bookings_are_filtered_by_status_and_tournament(listed):
    refunded = BookingFactory(status=BookingStatus.REFUNDED)
    BookingFactory()

    assert listed(status__exact="refunded") == [refunded]
    assert listed(tournament__id__exact=refunded.tournament_id) == [refunded]


def test_page_gives_the_reason_in_words_and_leads_to_the_seat(client):
    seat = ParticipantFactory()
    booking = BookingFactory(
        user=seat.user, participant=seat, mismatch=Mismatch.SEAT_STANDS, status="refunded"
    )
    client.force_login(UserFactory(role=Role.MODERATOR))

    page = client.get(reverse("admin:tournaments_booking_change", args=[booking.pk]))

    shown = page.content.decode()
    assert "Cancelled or refunded, but the seat stands" in shown
    assert reverse("admin:tournaments_participant_change", args=[seat.pk]) in shown
    assert not page.context["has_change_permission"]


def test_seats_without_booking_are_a_filter_of_the_seats(listed):
    tournament = TournamentFactory(ticketsource_event_id="evt-1")
    unbooked = ParticipantFactory(tournament=tournament)
    ParticipantFactory(tournament=tournament, ticketsource_booking_id="A1")
    ParticipantFactory()

    page = "admin:tournaments_participant_changelist"
    assert listed(page, booking="missing") == [unbooked]
    assert len(listed(page)) == 3
