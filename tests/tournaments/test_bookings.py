"""Bookings become seats, or a reason why not."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import KycStatus
from accounts.services import kyc
from administration.models import AuditLog
from comms.models import Notification
from dayrade.errors import ConflictError
from dayrade.privacy import erasure
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import BookingFactory, ParticipantFactory, TournamentFactory
from tournaments.models import (
    Booking,
    BookingStatus,
    Mismatch,
    Participant,
    Tournament,
    TournamentStatus,
)
from tournaments.services import bookings, seats
from tournaments.sources import Booked, SourceError, Unchanged

AT = datetime(2027, 2, 12, 10, 58, tzinfo=UTC)
HOUR = timedelta(hours=1)


def booked(reference="A1", email="ada@example.com", **given):
    values = {
        "name": "Ada Lovelace",
        "amount": Decimal("25.00"),
        "currency": None,
        "booked_at": AT,
        "status": BookingStatus.PAID,
    }
    return Booked(reference=reference, email=email, **values | given)


def ada(**given):
    return UserFactory(**{"email": "ada@example.com", "approved": True} | given)


def take(tournament, *found):
    return bookings.take(tournament=tournament, found=found)


def refund(tournament, reference="A1"):
    return take(tournament, booked(reference, status=BookingStatus.REFUNDED))


def stored(reference="A1"):
    return Booking.objects.get(reference=reference)


def told():
    """In the order of the alphabet: a test's transaction has one instant."""
    return list(Notification.objects.order_by("type").values_list("type", flat=True))


@pytest.mark.django_db
def test_booking_becomes_a_seat():
    tournament = TournamentFactory(currency="EUR")
    user = ada(email="Ada@example.com")

    done = take(tournament, booked(email="ada@EXAMPLE.com"))

    seat = Participant.objects.get()
    assert (seat.user, seat.tournament, seat.is_active) == (user, tournament, True)
    assert (seat.registration_source, seat.ticketsource_booking_id) == ("ticketsource", "A1")
    booking = stored()
    assert (booking.user, booking.participant, booking.mismatch) == (user, seat, None)
    assert (booking.email, booking.name, booking.amount) == (
        "ada@EXAMPLE.com",
        "Ada Lovelace",
        Decimal("25.00"),
    )
    assert (booking.currency, booking.booked_at, booking.reason) == ("EUR", AT, None)
    assert Tournament.objects.get().current_participants == 1
    assert told() == ["booking.seated"]
    assert (done.read, done.foreign, dict(done.standing)) == (1, [], {"paid": 1})


@pytest.mark.django_db
def test_seat_of_a_booking_is_in_the_audit_as_the_platforms_doing():
    ada()

    take(TournamentFactory(), booked())

    row = AuditLog.objects.get(entity_type="tournament_participants")
    assert (row.action, row.user) == ("tournament.register", None)


@pytest.mark.django_db
def test_second_import_changes_nothing():
    tournament = TournamentFactory()
    ada()
    take(tournament, booked())
    before = Booking.objects.values().get()

    take(tournament, booked())

    after = Booking.objects.values().get()
    assert after == before | {"last_seen_at": after["last_seen_at"]}
    assert Participant.objects.count() == 1
    assert told() == ["booking.seated"]


@pytest.mark.django_db
def test_what_ticketsource_changes_is_taken_over():
    tournament = TournamentFactory()
    take(tournament, booked(email="typo@example.com"))
    user = ada()

    take(tournament, booked(amount=Decimal("30.00"), name=None, currency="GBP"))

    booking = stored()
    assert (booking.email, booking.name) == ("ada@example.com", None)
    assert (booking.amount, booking.currency) == (Decimal("30.00"), "GBP")
    assert booking.participant.user == user


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tournament", "person", "mismatch"),
    [
        ({}, {"email": "other@example.com"}, Mismatch.NO_ACCOUNT),
        ({}, {"unverified": True}, Mismatch.EMAIL_UNVERIFIED),
        ({}, {"suspended": True}, Mismatch.ACCOUNT_BARRED),
        ({}, {"is_active": False}, Mismatch.ACCOUNT_BARRED),
        ({}, {"approved": False}, Mismatch.KYC_REQUIRED),
        ({"max_participants": 10, "current_participants": 10}, {}, Mismatch.TOURNAMENT_FULL),
        ({"draft": True}, {}, Mismatch.REGISTRATION_CLOSED),
        ({"active": True}, {}, Mismatch.REGISTRATION_CLOSED),
    ],
)
def test_booking_without_a_seat_says_why(tournament, person, mismatch):
    ada(**person)

    done = take(TournamentFactory(**tournament), booked())

    assert (stored().mismatch, stored().participant) == (mismatch, None)
    assert stored().reason == mismatch.label
    assert dict(done.standing) == {mismatch.value: 1}
    assert not Participant.objects.exists()


