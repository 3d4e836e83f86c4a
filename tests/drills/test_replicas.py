"""Public reads from a streaming replica that lags, stops, dies, or takes the primary's place."""

import itertools
import json
import os
import secrets
import shutil
import signal
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from dayrade.postgres import Cluster
from tests.live.server import manage, migrate, passable_folder, production, running, wait_until
from tests.sizes import measured, sized

MAX_LAG = 3
# Of one request, whatever happens to the servers.
PATIENCE = 3
LOADED_SECONDS = sized(4, 30)
READERS = 4
METRICS_TOKEN = secrets.token_urlsafe(32)
TOKENS = {role: secrets.token_urlsafe(32) for role in ("admin", "moderator")}
MAKE = """
from django.conf import settings
# Nobody signs in with one; ours turns people away on a busy machine.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
from tests.factories.accounts import UserFactory, UserSessionFactory
from tests.factories.comms import ChatMessageFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tournaments.services import ranking
for role, token in {tokens}.items():
    UserSessionFactory(user=UserFactory(**{{role: True}}), token=token)
cup = TournamentFactory(active=True, slug="cup", name="Before")
ParticipantFactory.create_batch(3, tournament=cup)
ranking.refresh(tournament=cup)
print(ChatMessageFactory(tournament=cup, message_text="What is hidden").pk)
"""
CUP = "/api/v1/tournaments/cup"
READS = [
    "/api/v1/tournaments",
    CUP,
    f"{CUP}/leaderboard",
    f"{CUP}/participants",
    "/api/v1/economic-events",
    "/",
    "/tournaments/cup",
    "/calendar",
]


class Stage:
    """A primary, its replica, and a web service that reads from both."""

    def __init__(self, primary, replica, live, message):
        self.primary, self.replica, self.live, self.message = primary, replica, live, message

    def ask(self, path, method="GET", role=None, **options):
        headers = {"Authorization": f"Bearer {TOKENS[role]}"} if role else {}
        return httpx.request(
            method, self.live.url + path, headers=headers, trust_env=False, timeout=30, **options
        )

    def rename(self, name):
        """Change the tournament as an admin."""
        body = {"name": name, "reason": "A test."}
        changed = self.ask(CUP, "PATCH", "admin", json=body)
        assert changed.status_code == 200, changed.text

    def name(self, role=None):
        return self.ask(CUP, role=role).json()["name"]

    def is_used(self):
        """Tell what the service's own figures say of the replica."""
        with self.live.client(headers={"Authorization": f"Bearer {METRICS_TOKEN}"}) as client:
            text = client.get("/metrics").text
            # The figures are taken over when a request has ended.
            self.ask(CUP)
        used = [
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == "dayrade_replica_used"
        ]
        return used == [1]

    def use(self):
        """Wait until the replica is read from."""
        wait_until(self.is_used)

    def leave_out(self, seconds):
        """Wait until the replica is read from no more."""
        wait_until(lambda: not self.is_used(), seconds)

    @contextmanager
    def paused(self):
        """Let the replica hear of everything and show nothing of it."""
        on_replica(self.replica, "SELECT pg_wal_replay_pause()")
        wait_until(
            lambda: on_replica(self.replica, "SELECT pg_get_wal_replay_pause_state()") == "paused"
        )
        yield
        on_replica(self.replica, "SELECT pg_wal_replay_resume()")


def on_replica(cluster, statement):
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        return connection.execute(statement).fetchone()[0]


@pytest.fixture(scope="module")
def _stage():
    """All three, on data of their own."""
    with passable_folder() as first, passable_folder() as second:
        # What is killed here is the servers: the machine keeps what they have written.
        primary = Cluster(first, {"fsync": "off"})
        replica = Cluster(second, {"fsync": "off"}, follows=primary)
        try:
            primary.start()
            environment = production(
                primary.url(),
                DATABASE_REPLICA_URLS=replica.url(),
                DATABASE_REPLICA_MAX_LAG=str(MAX_LAG),
                DJANGO_SETTINGS_MODULE="tests.live.found",
                METRICS_TOKEN=METRICS_TOKEN,
                STAFF_TWO_STEP="false",
                WEB_CONCURRENCY="1",
            )
            migrate(environment)
            made = manage(environment, "shell", "-v0", "-c", MAKE.format(tokens=TOKENS))
            replica.start()
            with running(environment, first / "log") as live:
                yield Stage(primary, replica, live, made.stdout.strip())
        finally:
            replica.stop("immediate")
            primary.stop("immediate")


@pytest.fixture
def stage(_stage):
    _stage.rename("Before")
    _stage.use()
    wait_until(lambda: _stage.name() == "Before")
    return _stage


