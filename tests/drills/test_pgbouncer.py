"""The web service through PgBouncer in transaction mode, with fewer connections than threads."""

import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx
import psycopg
import pytest

from dayrade.postgres import Cluster
from tests.drills.pooler import PREPARES_FROM, pooled, version
from tests.live.provider import field, signature, trades
from tests.live.server import manage, migrate, passable_folder, production, running, wait_until
from tests.live.test_secrets import Browser
from tests.sizes import sized

pytestmark = pytest.mark.skipif(not version(), reason="there is no PgBouncer")

SECRET, ADMIN = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
PASSWORD = "correct horse battery staple"
SEATS, TRADES = 20, sized(200, 5000)
READS = sized(100, 2000)
# Of one request, while the database is away.
PATIENCE = 3
MAKE = """
from tests.factories.accounts import UserFactory, UserSessionFactory
from tests.factories.tournaments import TournamentFactory
boss = UserFactory(admin=True, email="boss@example.com", password="{password}")
UserSessionFactory(user=boss, token="{admin}")
UserFactory(approved=True, email="ada@example.com", password="{password}")
TournamentFactory(open=True, slug="open")
"""


class Stage:
    """A cluster, the pooler before it, and the web service that knows only of that."""

    def __init__(self, cluster, pooler, live, direct):
        self.cluster, self.pooler, self.live, self.direct = cluster, pooler, live, direct

    def ask(self, method, path, token=None, **options):
        headers = options.pop("headers", {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        url = self.live.url + path
        return httpx.request(method, url, headers=headers, trust_env=False, timeout=30, **options)

    def deliver(self, batch):
        content = json.dumps({"tournament": "field", "trades": batch}).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Dayrade-Signature": signature(content, SECRET),
        }
        return self.ask("POST", "/api/v1/ingest/trades", content=content, headers=headers)

    def rows(self, query):
        with psycopg.connect(self.cluster.url()) as connection:
            return connection.execute(query).fetchall()


@contextmanager
def started(threshold, **settings):
    with passable_folder() as folder, passable_folder() as beside:
        cluster = Cluster(folder, {"fsync": "off"})
        cluster.start()
        try:
            direct = production(cluster.url(), STAFF_TWO_STEP="false")
            migrate(direct)
            code = MAKE.format(admin=ADMIN, password=PASSWORD)
            manage(direct, "shell", "-v0", "-c", code)
            field(cluster.url(), SEATS)
            with pooled(cluster, beside, default_pool_size="3", **settings) as pooler:
                environment = direct | {
                    "DATABASE_URL": pooler,
                    "DATABASE_POOLER": "true",
                    "DATABASE_PREPARE_THRESHOLD": str(threshold),
                    "DAYRADE_INGEST_SECRETS": SECRET,
                    "DJANGO_SETTINGS_MODULE": "tests.live.found",
                    # Every read of the configuration is a statement.
                    "CONFIGURATION_READ_SECONDS": "0",
                }
                with running(environment, folder / "log") as live:
                    yield Stage(cluster, pooler, live, direct)
        finally:
            cluster.stop("immediate")


PREPARING = pytest.param(
    (2, {"max_prepared_statements": "200"}),
    id="2",
    marks=pytest.mark.skipif(
        version() < PREPARES_FROM, reason="this PgBouncer keeps no prepared statements"
    ),
)


@pytest.fixture(scope="module", params=[pytest.param((0, {}), id="0"), PREPARING])
def stage(request):
    threshold, settings = request.param
    with started(threshold, **settings) as stage:
        yield stage


def test_limits_hold_for_every_connection(stage):
    with psycopg.connect(stage.pooler) as connection:
        names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        found = [connection.execute(f"SHOW {name}").fetchone()[0] for name in names]

    assert found == ["15s", "5s", "30s"]
    assert "The pooler leaves" not in stage.live.log.read_text()


def test_a_person_signs_up_signs_in_and_takes_a_seat(stage):
    new = {"email": "bob@example.com", "password": PASSWORD}
    signed_up = stage.ask("POST", "/api/v1/auth/register", json=new)
    known = {"email": "ada@example.com", "password": PASSWORD}
    signed_in = stage.ask("POST", "/api/v1/auth/login", json=known)
    token = signed_in.json()["session_token"]
    changed = stage.ask("PATCH", "/api/v1/users/me", token, json={"timezone": "Europe/Dublin"})
    seated = stage.ask("POST", "/api/v1/tournaments/open/registration", token)

    said = [signed_up, signed_in, changed, seated]
    assert [it.status_code for it in said] == [202, 200, 200, 201], [it.text for it in said]


def test_idempotent_requests_are_done_once(stage):
    key = {"Idempotency-Key": secrets.token_hex(16)}
    event = {
        "name": "Rates",
        "country": "US",
        "impact_level": "high",
        "event_time": datetime.now(UTC).isoformat(),
    }

    def enter(_):
        return stage.ask("POST", "/api/v1/economic-events", ADMIN, json=event, headers=dict(key))

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(enter, range(8)))

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert stage.rows("SELECT count(*) FROM economic_events WHERE name = 'Rates'") == [(1,)]


