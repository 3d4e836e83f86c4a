"""Kept pages of a chat: late with what is new, and never with what was taken out."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection

from comms.services import chat, moderation
from dayrade.api import shared_reads
from dayrade.api.shared_reads import SharedReads
from tests.comms.talk import post
from tests.dayrade.test_shared_reads import ask, asleep
from tests.factories.accounts import UserFactory
from tests.factories.comms import ChatMessageFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.threads import closing, until

pytestmark = pytest.mark.django_db(transaction=True)

LONG = 1000


class Application:
    """The application, which counts who asks, and can be held back with its answer in hand."""

    def __init__(self):
        self.wrapped = get_wsgi_application()
        self.calls = 0
        self.held = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, environ, start):
        self.calls += 1
        status, headers, content = shared_reads.answer_of(self.wrapped, environ)
        self.held.set()
        self.gate.wait()
        start(status, headers)
        return [content]


@pytest.fixture
def application():
    return Application()


@pytest.fixture
def kept(application):
    made = SharedReads(application, seconds=LONG)
    yield made
    if made.line.connection is not None:
        made.line.connection.close()


def room(tournament, name="slug"):
    return f"/api/v1/tournaments/{getattr(tournament, name)}/chat"


def read(kept, address):
    status, _, content = ask(kept, address)
    assert status == "200 OK"
    return [row["message_text"] for row in json.loads(content)["results"]]


def hide(seat, message):
    moderation.hide(actor=UserFactory(moderator=True), message=message, reason="Insult")


def edit(seat, message):
    chat.edit(user=seat.user, message=message, text="Goodbye")


def delete(seat, message):
    chat.delete(user=seat.user, message=message)


@pytest.mark.parametrize(("act", "then"), [(hide, []), (edit, ["Goodbye"]), (delete, [])])
@pytest.mark.parametrize("name", ["slug", "id"])
def test_what_is_taken_out_is_gone_at_once(kept, application, act, then, name):
    seat = ParticipantFactory()
    message = post(seat)
    address = room(seat.tournament, name)
    before = read(kept, address)
    kept_still = read(kept, address)

    act(seat, message)

    assert (before, kept_still, application.calls) == (["Hello"], ["Hello"], 1)
    assert read(kept, address) == then
    assert (read(kept, address), application.calls) == (then, 2)


def test_what_is_shown_again_is_there_at_once(kept):
    message = ChatMessageFactory(hidden=True, message_text="Hello")
    before = read(kept, room(message.tournament))

    moderation.restore(actor=UserFactory(moderator=True), message=message, reason="It was harmless")

    assert (before, read(kept, room(message.tournament))) == ([], ["Hello"])


def test_new_messages_and_other_rooms_leave_a_page_in_memory(kept, application):
    seat = ParticipantFactory()
    post(seat)
    read(kept, room(seat.tournament))
    other = ChatMessageFactory()

    post(seat, "Again")
    hide(seat, other)

    assert (read(kept, room(seat.tournament)), application.calls) == (["Hello"], 1)


def test_who_asks_after_a_hiding_gets_no_answer_from_before(kept, application):
    seat = ParticipantFactory()
    message = post(seat)
    address = room(seat.tournament)
    application.gate.clear()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(closing(lambda: read(kept, address)))
        application.held.wait()

        hide(seat, message)
        second = pool.submit(closing(lambda: read(kept, address)))
        assert until(lambda: asleep() == 2)
        application.gate.set()

        # The first asked while it could be seen, the second did not.
        assert (first.result(30), second.result(30)) == (["Hello"], [])


def test_answer_is_given_by_the_application_where_the_question_fails(kept, application):
    seat = ParticipantFactory()
    post(seat)
    address = room(seat.tournament)
    read(kept, address)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [kept.line.connection.info.backend_pid])

    found = [read(kept, address) for _ in range(3)]

    assert found == [["Hello"]] * 3
    # The second asks anew and keeps it; the third is from memory again.
    assert application.calls == 2


def test_room_that_is_none_is_not_kept(kept, application):
    draft = TournamentFactory(draft=True)

    statuses = {ask(kept, room(draft))[0] for _ in range(2)}

    assert (statuses, application.calls) == ({"404 Not Found"}, 2)


def test_line_answers_and_comes_back_after_a_loss(kept):
    line = kept.line

    assert line.ask("SELECT %(x)s::int + 1", {"x": 1}) == (2,)
    assert line.ask("SELECT 1 WHERE %(x)s", {"x": False}) is None
    with pytest.raises(psycopg.Error):
        line.ask("SELECT 1 / %(x)s::int", {"x": 0})
    assert line.connection is None
    assert line.ask("SELECT %(x)s::int", {"x": 1}) == (1,)


def test_line_does_not_knock_at_a_closed_door_again_and_again(kept, monkeypatch):
    line = kept.line
    with monkeypatch.context() as patched:
        patched.setitem(connection.settings_dict, "HOST", "/nowhere")
        with pytest.raises(psycopg.OperationalError):
            line.ask("SELECT 1", {})

    with pytest.raises(psycopg.OperationalError, match="a moment ago"):
        line.ask("SELECT 1", {})

    line.resting_until = 0
    assert line.ask("SELECT 1", {}) == (1,)


def test_nobody_waits_long_for_a_busy_line(kept):
    with kept.line.lock, pytest.raises(psycopg.OperationalError, match="busy"):
        kept.line.ask("SELECT 1", {})
