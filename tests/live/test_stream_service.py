"""The event stream as a service: what it refuses, whom it drops, and what it outlives."""

import json
import socket
import time

import httpx
import psycopg
import pytest

from dayrade.postgres import Cluster
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import TournamentFactory
from tests.live import provider
from tests.live.events import slow_reader, watching
from tests.live.server import (
    STREAM,
    answers,
    migrate,
    passable_folder,
    production,
    running,
    wait_until,
)
from tests.live.streaming import ask, say, signed_in, started, texts

pytestmark = pytest.mark.django_db(transaction=True)
FROZEN = """
    INSERT INTO dayrade_events (tournament_id, kind, data)
    SELECT id, 'status', '{"status": "frozen", "at": "2026-11-23T00:00:00Z"}' FROM tournaments
"""


def test_refusals_have_the_one_shape(stream):
    tournament, draft = TournamentFactory(active=True), TournamentFactory(draft=True)
    path = f"/api/v1/tournaments/{tournament.slug}/events"
    dead = {"Authorization": "Bearer " + "x" * 43}
    asked = [
        (ask(stream, f"/api/v1/tournaments/{draft.slug}/events"), 404, "NOT_FOUND"),
        (ask(stream, "/api/v1/tournaments/nowhere/events"), 404, "NOT_FOUND"),
        (ask(stream, "/api/v1/tournaments"), 404, "NOT_FOUND"),
        (ask(stream, path, headers=dead), 401, "AUTHENTICATION_FAILED"),
        (ask(stream, path + "?ticket=x"), 401, "AUTHENTICATION_FAILED"),
        (ask(stream, path + "?x=1"), 400, "INVALID_FILTER"),
        (ask(stream, path, headers={"Host": "evil.example"}), 400, "BAD_REQUEST"),
        (httpx.post(stream.url + path, trust_env=False), 405, "METHOD_NOT_ALLOWED"),
    ]

    for answer, status, error in asked:
        assert (answer.status_code, answer.json()["error"]) == (status, error)
        assert set(answer.json()) - {"details"} == {"success", "message", "error"}
        assert answer.headers["Content-Type"] == "application/json"
        assert len(answer.headers["X-Request-ID"]) == 36
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert asked[3][0].headers["WWW-Authenticate"] == "Bearer"
    assert asked[7][0].headers["Allow"] == "GET, HEAD, OPTIONS"


def test_what_is_not_http_gets_the_one_shape(stream):
    with socket.create_connection(("127.0.0.1", stream.port)) as sock:
        sock.sendall(b"nonsense\r\n\r\n")
        answer = sock.makefile("rb").read()

    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"] == "BAD_REQUEST"


def test_staff_watch_drafts(stream):
    draft = TournamentFactory(draft=True)
    headers, _ = signed_in(UserFactory(moderator=True))

    with watching(stream.url, draft.slug, headers) as reader:
        assert reader.of("state")[0]["status"] == "draft"


@pytest.mark.parametrize(
    ("variables", "status", "error"),
    [
        ({"STREAM_READERS": "1"}, 503, "STREAM_FULL"),
        ({"STREAM_READERS_PER_ADDRESS": "1"}, 429, "RATE_LIMITED"),
    ],
)
def test_limits_are_told_with_when_to_come_back(transactional_db, variables, status, error):
    tournament = TournamentFactory(active=True)
    path = f"/api/v1/tournaments/{tournament.slug}/events"
    with started(**variables) as live:
        with watching(live.url, tournament.slug):
            refused = ask(live, path)
        # Whoever leaves makes room.
        wait_until(lambda: ask(live, "/healthz").json()["readers"] == 0)
        with watching(live.url, tournament.slug) as reader:
            assert reader.of("state")

    assert (refused.status_code, refused.json()["error"]) == (status, error)
    assert refused.headers["Retry-After"] == "10"


def test_slow_reader_is_dropped_and_the_others_are_not(stream):
    tournament = TournamentFactory(active=True)
    text = "x" * 1000
    user = UserFactory()
    total = 0
    with (
        slow_reader(stream.url, tournament.slug) as slow,
        watching(stream.url, tournament.slug) as reader,
    ):
        while ask(stream, "/healthz").json()["readers"] == 2:
            assert total < 4000
            for _ in range(100):
                say(tournament, message_text=text, user=user)
            total += 100
            reader.wait_for("chat", total)
        read = slow.makefile("rb").read()

    assert b'"reason": "slow"' in read[-200:]
    assert len(texts(reader)) == total


def test_end_of_the_process_ends_its_streams_soon(transactional_db):
    tournament = TournamentFactory(active=True)
    with started() as live, watching(live.url, tournament.slug) as reader:
        began = time.monotonic()
        live.process.terminate()
        reader.wait_for_end(10)
        live.process.wait(10)
        took = time.monotonic() - began

    assert reader.of("end") == [{"reason": "restart"}]
    assert took < 8


def test_stream_outlives_its_database(transactional_db):
    """Readers stay, and hear of what happens when the database is back."""
    with passable_folder() as folder:
        cluster = Cluster(folder / "postgresql")
        cluster.start()
        environment = production(cluster.url(), LOG_LEVEL="ERROR")
        migrate(environment)
        provider.field(cluster.url(), 3, slug="cup")
        with (
            running(environment, folder / "log", service=STREAM) as live,
            watching(live.url, "cup") as reader,
        ):
            cluster.stop("immediate")
            wait_until(lambda: answers(live.url + "/readyz", 503))
            refused = ask(live, "/api/v1/tournaments/cup/events")
            cluster.start()
            wait_until(lambda: answers(live.url + "/readyz", 200))
            with psycopg.connect(cluster.url()) as own:
                own.execute(FROZEN)
            (told,) = reader.wait_for("status")
        cluster.stop("immediate")

    assert (refused.status_code, refused.json()["error"]) == (503, "SERVICE_UNAVAILABLE")
    assert told["status"] == "frozen"


def test_pages_of_ours_may_read_it_and_no_others(transactional_db):
    tournament = TournamentFactory(active=True)
    path = f"/api/v1/tournaments/{tournament.slug}/events"
    with started(FRONTEND_URL="https://dayrade.example.com") as live:
        known = [
            ask_options(live.url + path, origin)
            for origin in ("https://dayrade.example.com", "http://127.0.0.1:8000")
        ]
        others = [
            ask_options(live.url + path, origin)
            for origin in ("https://evil.example", "null", "http://dayrade.example.com")
        ]

    name = "Access-Control-Allow-Origin"
    assert [answer.headers[name] for answer in known] == [
        "https://dayrade.example.com",
        "http://127.0.0.1:8000",
    ]
    assert [answer.status_code for answer in known] == [204, 204]
    assert "Authorization" in known[0].headers["Access-Control-Allow-Headers"]
    assert not any(name in answer.headers for answer in others)


def ask_options(url, origin):
    return httpx.options(url, headers={"Origin": origin}, trust_env=False)
