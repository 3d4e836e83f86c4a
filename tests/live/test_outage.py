"""The database dies under load and comes back."""

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from dayrade.postgres import Cluster
from tests.live.server import manage, passable_folder, production, running

PER_SECOND = 20
BEFORE = 2
OUTAGE = 4
AFTER = 4


@pytest.fixture
def cluster():
    """A server that keeps what it has acknowledged."""
    with passable_folder() as folder:
        cluster = Cluster(folder)
        cluster.start()
        yield cluster
        cluster.stop("immediate")


class Load:
    """Twenty requests a second, every other one a write; remembers every answer."""

    def __init__(self, live):
        self.live = live
        self.answers = []
        self.ended = threading.Event()

    def send(self, number):
        statement = ["INSERT INTO kept VALUES (%s)", number]
        if number % 2:
            statement = ["SELECT count(*) FROM kept"]
        with self.live.client() as client:
            started = time.monotonic()
            response = client.post("/api/v1/sql", json={"statements": [statement]})
        self.answers.append((number, started, time.monotonic() - started, response))

    def run(self):
        with ThreadPoolExecutor(100) as threads:
            sent = []
            for number in itertools.count():
                if self.ended.wait(1 / PER_SECOND):
                    break
                sent.append(threads.submit(self.send, number))
        for it in sent:
            it.result()


def test_nothing_acknowledged_is_lost_and_service_returns(cluster, tmp_path):
    environment = production(
        cluster.url(),
        DJANGO_SETTINGS_MODULE="tests.live.settings",
        DATABASE_REQUIRE_DURABLE="true",
    )
    manage(environment, "migrate", "-v0")
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (number int)")

    with running(environment, tmp_path / "log") as live:
        load = Load(live)
        loading = threading.Thread(target=load.run)
        loading.start()
        time.sleep(BEFORE)
        cluster.kill()
        time.sleep(OUTAGE)
        cluster.start()
        returned = time.monotonic()
        time.sleep(AFTER)
        load.ended.set()
        loading.join()

    assert {it.status_code for *_, it in load.answers} == {200, 503}
    for _, _, seconds, response in load.answers:
        assert seconds < 3
        if response.status_code == 503:
            assert response.json()["success"] is False
            assert response.headers["Retry-After"] in ("1", "2")
    late = [sent - returned for _, sent, _, it in load.answers if it.status_code == 503]
    assert max(late) < 5
    acknowledged = {
        number for number, *_, it in load.answers if number % 2 == 0 and it.status_code == 200
    }
    with psycopg.connect(cluster.url()) as connection:
        kept = {number for (number,) in connection.execute("SELECT number FROM kept")}
    assert acknowledged
    assert acknowledged - kept == set()
