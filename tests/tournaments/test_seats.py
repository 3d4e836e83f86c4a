"""Taking a seat and giving it back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import KycStatus
from accounts.services import kyc
from administration import configuration
from administration.models import AuditLog
from dayrade.errors import ForbiddenError
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tournaments.models import Participant, Tournament, TournamentStatus
from tournaments.services import seats

HOUR = timedelta(hours=1)


def stored(tournament):
    return Tournament.objects.values_list("current_participants", flat=True).get(pk=tournament.pk)


@pytest.mark.django_db
def test_register_gives_a_place():
    tournament = TournamentFactory(starting_balance="5000.00")
    user = UserFactory(approved=True)

    seat = seats.register(tournament=tournament, user=user)

    assert (seat.tournament, seat.user, seat.is_active) == (tournament, user, True)
    assert (str(seat.starting_balance), str(seat.current_balance)) == ("5000.00", "5000.00")
    assert seat.registration_source == "web"
    assert stored(tournament) == 1


@pytest.mark.django_db
def test_register_writes_one_line_of_audit_for_the_seat():
    user = UserFactory(approved=True)

    seat = seats.register(tournament=TournamentFactory(), user=user)

    rows = AuditLog.objects.filter(action="tournament.register")
    assert [(row.entity_type, row.entity_id, row.user) for row in rows] == [
        ("tournament_participants", seat.pk, user)
    ]


def under_the_lock(*, tournament, user):
    """Register somebody whom nothing refused before the transaction."""
    register = seats._register  # noqa: SLF001  # what only a race reaches
    return register(tournament, user, "web", None, with_account=True)


ATTEMPTS = pytest.mark.parametrize("attempt", [seats.register, under_the_lock])


@pytest.mark.django_db
@ATTEMPTS
@pytest.mark.parametrize(
    ("tournament", "person", "error"),
    [
        ({"draft": True}, {}, seats.RegistrationClosedError),
        ({"active": True}, {}, seats.RegistrationClosedError),
        ({"status": TournamentStatus.REGISTRATION_CLOSED}, {}, seats.RegistrationClosedError),
        ({"status": TournamentStatus.CANCELLED}, {}, seats.RegistrationClosedError),
        (
            {"registration_close_date": timezone.now() - HOUR},
            {},
            seats.RegistrationClosedError,
        ),
        (
            {"max_participants": 10, "current_participants": 10},
            {},
            seats.TournamentFullError,
        ),
        ({}, {"unverified": True}, kyc.EmailUnverifiedError),
        ({}, {"approved": False}, seats.KycRequiredError),
        ({}, {"suspended": True}, ForbiddenError),
        ({}, {"is_active": False}, ForbiddenError),
        (
            {},
            {"approved": False, "kyc_status": KycStatus.IN_REVIEW},
            seats.KycRequiredError,
        ),
    ],
)
def test_register_is_refused(attempt, tournament, person, error):
    made = TournamentFactory(**tournament)
    before = stored(made)

    with pytest.raises(error):
        attempt(tournament=made, user=UserFactory(**{"approved": True} | person))

    assert stored(made) == before
    assert not Participant.objects.exists()


@pytest.mark.django_db
def test_nothing_is_locked_for_who_has_no_chance(django_assert_num_queries):
    full = TournamentFactory(max_participants=10, current_participants=10)
    user = UserFactory(approved=True)

    with django_assert_num_queries(2), pytest.raises(seats.TournamentFullError):
        seats.register(tournament=full, user=user)


@pytest.mark.django_db
def test_rules_may_waive_the_identity():
    tournament = TournamentFactory(rules={"kyc_required": False})

    seat = seats.register(tournament=tournament, user=UserFactory())

    assert seat.is_active


@pytest.mark.django_db
def test_registration_can_be_closed_everywhere():
    key = configuration.REGISTRY["registration.enabled"]
    configuration.set_value(actor=UserFactory(admin=True), key=key, value=False)

    with pytest.raises(seats.RegistrationClosedError):
        seats.register(tournament=TournamentFactory(), user=UserFactory(approved=True))


@pytest.mark.django_db
@ATTEMPTS
@pytest.mark.parametrize(
    "seat", [{}, {"is_active": False, "disqualified": True, "disqualification_reason": "Cheated"}]
)
def test_second_seat_is_refused(attempt, seat):
    tournament = TournamentFactory(current_participants=1)
    taken = ParticipantFactory(tournament=tournament, user__approved=True, **seat)

    with pytest.raises(seats.AlreadyRegisteredError):
        attempt(tournament=tournament, user=taken.user)

    assert stored(tournament) == 1


@pytest.mark.django_db
def test_withdrawing_frees_the_place_and_it_can_be_taken_again():
    tournament = TournamentFactory(max_participants=10, current_participants=9)
    user = UserFactory(approved=True)
    first = seats.register(tournament=tournament, user=user)

    seats.withdraw(tournament=tournament, user=user)
    between = (stored(tournament), Participant.objects.get().is_active)
    again = seats.register(tournament=tournament, user=user)

    assert between == (9, False)
    assert (again.pk, again.is_active) == (first.pk, True)
    assert stored(tournament) == 10


@pytest.mark.django_db
def test_withdrawing_needs_a_seat():
    tournament = TournamentFactory()
    user = UserFactory(approved=True)
    seats.register(tournament=tournament, user=user)
    seats.withdraw(tournament=tournament, user=user)

    for person in (user, UserFactory()):
        with pytest.raises(seats.NotRegisteredError):
            seats.withdraw(tournament=tournament, user=person)

    assert stored(tournament) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "tournament",
    [
        {"active": True},
        {"status": TournamentStatus.COMPLETED},
        {
            "status": TournamentStatus.REGISTRATION_CLOSED,
            "registration_close_date": timezone.now() - 2 * HOUR,
            "start_date": timezone.now() - HOUR,
        },
    ],
)
def test_nobody_withdraws_after_the_start(tournament):
    seat = ParticipantFactory(tournament=TournamentFactory(current_participants=1, **tournament))

    with pytest.raises(seats.StartedError):
        seats.withdraw(tournament=seat.tournament, user=seat.user)

    seat.refresh_from_db()
    assert seat.is_active
    assert stored(seat.tournament) == 1