@pytest.mark.django_db
def test_booking_without_an_address_has_no_account():
    take(TournamentFactory(), booked(email=""))

    assert stored().mismatch == Mismatch.NO_ACCOUNT


@pytest.mark.django_db
def test_unproven_address_gets_hold_of_no_booking():
    ada(unverified=True)

    take(TournamentFactory(), booked())

    assert stored().user is None
    assert told() == []


@pytest.mark.django_db
def test_account_that_is_made_later_gets_the_seat():
    tournament = TournamentFactory()
    take(tournament, booked())
    user = ada()

    take(tournament)

    assert (stored().participant.user, stored().mismatch) == (user, None)


@pytest.mark.django_db
def test_person_is_told_once_that_the_identity_is_missing():
    tournament = TournamentFactory()
    user = ada(approved=False, in_review=True)

    take(tournament, booked())
    take(tournament, booked())
    Tournament.objects.update(status=TournamentStatus.DRAFT)
    take(tournament, booked())
    first = told()
    Tournament.objects.update(status=TournamentStatus.REGISTRATION_OPEN)
    kyc.decide(
        actor=UserFactory(admin=True), user=user, status=KycStatus.APPROVED, reason="Passport seen"
    )
    take(tournament)

    assert first == ["booking.kyc_required"]
    assert told() == ["booking.kyc_required", "booking.seated", "kyc.approved"]
    assert stored().participant.user == user


@pytest.mark.django_db
def test_another_person_of_the_booking_is_told_too():
    tournament = TournamentFactory()
    ada(approved=False)
    take(tournament, booked())
    other = UserFactory(email="bob@example.com")

    take(tournament, booked(email="bob@example.com"))

    assert stored().user == other
    assert Notification.objects.filter(user=other).count() == 1


@pytest.mark.django_db
def test_seat_taken_by_hand_is_joined():
    tournament = TournamentFactory()
    seat = seats.register(tournament=tournament, user=ada())

    take(tournament, booked())

    seat.refresh_from_db()
    assert (seat.ticketsource_booking_id, seat.registration_source) == ("A1", "web")
    assert (stored().participant, stored().mismatch) == (seat, None)
    assert Tournament.objects.get().current_participants == 1


@pytest.mark.django_db
def test_second_booking_of_a_person_is_a_mismatch():
    tournament = TournamentFactory()
    ada()

    take(tournament, booked("A1"), booked("A2", booked_at=AT + HOUR))

    assert (stored("A2").mismatch, stored("A2").participant) == (Mismatch.ANOTHER_BOOKING, None)
    assert Participant.objects.get().ticketsource_booking_id == "A1"


@pytest.mark.django_db
def test_number_that_staff_know_from_elsewhere_keeps_its_seat():
    tournament = TournamentFactory()
    seat = ParticipantFactory(
        tournament=tournament, user=ada(), ticketsource_booking_id="BY-TELEPHONE"
    )

    take(tournament, booked())

    seat.refresh_from_db()
    assert seat.ticketsource_booking_id == "BY-TELEPHONE"
    assert stored().mismatch == Mismatch.ANOTHER_BOOKING


@pytest.mark.django_db
def test_refunded_booking_whose_seat_stands_is_a_mismatch():
    tournament = TournamentFactory()
    user = ada()
    take(tournament, booked())

    refund(tournament)
    standing = stored().mismatch
    seats.withdraw(tournament=tournament, user=user)
    take(tournament)

    assert standing == Mismatch.SEAT_STANDS
    assert (stored().mismatch, stored().participant.is_active) == (None, False)


@pytest.mark.django_db
def test_cancelled_booking_takes_no_seat():
    ada()

    take(TournamentFactory(), booked(status=BookingStatus.CANCELLED))

    assert (stored().participant, stored().mismatch) == (None, None)
    assert not Participant.objects.exists()


@pytest.mark.django_db
def test_new_booking_takes_the_seat_of_a_refunded_one_over():
    tournament = TournamentFactory()
    ada()
    take(tournament, booked("A1"))
    refund(tournament, "A1")

    take(tournament, booked("A2", booked_at=AT + HOUR))
    take(tournament)

    assert Participant.objects.get().ticketsource_booking_id == "A2"
    assert (stored("A1").participant, stored("A1").mismatch) == (None, None)
    assert stored("A2").participant == Participant.objects.get()


@pytest.mark.django_db
def test_seat_that_was_given_back_is_not_taken_again():
    tournament = TournamentFactory()
    user = ada()
    take(tournament, booked())
    seats.withdraw(tournament=tournament, user=user)

    take(tournament, booked())
    mismatch = stored().mismatch
    seats.register(tournament=tournament, user=user)
    take(tournament, booked())

    assert mismatch == Mismatch.WITHDRAWN
    assert (stored().mismatch, stored().participant.is_active) == (None, True)


