"""What the commentary finds in a real ledger, and what it takes back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from administration import configuration
from administration.models import SystemConfiguration
from comms.commentary.provenance import unfounded
from comms.models import Commentary, CommentaryState, Retraction
from comms.services import watching
from market.models import EconomicEvent, ImpactLevel
from tests.comms.ledgers import arena, book, bust, earn, lines, look, seated, trip, who
from tests.factories.accounts import UserFactory
from tests.factories.comms import ChatMessageFactory
from tests.factories.market import EconomicEventFactory
from tests.instants import z
from tests.trading.ledgers import item
from tournaments.models import Participant, Tournament, TournamentStatus
from trading.models import Trade

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator():
    return UserFactory(moderator=True)


def configured(key, value):
    declared = configuration.REGISTRY[key]
    SystemConfiguration.objects.update_or_create(
        key=key, defaults={"value": value, "category": declared.category}
    )


def test_big_results_are_told_with_what_they_rest_on():
    tournament = arena()
    ada, bob = seated(tournament, "ada_1"), seated(tournament, "bob")
    earn(ada, 1250.37)
    earn(bob, -1500)
    earn(bob, 999)

    found = look(tournament)

    assert sorted(found) == [("big_loss", "bob"), ("big_win", "ada_1")]
    (win,) = lines(tournament, "big_win")
    trade = Trade.objects.get(pnl=Decimal("1250.37"))
    assert win.trigger_data == {
        "username": "ada_1",
        "symbol": "AAPL",
        "pnl": "1250.37",
        "pnl_percentage": "2.5007",
        "currency": "USD",
        "trade_id": str(trade.pk),
        "spoken": {"name": "ada 1", "symbol": "AAPL", "pnl": "more than 1,250 dollars"},
    }
    assert (win.personality, win.source, win.priority) == ("bull", "trading", "medium")
    assert (win.trigger_user_id, win.is_played) == (ada.user_id, False)
    assert unfounded(win.commentary_text, win.trigger_data) == set()
    assert "ada 1" in win.commentary_text
    assert win.fact.trades == [trade.pk]


def test_nothing_is_told_twice():
    tournament = arena()
    seat = seated(tournament, "ada")
    sent = trip(seat, 2000)
    book(seat, *sent)
    first = look(tournament)
    book(seat, *sent)
    CommentaryState.objects.update(seen_until=timezone.now() - timedelta(hours=1))

    assert (first, look(tournament)) == ([("big_win", "ada")], [])


def test_trade_that_comes_late_and_out_of_order_is_told():
    tournament = arena()
    seat = seated(tournament, "ada")
    earn(seat, 1500, minutes=600)
    first = look(tournament)

    earn(seat, 2500, minutes=30, symbol="IBM")

    assert (first, look(tournament)) == ([("big_win", "ada")], [("big_win", "ada")])
    assert {line.trigger_data["pnl"] for line in lines(tournament)} == {"1500.00", "2500.00"}


def test_trade_that_nobody_looked_at_for_long_is_not_told():
    tournament = arena()
    earn(seated(tournament, "ada"), 2000)
    long_ago = timezone.now() - timedelta(minutes=10)
    tournament.trades.update(created_at=long_ago)
    CommentaryState.objects.update(seen_until=long_ago)

    assert look(tournament) == []


def test_thresholds_are_configured():
    tournament = arena()
    configured("commentary.big_result_percent", 3)
    earn(seated(tournament, "ada"), 2999)
    earn(seated(tournament, "bob"), 3000)

    assert look(tournament) == [("big_win", "bob")]


def test_voices_are_silent_where_they_are_off():
    tournament = arena()
    configured("commentary.enabled", False)
    earn(seated(tournament, "ada"), 2000)

    assert look(tournament) == []


def test_whoever_does_not_compete_or_has_no_name_is_not_spoken_of():
    tournament = arena()
    gone, nameless = seated(tournament, "ada"), seated(tournament, None)
    for seat in (gone, nameless):
        earn(seat, 2000)
        for number in range(5):
            earn(seat, 10, minutes=20 + number)
    Participant.objects.filter(pk=gone.pk).update(
        disqualified=True, disqualification_reason="Cheating"
    )

    assert look(tournament) == []


def test_only_the_biggest_are_told_at_once():
    tournament = arena()
    seat = seated(tournament, "ada")
    for number in range(watching.AT_ONCE + 3):
        sign = -1 if number % 2 else 1
        earn(seat, sign * (1000 + number), minutes=10 + number)

    assert len(look(tournament)) == watching.AT_ONCE
    assert len(look(tournament)) == 3


def test_lead_that_changes_hands_is_told():
    tournament = arena()
    ada, bob = seated(tournament, "ada"), seated(tournament, "bob")
    earn(ada, 100)
    first = look(tournament)
    earn(bob, 250.5)

    assert (first, look(tournament)) == ([], [("lead_change", "bob")])
    (line,) = lines(tournament)
    assert line.priority == "urgent"
    assert line.trigger_data["spoken"]["standing"] == "a profit of more than 250 dollars"


def test_shared_first_rank_is_no_change_of_the_lead():
    tournament = arena()
    ada, bob = seated(tournament, "ada"), seated(tournament, "bob")
    earn(bob, 100)
    look(tournament)
    earn(ada, 100)

    assert look(tournament) == []
    assert CommentaryState.objects.get().leader == bob


def test_lead_rests_for_a_while_after_a_change():
    tournament = arena()
    ada, bob = seated(tournament, "ada"), seated(tournament, "bob")
    earn(ada, 100)
    look(tournament)
    earn(bob, 200)
    first = look(tournament)
    earn(ada, 200, minutes=20)
    resting = look(tournament)
    CommentaryState.objects.update(leader_at=timezone.now() - timedelta(seconds=20))

    assert (first, resting) == ([("lead_change", "bob")], [])
    assert look(tournament) == [("lead_change", "ada")]


def test_lead_that_falls_to_somebody_is_not_called_taken(moderator):
    tournament = arena()
    ada, bob = seated(tournament, "ada"), seated(tournament, "bob")
    earn(ada, 500, name="wrong")
    earn(bob, 100)
    look(tournament)
    bust("wrong-out", moderator)
    bust("wrong-in", moderator)

    assert look(tournament) == []
    assert CommentaryState.objects.get().leader == bob


def test_streaks_are_told_at_each_multiple_and_once():
    tournament = arena()
    ada, bob = seated(tournament, "ada"), seated(tournament, "bob")
    told = []
    for number in range(11):
        earn(ada, 10, minutes=10 * number + 10)
        earn(bob, -10, minutes=10 * number + 10)
        told.append(sorted(look(tournament)))

    both = [("loss_streak", "bob"), ("win_streak", "ada")]
    assert [number for number, found in enumerate(told, 1) if found == both] == [5, 10]
    assert [found for found in told if found not in ([], both)] == []
    assert {line.trigger_data["trades"] for line in lines(tournament, "win_streak")} == {"5", "10"}


@pytest.mark.parametrize("break_at", [5, 55])
def test_late_loss_breaks_a_streak_only_where_it_falls(break_at):
    tournament = arena()
    seat = seated(tournament, "ada")
    for number in range(5):
        earn(seat, 10, minutes=10 * number + 10)
    earn(seat, -10, minutes=break_at, symbol="IBM")

    assert look(tournament) == ([("win_streak", "ada")] if break_at == 5 else [])


def test_streak_that_a_late_win_lengthens_at_its_start_is_not_told_again():
    tournament = arena()
    seat = seated(tournament, "ada")
    for number in range(5):
        earn(seat, 10, minutes=10 * number + 20)
    first = look(tournament)
    earn(seat, 10, minutes=5)

    assert (first, look(tournament)) == ([("win_streak", "ada")], [])


def release(**fields):
    given = {
        "name": "CPI m/m",
        "event_time": timezone.now() - timedelta(minutes=1),
        "forecast_value": Decimal("0.2"),
        "actual_value": Decimal("0.3"),
        "unit": "%",
    }
    return EconomicEventFactory(**given | fields)


def test_release_is_told_once_and_anew_when_it_is_revised():
    tournament = arena()
    event = release()
    first, again = look(tournament), look(tournament)
    (line,) = lines(tournament)

    assert (first, again) == ([("economic_release", None)], [])
    assert line.trigger_data == {
        "release": "CPI m/m",
        "country": "United States",
        "actual": "0.3000",
        "forecast": "0.2000",
        "unit": "%",
        "event_id": str(event.pk),
        "spoken": {
            "release": "CPI month on month",
            "actual": "0.3 percent",
            "forecast": "0.2 percent",
        },
    }
    assert (line.source, line.personality) == ("economic", "sage")

    EconomicEvent.objects.update(actual_value=Decimal("0.4"))

    assert look(tournament) == [("economic_release", None)]
    assert Retraction.objects.get().commentary == line


@pytest.mark.parametrize(
    "fields",
    [
        {"actual_value": None},
        {"impact_level": ImpactLevel.LOW},
        {"event_time": timezone.now() + timedelta(hours=1)},
        {"event_time": timezone.now() - timedelta(minutes=20)},
        {"affected_symbols": ["TSLA"]},
    ],
    ids=["awaited", "low", "to come", "old", "elsewhere"],
)
def test_release_that_concerns_nobody_is_not_told(fields):
    tournament = arena()
    release(**fields)

    assert look(tournament) == []


def test_burst_of_chat_is_told_and_then_rests():
    tournament = arena()
    configured("commentary.burst_messages", 3)
    ChatMessageFactory.create_batch(2, tournament=tournament)
    ChatMessageFactory(tournament=tournament, hidden=True)
    ChatMessageFactory(tournament=tournament, message_type="announcement")
    ChatMessageFactory(tournament=tournament, created_at=timezone.now() - timedelta(minutes=2))
    before = look(tournament)
    ChatMessageFactory(tournament=tournament)

    assert (before, look(tournament), look(tournament)) == ([], [("chat_burst", None)], [])
    (line,) = lines(tournament)
    assert line.trigger_data["messages"] == "3"


def test_frozen_board_is_not_looked_at():
    tournament = arena()
    seat = seated(tournament, "ada")
    earn(seat, 2000)
    tournament.rules = {"freeze_at": z(timezone.now())}
    tournament.save()

    assert look(tournament) == []
    state = CommentaryState.objects.get()
    tournament.status = TournamentStatus.COMPLETED
    tournament.save()
    assert look(tournament) == []
    assert CommentaryState.objects.get().seen_until >= state.seen_until


def test_freeze_holds_however_old_the_list_is_that_a_worker_goes_by():
    tournament = arena()
    earn(seated(tournament, "ada"), 2000)
    listed = Tournament.objects.get()
    Tournament.objects.update(rules={"freeze_at": z(timezone.now())})

    assert look(listed) == []


def test_what_was_executed_after_the_freeze_to_come_is_not_told():
    tournament = arena()
    seat = seated(tournament, "ada")
    tournament.rules = {"freeze_at": z(timezone.now() + timedelta(seconds=5))}
    tournament.save()
    at = timezone.now() + timedelta(seconds=30)
    book(
        seat,
        item("in", seat, "buy", 100, "500", at=at - timedelta(hours=1)),
        item("out", seat, "sell", 100, "550", at=at),
    )

    assert look(tournament) == []


def test_one_tournament_that_fails_does_not_stop_the_others(caplog):
    broken, sound = arena(slug="broken"), arena(slug="sound")
    for tournament in (broken, sound):
        earn(seated(tournament, f"ada-{tournament.slug}"), 2000)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER fail BEFORE INSERT ON commentary FOR EACH ROW"
            f" WHEN (NEW.tournament_id = '{broken.pk}') EXECUTE FUNCTION fail()"
        )

    made = watching.watch_due()

    assert made == 1
    assert [(who(line), line.tournament) for line in Commentary.objects.all()] == [
        ("ada-sound", sound)
    ]
    assert [record.getMessage() for record in caplog.records] == ["look failed: broken"]
