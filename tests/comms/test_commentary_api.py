"""What staff have the voices say and take back, over HTTP."""

import pytest
from django.utils import timezone

from comms.models import Commentary
from tests.comms.test_api import LONG_AGO, commentary_of, line_shown, page
from tests.factories.accounts import UserFactory
from tests.factories.comms import CommentaryFactory
from tests.factories.tournaments import TournamentFactory
from tests.instants import z

pytestmark = pytest.mark.django_db

SAID = {"personality": "sage", "commentary_text": "Welcome.", "priority": "high"}


@pytest.fixture
def moderator(client_of):
    return client_of(UserFactory(moderator=True))


def test_moderator_has_a_voice_say_something_once(moderator):
    tournament = TournamentFactory(active=True)
    key = {"Idempotency-Key": "one"}

    first = moderator.post(commentary_of(tournament), SAID, headers=key)
    again = moderator.post(commentary_of(tournament), SAID, headers=key)

    line = Commentary.objects.get()
    assert first.status_code == 201
    assert again.json() == first.json()
    assert first.json() == line_shown(line) | {
        "personality": "sage",
        "priority": "high",
        "trigger_event": "manual",
        "trigger_data": None,
        "trigger_user_id": None,
        "scheduled_at": z(line.scheduled_at),
        "is_played": False,
        "retracted_at": None,
        "retracted_by_id": None,
        "retraction_reason": None,
    }


@pytest.mark.parametrize(
    ("change", "details"),
    [
        ({"personality": "wolf"}, {"personality": ["Choose one of: bull, bear, sage, rocket."]}),
        ({"commentary_text": "a\nb"}, {"commentary_text": ["Write it on one line."]}),
        (
            {"commentary_text": "x" * 501},
            {"commentary_text": ["Ensure this field has no more than 500 characters."]},
        ),
        ({"priority": "now"}, {"priority": ["Choose one of: low, medium, high, urgent."]}),
        ({"is_played": True}, {"is_played": ["This field is read-only."]}),
        (
            {"scheduled_at": LONG_AGO},
            {"scheduled_at": ["Choose an instant within the next 31 days."]},
        ),
    ],
)
def test_line_that_cannot_be_said_is_refused(moderator, change, details):
    answer = moderator.post(commentary_of(TournamentFactory(active=True)), SAID | change)

    assert (answer.status_code, answer.json()["details"]) == (400, details)
    assert Commentary.objects.count() == 0


def test_nothing_is_said_while_the_board_is_frozen(moderator):
    frozen = TournamentFactory(active=True, rules={"freeze_at": z(timezone.now())})

    answer = moderator.post(commentary_of(frozen), SAID)

    assert (answer.status_code, answer.json()["error"]) == (409, "COMMENTARY_FROZEN")


def test_line_that_is_taken_back_is_for_staff_alone(moderator, anonymous):
    line = CommentaryFactory()
    url = commentary_of(line.tournament)
    before = anonymous.get(url)

    answer = moderator.post(f"{url}/{line.pk}/retraction", {"reason": "A slip"})

    assert before.json() == page(line_shown(line))
    assert anonymous.get(url).json() == page()
    (shown,) = moderator.get(url).json()["results"]
    assert (answer.status_code, answer.json()) == (200, shown)
    retraction = line.retraction
    assert {name: shown[name] for name in shown if name.startswith("retract")} == {
        "retracted_at": z(retraction.retracted_at),
        "retracted_by_id": str(retraction.retracted_by_id),
        "retraction_reason": "A slip",
    }


def test_line_is_taken_back_once(moderator):
    line = CommentaryFactory()
    url = f"{commentary_of(line.tournament)}/{line.pk}/retraction"
    moderator.post(url, {"reason": "A slip"})

    answer = moderator.post(url, {"reason": "A slip"})

    assert (answer.status_code, answer.json()["error"]) == (409, "ALREADY_RETRACTED")


@pytest.mark.parametrize("rows", [1, 3])
def test_commentary_takes_the_same_queries_for_any_number(
    anonymous, django_assert_num_queries, rows
):
    tournament = TournamentFactory(active=True)
    CommentaryFactory.create_batch(rows, tournament=tournament)

    with django_assert_num_queries(2):
        answer = anonymous.get(commentary_of(tournament))

    assert len(answer.json()["results"]) == rows
