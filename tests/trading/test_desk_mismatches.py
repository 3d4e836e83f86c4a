"""Seats and bookings that do not fit, on one page of a tournament."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.models import Role
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import BookingFactory, ParticipantFactory, TournamentFactory
from tournaments.models import Booking, Mismatch
from trading.desk import mismatches

pytestmark = pytest.mark.django_db


@pytest.fixture
def tournament():
    return TournamentFactory(ticketsource_event_id="evt-1")


@pytest.fixture
def page(client, tournament):
    client.force_login(UserFactory(role=Role.MODERATOR))
    return reverse("admin:tournament_mismatches", args=[tournament.pk])


def steps(group):
    return [[said for said, _ in line.steps] for line in group.lines]


def test_every_reason_has_its_advice():
    assert set(mismatches.ADVICE) == set(Mismatch)


def test_each_kind_is_shown_with_what_to_do(client, page, tournament):
    user = UserFactory(in_review=True)
    refunded = ParticipantFactory(tournament=tournament, ticketsource_booking_id="B3")
    gift = ParticipantFactory(tournament=tournament)
    of = {"tournament": tournament}
    BookingFactory(reference="B1", email="ann@example.com", mismatch=Mismatch.NO_ACCOUNT, **of)
    BookingFactory(reference="B2", user=user, mismatch=Mismatch.KYC_REQUIRED, **of)
    BookingFactory(
        reference="B3",
        user=refunded.user,
        participant=refunded,
        status="refunded",
        mismatch=Mismatch.SEAT_STANDS,
        **of,
    )
    BookingFactory(mismatch=Mismatch.NO_ACCOUNT)
    BookingFactory(**of)

    response = client.get(page)

    groups = response.context["groups"]
    assert [(group.title, group.count) for group in groups] == [
        ("No account has this e-mail address", 1),
        ("The identity is not approved", 1),
        ("Cancelled or refunded, but the seat stands", 1),
        ("Seat without a booking", 1),
    ]
    assert [line.name for group in groups for line in group.lines] == [
        "B1",
        "B2",
        "B3",
        str(gift.user),
    ]
    assert [steps(group)[0] for group in groups] == [
        ["Look for the person"],
        ["Person", "Identity: in review"],
        ["Person", "Seat", "Disqualify"],
        ["Look for a booking", "Disqualify"],
    ]
    assert all(group.advice in response.content.decode().replace("&#x27;", "'") for group in groups)


def test_list_of_a_kind_leads_to_all_of_it(client, page, tournament, monkeypatch):
    monkeypatch.setattr(mismatches, "SHOWN", 1)
    BookingFactory.create_batch(2, tournament=tournament, mismatch=Mismatch.NO_ACCOUNT)
    BookingFactory(mismatch=Mismatch.NO_ACCOUNT)

    (group,) = client.get(page).context["groups"]
    listed = client.get(group.url).context["cl"].result_list

    assert (group.count, len(group.lines), len(listed)) == (2, 1, 2)


def test_another_try_gives_the_seat_once_nothing_is_in_the_way(client, page, tournament):
    user = UserFactory(approved=True)
    BookingFactory(tournament=tournament, email=user.email, mismatch=Mismatch.KYC_REQUIRED)
    BookingFactory(tournament=tournament, mismatch=Mismatch.NO_ACCOUNT)

    response = client.post(page)

    assert [str(one) for one in get_messages(response.wsgi_request)] == ["1 of 2 bookings fit now."]
    assert tournament.participants.get().user == user
    assert Booking.objects.filter(mismatch__isnull=True).count() == 1


def test_where_everything_fits_nothing_is_offered(client, page, tournament):
    response = client.get(page)

    content = response.content.decode()
    assert "Every booking has its seat, and every seat its booking." in content
    assert "Try all of them again" not in content


def test_page_asks_as_many_questions_for_many_as_for_one(
    client, page, tournament, django_assert_num_queries
):
    BookingFactory.create_batch(3, tournament=tournament, mismatch=Mismatch.NO_ACCOUNT)
    ParticipantFactory.create_batch(3, tournament=tournament)

    # session, person, tournament; a list for each kind; two counts
    with django_assert_num_queries(3 + len(Mismatch) + 1 + 2):
        client.get(page)
