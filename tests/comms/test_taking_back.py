"""What the commentary takes back, and when."""

from datetime import timedelta

import pytest
from django.utils import timezone

from comms.models import Commentary, CommentaryFact, Retraction
from comms.services import watching
from dayrade.models import Event
from tests.comms.ledgers import arena, book, bust, earn, lines, look, seated
from tests.factories.accounts import UserFactory
from tests.instants import z
from tests.trading.ledgers import item
from tournaments.models import TournamentStatus
from trading.models import Trade

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator():
    return UserFactory(moderator=True)


def retractions():
    return {
        (row.commentary.trigger_event, row.was_spoken, row.reason)
        for row in Retraction.objects.select_related("commentary")
    }


def spoken(tournament):
    Commentary.objects.filter(tournament=tournament).update(
        is_played=True, played_at=timezone.now()
    )


def published():
    return [(event.subject_id, event.data) for event in Event.objects.filter(kind="commentary")]


def test_line_whose_trade_is_busted_is_withdrawn_unspoken(moderator):
    tournament = arena()
    earn(seated(tournament, "ada"), 2000, name="wrong")
    look(tournament)
    bust("wrong-out", moderator)

    assert look(tournament) == []
    assert retractions() == {("big_win", False, watching.BUSTED)}
    assert published() == []


def test_spoken_line_whose_trade_is_busted_is_taken_back_and_corrected(moderator):
    tournament = arena()
    seat = seated(tournament, "ada_1")
    earn(seat, 2000, name="wrong")
    look(tournament)
    spoken(tournament)
    (line,) = lines(tournament)
    bust("wrong-out", moderator)

    assert look(tournament) == [("correction", "ada_1")]
    assert retractions() == {("big_win", True, watching.BUSTED)}
    assert published() == [(line.pk, {"action": "retracted"})]
    (correction,) = lines(tournament, "correction")
    assert (correction.personality, correction.trigger_user_id) == ("sage", seat.user_id)
    assert "ada 1" in correction.commentary_text
    assert look(tournament) == []


def test_line_whose_figure_a_late_trade_changes_is_taken_back():
    tournament = arena()
    seat = seated(tournament, "ada")
    earn(seat, 2000, minutes=30)
    look(tournament)
    book(seat, item("late", seat, "buy", 100, "400", minutes=5))

    look(tournament)

    assert retractions() == {("big_win", False, watching.CHANGED)}


def test_streak_that_a_late_loss_breaks_is_taken_back():
    tournament = arena()
    seat = seated(tournament, "ada")
    for number in range(5):
        earn(seat, 10, minutes=10 * number + 10)
    look(tournament)
    earn(seat, -10, minutes=25, symbol="IBM")

    look(tournament)

    assert retractions() == {("win_streak", False, watching.CHANGED)}


def test_streak_stands_where_a_trade_of_it_only_won_less():
    tournament = arena()
    seat = seated(tournament, "ada")
    for number in range(5):
        earn(seat, 100, minutes=10 * number + 10)
    look(tournament)
    book(seat, item("late", seat, "buy", 1, "500.50", minutes=55))

    look(tournament)

    assert retractions() == set()


def test_lead_that_rested_on_a_busted_trade_is_taken_back(moderator):
    tournament = arena()
    ada, bob = seated(tournament, "ada"), seated(tournament, "bob")
    earn(ada, 100)
    look(tournament)
    earn(bob, 500, name="wrong")
    look(tournament)
    bust("wrong-out", moderator)

    look(tournament)

    assert retractions() == {("lead_change", False, watching.BUSTED)}


def test_lead_stands_where_another_trade_is_busted(moderator):
    tournament = arena()
    ada, bob = seated(tournament, "ada"), seated(tournament, "bob")
    earn(ada, 100)
    earn(bob, 50, name="before")
    look(tournament)
    bust("before-out", moderator)
    bust("before-in", moderator)
    earn(bob, 500)
    found = look(tournament)
    CommentaryFact.objects.update(happened_at=timezone.now() - timedelta(minutes=1))
    Trade.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    earn(bob, 10, name="after", minutes=30)
    Trade.objects.filter(zimtra_trade_id__startswith="after").update(created_at=timezone.now())
    bust("after-out", moderator)

    look(tournament)

    assert (found, retractions()) == ([("lead_change", "bob")], set())


def test_what_is_busted_during_the_freeze_is_taken_back_with_the_result(moderator):
    tournament = arena()
    earn(seated(tournament, "ada"), 2000, name="wrong")
    look(tournament)
    spoken(tournament)
    tournament.rules = {"freeze_at": z(timezone.now())}
    tournament.save()
    bust("wrong-out", moderator)
    watching.watch_due()
    frozen = retractions()
    tournament.status, tournament.end_date = TournamentStatus.COMPLETED, timezone.now()
    tournament.save()

    watching.watch_due()

    assert (frozen, retractions()) == (set(), {("big_win", True, watching.BUSTED)})


def test_figure_that_changes_during_the_freeze_is_taken_back_with_the_result():
    tournament = arena()
    seat = seated(tournament, "ada")
    earn(seat, 2000, minutes=30)
    look(tournament)
    tournament.rules = {"freeze_at": z(timezone.now())}
    tournament.save()
    book(seat, item("late", seat, "buy", 100, "400", minutes=5))
    watching.watch_due()
    frozen = retractions()
    tournament.status, tournament.end_date = TournamentStatus.COMPLETED, timezone.now()
    tournament.save()

    watching.watch_due()

    assert (frozen, retractions()) == (set(), {("big_win", False, watching.CHANGED)})


def test_bust_after_the_result_is_noticed():
    tournament = arena()
    earn(seated(tournament, "ada"), 2000, name="wrong")
    look(tournament)
    tournament.status = TournamentStatus.COMPLETED
    tournament.end_date = timezone.now() - timedelta(minutes=10)
    tournament.save()
    admin = UserFactory(admin=True)
    quiet = watching.watch_due(), retractions()
    bust("wrong-out", admin)

    watching.watch_due()

    assert (quiet, retractions()) == ((0, set()), {("big_win", False, watching.BUSTED)})
