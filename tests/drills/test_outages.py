"""The database fails in every way there is, under load, and comes back."""

import contextlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from dayrade.postgres import Cluster
from tests.drills import faults
from tests.drills.outages import Outage
from tests.drills.writes import World
from tests.live.events import watching
from tests.live.server import (
    STREAM,
    Live,
    migrate,
    passable_folder,
    production,
    running,
    wait_until,
    working,
)
from tests.sizes import measured

POOL = 3
FAULTS = {
    "killed": lambda site: faults.killed(site.cluster),
    "stopped": lambda site: faults.stopped(site.cluster),
    "crowded": lambda site: faults.crowded(site.cluster),
    "read_only": lambda site: faults.read_only(site.cluster),
    "exhausted": lambda site: faults.exhausted(site.port, 2 * POOL),
    "full_disk": lambda site: faults.full(site.space("postgresql")),
    "full_log": lambda site: faults.full_log(site.cluster, site.space("log")),
    "failover": lambda site: site.failover(),
}
# What reads and writes are told meanwhile.
AWAY = ({"SERVICE_UNAVAILABLE"}, {"SERVICE_UNAVAILABLE"})
TOLD = {
    "killed": AWAY,
    "stopped": AWAY,
    "crowded": ({"POOL_EXHAUSTED"}, {"POOL_EXHAUSTED"}),
    "read_only": (set(), {"READ_ONLY"}),
    "exhausted": ({"POOL_EXHAUSTED"}, {"POOL_EXHAUSTED"}),
    "full_disk": (set(), {"INSUFFICIENT_RESOURCES"}),
    "full_log": AWAY,
    "failover": (set(), {"READ_ONLY"}),
}
# Of the data, and of the log, in file systems of their own.
DISK, LOG = "400m", "200m"


@dataclass
class Site:
    """An installation with its web service, a process of the stream and a worker."""

    cluster: Cluster
    world: World
    live: Live
    stream: Live
    worker: subprocess.Popen
    folder: Path

    def __post_init__(self):
        self.sanctions = iter(self.world.seats)

    def space(self, name):
        """Return the folder of a file system of its own."""
        if not (self.folder / name).is_mount():
            pytest.skip("no file system may be mounted here")
        return self.folder / name

    def failover(self):
        """Start a standby, and return the fault that puts it in the place of the primary."""
        primary = self.cluster
        self.cluster = Cluster(self.folder / "standby", primary.settings, follows=primary)
        self.cluster.start()
        return faults.failover(primary, self.cluster)

    @property
    def port(self):
        return self.live.port

    def pids(self):
        """Return the processes that serve."""
        masters = self.live.process.pid, self.stream.process.pid
        return [
            *(Path(f"/proc/{pid}/task/{pid}/children").read_text() for pid in masters),
            self.worker.poll(),
        ]

    def sanction(self, client):
        """Take somebody out, who is told by e-mail; return their address."""
        key, person = next(self.sanctions)
        answer = client.post(
            f"/api/v1/tournaments/out/participants/{key}/disqualification",
            json={"reason": "Two accounts"},
            headers={"Authorization": f"Bearer {self.world.token('admin')}"},
        )
        assert answer.status_code == 200, answer.text
        return f"{person}@example.com"


def mounted(folder, size):
    """Mount a file system in memory, if that is allowed."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def roomy(folder, stack):
    """Start a cluster whose data and log have a file system each, where that is allowed."""
    settings = {"max_connections": "40", "min_wal_size": "32MB", "max_wal_size": "64MB"}
    cluster = Cluster(folder / "postgresql", settings)
    log = folder / "log"
    for place, size in ((cluster.folder, DISK), (log, LOG)):
        if mounted(place, size):
            stack.callback(subprocess.run, ["umount", "-l", str(place)], check=True)
    cluster.start()
    cluster.stop()
    shutil.move(cluster.data / "pg_wal", log / "pg_wal")
    (cluster.data / "pg_wal").symlink_to(log / "pg_wal")
    if cluster.account:
        for path in (log, *log.rglob("*")):
            os.chown(path, cluster.account.pw_uid, cluster.account.pw_gid)
    cluster.start()
    return cluster


@pytest.fixture(scope="module")
def site():
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(passable_folder())
        cluster = roomy(folder, stack)
        stack.callback(cluster.stop, "immediate")
        environment = production(
            cluster.url(),
            DATABASE_REQUIRE_DURABLE="true",
            DATABASE_POOL_SIZE=str(POOL),
            SHARED_READ_SECONDS="1",
            API_WRITE_LIMIT="1000000",
            MAIL_FOLDER=str(folder / "mails"),
        )
        migrate(environment)
        with_sql = environment | {"DJANGO_SETTINGS_MODULE": "tests.live.settings"}
        world = World(cluster.url(), 2_000)
        live = stack.enter_context(running(with_sql, folder / "web"))
        stream = stack.enter_context(running(environment, folder / "stream", service=STREAM))
        worker = stack.enter_context(working(environment, folder / "worker"))
        made = Site(cluster, world, live, stream, worker, folder)
        stack.callback(lambda: made.cluster.stop("immediate"))
        yield made


@pytest.mark.parametrize("fault", FAULTS)
def test_outage_is_answered_in_time_and_gets_over_by_itself(site, fault):
    before = site.pids()
    reads, writes = TOLD[fault]
    with watching(site.stream.url, "field") as reader:
        happening = FAULTS[fault](site)
        outage = Outage(site.port, site.world, happening, reads_go_on=not reads)
        last = [it for it in outage.load.answers if it.status == 201][-1]
        with site.live.client() as client:
            address = site.sanction(client)
        wait_until(lambda: any(it.startswith(f"Load {last.number}.") for it in texts(reader)), 60)
        wait_until(lambda: is_mailed(site, address), 90)

    measured(f"{fault}: {outage.figures()}")
    outage.expect_contract()
    assert (outage.errors("read"), outage.errors("write")) == (reads, writes)
    # From memory, for longer than that keeps anything in good times.
    assert any(it.age for it in outage.during("shared")) or not reads
    # Nobody was started anew.
    assert site.pids() == before


def texts(reader):
    """Return what a reader of the stream has heard said."""
    return [data["message"]["message_text"] for data in reader.of("chat") if "message" in data]


def is_mailed(site, address):
    """Tell whether an e-mail to that address has left."""
    return any(f"To: {address}" in path.read_text() for path in (site.folder / "mails").glob("*"))