class Readers:
    """Threads that read everything public over and over; they keep how long each read took."""

    def __init__(self, stage):
        self.stage = stage
        self.answers = []
        self.ended = threading.Event()

    def read(self):
        with self.stage.live.client() as client:
            # To the end of a round: each of them is read at least once.
            for path in itertools.cycle(READS):
                began = time.monotonic()
                answer = client.get(path)
                self.answers.append((path, answer.status_code, time.monotonic() - began))
                if path == READS[-1] and self.ended.is_set():
                    break

    def __enter__(self):
        self.threads = [threading.Thread(target=self.read) for _ in range(READERS)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *raised):
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def failed(self):
        return {(path, status) for path, status, _ in self.answers if status != 200}

    def longest(self):
        longest = max(seconds for *_, seconds in self.answers)
        measured(f"replicas: {len(self.answers)} reads, the longest {longest:.2f} s")
        return longest


def test_anonymous_reads_go_to_the_replica_and_the_signed_in_read_their_own_writes(stage):
    with stage.paused():
        stage.rename("After")

        assert [stage.name(), stage.name("admin"), stage.name("moderator")] == [
            "Before",
            "After",
            "After",
        ]


def test_replica_that_lags_is_left_out_and_taken_back(stage):
    with stage.paused():
        stage.rename("After")
        wait_until(lambda: stage.name() == "After", MAX_LAG + 5)
        stage.leave_out(5)

    stage.use()


def test_hidden_message_never_comes_back_from_a_replica(stage):
    pages = [f"{CUP}/chat", "/tournaments/cup"]
    before = ["What is hidden" in stage.ask(page).text for page in pages]

    with stage.paused():
        body = {"action": "hide", "reason": "Abuse"}
        path = f"/api/v1/chat/{stage.message}/moderation"
        hidden = stage.ask(path, "POST", "moderator", json=body)
        after = ["What is hidden" in stage.ask(page).text for page in pages]
        assert stage.is_used()

    assert (before, hidden.status_code, after) == ([True, True], 200, [False, False])


def test_configuration_of_a_replica_is_kept_by_nobody(stage):
    key = "/api/v1/system-configuration/site.announcement"

    def announced(role=None):
        return stage.ask("/api/v1/config", role=role).json()["site.announcement"]

    with stage.paused():
        changed = stage.ask(key, "PUT", "admin", json={"value": "New"})
        said = [announced(), announced("admin")]

    assert (changed.status_code, said) == (200, ["", "New"])


def test_no_read_fails_while_a_replica_is_killed_and_returns(stage):
    with Readers(stage) as readers:
        time.sleep(1)
        stage.replica.kill()
        time.sleep(LOADED_SECONDS)
        is_ready = stage.ask("/readyz").status_code
        stage.replica.start()
        stage.use()

    assert (readers.failed(), is_ready) == (set(), 200)
    assert readers.longest() < PATIENCE


def test_no_read_hangs_while_a_replica_is_stopped(stage):
    postmaster = stage.replica.pid
    with Readers(stage) as readers:
        time.sleep(1)
        send(signal.SIGSTOP, postmaster)
        try:
            time.sleep(LOADED_SECONDS)
        finally:
            send(signal.SIGCONT, postmaster)
        stage.use()

    assert readers.failed() == set()
    assert readers.longest() < PATIENCE


def send(sent, postmaster):
    """Send a signal to a server's every process."""
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    for pid in (postmaster, *map(int, children)):
        os.kill(pid, sent)


def test_reads_go_on_without_the_primary(stage):
    stage.primary.kill()
    wait_until(lambda: stage.ask(CUP, role="admin").status_code == 503)
    with Readers(stage) as readers:
        time.sleep(LOADED_SECONDS)
        began = time.monotonic()
        refused = stage.ask(CUP, "PATCH", "admin", json={"name": "Lost", "reason": "A test."})
        took = time.monotonic() - began
    stage.primary.start()
    wait_until(lambda: stage.ask(CUP, role="admin").status_code == 200)

    assert (readers.failed(), refused.status_code) == (set(), 503)
    assert took < PATIENCE


def test_replica_that_was_promoted_is_left_out_until_it_is_made_anew(stage):
    on_replica(stage.replica, "SELECT pg_promote()")
    stage.leave_out(5)
    stage.rename("After")
    name = stage.name()
    stage.replica.stop("immediate")
    shutil.rmtree(stage.replica.data)
    stage.replica.start()
    stage.use()

    assert name == "After"
    said = [json.loads(line)["message"] for line in stage.live.log.read_text().splitlines()]
    assert "replica_1 is left out: it is no replica any more" in said
