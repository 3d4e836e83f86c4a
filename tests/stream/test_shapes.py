"""Events as they are written: with few queries, and whatever an event says."""

import json
import uuid

import pytest
from django.db import DatabaseError, connection

from dayrade.models import Event
from dayrade.stream import shapes
from tests.factories.comms import ChatMessageFactory, CommentaryFactory
from tests.factories.tournaments import TournamentFactory
from tests.trading.boards import seat
from tournaments.services import ranking

pytestmark = pytest.mark.django_db


def placed(tournament, kind, subject=None, **data):
    return Event(tournament_id=tournament.pk, kind=kind, subject_id=subject, data=data, position=1)


def told(tournament, *events, is_staff=False):
    return [json.loads(one.data) for one in shapes.tell(tournament.pk, events, is_staff=is_staff)]


@pytest.mark.parametrize("count", [1, 3])
def test_events_take_as_many_queries_whatever_their_number(count, django_assert_num_queries):
    tournament = TournamentFactory(active=True)
    events = []
    for number in range(count):
        seat(tournament, f"person-{number}", number)
        message = ChatMessageFactory(tournament=tournament)
        line = CommentaryFactory(tournament=tournament)
        events.append(placed(tournament, "chat", message.pk, action="posted"))
        events.append(placed(tournament, "commentary", line.pk, action="spoken"))
        ranking.refresh(tournament=tournament)
    events += Event.objects.filter(kind="leaderboard")
    for event in events:
        event.position = 1

    # The tournament, messages, lines, and the people of the board.
    with django_assert_num_queries(4):
        shown = shapes.tell(tournament.pk, events, is_staff=False)

    assert len(shown) == 3 * count


def test_event_that_nobody_can_read_holds_up_no_other(caplog):
    tournament = TournamentFactory(active=True)

    shown = told(
        tournament,
        placed(tournament, "chat", uuid.uuid4()),
        placed(tournament, "unheard-of"),
        placed(tournament, "leaderboard", revision=1),
        placed(tournament, "status", status="active", at="2026-11-23T00:00:00Z"),
    )

    assert [data["status"] for data in shown] == ["active"]
    assert len(caplog.records) == 3


def test_lost_database_is_no_fault_of_an_event():
    """Whoever reads the log tries again, and nobody misses anything."""
    tournament = TournamentFactory(active=True)
    message = ChatMessageFactory(tournament=tournament)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE chat_messages RENAME TO gone")

    with pytest.raises(DatabaseError):
        told(tournament, placed(tournament, "chat", message.pk, action="posted"))


def test_line_that_waits_for_its_moment_is_for_staff():
    tournament = TournamentFactory(active=True)
    line = CommentaryFactory(tournament=tournament, is_played=False, played_at=None)
    event = placed(tournament, "commentary", line.pk, action="spoken")

    assert told(tournament, event) == []
    (shown,) = told(tournament, event, is_staff=True)
    assert shown["commentary"]["commentary_text"] == line.commentary_text


def test_message_that_is_there_no_more_is_told_as_deleted():
    tournament = TournamentFactory(active=True)
    key = uuid.uuid4()

    (shown,) = told(tournament, placed(tournament, "chat", key, action="posted"))

    assert shown == {"action": "deleted", "id": str(key)}


def test_own_lines_are_of_who_competes(django_assert_num_queries):
    tournament = TournamentFactory(active=True)
    ada, bob = seat(tournament, "ada", 5), seat(tournament, "bob", 3, is_active=False)
    people = [ada.user_id, bob.user_id, uuid.uuid4()]

    with django_assert_num_queries(1):
        found = shapes.own_lines(tournament.pk, people)

    assert list(found) == [ada.user_id]
    assert json.loads(found[ada.user_id])["total_pnl"] == "5.00"
