"""The clusters that a checkout runs for itself."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from dayrade.postgres import Cluster, shared

ROOT = Path(__file__).resolve().parent.parent.parent
HOLDER = """
import sys
from pathlib import Path
from dayrade.postgres import Cluster, shared
with shared(Cluster(Path(sys.argv[1]))) as cluster:
    print(cluster.pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="dayrade-cluster-") as folder:
        cluster = Cluster(Path(folder) / "postgresql")
        yield cluster.folder
        cluster.stop("immediate")


def answers(cluster):
    with psycopg.connect(cluster.url()) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


class Holder:
    """Another process inside `shared`."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.postmaster = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.leave()

    def leave(self):
        self.process.communicate()
        return self.process.returncode


def test_cluster_starts_once_and_stops(folder):
    cluster = Cluster(folder)
    cluster.start()
    pid = cluster.pid

    cluster.start()

    assert (cluster.pid, answers(cluster)) == (pid, True)
    cluster.stop()
    assert cluster.pid is None


def test_killed_cluster_starts_again_with_what_was_committed(folder):
    cluster = Cluster(folder)
    cluster.start()
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept ()")

    cluster.kill()
    cluster.start()

    with psycopg.connect(cluster.url()) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == ("kept",)


def test_cluster_starts_where_initdb_was_interrupted(folder):
    unfinished = folder / "data.new"
    unfinished.mkdir(parents=True)
    unfinished.joinpath("PG_VERSION").write_text("18")
    cluster = Cluster(folder)

    cluster.start()

    assert answers(cluster)


def test_process_that_took_the_number_over_is_not_the_postmaster(folder):
    cluster = Cluster(folder)
    cluster.start()
    cluster.kill()
    cluster.data.joinpath("postmaster.pid").write_text(f"{os.getpid()}\n")

    assert cluster.pid is None


def test_setting_that_is_wrong_is_told(folder):
    cluster = Cluster(folder, {"max_connections": "none"})

    with pytest.raises(RuntimeError, match='invalid value for parameter "max_connections"'):
        cluster.start()


@pytest.mark.parametrize("name", ["with space", "with'quote", "with,comma", "x" * 120])
def test_awkward_paths(folder, name):
    cluster = Cluster(folder / name)
    try:
        cluster.start()

        assert answers(cluster)
    finally:
        cluster.stop("immediate")
    assert not cluster.sockets.joinpath(".s.PGSQL.5432").exists()
    assert cluster.sockets.exists() == (cluster.sockets == cluster.folder)


def test_database_is_created_once(folder):
    cluster = Cluster(folder)
    cluster.start()

    cluster.create_database("one")
    cluster.create_database("one")

    with psycopg.connect(cluster.url("one")) as connection:
        assert connection.info.dbname == "one"


def test_last_process_to_leave_stops_the_cluster(folder):
    with Holder(folder) as first, Holder(folder) as second:
        assert first.postmaster == second.postmaster

        first.leave()

        assert Cluster(folder).pid == second.postmaster
    assert Cluster(folder).pid is None


def test_killed_process_leaves_the_cluster_to_the_others(folder):
    with Holder(folder) as survivor:
        with Holder(folder) as killed:
            killed.process.kill()
        assert Cluster(folder).pid == survivor.postmaster
        assert answers(Cluster(folder))
    assert Cluster(folder).pid is None


def test_cluster_of_a_killed_process_is_taken_over(folder):
    with Holder(folder) as killed:
        killed.process.kill()
    assert Cluster(folder).pid == killed.postmaster

    with shared(Cluster(folder)) as cluster:
        assert cluster.pid == killed.postmaster

    assert Cluster(folder).pid is None


def test_cluster_stops_when_its_work_fails(folder):
    with pytest.raises(ZeroDivisionError), shared(Cluster(folder)):
        raise ZeroDivisionError

    assert Cluster(folder).pid is None


def test_interrupted_start_leaves_nothing_running(folder):
    starting = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    data = folder / "data" / "postmaster.pid"
    deadline = time.monotonic() + 20
    while not data.exists() and time.monotonic() < deadline:
        time.sleep(0.001)

    starting.send_signal(signal.SIGINT)
    starting.communicate()

    assert Cluster(folder).pid is None