@pytest.mark.django_db
def test_new_booking_takes_a_seat_that_was_given_back():
    tournament = TournamentFactory()
    user = ada()
    seats.register(tournament=tournament, user=user)
    seats.withdraw(tournament=tournament, user=user)

    take(tournament, booked())

    assert stored().participant == Participant.objects.get(is_active=True)


@pytest.mark.django_db
def test_disqualified_competitor_is_no_mismatch():
    tournament = TournamentFactory()
    ada()
    take(tournament, booked())
    Participant.objects.update(disqualified=True, disqualification_reason="Cheated")

    take(tournament, booked())
    paid = stored().mismatch
    refund(tournament)

    assert (paid, stored().mismatch) == (None, None)


@pytest.mark.django_db
def test_booking_of_another_tournament_is_left_alone():
    first, second = TournamentFactory.create_batch(2)
    ada()
    take(first, booked())

    done = take(second, booked(email="bob@example.com"), booked("A2", "bob@example.com"))

    assert done.foreign == ["A1"]
    assert (stored("A1").tournament, stored("A1").email) == (first, "ada@example.com")
    assert stored("A2").tournament == second


@pytest.mark.django_db
def test_unchanged_booking_keeps_all_but_when_it_was_seen():
    tournament = TournamentFactory()
    long_ago = timezone.now() - HOUR
    booking = BookingFactory(tournament=tournament, last_seen_at=long_ago)

    take(tournament, Unchanged(booking.reference))

    assert stored(booking.reference).last_seen_at > long_ago
    assert stored(booking.reference).email == booking.email


@pytest.mark.django_db
def test_erased_person_is_not_brought_back():
    tournament = TournamentFactory()
    user = ada(approved=False)
    take(tournament, booked())
    erasure.erase(actor=user, person=user, reason="Gone")

    take(tournament, booked())

    booking = stored()
    assert (booking.email, booking.name, booking.user) == ("[erased]", None, user)


class Source:
    """A source that answers from memory, and looks at how it is asked."""

    def __init__(self, *found, error=None):
        self.found = found
        self.error = error
        self.asked = []

    def bookings(self, event, *, known):
        self.asked.append((event, sorted(known), connection.in_atomic_block))
        yield from self.found
        if self.error:
            raise self.error


@pytest.mark.django_db(transaction=True)
def test_poll_asks_outside_any_transaction_and_names_what_is_known():
    tournament = TournamentFactory(ticketsource_event_id="evt-1")
    ada()
    bookings.poll(tournament=tournament, source=Source(booked("A1"), booked("A2", "b@example.com")))
    source = Source(Unchanged("A1"), booked("A2", "b@example.com"))

    done = bookings.poll(tournament=tournament, source=source)

    assert source.asked == [("evt-1", ["A1"], False)]
    assert dict(done.standing) == {"paid": 1, "no_account": 1}


@pytest.mark.django_db
def test_poll_that_breaks_off_changes_nothing():
    tournament = TournamentFactory(ticketsource_event_id="evt-1")
    ada()

    with pytest.raises(SourceError):
        bookings.poll(tournament=tournament, source=Source(booked(), error=SourceError("Broken")))

    assert not Booking.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_rehearsal_says_what_would_come_of_it_and_takes_it_back():
    tournament = TournamentFactory()
    ada()
    other = BookingFactory()

    said = [
        bookings.rehearse(tournament=tournament, booked=each)
        for each in (
            booked(),
            booked("A2", "bob@example.com"),
            booked("A3", status=BookingStatus.REFUNDED),
            booked(other.reference),
        )
    ]

    assert said == ["paid", "no_account", "refunded", "foreign"]
    assert list(Booking.objects.all()) == [other]
    assert not Participant.objects.exists()
    assert told() == []


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_seat_everybody_once():
    tournament = TournamentFactory(max_participants=10)
    users = UserFactory.create_batch(15, approved=True)
    found = [booked(f"A{number}", user.email) for number, user in enumerate(users)]
    together = Barrier(4)

    def work(number):
        together.wait()
        try:
            if number < 2:
                return take(tournament, *found[:: 1 - 2 * number]).foreign
            for user in users:
                with contextlib.suppress(ConflictError):
                    seats.register(tournament=tournament, user=user)
        finally:
            connection.close()
        return []

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [[], [], [], []]
    take(tournament)

    seated = Participant.objects.filter(tournament=tournament, is_active=True)
    assert seated.count() == Tournament.objects.get().current_participants == 10
    assert seated.exclude(ticketsource_booking_id=None).count() == 10
    assert Booking.objects.filter(mismatch=Mismatch.TOURNAMENT_FULL).count() == 5
    assert Booking.objects.filter(participant__isnull=False).count() == 10
