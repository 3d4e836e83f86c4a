"""Every way in which the database can refuse, raised for real in a live server."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.live.contract import ANSWERS, assert_answer, every_sqlstate
from tests.live.server import running, wait_until

SECRET = "hunter2"


def raising(sqlstate):
    """Write the statement that raises an SQLSTATE, with a secret in each of its texts."""
    return (
        f"DO $do$ BEGIN RAISE EXCEPTION '{SECRET} message' USING ERRCODE = '{sqlstate}',"
        f" DETAIL = 'Failing row contains ({SECRET}).', HINT = '{SECRET}',"
        f" CONSTRAINT = 'a_constraint', TABLE = 'a_table'; END $do$"
    )


def at_commit(statement):
    """Write the statement that runs another one when the transaction commits."""
    return ["INSERT INTO live_at_commit VALUES (%s)", statement]


def post(client, *statements):
    """Run statements in one transaction of the server."""
    return client.post("/api/v1/sql", json={"statements": [[*it] for it in statements]})


INSERTION = ("INSERT INTO live_people (id) VALUES (2)",)


def people(observer):
    return [row[0] for row in observer.execute("SELECT id FROM live_people ORDER BY id")]


@every_sqlstate
def test_sqlstate_of_a_statement(client, observer, sqlstate):
    response = post(client, INSERTION, [raising(sqlstate)])

    assert_answer(response, *ANSWERS[sqlstate])
    assert people(observer) == [1]


@every_sqlstate
def test_sqlstate_at_commit(client, observer, sqlstate):
    response = post(client, INSERTION, at_commit(raising(sqlstate)))

    assert_answer(response, *ANSWERS[sqlstate])
    assert people(observer) == [1]


@pytest.mark.parametrize(
    ("statements", "sqlstate"),
    [
        ([["INSERT INTO live_people (id, name) VALUES (3, 'Ada')"]], "23505"),
        ([["INSERT INTO live_people (id, rank) VALUES (3, 1)"]], "23505"),
        ([["INSERT INTO live_people (id, friend) VALUES (3, 9)"]], "23503"),
        ([["INSERT INTO live_people (id, balance) VALUES (3, -1)"]], "23514"),
        ([["INSERT INTO live_people (id, secret) VALUES (3, NULL)"]], "23502"),
        ([["UPDATE live_people SET name = %s", "x" * 11]], "22001"),
        ([["UPDATE live_people SET balance = %s", 123456]], "22003"),
        ([["UPDATE live_people SET rank = %s", 2**40]], "22003"),
        ([["UPDATE live_people SET identity = %s", "no uuid"]], "22P02"),
        ([["UPDATE live_people SET secret = chr(0)"]], "54000"),
        ([["UPDATE live_people SET document = %s", r'{"a": "\ud800"}']], "22P02"),
        ([["UPDATE live_people SET document = %s", r'{"a": "\u0000"}']], "22P05"),
        ([[r"UPDATE live_people SET secret = E'\xff'"]], "22021"),
        ([["SELECT '2026-02-30'::date"]], "22008"),
        ([["SELECT 'yesterdayish'::date"]], "22007"),
        ([["SELECT now() AT TIME ZONE 'Nowhere/Land'"]], "22023"),
        ([["SELECT 'a' ~ '('"]], "2201B"),
        ([[r"SELECT 'ab' LIKE 'a\'"]], "22025"),
        ([["SELECT 1 LIMIT -1"]], "2201W"),
        ([["SELECT 1 OFFSET -1"]], "2201X"),
        ([["SELECT 1 / (rank - rank) FROM live_people"]], "22012"),
        ([["SELECT * FROM nothing_there"]], "42P01"),
        ([["SELECT nothing_there FROM live_people"]], "42703"),
        ([["SELECT nothing_there()"]], "42883"),
        ([["SELECT FROM WHERE"]], "42601"),
        ([["SELECT pg_terminate_backend(pg_backend_pid())"]], "57P01"),
        ([["SET LOCAL statement_timeout = '50ms'"], ["SELECT pg_sleep(2)"]], "57014"),
        ([["SET LOCAL transaction_read_only = on"], [*INSERTION]], "25006"),
        (
            [["INSERT INTO live_people (id) VALUES (1) ON CONFLICT (rank) DO NOTHING"]],
            "55000",
        ),
        ([["UPDATE schema_migrations SET filename = 'x'"]], "DR001"),
    ],
)
def test_real_cause(client, observer, statements, sqlstate):
    response = post(client, INSERTION, *statements)

    assert_answer(response, *ANSWERS[sqlstate])
    assert people(observer) == [1]


def test_server_serves_on_after_its_connection_was_terminated(client, observer):
    post(client, ["SELECT pg_terminate_backend(pg_backend_pid())"])

    response = post(client, INSERTION)

    assert response.status_code == 200
    assert people(observer) == [1, 2]


def test_connection_lost_at_commit_leaves_the_outcome_open(client, observer):
    response = post(client, INSERTION, at_commit("SELECT pg_terminate_backend(pg_backend_pid())"))

    assert_answer(response, *ANSWERS["08007"])


def test_deadlock_is_resolved_by_doing_the_victim_again(live, observer):
    observer.execute("INSERT INTO live_people (id, balance) VALUES (2, 0)")
    observer.execute("UPDATE live_people SET balance = 0")
    add = "UPDATE live_people SET balance = balance + 1 WHERE id = %s"
    pause = "SELECT pg_sleep(0.2)"
    patient = "SET LOCAL lock_timeout = '3s'"

    def cross(order):
        with live.client() as client:
            first, second = order
            return post(client, [patient], [add, first], [pause], [add, second]).status_code

    with ThreadPoolExecutor() as threads:
        statuses = list(threads.map(cross, [(1, 2), (2, 1)]))

    balances = observer.execute("SELECT balance::int FROM live_people").fetchall()
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    assert (statuses, balances) == ([200, 200], [(2,), (2,)])
    assert wait_until(lambda: observer.execute(deadlocks).fetchone()[0], 5) == 1


@pytest.mark.parametrize("when", ["statement", "commit"])
def test_serialization_failure_is_tried_three_times(client, observer, when):
    observer.execute("ALTER SEQUENCE live_attempts RESTART")
    failing = [raising("40001")] if when == "statement" else at_commit(raising("40001"))

    response = post(client, ["SELECT nextval('live_attempts')"], failing)

    assert_answer(response, *ANSWERS["40001"])
    assert observer.execute("SELECT last_value FROM live_attempts").fetchone() == (3,)


@pytest.mark.parametrize("clause", ["", "NOWAIT"])
def test_locked_row_is_a_conflict(client, observer, clause):
    with observer.transaction():
        observer.execute("SELECT FROM live_people FOR UPDATE")

        response = post(client, INSERTION, [f"SELECT FROM live_people FOR UPDATE {clause}"])

    assert_answer(response, *ANSWERS["55P03"])
    assert people(observer) == [1]


def test_connection_carries_the_timeouts_of_the_environment(client):
    names = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "TimeZone"]
    shown = ", ".join(f"current_setting('{name}')" for name in names)

    response = post(client, [f"SELECT {shown}"])

    assert response.json() == {"rows": [["4s", "400ms", "30s", "UTC"]]}


def test_parameters_are_bound_by_the_server(client):
    statement = "SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid() AND %s = %s"

    response = post(client, [statement, "a", "a"])

    assert "$1 = $2" in response.json()["rows"][0][0]


def test_exhausted_pool_is_said_so(live, client):
    def occupy(_):
        with live.client() as own:
            return post(own, ["SELECT pg_sleep(3)"])

    # Either of the two processes has 4 connections and 8 threads.
    with ThreadPoolExecutor(10) as threads:
        responses = list(threads.map(occupy, range(10)))

    refused = [response for response in responses if response.status_code != 200]
    assert refused
    for response in refused:
        assert_answer(response, *ANSWERS["53300"])
        assert response.elapsed.total_seconds() < 3
    assert post(client, INSERTION).status_code == 200


@pytest.mark.parametrize("accept", ["application/json", "text/html", "*/*"])
@pytest.mark.parametrize("path", ["/readyz", "/api/v1/sql"])
def test_database_error_in_middleware(client, observer, path, accept):
    statement = raising("57P03")

    response = client.get(path, headers={"Accept": accept, "X-Statement": statement})

    assert_answer(response, *ANSWERS["57P03"])


def test_database_error_of_a_plain_view(client, observer):
    response = client.post("/plain", content=raising("55P03"))

    assert_answer(response, *ANSWERS["55P03"])


def test_browser_in_the_back_office_gets_a_page(client, observer):
    response = client.post(
        "/admin/plain", content=raising("55P03"), headers={"Accept": "text/html,*/*;q=0.8"}
    )

    assert (response.status_code, response.headers["Retry-After"]) == (409, "1")
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<h1>Somebody else is changing this; try again</h1>" in response.text


def test_program_in_the_back_office_gets_json(client, observer):
    response = client.post("/admin/plain", content=raising("55P03"))

    assert_answer(response, *ANSWERS["55P03"])


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("bug", (500, "INTERNAL_ERROR", "Something went wrong on our side")),
        ("denied", (403, "PERMISSION_DENIED", "You may not do this")),
        ("missing", (404, "NOT_FOUND", "Not found")),
        ("suspicious", (400, "BAD_REQUEST", "The request is malformed")),
    ],
)
@pytest.mark.parametrize("source", ["view", "middleware", "back office"])
def test_exception_outside_the_framework(client, source, name, answer):
    prefix = "/admin" if source == "back office" else ""
    path, headers = f"{prefix}/error/{name}", {}
    if source == "middleware":
        path, headers = "/healthz", {"X-Error": name}

    response = client.get(path, headers=headers)

    assert_answer(response, *answer)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_unknown_route(client, method):
    response = client.request(method, "/api/v1/nowhere")

    assert_answer(response, 404, "NOT_FOUND", "Not found")


def test_wrong_method(client):
    response = client.delete("/api/v1/sql")

    assert_answer(response, 405, "METHOD_NOT_ALLOWED", 'Method "DELETE" not allowed.')


def test_host_that_is_not_ours(live, client):
    response = client.get("/healthz", headers={"Host": "evil.example.com"})

    assert_answer(response, 400, "BAD_REQUEST", "The request is malformed")
    assert "evil.example.com" not in live.log.read_text()


def test_sane_request_id_is_kept(client):
    response = client.get("/nowhere", headers={"X-Request-ID": "abc-12345678"})

    assert response.headers["X-Request-ID"] == "abc-12345678"


def test_log_tells_the_cause_and_withholds_the_row(live, client, observer):
    row = f"INSERT INTO live_people (id, name, secret) VALUES (9, 'Ada', '{SECRET}')"
    bound = ["INSERT INTO live_people (id, name, secret) VALUES (9, 'Ada', %s)", SECRET]
    begins = live.log.stat().st_size

    post(client, bound)
    post(client, at_commit(raising("XX000")))
    client.post("/plain", content=row)
    client.post("/admin/plain", content=raising("23505"))
    client.get("/healthz", headers={"X-Statement": raising("42P01")})

    said = live.log.read_text()[begins:]
    cause = "type=UniqueViolation constraint=live_people_name_key table=live_people"
    assert said.count(f"sqlstate=23505 {cause}") == 2
    assert "sqlstate=XX000 type=InternalError_ constraint=a_constraint table=a_table" in said
    assert "sqlstate=42P01" in said
    assert SECRET not in live.log.read_text()


def test_slow_statement_is_logged_without_its_parameters(live, client):
    statement = "SELECT pg_sleep(0.4), %s"

    post(client, [statement, SECRET])

    (line,) = [it for it in live.log.read_text().splitlines() if f"ms: {statement}" in it]
    told = json.loads(line)
    assert (told["level"], told["logger"]) == ("WARNING", "dayrade.db")
    assert re.fullmatch("[0-9a-f-]{36}", told["request_id"])
    assert re.match(r"slow query: \d{3} ms: ", told["message"])
    assert SECRET not in live.log.read_text()


def test_development_keeps_the_contract(live_environment, tmp_path):
    environment = live_environment | {"DEBUG": "true"}
    browser = {"Accept": "text/html"}
    with running(environment, tmp_path / "log") as live, live.client() as client:
        bug, missing = client.get("/error/bug"), client.get("/nowhere", headers=browser)
        page = client.get("/admin/error/bug", headers=browser)
        host = client.get("/healthz", headers={"Host": "evil.example.com"})
        database = client.get("/healthz", headers={"X-Statement": raising("57P03")})

    assert_answer(bug, 500, "INTERNAL_ERROR", "Something went wrong on our side")
    assert (missing.status_code, "<h1>Not found</h1>" in missing.text) == (404, True)
    assert_answer(host, 400, "BAD_REQUEST", "The request is malformed")
    assert_answer(database, *ANSWERS["57P03"])
    assert "<h1>Something went wrong on our side</h1>" in page.text
    assert "ZeroDivisionError: a bug" in live.log.read_text()
