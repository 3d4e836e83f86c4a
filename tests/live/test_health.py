"""Liveness and readiness of a live server, and what stops it from starting."""

import contextlib
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from dayrade.postgres import Cluster
from tests.live.contract import ANSWERS, assert_answer
from tests.live.server import (
    ROOT,
    database,
    manage,
    passable_folder,
    production,
    running,
    url_of,
    wait_until,
)

READY = {"database": "ok", "migrations": "ok", "durability": "ok"}


def not_ready(**checks):
    return {
        "success": False,
        "message": "The service is not ready",
        "error": "NOT_READY",
        "checks": checks,
    }


def without_pool(response):
    content = response.json()
    pool = content.pop("pool")
    assert set(pool) == {"size", "available", "waiting", "max"}
    return content


def test_alive(client):
    response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"success": True})
    assert "no-store" in response.headers["Cache-Control"]


def test_ready(client):
    response = client.get("/readyz")

    assert (response.status_code, without_pool(response)) == (
        200,
        {"success": True, "checks": READY},
    )
    assert response.json()["pool"]["max"] == 4
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_answers_reads_alone(client, path):
    response = client.post(path)

    assert client.head(path).status_code == 200
    assert response.headers["Allow"] == "GET, HEAD"
    assert_answer(response, 405, "METHOD_NOT_ALLOWED", "Only GET and HEAD are allowed here")


def test_not_ready_while_a_migration_is_pending(client, observer):
    # Of each app the last one tells.
    last = "SELECT max(id) FROM django_migrations WHERE app = 'trading'"
    with observer.transaction():
        row = observer.execute(
            f"DELETE FROM django_migrations WHERE id = ({last}) RETURNING *"
        ).fetchone()
    try:
        response = client.get("/readyz")
    finally:
        observer.execute("INSERT INTO django_migrations VALUES (%s, %s, %s, %s)", row)

    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert without_pool(response) == not_ready(**READY | {"migrations": "pending"})
    assert client.get("/readyz").status_code == 200


def test_exhausted_pool_makes_readiness_answer_in_time(live_environment, tmp_path):
    environment = live_environment | {"WEB_CONCURRENCY": "1", "DATABASE_POOL_SIZE": "1"}
    body = {"statements": [["SELECT pg_sleep(3.9)"]]}
    with (
        running(environment, tmp_path / "log") as live,
        live.client() as client,
        ThreadPoolExecutor() as threads,
    ):
        busy = threads.submit(client.post, "/api/v1/sql", json=body)

        response = wait_until(lambda: (it := client.get("/readyz")).status_code == 503 and it)

        assert busy.result().status_code == 200
    assert response.elapsed.total_seconds() < 3
    assert response.json() == not_ready(
        database="busy", migrations="unknown", durability="unknown"
    ) | {"pool": {"size": 1, "available": 0, "waiting": 0, "max": 1}}


def test_pool_has_a_share_of_twenty_connections(live_environment, tmp_path):
    environment = live_environment | {"WEB_CONCURRENCY": "3"}
    del environment["DATABASE_POOL_SIZE"]

    with running(environment, tmp_path / "log") as live, live.client() as client:
        assert client.get("/readyz").json()["pool"]["max"] == 6


def backends(observer):
    query = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
          AND backend_type = 'client backend'
    """
    return observer.execute(query).fetchone()[0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_returns_the_connections_without_a_warning(live_environment, tmp_path, number):
    with (
        database(os.environ["DATABASE_URL"], f"dayrade_stop_{os.getpid()}") as url,
        psycopg.connect(url, autocommit=True) as observer,
    ):
        environment = live_environment | {"DATABASE_URL": url}
        with running(environment, tmp_path / "log", status=503) as live:
            assert backends(observer) > 0

            live.process.send_signal(number)

            assert live.process.wait(15) == 0
        wait_until(lambda: backends(observer) == 0, 3)

    log = live.log.read_text()
    assert "Traceback" not in log
    assert "psycopg" not in log


def test_worker_takes_no_connection_of_the_master(live_environment, tmp_path):
    """The master's check runs on a connection that is closed before the fork."""
    with running(live_environment, tmp_path / "log") as live:
        sockets = {
            str(link.readlink())
            for link in Path(f"/proc/{live.process.pid}/fd").iterdir()
            if str(link.readlink()).startswith("socket:")
        }

    # The one it listens on.
    assert len(sockets) == 1


