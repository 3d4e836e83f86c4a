"""The life of a tournament: by its dates, and by staff ahead of them."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from administration.models import AuditLog
from comms.models import Notification
from dayrade.errors import ForbiddenError, InvalidTransitionError
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tournaments.models import Participant, Tournament, TournamentStatus
from tournaments.services import lifecycle, results

DRAFT, OPEN, CLOSED, ACTIVE, COMPLETED, CANCELLED = TournamentStatus
ALLOWED = {
    (DRAFT, OPEN),
    (OPEN, CLOSED),
    (CLOSED, ACTIVE),
    (ACTIVE, COMPLETED),
    (DRAFT, CANCELLED),
    (OPEN, CANCELLED),
    (CLOSED, CANCELLED),
    (ACTIVE, CANCELLED),
}
HOUR = timedelta(hours=1)
WHY = "The exchange closes early"


def of_status(status, **fields):
    kind = {"active": True} if status == ACTIVE else {"status": status}
    return TournamentFactory(**{"min_participants": 1, "current_participants": 1} | kind | fields)


def status_of(tournament):
    return Tournament.objects.values_list("status", flat=True).get(pk=tournament.pk)


def nothing(tournament, *, settle=True):
    return []


def something(tournament, *, settle=True):
    return [f"{tournament} has open breaks."]


@pytest.mark.django_db
@pytest.mark.parametrize(("start", "to"), [*itertools.product(TournamentStatus, repeat=2)])
def test_transition_takes_the_declared_ways_only(start, to):
    tournament = of_status(start)
    admin = UserFactory(admin=True)

    if (start, to) in ALLOWED:
        moved = lifecycle.transition(actor=admin, tournament=tournament, to=to, reason=WHY)
        assert moved.status == status_of(tournament) == to
    else:
        with pytest.raises(InvalidTransitionError):
            lifecycle.transition(actor=admin, tournament=tournament, to=to, reason=WHY)
        assert status_of(tournament) == start


@pytest.mark.django_db
def test_transition_is_audited_with_its_reason():
    admin = UserFactory(admin=True)
    tournament = of_status(ACTIVE)

    lifecycle.transition(actor=admin, tournament=tournament, to=CANCELLED, reason=WHY)

    row = AuditLog.objects.get(action="tournament.transition")
    assert (row.user, row.entity_id, row.changes["reason"]) == (admin, tournament.pk, WHY)
    assert (row.old_values["status"], row.new_values["status"]) == (ACTIVE, CANCELLED)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "actor", [{}, {"moderator": True}, {"admin": True, "suspended": True}, {"role": "user"}]
)
def test_only_an_admin_in_good_standing_moves_a_tournament(actor):
    tournament = of_status(OPEN)

    with pytest.raises(ForbiddenError):
        lifecycle.transition(
            actor=UserFactory(**actor), tournament=tournament, to=CANCELLED, reason=WHY
        )

    assert status_of(tournament) == OPEN


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "to", "date"),
    [
        (DRAFT, OPEN, "registration_open_date"),
        (OPEN, CLOSED, "registration_close_date"),
        (CLOSED, ACTIVE, "start_date"),
        (ACTIVE, COMPLETED, "end_date"),
    ],
)
def test_date_that_staff_pass_over_becomes_now(start, to, date):
    now = timezone.now()
    dates = {
        "registration_open_date": now - 3 * HOUR,
        "registration_close_date": now - 2 * HOUR,
        "start_date": now - HOUR,
        "end_date": now + 9 * HOUR,
    }
    names = list(dates)
    # What lies before the date that is passed over has come.
    for place, name in enumerate(names[names.index(date) :]):
        dates[name] = now + (place + 1) * HOUR
    tournament = of_status(start, **dates)

    moved = lifecycle.transition(
        actor=UserFactory(admin=True), tournament=tournament, to=to, reason=WHY
    )

    assert now <= getattr(moved, date) <= timezone.now()
    for name in names:
        if name != date:
            assert getattr(moved, name) == dates[name]


@pytest.mark.django_db
def test_too_few_are_not_closed_early():
    tournament = of_status(OPEN, min_participants=2)

    with pytest.raises(lifecycle.TooFewParticipantsError):
        lifecycle.transition(
            actor=UserFactory(admin=True), tournament=tournament, to=CLOSED, reason=WHY
        )

    assert status_of(tournament) == OPEN


def dated(status, *hours):
    """Make a tournament whose four dates lie so many hours from now."""
    names = ("registration_open_date", "registration_close_date", "start_date", "end_date")
    now = timezone.now()
    return of_status(
        status, **{name: now + each * HOUR for name, each in zip(names, hours, strict=True)}
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "hours", "reached", "steps"),
    [
        (DRAFT, (1, 2, 3, 4), DRAFT, 0),
        (DRAFT, (-1, 2, 3, 4), OPEN, 1),
        (DRAFT, (-2, -1, 3, 4), DRAFT, 0),
        (OPEN, (-1, 2, 3, 4), OPEN, 0),
        (OPEN, (-2, -1, 3, 4), CLOSED, 1),
        (OPEN, (-3, -2, -1, 4), ACTIVE, 2),
        (OPEN, (-4, -3, -2, -1), COMPLETED, 3),
        (CLOSED, (-2, -1, 3, 4), CLOSED, 0),
        (CLOSED, (-3, -2, -1, 4), ACTIVE, 1),
        (ACTIVE, (-3, -2, -1, 4), ACTIVE, 0),
        (ACTIVE, (-4, -3, -2, -1), COMPLETED, 1),
        (CANCELLED, (-4, -3, -2, -1), CANCELLED, 0),
        (COMPLETED, (-4, -3, -2, -1), COMPLETED, 0),
    ],
)
def test_dates_move_a_tournament_as_far_as_they_say(start, hours, reached, steps):
    tournament = dated(start, *hours)

    assert lifecycle.advance_due() == steps
    assert status_of(tournament) == reached
    assert lifecycle.advance_due() == 0


@pytest.mark.django_db
def test_too_few_at_the_close_cancel_it(mailbox):
    tournament = dated(OPEN, -2, -1, 3, 4)
    Tournament.objects.update(min_participants=2)
    seat = ParticipantFactory(tournament=tournament)
    ParticipantFactory(tournament=tournament, is_active=False)

    lifecycle.advance_due()
    mailbox()

    assert status_of(tournament) == CANCELLED
    told = Notification.objects.get()
    assert (told.user, told.type) == (seat.user, "tournament.cancelled")
    assert "Fewer than 2 competitors registered." in told.message
    row = AuditLog.objects.get(action="tournament.advance")
    assert (row.user, row.changes["reason"]) == (None, "Fewer than 2 competitors registered.")


@pytest.mark.django_db
def test_completion_writes_the_result_once():
    tournament = dated(ACTIVE, -4, -3, -2, -1)
    first = ParticipantFactory(
        tournament=tournament, realized_pnl=5, total_pnl=5, current_balance=100_005
    )
    second = ParticipantFactory(tournament=tournament)
    out = ParticipantFactory(
        tournament=tournament, disqualified=True, disqualification_reason="Two accounts"
    )

    lifecycle.advance_due()

    finals = {
        pk: (rank, pnl)
        for pk, rank, pnl in Participant.objects.values_list("pk", "final_rank", "final_pnl")
    }
    assert finals == {
        first.pk: (1, Decimal("5.00")),
        second.pk: (2, Decimal("0.00")),
        out.pk: (None, None),
    }


@pytest.mark.django_db
def test_completion_waits_for_what_blocks_it(settings):
    settings.COMPLETION_BLOCKS = [f"{__name__}.nothing", f"{__name__}.something"]
    tournament = dated(ACTIVE, -4, -3, -2, -1)

    by_date = lifecycle.advance_due()
    with pytest.raises(results.BlockedError, match="open breaks"):
        lifecycle.transition(
            actor=UserFactory(admin=True), tournament=tournament, to=COMPLETED, reason=WHY
        )
    still = status_of(tournament)
    settings.COMPLETION_BLOCKS = [f"{__name__}.nothing"]
    lifecycle.advance_due()

    assert (by_date, still, status_of(tournament)) == (0, ACTIVE, COMPLETED)


@pytest.mark.django_db(transaction=True)
def test_each_step_is_taken_once_however_many_workers_run():
    tournaments = [dated(OPEN, -3, -2, -1, 4) for _ in range(3)]
    together = Barrier(8)

    def work(_):
        together.wait()
        try:
            return lifecycle.advance_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        steps = sum(pool.map(work, range(8)))
    steps += lifecycle.advance_due()

    assert steps == 2 * len(tournaments)
    assert {status_of(tournament) for tournament in tournaments} == {ACTIVE}
    assert AuditLog.objects.filter(action="tournament.advance").count() == 2 * len(tournaments)
