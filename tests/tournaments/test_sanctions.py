"""Disqualifying a competitor, lifting it, and showing beforehand who moves."""

from decimal import Decimal

import pytest

from administration.models import AuditLog
from comms.models import Notification
from dayrade.errors import ForbiddenError
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tournaments.models import Participant, TournamentStatus
from tournaments.services import ranking, sanctions

pytestmark = pytest.mark.django_db
WHY = "Two accounts of one person"


@pytest.fixture
def field():
    """Return four seats with P&L 30, 20, 20 and 10, ranked."""
    tournament = TournamentFactory(active=True)
    seats = [
        ParticipantFactory(
            tournament=tournament,
            realized_pnl=pnl,
            total_pnl=pnl,
            current_balance=100_000 + pnl,
        )
        for pnl in (30, 20, 20, 10)
    ]
    ranking.refresh(tournament=tournament)
    return seats


def ranks(seats):
    stored = dict(Participant.objects.values_list("pk", "current_rank"))
    return [stored[seat.pk] for seat in seats]


def test_disqualification_takes_the_rank_and_moves_the_others_up(field):
    moderator = UserFactory(moderator=True)

    seat = sanctions.disqualify(actor=moderator, seat=field[0], reason=WHY)

    assert (seat.disqualified, seat.disqualification_reason, seat.current_rank) == (True, WHY, None)
    assert ranks(field) == [None, 1, 1, 3]


def test_disqualification_is_audited_once_and_told(field):
    moderator = UserFactory(moderator=True)

    sanctions.disqualify(actor=moderator, seat=field[0], reason=WHY)

    row = AuditLog.objects.get(action="participant.disqualify")
    assert (row.user, row.entity_id, row.changes["reason"]) == (moderator, field[0].pk, WHY)
    told = Notification.objects.get()
    assert (told.user, told.type) == (field[0].user, "participant.disqualified")
    assert WHY in told.message


def test_lifting_gives_the_rank_back(field):
    moderator = UserFactory(moderator=True)
    seat = sanctions.disqualify(actor=moderator, seat=field[1], reason=WHY)

    lifted = sanctions.lift(actor=moderator, seat=seat, reason="It was another person")

    assert (lifted.disqualified, lifted.disqualification_reason) == (False, None)
    assert ranks(field) == [1, 2, 2, 4]
    assert AuditLog.objects.get(action="participant.reinstate").user == moderator


def moves(found):
    return {move.participant_id: (move.rank, move.new_rank) for move in found.moves}


def test_preview_shows_who_moves_and_writes_nothing(field):
    found = sanctions.preview(seat=field[0], disqualified=True)

    assert found.count == 4
    assert moves(found) == {
        field[0].pk: (1, None),
        field[1].pk: (2, 1),
        field[2].pk: (2, 1),
        field[3].pk: (4, 3),
    }
    assert found.moves[0].username == field[0].user.username
    assert ranks(field) == [1, 2, 2, 4]


def test_preview_says_what_then_happens(field):
    expected = moves(sanctions.preview(seat=field[1], disqualified=True))

    seat = sanctions.disqualify(actor=UserFactory(moderator=True), seat=field[1], reason=WHY)
    back = moves(sanctions.preview(seat=seat, disqualified=False))

    changed = dict(zip([one.pk for one in field], ranks(field), strict=True))
    assert expected == {field[1].pk: (2, None), field[3].pk: (4, 3)}
    assert {key: changed[key] for key in expected} == {field[1].pk: None, field[3].pk: 3}
    assert back == {key: (after, before) for key, (before, after) in expected.items()}


def test_preview_of_the_last_moves_nobody_else(field):
    found = sanctions.preview(seat=field[3], disqualified=True)

    assert moves(found) == {field[3].pk: (4, None)}


def test_preview_shows_the_first_and_counts_all(field, monkeypatch):
    monkeypatch.setattr(sanctions, "MOVES_SHOWN", 2)

    found = sanctions.preview(seat=field[0], disqualified=True)

    assert (found.count, [move.rank for move in found.moves]) == (4, [1, 2])


def test_before_the_start_there_are_no_ranks():
    seat = ParticipantFactory(tournament=TournamentFactory())
    other = ParticipantFactory(tournament=seat.tournament)

    sanctions.disqualify(actor=UserFactory(moderator=True), seat=seat, reason=WHY)

    assert ranks([seat, other]) == [None, None]


@pytest.mark.parametrize("status", [TournamentStatus.COMPLETED, TournamentStatus.CANCELLED])
def test_result_of_a_tournament_that_is_over_is_not_moved(status):
    seat = ParticipantFactory(tournament=TournamentFactory(status=status))

    with pytest.raises(sanctions.TournamentOverError):
        sanctions.disqualify(actor=UserFactory(moderator=True), seat=seat, reason=WHY)

    seat.refresh_from_db()
    assert not seat.disqualified


def test_decision_is_taken_once(field):
    moderator = UserFactory(moderator=True)
    with pytest.raises(sanctions.NotDisqualifiedError):
        sanctions.lift(actor=moderator, seat=field[0], reason=WHY)
    sanctions.disqualify(actor=moderator, seat=field[0], reason=WHY)

    with pytest.raises(sanctions.AlreadyDisqualifiedError):
        sanctions.disqualify(actor=moderator, seat=field[0], reason="Another reason")

    assert Participant.objects.get(pk=field[0].pk).disqualification_reason == WHY


@pytest.mark.parametrize("actor", [{}, {"moderator": True, "suspended": True}])
def test_only_staff_in_good_standing_decide(field, actor):
    with pytest.raises(ForbiddenError):
        sanctions.disqualify(actor=UserFactory(**actor), seat=field[0], reason=WHY)

    assert ranks(field) == [1, 2, 2, 4]


def test_nobody_decides_on_their_own_seat():
    moderator = UserFactory(moderator=True)
    seat = ParticipantFactory(user=moderator)

    with pytest.raises(ForbiddenError):
        sanctions.disqualify(actor=moderator, seat=seat, reason=WHY)


def test_pnl_stays_with_a_disqualified_seat(field):
    sanctions.disqualify(actor=UserFactory(moderator=True), seat=field[0], reason=WHY)

    field[0].refresh_from_db()
    assert field[0].total_pnl == Decimal("30.00")
