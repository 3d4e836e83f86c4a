"""The log and the figures of real servers."""

import json
import os
import secrets

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from dayrade.postgres import Cluster
from tests.live.server import (
    STREAM,
    database,
    manage,
    migrate,
    passable_folder,
    production,
    running,
    wait_until,
)

TOKEN = secrets.token_urlsafe(32)
READER = {"Authorization": f"Bearer {TOKEN}"}
PASSWORD = "correct horse battery"
PERSON = f"""
from accounts.models import User
print(User.objects.create_user("ada@example.net", "{PASSWORD}", username="ada").pk)
"""


@pytest.fixture(scope="module")
def environment():
    with database(os.environ["DATABASE_URL"], f"dayrade_telemetry_{os.getpid()}") as url:
        made = production(url, METRICS_TOKEN=TOKEN, SHARED_READ_SECONDS="60")
        migrate(made)
        yield made


def lines(live):
    """Return the log, every line of which is JSON."""
    return [json.loads(line) for line in live.log.read_text().splitlines()]


def of_requests(live):
    return [line for line in lines(live) if line["logger"] == "dayrade.request"]


def asked(live):
    """Return the lines of requests but for those of whoever waited for the server."""
    return [line for line in of_requests(live) if line["route"] != "/readyz"]


def figures(client):
    text = client.get("/metrics", headers=READER).text
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_each_request_has_its_line(environment, tmp_path):
    ada = manage(environment, "shell", "-v0", "-c", PERSON).stdout.strip()
    with running(environment, tmp_path / "log") as live, live.client() as client:
        body = {"email": "ada@example.net", "password": PASSWORD}
        opened = client.post("/api/v1/auth/login", json=body).json()
        signed = {"Authorization": f"Bearer {opened['session_token']}"}
        mine = client.get("/api/v1/users/me?next=quix", headers=signed)
        client.get("/api/v1/tournaments")
        client.get("/api/v1/tournaments")
        client.get("/quix%0A%1B[31m%E2%80%A8")
        wait_until(lambda: len(asked(live)) == 5)
        said = live.log.read_text()

    assert 200 in {line["status"] for line in of_requests(live) if line["route"] == "/readyz"}
    login, me, *lists, junk = asked(live)
    assert (login["method"], login["route"]) == ("POST", "/api/v1/auth/login")
    assert (me["message"], me["actor"]) == ("GET /api/v1/users/me 200", ada)
    assert me["request_id"] == mine.headers["X-Request-ID"]
    assert 0 < me["duration_ms"] < 15_000
    assert {(one["route"], one["actor"]) for one in lists} == {("/api/v1/tournaments", None)}
    assert lists[0]["from_memory"] is False
    assert junk["message"] == "GET /quix\n\x1b[31m\u2028 404"
    assert junk["route"] == "/"
    assert not {"\x1b", "\u2028"} & set(said)
    assert [
        secret for secret in (PASSWORD, opened["session_token"], "next=quix") if secret in said
    ] == []


def test_figures_are_for_who_has_the_token(environment, tmp_path):
    with running(environment, tmp_path / "log") as live, live.client() as client:
        refused = [
            client.get("/metrics", headers=headers).status_code
            for headers in ({}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": "Bearer"})
        ]
        shown = client.get("/metrics", headers=READER)

    assert refused == [404, 404, 404]
    assert (shown.status_code, shown.headers["Content-Type"].split(";")[0]) == (200, "text/plain")


def test_figures_are_those_of_all_workers(environment, tmp_path):
    with running(environment, tmp_path / "log") as live:
        for _ in range(40):
            # A connection each, so that both workers get some.
            httpx.get(f"{live.url}/healthz", trust_env=False)
        with live.client() as client:
            client.get("/api/v1/tournaments")
            client.request("QUIX", "/healthz")
            shown = figures(client)
        workers = {line["process"] for line in of_requests(live)}

    counted = (
        "dayrade_requests_total",
        ("method", "GET"),
        ("route", "/healthz"),
        ("status", "200"),
    )
    assert len(workers) == 2
    assert shown[counted] == 40
    assert shown["dayrade_request_seconds_count", ("route", "/healthz")] == 41
    assert shown["dayrade_pool_connections", ("state", "max")] == 20
    assert shown["dayrade_database_up",] == 1
    assert not any("QUIX" in str(name) for name in shown)


def test_figures_come_without_a_database(tmp_path):
    with passable_folder() as folder:
        cluster = Cluster(folder / "postgresql")
        cluster.start()
        environment = production(cluster.url(), METRICS_TOKEN=TOKEN)
        migrate(environment)
        with running(environment, tmp_path / "log") as live, live.client() as client:
            cluster.stop("immediate")

            wait_until(lambda: figures(client)["dayrade_database_up",] == 0)
            shown = figures(client)

    assert ("dayrade_workers",) not in shown
    assert any(name[0] == "dayrade_requests_total" for name in shown)


def test_stream_has_figures_and_lines_of_its_own(environment, tmp_path):
    with running(environment, tmp_path / "log", service=STREAM) as live, live.client() as client:
        refused = client.get("/metrics").status_code
        shown = figures(client)
        client.get("/api/v1/tournaments/none/events?ticket=quix")

    assert refused == 404
    assert shown["dayrade_stream_readers",] == 0
    assert shown["dayrade_stream_is_current",] == 1
    assert of_requests(live)[-1]["message"] == "GET /api/v1/tournaments/none/events 401"
    assert "quix" not in live.log.read_text()