def test_acts_are_audited_with_who_and_why(stage):
    ids = {"X-Request-ID": f"pooled-{secrets.token_hex(4)}"}

    said = stage.ask(
        "POST",
        "/api/v1/tournaments/field/chat",
        ADMIN,
        json={"message_text": "Welcome", "message_type": "announcement"},
        headers=dict(ids),
    )
    changed = stage.ask(
        "PATCH",
        "/api/v1/tournaments/field",
        ADMIN,
        json={"name": "Renamed", "reason": "A test."},
        headers=dict(ids),
    )

    assert [said.status_code, changed.status_code] == [201, 200], said.text + changed.text
    found = stage.rows(
        "SELECT DISTINCT role, host(ip_address) FROM users JOIN audit_logs ON users.id = user_id"
        f" WHERE request_id = '{ids['X-Request-ID']}'"
    )
    assert found == [("admin", "127.0.0.1")]


def test_deliveries_and_reads_meet_on_few_connections(stage):
    batches = [list(trades(TRADES, SEATS, seed=seed)) for seed in range(4)]

    def read(number):
        paths = ["", "/leaderboard", "/participants", "/chat", "/trades"]
        return stage.ask("GET", f"/api/v1/tournaments/field{paths[number % 4]}").status_code

    with ThreadPoolExecutor(12) as threads:
        delivered = [threads.submit(stage.deliver, batch) for batch in batches]
        read = list(threads.map(read, range(READS)))
        verdicts = [it.result() for it in delivered]

    assert [it.status_code for it in verdicts] == [200] * 4, [it.text[:300] for it in verdicts]
    assert set(read) == {200}
    assert stage.rows("SELECT count(*) FROM trades") == [(4 * TRADES,)]
    used = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
    # One is the question's own.
    assert stage.rows(used)[0][0] <= 3 + 1


def test_exports_of_the_back_office_come_whole(stage):
    batches = [list(trades(TRADES, SEATS, seed=seed)) for seed in range(10, 14)]
    delivered = [stage.deliver(batch).status_code for batch in batches]
    (total,) = stage.rows("SELECT count(*) FROM trades")[0]
    (key,) = stage.rows("SELECT id FROM tournaments WHERE slug = 'field'")[0]

    with stage.live.client() as client:
        signed_in = Browser(client)
        signed_in.submit("/admin/login/", username="boss@example.com", password=PASSWORD)

    def export(_):
        with stage.live.client() as client:
            browser = Browser(client)
            browser.cookies = dict(signed_in.cookies)
            path = f"/admin/tournaments/{key}/export/"
            asked = {"what": "trades", "written_as": "csv", "reason": "A test."}
            return browser.submit(path, **asked).count("\n")

    with ThreadPoolExecutor(4) as threads:
        lines = list(threads.map(export, range(4)))

    assert delivered == [200] * 4
    assert lines == [total + 1] * 4


def test_outage_is_told_within_seconds_and_ends_by_itself(stage):
    stage.cluster.kill()
    wait_until(lambda: stage.ask("GET", "/api/v1/tournaments").status_code == 503)
    began = time.monotonic()
    refused = stage.ask("GET", "/api/v1/tournaments/field", ADMIN)
    took = time.monotonic() - began
    stage.cluster.start()
    wait_until(lambda: stage.ask("GET", "/api/v1/tournaments").status_code == 200, 5)

    assert refused.status_code == 503
    assert took < PATIENCE