def as_role(url, role):
    """Return the URL of the same database for another role."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{role}:word@{host}").geturl()  # noqa: SLF001  # documented


@pytest.mark.parametrize(
    ("fault", "sqlstate"),
    [("refused", "08006"), ("database", "3D000"), ("login", "28000"), ("full", "53300")],
)
def test_database_that_cannot_be_reached(live_environment, tmp_path, fault, sqlstate):
    good = live_environment["DATABASE_URL"]
    role = f"dayrade_full_{os.getpid()}"
    with contextlib.ExitStack() as stack:
        if fault == "full":
            connection = stack.enter_context(psycopg.connect(good, autocommit=True))
            connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'word' CONNECTION LIMIT 0")
            stack.callback(connection.execute, f"DROP ROLE {role}")
        url = {
            "refused": "postgresql://127.0.0.1:1/dayrade",
            "database": url_of(good, "nothing_there"),
            "login": as_role(good, "nobody_there"),
            "full": as_role(good, role),
        }[fault]
        environment = live_environment | {"DATABASE_URL": url}
        live = stack.enter_context(running(environment, tmp_path / "log", status=503))
        client = stack.enter_context(live.client())

        readiness = client.get("/readyz")
        response = client.post("/api/v1/sql", json={"statements": [["SELECT 1"]]})
        token = "c" * 32
        browser = {"Cookie": f"__Host-csrftoken={token}", "X-CSRFToken": token}
        form = {"username": "ada@example.com", "password": "a long password"}
        browser["Accept"] = "text/html"
        page = client.post("/admin/login/", data=form, headers=browser)

    state = "busy" if fault == "full" else "unreachable"
    unknown = {"migrations": "unknown", "durability": "unknown"}
    assert without_pool(readiness) == not_ready(database=state, **unknown)
    assert_answer(response, *ANSWERS[sqlstate])
    assert response.elapsed.total_seconds() < 3
    assert (page.status_code, page.headers["Retry-After"], page.headers["Content-Type"]) == (
        503,
        response.headers["Retry-After"],
        "text/html; charset=utf-8",
    )
    assert page.elapsed.total_seconds() < 3
    assert "Dayrade starts without its database" in live.log.read_text()


def test_management_command_says_that_the_database_is_away():
    environment = production("postgresql://127.0.0.1:1/dayrade")

    done = manage(environment, "migrate", check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("Dayrade cannot reach its database: connection failed: ")
    assert "Traceback" not in done.stderr


def gunicorn(environment):
    return subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "python:dayrade.server"],
        cwd=ROOT,
        env=environment | {"PORT": "0"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def start(program, environment):
    return (
        gunicorn(environment)
        if program == "gunicorn"
        else manage(environment, "check", "--database", "default", check=False)
    )


@pytest.mark.parametrize("program", ["gunicorn", "manage.py"])
@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (["DATABASE_URL"], "DATABASE_URL"),
        (["SECRET_KEY"], "SECRET_KEY"),
        (["ALLOWED_HOSTS"], "ALLOWED_HOSTS"),
        (
            ["DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS"],
            "DATABASE_URL, SECRET_KEY, ALLOWED_HOSTS",
        ),
    ],
)
def test_production_names_what_is_missing(program, missing, said):
    environment = production("postgresql:///unused") | dict.fromkeys(missing, "")

    done = start(program, environment)

    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        f"Dayrade cannot start: {said} not set (see .env.example).\n",
    )


@pytest.mark.parametrize("program", ["gunicorn", "manage.py"])
@pytest.mark.parametrize("name", ["API_WRITE_LIMIT", "SECURE_HSTS_SECONDS"])
def test_production_names_a_variable_that_cannot_be_read(program, name):
    done = start(program, production("postgresql:///unused") | {name: "many"})

    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        f"Dayrade cannot start: {name} is not a number (see .env.example).\n",
    )


def test_level_of_the_log_may_be_written_in_small_letters():
    done = manage(production("postgresql:///unused", LOG_LEVEL="warning"), "check", check=False)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("program", ["gunicorn", "manage.py"])
@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca"])
def test_production_does_not_lower_tls(program, mode):
    done = start(program, production(f"postgresql://db.example.com/dayrade?sslmode={mode}"))

    assert (done.returncode, done.stderr) == (
        1,
        "Dayrade cannot start: DATABASE_URL must not lower sslmode: production verifies TLS.\n",
    )


@pytest.fixture(scope="module")
def careless_cluster():
    """A server that could lose acknowledged writes."""
    with passable_folder() as folder:
        cluster = Cluster(folder)
        cluster.start()
        yield cluster
        cluster.stop("immediate")


@pytest.mark.parametrize("program", ["gunicorn", "manage.py"])
@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_production_refuses_a_careless_server(careless_cluster, program, setting):
    with psycopg.connect(careless_cluster.url(), autocommit=True) as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            value = "off" if name == setting else "on"
            connection.execute(f"ALTER SYSTEM SET {name} = {value}")
        connection.execute("SELECT pg_reload_conf()")
    environment = production(careless_cluster.url(), DATABASE_REQUIRE_DURABLE="true")

    done = start(program, environment)

    said = (
        f"the database has {setting} off and could lose acknowledged writes"
        " (DATABASE_REQUIRE_DURABLE=false accepts that)."
    )
    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_ready_only_when_a_database_that_was_away_is_durable(careless_cluster, tmp_path):
    careless_cluster.stop()
    environment = production(careless_cluster.url(), DATABASE_REQUIRE_DURABLE="true")
    manage(environment | {"DATABASE_REQUIRE_DURABLE": "false"}, "check")

    with running(environment, tmp_path / "log", status=503) as live:
        careless_cluster.start()
        response = wait_until(
            lambda: (
                (found := httpx.get(live.url + "/readyz", trust_env=False)).json()["checks"][
                    "database"
                ]
                == "ok"
                and found
            ),
            5,
        )

    assert without_pool(response) == not_ready(
        database="ok", migrations="pending", durability="refused"
    )
