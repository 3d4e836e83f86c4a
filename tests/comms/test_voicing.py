"""Providers make more of a line that waits; wherever they fail, the built-in line stands."""

import json
import logging
import socket
from datetime import timedelta

import pytest
from django.utils import timezone

from administration.models import AuditLog
from comms.commentary.lines import LINES
from comms.models import Commentary, CommentaryFact
from comms.providers import ProviderError
from comms.services import commentary, speaking
from comms.tasks import voice_commentary, word_commentary
from tests.comms.ledgers import arena, earn, lines, look, seated
from tests.comms.providers import COMPLETIONS, GENERATE, SPEECH_KEY, TEXT_KEY, Services, serving
from tests.dayrade.test_jobs import waiting
from tests.factories.accounts import UserFactory
from tests.factories.comms import CommentaryFactory
from tests.threads import closing

pytestmark = pytest.mark.django_db
BETTER = "ada 1 takes more than 1,250 dollars out of AAPL, what a trade!"


@pytest.fixture
def services():
    with serving(Services()) as found:
        yield found


@pytest.fixture
def texts(services, settings):
    settings.COMMENTARY_TEXT_URL = services.url + COMPLETIONS
    settings.COMMENTARY_TEXT_KEY = TEXT_KEY
    settings.COMMENTARY_TEXT_MODEL = "small"
    return services


@pytest.fixture
def voices(services, settings):
    settings.COMMENTARY_SPEECH_URL = services.url
    settings.COMMENTARY_SPEECH_KEY = SPEECH_KEY
    settings.COMMENTARY_SPEECH_VOICES = {"bull": "en-US-ken"}
    return services


def told():
    """Return the line of a win, as it was queued."""
    tournament = arena()
    earn(seated(tournament, "ada_1"), 1250.37)
    look(tournament)
    (line,) = lines(tournament)
    return line


def worded(line):
    word_commentary(commentary_id=str(line.pk))
    return Commentary.objects.get(pk=line.pk).commentary_text


def test_without_providers_the_built_in_line_is_spoken_at_once():
    line = told()

    assert (waiting(), line.scheduled_at <= timezone.now()) == ([], True)
    assert worded(line) == line.commentary_text


def test_provider_words_a_line_from_its_facts(texts):
    texts.said = f'"{BETTER}"'
    line = told()
    queued = waiting()

    assert worded(line) == BETTER
    assert queued == ["comms.word_commentary"]
    ((path, asked),) = texts.asked
    system, user = asked["messages"]
    assert (path, asked["model"]) == (COMPLETIONS, "small")
    assert system["content"].startswith("You are the bull")
    assert json.loads(user["content"]) == {
        "event": "big_win",
        "facts": line.trigger_data,
        "draft": line.commentary_text,
    }
    assert AuditLog.objects.filter(entity_id=line.pk, action="commentary.word").count() == 1


def test_line_waits_for_its_provider(texts):
    line = told()

    spoken = [
        speaking.speak(tournament=line.tournament, at=line.scheduled_at + at)
        for at in (timedelta(seconds=-1), timedelta(0))
    ]

    assert spoken == [None, line]
    assert line.scheduled_at >= timezone.now() + commentary.WORDING - timedelta(seconds=2)


@pytest.mark.parametrize(
    "said",
    [
        "ada 1 makes 1,300 dollars on AAPL.",
        "ada 1 makes a million on AAPL.",
        "ada 1 wins three trades on AAPL.",
        "ada 1 leaves Bob behind on AAPL.",
        "MSFT pays ada 1 more than 1,250 dollars.",
    ],
)
def test_text_with_what_no_fact_has_is_refused(texts, caplog, said):
    texts.said = said
    line = told()

    assert worded(line) == line.commentary_text
    assert [record.getMessage() for record in caplog.records if record.name.startswith("day")] == [
        f"line {line.pk} keeps its wording: 1 unfounded words"
    ]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((500, {}), "answered 500."),
        ((429, {"error": {"message": "Rate limit reached"}}), "answered 429."),
        ((302, {}), "answered 302."),
        ((200, b"<html>"), "sent no JSON."),
        ((200, []), "sent no object."),
        ((200, {"choices": []}), "sent no message."),
        ((200, b" " * 1_000_001), "sent too much."),
    ],
)
def test_provider_that_fails_changes_nothing(texts, caplog, answer, why):
    texts.broken = [answer]
    line = told()

    assert worded(line) == line.commentary_text
    assert [record.getMessage() for record in caplog.records if record.name.startswith("day")] == [
        f"line {line.pk} keeps its wording: The text provider {why}"
    ]


@pytest.mark.parametrize(
    ("said", "finish_reason"),
    [
        ("", "stop"),
        (None, "stop"),
        ("x" * 301, "stop"),
        ("ada 1 wins $$$", "stop"),
        ("ada 1 wins \U0001f680", "stop"),
        ("ada 1 wins and", "length"),
    ],
)
def test_text_that_cannot_be_read_aloud_is_refused(texts, said, finish_reason):
    texts.said, texts.finish_reason = said, finish_reason
    line = told()

    assert worded(line) == line.commentary_text


def test_provider_that_is_not_there_changes_nothing(texts, settings):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.COMMENTARY_TEXT_URL = f"http://127.0.0.1:{closed.getsockname()[1]}{COMPLETIONS}"
        line = told()

        assert worded(line) == line.commentary_text


