"""New code, new containers and new workers under load: no request fails."""

import contextlib
import os
import shutil
import signal
import socket

import httpx
import psycopg
import pytest

from tests.drills.load import loading
from tests.drills.proxy import proxying
from tests.live.server import (
    ROOT,
    answers,
    database,
    migrate,
    passable_folder,
    production,
    running,
    wait_until,
)
from tests.sizes import measured, sized

LEFT_OUT = (".git", ".venv", ".uv", ".dayrade", "staticfiles", "__pycache__", ".*_cache")
TIMES = sized(1, 5)
RELOAD_SECONDS = 150
WRITES = "CREATE TABLE drill_writes (number int PRIMARY KEY)"


@pytest.fixture(scope="module")
def environment():
    with database(os.environ["DATABASE_URL"], f"dayrade_reload_{os.getpid()}") as url:
        made = production(
            url,
            DJANGO_SETTINGS_MODULE="tests.live.settings",
            SHARED_READ_SECONDS="1",
            LOG_LEVEL="INFO",
        )
        migrate(made)
        # A reload changes it by a file.
        del made["WEB_CONCURRENCY"]
        yield made


@pytest.fixture(autouse=True)
def _table(environment):
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        connection.execute("DROP TABLE IF EXISTS drill_writes")
        connection.execute(WRITES)


@pytest.fixture
def checkout():
    with passable_folder() as folder:
        copy = folder / "dayrade"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        yield copy


def some(load, count=300):
    """Let so many requests more be answered."""
    enough = load.total + count
    wait_until(lambda: load.failed or load.total >= enough, RELOAD_SECONDS)


def require_all(load, environment):
    """Require that every request was answered, and every write done once."""
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        (rows,) = connection.execute("SELECT count(*) FROM drill_writes").fetchone()
    found = f"{len(load.failed)} of {load.total} failed"
    measured(f"reload: {found}, {load.rate:.0f}/s, slowest {load.slowest:.2f} s")
    assert load.failed == []
    assert set(load.answered) == {"kept", "fresh", "slow", "upload", "write"}
    assert rows == load.written == load.answered["write"]


def told(live):
    with live.client() as client:
        return client.get("/healthz").json()


def release(checkout, number):
    """Write a release whose liveness tells its number."""
    code = (ROOT / "dayrade/health.py").read_text()
    new = code.replace('{"success": True}', f'{{"success": True, "release": {number}}}')
    (checkout / "dayrade/health.py").write_text(new)


def all_of(live, number):
    """Tell whether every worker has that release: each connection may meet another."""
    return all(told(live) == {"success": True, "release": number} for _ in range(20))


def test_reload_brings_new_code_and_fails_no_request(environment, checkout, tmp_path):
    with running(environment, tmp_path / "log", root=checkout) as live, loading(live.port) as load:
        some(load)
        for number in range(TIMES):
            release(checkout, number)
            (checkout / ".env").write_text(f"WEB_CONCURRENCY={3 + number % 2}\n")
            live.process.send_signal(signal.SIGHUP)
            wait_until(lambda number=number: all_of(live, number), RELOAD_SECONDS)
            some(load)
        with live.client() as client:
            pool = client.get("/readyz").json()["pool"]["max"]

    require_all(load, environment)
    assert pool == (6, 5)[(TIMES - 1) % 2]
    assert "Traceback" not in live.log.read_text()


def test_code_that_does_not_start_is_refused(environment, checkout, tmp_path):
    with running(environment, tmp_path / "log", root=checkout) as live:
        (checkout / "dayrade/urls.py").write_text("an error of syntax")
        live.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "Reload refused" in live.log.read_text(), RELOAD_SECONDS)
        (checkout / "dayrade/urls.py").write_text((ROOT / "dayrade/urls.py").read_text())
        (checkout / ".env").write_text("WEB_CONCURRENCY=none\n")
        live.process.send_signal(signal.SIGHUP)
        wait_until(
            lambda: "WEB_CONCURRENCY is not a number" in live.log.read_text(), RELOAD_SECONDS
        )
        still = told(live)
        (checkout / ".env").unlink()
        release(checkout, 2)
        live.process.send_signal(signal.SIGHUP)
        wait_until(lambda: all_of(live, 2), RELOAD_SECONDS)

    assert still == {"success": True}


def test_end_that_comes_while_the_new_code_starts_is_not_lost(environment, checkout, tmp_path):
    with running(environment, tmp_path / "log", root=checkout) as live:
        live.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "Reload: the new code" in live.log.read_text(), RELOAD_SECONDS)
        live.process.send_signal(signal.SIGTERM)

        assert live.process.wait(RELOAD_SECONDS) == 0


def test_replacement_behind_a_proxy_fails_no_request(environment, tmp_path):
    environment = environment | {"DRAIN_SECONDS": "4"}
    with contextlib.ExitStack() as servers, proxying() as proxy:

        def start(name):
            serving.append(servers.enter_context(running(environment, tmp_path / name)))
            proxy.lead_to(*(one.port for one in serving))

        serving = []
        start("one")
        start("two")
        with loading(proxy.port) as load:
            for number in range(2 * TIMES):
                some(load)
                start(f"new-{number}")
                some(load)
                old = serving.pop(0)
                old.process.terminate()

                assert old.process.wait(RELOAD_SECONDS) == 0
            some(load)

    require_all(load, environment)


def test_replaced_workers_fail_no_request(environment, tmp_path):
    environment = environment | {"WEB_MAX_REQUESTS": "400"}
    with running(environment, tmp_path / "log") as live, loading(live.port) as load:
        replaced = "Autorestarting"
        wait_until(
            lambda: load.failed or live.log.read_text().count(replaced) >= 2 * TIMES,
            RELOAD_SECONDS * TIMES,
        )
        some(load)

    require_all(load, environment)


def test_end_is_announced(environment, tmp_path):
    environment = environment | {"DRAIN_SECONDS": "60"}
    with running(environment, tmp_path / "log") as live, live.client() as client:
        client.get("/healthz")
        live.process.terminate()
        wait_until(lambda: answers(live.url + "/readyz", 503))
        ready = client.get("/readyz")
        served = httpx.get(live.url + "/api/v1/tournaments", trust_env=False)
        live.process.terminate()

        assert live.process.wait(20) == 0
    assert (ready.json()["error"], ready.headers["Retry-After"]) == ("ENDING", "2")
    assert (served.status_code, served.headers["Connection"]) == (200, "close")


def test_end_refuses_who_comes_later_and_answers_who_was_there(environment, tmp_path):
    asked = b"GET /slow?seconds=8 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with running(environment, tmp_path / "log") as live:
        with socket.create_connection(("127.0.0.1", live.port)) as sock:
            sock.sendall(asked)
            live.process.terminate()
            # Long before the one who was there has an answer.
            wait_until(lambda: refuses(live.port), 6)
            answer = sock.makefile("rb").read()

        assert live.process.wait(20) == 0
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"done")


def refuses(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return True
    return False
