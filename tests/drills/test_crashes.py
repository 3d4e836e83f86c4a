"""Whatever is killed amid writes: what was acknowledged is there, and nothing twice."""

import random
import secrets
from collections import Counter

import psycopg
import pytest

from dayrade.postgres import Cluster
from tests.comms.brevo import KEY, Brevo, serving
from tests.drills.crashing import Installation, Load
from tests.drills.writes import World, beyond, names
from tests.live import provider
from tests.live.server import manage, migrate, passable_folder, production, wait_until
from tests.sizes import measured, sized

WRITES = sized(2_000, 20_400)
KILLS = {
    "web_worker": sized(1, 7),
    "web": sized(1, 3),
    "backend": sized(1, 5),
    "postgresql": sized(1, 5),
    "worker": sized(1, 3),
}
# What a careless server loses at a kill is what it has not written for so long.
CARELESS = {"synchronous_commit": "off", "wal_writer_delay": "10s"}
CARELESS_ROUNDS = 5
FIGURES = """
    SELECT (SELECT count(*) FROM audit_logs WHERE action = 'tournament.register'
            AND entity_type = 'tournament_participants'),
           (SELECT sum(current_participants) FROM tournaments WHERE slug LIKE 'open-%')
"""
# As if half a minute, and the pause before another attempt, had passed.
TIME_PASSES = """
    UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'
    WHERE last_heartbeat < now() - interval '12 seconds';
    UPDATE dayrade_deliveries SET next_attempt_at = now() WHERE status = 'waiting';
"""
AGAIN = """
from comms.tasks import deliver_due
from dayrade import stalled
stalled.hand_on()
deliver_due(0)
"""
UNDONE = """
    SELECT (SELECT count(*) FROM dayrade_deliveries WHERE status <> 'sent'),
           (SELECT count(*) FROM procrastinate_jobs
            WHERE task_name = 'comms.deliver' AND status IN ('todo', 'doing'))
"""


def environment_of(cluster, **variables):
    made = production(
        cluster.url(),
        DAYRADE_INGEST_SECRETS=secrets.token_urlsafe(32),
        API_WRITE_LIMIT="1000000",
        BREVO_API_KEY=KEY,
        **variables,
    )
    migrate(made)
    return made


@pytest.fixture
def started():
    """Return a function that starts a PostgreSQL of these settings, in a folder of its own."""
    with passable_folder() as folder:
        clusters = []

        def start(settings=None):
            cluster = Cluster(folder / "postgresql", settings)
            clusters.append(cluster)
            cluster.start()
            return cluster

        yield start
        for cluster in clusters:
            cluster.stop("immediate")


def rows(cluster, query):
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        done = connection.execute(query)
        return done.fetchone() if done.description else None


def test_nothing_acknowledged_is_lost_and_nothing_doubled(started, tmp_path):
    cluster = started()
    with serving(Brevo()) as brevo:
        environment = environment_of(cluster, DATABASE_REQUIRE_DURABLE="true", BREVO_URL=brevo.url)
        world = World(cluster.url(), WRITES)
        writes = world.writes()
        load = Load(writes, environment["DAYRADE_INGEST_SECRETS"])
        kills = [what for what, number in KILLS.items() for _ in range(number)]
        random.Random(3).shuffle(kills)

        with Installation(cluster, environment, tmp_path) as installation:
            installation.work()
            load.start(installation.url)
            for number, what in enumerate(kills, 1):
                load.wait_for(WRITES * number // (len(kills) + 1))
                assert load.waiting, "killed when all was done"
                installation.kill(what)
            load.join()
            again = Load(random.Random(5).sample(writes, len(writes) // 20), load.secret)
            again.start(installation.url)
            again.join()
            deliver(installation, cluster, environment)

    measured(
        f"crashes: {load.count} acknowledged, {len(kills)} kills, {load.unanswered} unanswered"
    )
    found, sent = world.found(), names(writes)
    seats = world.numbers["registration"]
    mails = Counter(to["email"] for mail in brevo.mails for to in mail["to"])
    assert (load.wrong, again.wrong) == ([], [])
    assert load.count == sum(world.numbers.values()) >= WRITES * 0.99
    assert load.unanswered >= len(kills)
    assert beyond(names(load.acknowledged), found) == {}
    assert beyond(found, sent) == {}
    assert rows(cluster, FIGURES) == (seats, seats)
    assert mails == Counter(f"{name}@example.com" for name in found["sanction"])
    for slug in (provider.SLUG, "out"):
        assert manage(environment, "verify_standings", slug).stdout == ""
    assert manage(environment, "verify_audit").stdout == ""


def deliver(installation, cluster, environment):
    """Let the queue come to rest: what died with a worker is done by another, once."""
    tries = iter(range(1000))

    def is_done():
        if next(tries) % 100 == 0:
            rows(cluster, TIME_PASSES)
            manage(environment, "shell", "-c", AGAIN)
        return rows(cluster, UNDONE) == (0, 0)

    wait_until(is_done, 240)
    installation.stop_worker()


def test_harness_sees_the_loss_of_a_careless_server(started, tmp_path):
    cluster = started(CARELESS)
    environment = environment_of(cluster, WEB_CONCURRENCY="1")
    world = World(cluster.url(), 4_000)
    writes = world.writes()
    part = len(writes) // CARELESS_ROUNDS
    lost = {}

    with Installation(cluster, environment, tmp_path) as installation:
        for number in range(CARELESS_ROUNDS):
            load = Load(
                writes[number * part : (number + 1) * part], environment["DAYRADE_INGEST_SECRETS"]
            )
            load.start(installation.url)
            load.wait_for(200)
            cluster.kill()
            load.ended.set()
            load.join()
            cluster.start()
            if lost := beyond(names(load.acknowledged), world.found()):
                break

    assert lost
