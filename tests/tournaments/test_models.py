"""Questions asked of tournaments and seats."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tournaments.models import Participant, Tournament

pytestmark = pytest.mark.django_db


def seat(tournament, total, realized, trades=0):
    return ParticipantFactory(
        tournament=tournament,
        total_pnl=Decimal(total),
        realized_pnl=Decimal(realized),
        unrealized_pnl=Decimal(total) - Decimal(realized),
        current_balance=100_000 + Decimal(total),
        total_trades=trades,
    )


def test_drafts_are_for_staff():
    draft, public = TournamentFactory(draft=True), TournamentFactory()

    assert set(Tournament.objects.visible_to(AnonymousUser())) == {public}
    assert set(Tournament.objects.visible_to(UserFactory())) == {public}
    assert set(Tournament.objects.visible_to(UserFactory(moderator=True))) == {draft, public}


def test_tournament_is_addressed_by_slug_or_id():
    tournament = TournamentFactory(slug="spring-cup")
    TournamentFactory()

    assert Tournament.objects.addressed("spring-cup").get() == tournament
    assert Tournament.objects.addressed(str(tournament.pk)).get() == tournament
    assert not Tournament.objects.addressed("autumn-cup").exists()


def test_open_for_registration_needs_status_window_and_a_place():
    now = timezone.now()
    joinable = TournamentFactory()
    TournamentFactory(draft=True)
    TournamentFactory(max_participants=10, current_participants=10)
    TournamentFactory(registration_open_date=now + timedelta(hours=1))

    assert list(Tournament.objects.open_for_registration(at=now)) == [joinable]


def test_board_order_is_total_then_realized_then_fewer_trades_then_registration():
    tournament = TournamentFactory(active=True)
    late_tie = seat(tournament, "10.00", "5.00", trades=2)
    Participant.objects.update(registered_at=timezone.now())
    early_tie = seat(tournament, "10.00", "5.00", trades=2)
    Participant.objects.filter(pk=early_tie.pk).update(
        registered_at=timezone.now() - timedelta(days=1)
    )
    fewer_trades = seat(tournament, "10.00", "5.00", trades=1)
    more_realized = seat(tournament, "10.00", "6.00", trades=9)
    first = seat(tournament, "11.00", "0.00")

    assert list(Participant.objects.in_board_order()) == [
        first,
        more_realized,
        fewer_trades,
        early_tie,
        late_tie,
    ]


def test_competing_leaves_out_withdrawn_and_disqualified():
    competing = ParticipantFactory()
    ParticipantFactory(is_active=False)
    ParticipantFactory(disqualified=True, disqualification_reason="Two accounts")

    assert list(Participant.objects.competing()) == [competing]


@pytest.mark.parametrize(
    ("winning", "losing", "rate"), [(0, 0, None), (1, 2, Decimal("33.33")), (2, 0, Decimal(100))]
)
def test_win_rate_is_of_the_decided_trades(winning, losing, rate):
    assert Participant(winning_trades=winning, losing_trades=losing).win_rate == rate
