"""Answers kept for a moment: the same as fresh ones, and for nobody but anonymous callers."""

import secrets
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import reload
from io import BytesIO

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import RequestFactory

from dayrade import wsgi
from dayrade.api import shared_reads
from dayrade.api.shared_reads import (
    ANSWER_BYTES_MAX,
    BYTES_MAX,
    ENTRIES_MAX,
    SPARE_SECONDS,
    Answer,
    Answers,
    SharedReads,
)
from tests.factories.accounts import UserFactory, UserSessionFactory
from tests.factories.tournaments import TournamentFactory
from tests.factories.trading import PerformanceSnapshotFactory
from tests.live.server import wait_until

TOURNAMENTS = "/api/v1/tournaments"
LONG = 1000
SENT = ["", "{}", "W/{}", '"other", {}', "*", '"other"', "nonsense"]


def environ_of(path=TOURNAMENTS, method="GET", **headers):
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    environ = RequestFactory().generic(method, path, headers=given).environ
    return environ | {"wsgi.input": BytesIO()}


def ask(application, path=TOURNAMENTS, method="GET", **headers):
    """Return the status, the headers, whose order means nothing, and the content of an answer."""
    status, found, content = shared_reads.answer_of(
        application, environ_of(path, method, **headers)
    )
    return status, sorted(found), content


class Application:
    """Answers always the same, when `gate` lets it, and remembers how often it was asked."""

    def __init__(self, status="200 OK", content=b"[]", **headers):
        self.status = status
        self.content = content
        self.headers = {"ETag": '"1"', "Cache-Control": "no-cache", "Vary": "Authorization"}
        self.headers |= {"X-Request-ID": "request-1"} | headers
        self.calls = 0
        self.gate = threading.Event()

    def __call__(self, environ, start):
        self.calls += 1
        self.gate.wait()
        if not self.status:
            raise ZeroDivisionError
        start(self.status, [item for item in self.headers.items() if item[1]])
        return [self.content]

    def opened(self):
        self.gate.set()
        return self