def test_wrong_key_changes_nothing(texts, settings):
    settings.COMMENTARY_TEXT_KEY = "sk-wrong"
    line = told()

    assert worded(line) == line.commentary_text


def test_correction_is_said_as_it_stands(texts):
    texts.said = "All is well."
    line = told()
    speaking.speak(tournament=line.tournament, at=line.scheduled_at)
    commentary.retract(actor=UserFactory(moderator=True), line=line, reason="A slip")
    (correction,) = lines(line.tournament, "correction")

    assert worded(correction) == correction.commentary_text
    assert texts.asked == []


@pytest.mark.parametrize("end", ["spoken", "taken back"])
def test_line_that_waits_no_more_keeps_its_words(texts, end):
    texts.said = BETTER
    line = told()
    if end == "spoken":
        speaking.speak(tournament=line.tournament, at=line.scheduled_at)
    else:
        moderator = UserFactory(moderator=True)
        commentary.retract(actor=moderator, line=line, reason="A slip")

    assert worded(line) == line.commentary_text
    assert texts.asked == []


@pytest.mark.django_db(transaction=True)
def test_line_that_is_spoken_meanwhile_keeps_its_words(texts):
    texts.said = BETTER
    line = told()
    texts.meanwhile = closing(
        lambda: speaking.speak(tournament=line.tournament, at=line.scheduled_at)
    )

    assert worded(line) == line.commentary_text
    assert Commentary.objects.get().is_played


def test_words_of_a_provider_are_not_repeated_either(texts):
    texts.said = BETTER
    line = told()
    worded(line)

    assert CommentaryFact.objects.get().line.startswith("text.")
    known = {
        f"{voice}.{topic}.{place}"
        for voice, topics in LINES.items()
        for topic, told_by in topics.items()
        for place in range(len(told_by))
    }
    assert CommentaryFact.objects.get().line not in known


def test_line_is_read_aloud(voices):
    line = told()
    queued = waiting()

    voice_commentary(commentary_id=str(line.pk))

    line.refresh_from_db()
    assert queued == ["comms.voice_commentary"]
    assert (line.audio_url, line.audio_duration, line.audio_generated) == (voices.audio, 4, True)
    sent = {"text": line.commentary_text, "voiceId": "en-US-ken", "format": "MP3"}
    assert voices.asked == [(GENERATE, sent)]


def test_line_is_read_aloud_once_and_not_when_taken_back(voices):
    line = told()
    taken_back = CommentaryFactory()
    moderator = UserFactory(moderator=True)
    commentary.retract(actor=moderator, line=taken_back, reason="A slip")
    for key in (line.pk, line.pk, taken_back.pk):
        voice_commentary(commentary_id=str(key))

    assert len(voices.asked) == 1


def test_worded_line_is_read_aloud_as_worded(texts, voices):
    texts.said = BETTER
    line = told()
    first = waiting()
    worded(line)

    voice_commentary(commentary_id=str(line.pk))

    assert (first, waiting()) == (
        ["comms.word_commentary"],
        ["comms.word_commentary", "comms.voice_commentary"],
    )
    assert texts.asked[-1][1]["text"] == BETTER


def test_line_of_staff_is_read_aloud_as_it_stands(texts, voices):
    line = commentary.say(
        actor=UserFactory(moderator=True),
        tournament=arena(),
        personality="sage",
        commentary_text="Welcome.",
    )

    assert waiting() == ["comms.voice_commentary"]
    voice_commentary(commentary_id=str(line.pk))
    assert texts.asked[-1][1]["voiceId"] == "en-US-natalie"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"broken": [(503, {})]}, "Murf answered 503."),
        ({"broken": [(200, {})]}, "Murf sent no address."),
        ({"audio": "http://murf.example.com/1.mp3"}, "Murf sent no address."),
        ({"audio": "https://murf.example.com/" + "x" * 500}, "Murf sent no address."),
        ({"seconds": None}, "Murf sent no length."),
        ({"seconds": -1}, "Murf sent a length that cannot be."),
        ({"seconds": 100_000}, "Murf sent a length that cannot be."),
    ],
)
def test_voice_that_fails_is_tried_again_by_its_job(voices, changes, why):
    for name, value in changes.items():
        setattr(voices, name, value)
    line = told()

    with pytest.raises(ProviderError) as failure:
        voice_commentary(commentary_id=str(line.pk))

    assert str(failure.value) == why
    assert voice_commentary.retry_strategy.max_attempts == 4
    assert Commentary.objects.get().audio_url is None


@pytest.mark.django_db(transaction=True)
def test_audio_of_other_words_is_dropped(voices):
    line = told()
    voices.meanwhile = closing(lambda: Commentary.objects.update(commentary_text="Else."))

    voice_commentary(commentary_id=str(line.pk))

    assert Commentary.objects.get().audio_url is None


def test_what_is_logged_names_nobody(texts, caplog):
    texts.said = "ada 1 leaves Bob behind."
    with caplog.at_level(logging.DEBUG, logger="dayrade.commentary"):
        worded(told())

    said = " ".join(record.getMessage() for record in caplog.records)
    assert [name for name in ("ada", "Bob") if name in said] == []
