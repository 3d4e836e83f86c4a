"""What is due is spoken: the most urgent first, one at a time, none too often, none too late."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from administration.models import AuditLog
from comms.models import Commentary, CommentaryState, Retraction
from comms.services import commentary, speaking
from dayrade.db.transactions import service
from dayrade.models import Event
from tests.comms.test_watching import configured
from tests.factories.accounts import UserFactory
from tests.factories.comms import CommentaryFactFactory, CommentaryFactory
from tests.factories.tournaments import TournamentFactory
from tests.instants import z
from tests.threads import at_once, closing, somebody_waits_for_a_lock, until
from tournaments.models import Tournament, TournamentStatus

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def ago(seconds):
    return NOW - timedelta(seconds=seconds)


@pytest.fixture
def tournament():
    return TournamentFactory(active=True)


def waiting(tournament, text="A line", seconds=10, **fields):
    """Queue a line that has been due for some seconds."""
    given = {"scheduled_at": ago(seconds), "source": "trading", "trigger_data": {}}
    return CommentaryFactory(
        tournament=tournament,
        commentary_text=text,
        is_played=False,
        played_at=None,
        **given | fields,
    )


def speak(tournament, at=NOW):
    line = speaking.speak(tournament=tournament, at=at)
    return line and line.commentary_text


def hear(tournament, *, every=60, times=8):
    """Speak again and again, and return what was said."""
    said = [speak(tournament, NOW + timedelta(seconds=every * n)) for n in range(times)]
    return [text for text in said if text]


def test_line_that_is_due_is_spoken_and_told(tournament):
    line = waiting(tournament)

    assert speaking.speak_due(at=NOW) == 1

    line.refresh_from_db()
    assert (line.is_played, line.played_at) == (True, NOW)
    (event,) = Event.objects.all()
    assert (event.tournament_id, event.kind, event.subject_id, event.data) == (
        tournament.pk,
        "commentary",
        line.pk,
        {"action": "spoken"},
    )
    assert AuditLog.objects.get(entity_id=line.pk).action == "commentary.speak"
    assert speaking.speak_due(at=NOW + timedelta(minutes=1)) == 0


def test_line_without_a_schedule_is_due_when_it_is_made(tournament):
    waiting(tournament, scheduled_at=None)

    assert speak(tournament, timezone.now()) == "A line"


def test_line_waits_for_its_moment(tournament):
    waiting(tournament, seconds=-30)

    assert speak(tournament) is None
    assert speak(tournament, NOW + timedelta(seconds=30)) == "A line"


def test_most_urgent_line_comes_first_and_then_the_oldest(tournament):
    configured("commentary.max_age_seconds", 10_000)
    for seconds, priority in ((40, "low"), (30, "medium"), (20, "high"), (10, "urgent")):
        waiting(tournament, f"late {priority}", seconds, priority=priority)
        waiting(tournament, f"early {priority}", seconds + 1, priority=priority)

    said = hear(tournament)

    ranks = ("urgent", "high", "medium", "low")
    assert said == [f"{when} {rank}" for rank in ranks for when in ("early", "late")]


def test_one_line_is_spoken_at_a_time_and_then_there_is_a_pause(tournament):
    waiting(tournament, "one two three four five")
    waiting(tournament, "then this", 9, personality="bear")
    first = speak(tournament)
    heard = timedelta(seconds=2)
    pause = timedelta(seconds=3)

    said = [speak(tournament, NOW + at) for at in (heard, heard + pause / 2, heard + pause)]

    assert (first, said) == ("one two three four five", [None, None, "then this"])


def test_urgent_line_does_without_the_pause_but_cuts_nobody_off(tournament):
    waiting(tournament, "one two three four five")
    speak(tournament)
    waiting(tournament, "breaking", priority="urgent")
    heard = timedelta(seconds=2)

    said = [speak(tournament, NOW + at) for at in (heard / 2, heard)]

    assert said == [None, "breaking"]


def test_audio_says_how_long_a_line_lasts(tournament):
    waiting(tournament, audio_url="https://audio.example.com/1.mp3", audio_duration=30)
    speak(tournament)

    assert CommentaryState.objects.get().speaking_until == NOW + timedelta(seconds=30)


def test_voice_keeps_its_rate_and_an_urgent_line_overtakes_it(tournament):
    configured("commentary.lines_per_minute", 2)
    configured("commentary.pause_seconds", 0)
    for number in range(4):
        waiting(tournament, f"bull {number}", 20 - number)
    waiting(tournament, "bear", 1, personality="bear")
    said = hear(tournament, every=5, times=4)
    waiting(tournament, "bull now", priority="urgent")

    assert said == ["bull 0", "bull 1", "bear"]
    assert speak(tournament, NOW + timedelta(seconds=25)) == "bull now"
    # A minute after the first two; the urgent one counts.
    assert speak(tournament, NOW + timedelta(seconds=64)) is None
    assert speak(tournament, NOW + timedelta(seconds=66)) == "bull 2"


def test_line_that_is_too_old_is_withdrawn(tournament):
    stale = waiting(tournament, "stale", 91)
    waiting(tournament, "fresh", 79)
    old = waiting(tournament, "by hand, stale", 901, source="manual")
    waiting(tournament, "by hand", 899, source="manual", personality="bear")

    assert sorted(hear(tournament, every=10, times=2)) == ["by hand", "fresh"]
    gone = {(row.commentary, row.reason, row.was_spoken) for row in Retraction.objects.all()}
    assert gone == {(line, commentary.STALE, False) for line in (stale, old)}
    assert AuditLog.objects.filter(entity_type="dayrade_retractions").count() == 0


def test_voice_does_not_say_the_same_line_twice_in_a_row(tournament):
    first, second, other = (
        waiting(tournament, f"line {number}", 20 - number) for number in range(3)
    )
    for line, name in ((first, "bull.a.1"), (second, "bull.a.1"), (other, "bull.a.2")):
        CommentaryFactFactory(tournament=tournament, commentary=line, line=name)

    assert hear(tournament, every=10, times=3) == ["line 0", "line 2", "line 1"]


def test_frozen_board_is_silent(tournament):
    tournament.rules = {"freeze_at": z(ago(1))}
    tournament.save()
    waiting(tournament)

    assert (speak(tournament), speaking.speak_due(at=NOW)) == (None, 0)
    tournament.status = TournamentStatus.COMPLETED
    tournament.save()
    assert speak(tournament) == "A line"


def test_freeze_holds_however_old_the_list_is_that_a_worker_goes_by(tournament):
    waiting(tournament)
    listed = Tournament.objects.get()
    Tournament.objects.update(rules={"freeze_at": z(ago(1))})

    assert speak(listed) is None


def test_line_that_is_taken_back_is_not_spoken(tournament):
    line = waiting(tournament)
    commentary.retract(actor=UserFactory(moderator=True), line=line, reason="A slip")

    assert speak(tournament) is None
    assert Event.objects.count() == 0


def test_tournaments_do_not_wait_for_each_other(tournament):
    waiting(tournament)
    waiting(TournamentFactory(active=True))
    CommentaryFactory(tournament=None, is_played=False, played_at=None, scheduled_at=ago(1))

    assert speaking.speak_due(at=NOW) == 2


def test_one_tournament_that_fails_does_not_stop_the_others(tournament, caplog):
    waiting(tournament)
    broken = waiting(TournamentFactory(active=True, slug="broken"))
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE dayrade_events ADD CONSTRAINT broken"
            f" CHECK (tournament_id <> '{broken.tournament_id}')"
        )

    assert speaking.speak_due(at=NOW) == 1
    assert [record.getMessage() for record in caplog.records] == ["speaking failed: broken"]


@pytest.mark.django_db(transaction=True)
def test_workers_speak_each_line_once_and_one_at_a_time():
    tournament = TournamentFactory(active=True)
    for number in range(5):
        waiting(tournament, f"line {number}", personality=("bull", "bear")[number % 2])

    counts = at_once(lambda: speaking.speak_due(at=NOW), 6)

    assert sum(counts) == 1
    assert Commentary.objects.filter(is_played=True).count() == Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_line_that_is_being_taken_back_is_not_spoken():
    tournament = TournamentFactory(active=True)
    line = waiting(tournament)
    moderator = UserFactory(moderator=True)

    with ThreadPoolExecutor(1) as pool:

        @service
        def retract_while_somebody_speaks():
            commentary.retract(actor=moderator, line=line, reason="A slip")
            future = pool.submit(closing(lambda: speaking.speak_due(at=NOW)))
            until(lambda: future.done() or somebody_waits_for_a_lock())
            return future

        future = retract_while_somebody_speaks()
        spoken = future.result(30)

    assert spoken == 0
    assert speaking.speak_due(at=NOW) == 0