@pytest.fixture
def fresh():
    """Return the application as it is without memory; the test's transaction stays open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def kept(fresh):
    """Return the application with a memory that outlasts a test."""
    return SharedReads(fresh, seconds=LONG)


@pytest.fixture
def paths(db):
    snapshot = PerformanceSnapshotFactory()
    one = f"{TOURNAMENTS}/{snapshot.tournament.slug}"
    seats = f"{one}/participants"
    return {
        "list": TOURNAMENTS,
        "page": f"{TOURNAMENTS}?page_size=1",
        "one": one,
        "seats": seats,
        "board": f"{one}/leaderboard?limit=100",
        "series": f"{seats}/{snapshot.participant_id}/performance",
    }


@pytest.mark.parametrize(
    "asked",
    [
        *(
            (name, "GET", sent)
            for name in ("page", "one", "seats", "board", "series")
            for sent in ("", "{}")
        ),
        *(("list", "GET", sent) for sent in SENT),
        *(("list", "HEAD", sent) for sent in SENT),
    ],
)
def test_kept_answer_is_the_fresh_one(fresh, kept, paths, asked, django_assert_num_queries):
    name, method, sent = asked
    TournamentFactory()
    etag = dict(ask(kept, paths[name])[1])["ETag"]
    headers = {"If_None_Match": sent.format(etag), "X_Request_ID": "request-1"}

    with django_assert_num_queries(0):
        found = ask(kept, paths[name], method, **headers)

    assert found == ask(fresh, paths[name], method, **headers)


@pytest.mark.parametrize("sent", ["", "{}"])
def test_first_answer_is_the_fresh_one(fresh, kept, paths, sent):
    etag = dict(ask(fresh)[1])["ETag"]
    headers = {"If_None_Match": sent.format(etag), "X_Request_ID": "request-1"}

    assert ask(kept, **headers) == ask(fresh, **headers)


@pytest.mark.parametrize("sent", ["", "insane id"])
def test_every_answer_has_an_id_of_its_own(kept, paths, sent):
    ids = {dict(ask(kept, X_Request_ID=sent)[1])["X-Request-ID"] for _ in range(3)}

    assert len(ids) == 3
    assert sent not in ids


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "application/json"},
        {"Host": "localhost"},
        {"X_Forwarded_Proto": "https"},
    ],
)
def test_other_requests_have_answers_of_their_own(
    kept, paths, headers, settings, django_assert_num_queries
):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    TournamentFactory()
    first = ask(kept, paths["page"])

    other = ask(kept, paths["page"], **headers)

    assert (first[2] == other[2]) is ("Accept" in headers)
    with django_assert_num_queries(0):
        assert [ask(kept, paths["page"])[2], ask(kept, paths["page"], **headers)[2]] == [
            first[2],
            other[2],
        ]


def test_signed_in_people_neither_get_nor_leave_anything(fresh, kept, paths):
    token = secrets.token_urlsafe()
    UserSessionFactory(user=UserFactory(moderator=True), token=token)
    TournamentFactory(draft=True)
    anonymous = ask(fresh)[2]

    asked = [ask(kept, **headers)[2] for headers in ({}, {"Authorization": f"Bearer {token}"}, {})]

    assert asked[0] == asked[2] == anonymous
    assert b"zimtra_tournament_id" in asked[1]


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        (TOURNAMENTS, "GET", {"Authorization": "Bearer x"}),
        (TOURNAMENTS, "GET", {"Authorization": ""}),
        (TOURNAMENTS, "GET", {"Cookie": "a=1; __Host-sessionid=2"}),
        (TOURNAMENTS, "GET", {"Content_Length": "2"}),
        (TOURNAMENTS, "GET", {"Transfer_Encoding": "chunked"}),
        (TOURNAMENTS, "OPTIONS", {}),
        (TOURNAMENTS, "POST", {}),
        ("/api/v1/economic-events", "GET", {}),
        ("/api/v1/schema", "GET", {}),
        ("/api/v1/nowhere", "GET", {}),
        ("/healthz", "GET", {}),
    ],
)
def test_other_requests_go_to_the_application(path, method, headers):
    application = Application().opened()
    kept = SharedReads(application, seconds=LONG)

    for _ in range(2):
        environ = environ_of(path, method, **headers)
        if "Content_Length" in headers:
            environ["CONTENT_LENGTH"] = "2"
        shared_reads.answer_of(kept, environ)

    assert application.calls == 2


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "404 Not Found"},
        {"status": "500 Internal Server Error"},
        {"status": "206 Partial Content"},
        {"Set-Cookie": "a=1"},
        {"ETag": ""},
        {"content": b"x" * (ANSWER_BYTES_MAX + 1)},
    ],
)
def test_other_answers_are_not_kept(answer):
    application = Application(**answer).opened()
    kept = SharedReads(application, seconds=LONG)

    found = [ask(kept) for _ in range(2)]

    assert application.calls == 2
    assert found == [ask(application)] * 2


def test_answer_is_kept_no_longer_than_said(fresh, paths):
    kept = SharedReads(fresh, seconds=0.05)
    before = ask(kept)[2]
    TournamentFactory()

    after = wait_until(lambda: (found := ask(kept)[2]) != before and found)

    assert after == ask(fresh)[2]


def test_answer_is_as_old_as_its_question():
    class Slow(Application):
        def __call__(self, environ, start):
            asked_at = time.monotonic()
            wait_until(lambda: time.monotonic() > asked_at + 0.05)
            return super().__call__(environ, start)

    application = Slow().opened()
    kept = SharedReads(application, seconds=0.05)

    ask(kept)
    ask(kept)

    assert application.calls == 2


def at_once(kept, application, number):
    """Ask with threads, of which all but the first wait before its answer comes."""
    with ThreadPoolExecutor(number) as pool:
        asked = [pool.submit(ask, kept) for _ in range(number)]
        wait_until(lambda: asleep() == number)
        application.gate.set()
        return [future.exception() or future.result() for future in asked]


def asleep():
    """Count the threads that wait for the gate or for each other."""
    frames = sys._current_frames().values()  # noqa: SLF001  # documented
    waiting = [frame for frame in frames if frame.f_code.co_name == "wait"]
    return sum(asks(frame) for frame in waiting)


def asks(frame):
    while frame := frame.f_back:
        if frame.f_code is ask.__code__:
            return True
    return False


def test_stampede_asks_once():
    application = Application()
    kept = SharedReads(application, seconds=LONG)

    answers = at_once(kept, application, 8)

    assert application.calls == 1
    assert [answer[2] for answer in answers] == [b"[]"] * 8
    assert kept.flights == {}


@pytest.mark.parametrize("status", ["503 Service Unavailable", ""])
def test_failure_of_the_first_is_not_that_of_the_others(status):
    application = Application(status=status)
    kept = SharedReads(application, seconds=LONG)

    at_once(kept, application, 4)

    assert application.calls == 4
    assert kept.flights == {}


def test_number_of_answers_is_bounded():
    answers = Answers()
    answer = Answer([], b"", time.monotonic() + LONG)
    for number in range(ENTRIES_MAX):
        answers.add(number, answer)

    answers.get(0)
    answers.add("new", answer)

    assert len(answers.by_key) == ENTRIES_MAX
    assert (answers.get(0), answers.get(1)) == (answer, None)


def test_size_of_answers_is_bounded():
    answers = Answers()
    answer = Answer([], b"x" * ANSWER_BYTES_MAX, time.monotonic() + LONG)

    for number in (0, *range(20), 19):
        answers.add(number, answer)

    assert answers.size == BYTES_MAX == sum(len(a.content) for a in answers.by_key.values())
    assert 19 in answers.by_key
    assert 0 not in answers.by_key


def test_old_answers_take_no_room():
    answers = Answers()
    answers.add(0, Answer([], b"x", time.monotonic() - SPARE_SECONDS))

    assert answers.get(0) is None
    assert (answers.size, len(answers.by_key)) == (0, 0)


def away(application):
    """Let an application answer as it does while its database is away."""
    application.status, application.headers["ETag"] = "503 Service Unavailable", ""


@pytest.mark.parametrize("sent", SENT)
def test_last_answer_is_given_while_there_is_no_other(sent):
    application = Application().opened()
    kept = SharedReads(application, seconds=0)
    headers = {"If_None_Match": sent.format('"1"'), "X_Request_ID": "request-1"}
    first = ask(kept, **headers)

    away(application)
    status, found, content = ask(kept, **headers)

    assert application.calls == 2
    assert ("Age", "1") in found
    found.remove(("Age", "1"))
    assert (status, found, content) == first


def test_last_answer_is_not_given_for_long(monkeypatch):
    application = Application().opened()
    kept = SharedReads(application, seconds=0)
    ask(kept)
    away(application)

    monkeypatch.setattr(shared_reads, "SPARE_SECONDS", 0)

    assert ask(kept)[0] == "503 Service Unavailable"


def test_other_failures_are_answered_as_they_are():
    application = Application().opened()
    kept = SharedReads(application, seconds=0)
    ask(kept)

    application.status = "500 Internal Server Error"

    assert ask(kept)[0] == "500 Internal Server Error"


def test_what_could_be_taken_back_meanwhile_is_not_given():
    answers = Answers()
    answer = Answer([], b"x", time.monotonic(), question=("SELECT 1", {}))
    answers.add(0, answer)

    assert answers.spare(0) is None
    assert (answers.get(0), answers.by_key) == (None, {})


@pytest.mark.parametrize("seconds", [0, 1])
def test_setting_turns_it_on(settings, seconds):
    settings.SHARED_READ_SECONDS = seconds

    application = reload(wsgi).application

    assert isinstance(application.wrapped, SharedReads) is bool(seconds)
