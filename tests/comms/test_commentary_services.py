"""What staff have the voices say, and what they take back."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from administration.models import AuditLog
from comms.models import Commentary, Retraction
from comms.services import commentary, speaking
from dayrade.errors import ForbiddenError
from dayrade.models import Event
from tests.comms.ledgers import arena, earn, lines, look, seated
from tests.factories.accounts import UserFactory
from tests.factories.comms import CommentaryFactory
from tests.factories.tournaments import TournamentFactory
from tests.instants import z

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator():
    return UserFactory(moderator=True)


def say(actor, tournament=None, **fields):
    given = {"personality": "sage", "commentary_text": " Welcome. "}
    tournament = tournament or TournamentFactory(active=True)
    return commentary.say(actor=actor, tournament=tournament, **given | fields)


def test_what_staff_say_is_spoken_and_recorded(moderator):
    line = say(moderator, priority="urgent")

    assert (line.commentary_text, line.source, line.trigger_event) == (
        "Welcome.",
        "manual",
        "manual",
    )
    row = AuditLog.objects.get(entity_id=line.pk)
    assert (row.user, row.action) == (moderator, "commentary.say")
    assert speaking.speak(tournament=line.tournament) == line


def test_what_staff_say_may_wait(moderator):
    at = timezone.now() + timedelta(hours=1)

    line = say(moderator, scheduled_at=at)

    assert speaking.speak(tournament=line.tournament) is None
    assert speaking.speak(tournament=line.tournament, at=at) == line


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"commentary_text": "  "}, "commentary_text"),
        ({"commentary_text": "x" * 501}, "commentary_text"),
        ({"personality": "wolf"}, "personality"),
        ({"priority": "now"}, "priority"),
        ({"scheduled_at": timezone.now() - timedelta(hours=1)}, "scheduled_at"),
        ({"scheduled_at": timezone.now() + timedelta(days=32)}, "scheduled_at"),
    ],
)
def test_what_cannot_be_said_is_refused(moderator, fields, named):
    with pytest.raises(ValidationError) as refusal:
        say(moderator, **fields)

    assert list(refusal.value.message_dict) == [named]
    assert Commentary.objects.count() == 0


def test_nobody_but_staff_speaks_or_takes_back():
    somebody = UserFactory()
    line = CommentaryFactory()

    for act in (lambda: say(somebody), lambda: retract(somebody, line)):
        with pytest.raises(ForbiddenError):
            act()

    assert (Commentary.objects.count(), Retraction.objects.count()) == (1, 0)


def test_nothing_is_said_while_the_board_is_frozen(moderator):
    frozen = TournamentFactory(active=True, rules={"freeze_at": z(timezone.now())})

    with pytest.raises(commentary.FrozenError):
        say(moderator, frozen)


def retract(actor, line, reason=" A slip "):
    return commentary.retract(actor=actor, line=line, reason=reason)


def test_spoken_line_is_taken_back_with_a_record_and_an_event(moderator):
    line = CommentaryFactory()

    done = retract(moderator, line)

    found = done.retraction
    assert (found.reason, found.was_spoken, found.retracted_by) == ("A slip", True, moderator)
    (event,) = Event.objects.all()
    assert (event.subject_id, event.data) == (line.pk, {"action": "retracted"})
    row = AuditLog.objects.get(entity_type="dayrade_retractions")
    assert (row.user, row.action, row.changes["reason"]) == (
        moderator,
        "commentary.retract",
        "A slip",
    )


def test_line_that_nobody_heard_is_withdrawn_without_an_event(moderator):
    line = CommentaryFactory(is_played=False, played_at=None)

    assert not retract(moderator, line).retraction.was_spoken
    assert Event.objects.count() == 0


def test_line_is_taken_back_once(moderator):
    line = CommentaryFactory()
    retract(moderator, line)

    with pytest.raises(commentary.RetractedError):
        retract(moderator, line)


def test_line_is_taken_back_for_a_reason(moderator):
    with pytest.raises(ValidationError):
        retract(moderator, CommentaryFactory(), " ")

    assert Retraction.objects.count() == 0


def test_line_that_rested_on_a_fact_is_corrected_and_the_correction_is_not(moderator):
    tournament = arena()
    earn(seated(tournament, "ada"), 2000)
    look(tournament)
    Commentary.objects.update(is_played=True, played_at=timezone.now())
    (line,) = lines(tournament)

    retract(moderator, line)

    (correction,) = lines(tournament, "correction")
    assert correction.trigger_data["commentary_id"] == str(line.pk)
    Commentary.objects.update(is_played=True, played_at=timezone.now())
    retract(moderator, correction)
    assert len(lines(tournament)) == 2
