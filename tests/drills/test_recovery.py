"""The server as it was just before a mistake, from its archive: by the steps of the page."""

import os
import threading
from dataclasses import dataclass
from datetime import datetime

import psycopg
import pytest

from dayrade.postgres import Cluster
from tests.drills.documented import block, section, shell
from tests.drills.test_backup import rows, run, settings
from tests.live.server import manage, migrate, passable_folder, production, running, wait_until
from tests.sizes import sized

TITLE = "Going back in time"
MARKS = sized(50, 5_000)
POINT = "recovery_target_name = 'before release 12'"
MARK = """
    INSERT INTO economic_events (name, country, event_time, impact_level)
    VALUES (%s, 'Utopia', now(), 'low')
"""
MISTAKES = ("DROP TABLE trades CASCADE", "DELETE FROM economic_events", "TRUNCATE email_templates")
ARCHIVED = "SELECT last_archived_wal >= %s FROM pg_stat_archiver"


@dataclass
class Past:
    """What was done around an instant, and when each write was sent and acknowledged."""

    folder: object
    cluster: Cluster
    environment: dict
    marks: dict
    instant: datetime = None
    named: tuple = ()

    def sent_after(self, at):
        return {name for name, (sent, _) in self.marks.items() if sent > at}

    def acknowledged_before(self, at):
        return {name for name, (_, done) in self.marks.items() if done < at}


class Marks:
    """Writes one row after the other, each in a transaction of its own."""

    def __init__(self, url, kept):
        self.url, self.kept = url, kept
        self.enough = threading.Event()
        self.thread = threading.Thread(target=self.write)

    def write(self):
        clock = "SELECT clock_timestamp()"
        with psycopg.connect(self.url, autocommit=True) as connection:
            while not self.enough.is_set():
                name = f"Mark {len(self.kept)}"
                (sent,) = connection.execute(clock).fetchone()
                connection.execute(MARK, [name])
                (acknowledged,) = connection.execute(clock).fetchone()
                self.kept[name] = (sent, acknowledged)

    def wait_for_more(self):
        enough = len(self.kept) + MARKS
        wait_until(lambda: len(self.kept) > enough, 300)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *raised):
        self.enough.set()
        self.thread.join()


@pytest.fixture(scope="module")
def past():
    """A server that is copied, written to, and then harmed by mistake."""
    with passable_folder() as folder:
        (folder / "backups" / "wal").mkdir(parents=True)
        cluster = Cluster(folder / "server", settings(folder) | {"fsync": "off"})
        if cluster.account:
            for path in (folder, folder / "backups", folder / "backups" / "wal"):
                os.chown(path, cluster.account.pw_uid, cluster.account.pw_gid)
        cluster.start()
        try:
            cluster.create_database("dayrade")
            environment = production(cluster.url("dayrade"), DATABASE_REQUIRE_DURABLE="false")
            migrate(environment)
            made = Past(folder, cluster, environment, {})
            live_through(made)
            yield made
        finally:
            cluster.stop("immediate")


def live_through(past):
    """Copy the server, write, note the instants, make the mistakes, and archive the rest."""
    url, heads = past.environment["DATABASE_URL"], past.folder / "heads"
    # For the server that starts from the copy; this one goes by its command line.
    run(
        past.cluster.url(),
        "ALTER SYSTEM SET listen_addresses = ''",
        f"ALTER SYSTEM SET unix_socket_directories = '{past.folder}'",
    )
    reached = {"PATH": os.environ["PATH"], "PGHOST": str(past.cluster.sockets), "PGUSER": "dayrade"}
    copying = block(TITLE, "rm -rf")
    done = shell(copying, reached, folder=past.folder, account=past.cluster.account)
    assert done.returncode == 0, done.stderr
    with Marks(url, past.marks) as marks:
        marks.wait_for_more()
        manage(past.environment, "export_audit_head", "--file", str(heads))
        marks.wait_for_more()
        ((past.instant,),) = rows(url, "SELECT clock_timestamp()")
        marks.wait_for_more()
        clock = "SELECT clock_timestamp()"
        ((before,),) = rows(url, clock)
        rows(url, "SELECT pg_create_restore_point('before release 12')")
        ((after,),) = rows(url, clock)
        past.named = (before, after)
        marks.wait_for_more()
        manage(past.environment, "export_audit_head", "--file", str(heads))
    run(url, *MISTAKES)
    ((last,),) = rows(url, "SELECT pg_walfile_name(pg_switch_wal())")
    wait_until(lambda: rows(url, ARCHIVED, [last])[0][0])


@pytest.fixture(scope="module")
def recovered(past, request):
    """Start a server from the copy and the archive, up to an instant or a name."""
    commands = block(TITLE, "cp -a")
    if request.param == "name":
        assert f"`{POINT}`" in section(TITLE)
        commands = commands.replace("recovery_target_time = '$INSTANT'", POINT)
    given = {"PATH": os.environ["PATH"], "INSTANT": past.instant.isoformat()}
    account = past.cluster.account
    done = shell(commands, given, folder=past.folder, account=account)
    try:
        assert done.returncode == 0, done.stderr
        url = past.cluster.url("dayrade").replace("%2Fserver", "")
        wait_until(lambda: not rows(url, "SELECT pg_is_in_recovery()")[0][0])
        instants = (past.instant,) * 2 if request.param == "time" else past.named
        yield past.environment | {"DATABASE_URL": url}, *instants
    finally:
        stop = "pg_ctl --pgdata=/restored --mode=immediate stop || true; rm -rf /restored"
        shell(stop, given, folder=past.folder, account=account)


@pytest.mark.parametrize("recovered", ["time", "name"], indirect=True)
def test_what_was_acknowledged_before_is_there_and_nothing_after(past, recovered):
    environment, before, after = recovered
    url = environment["DATABASE_URL"]

    kept = {name for (name,) in rows(url, "SELECT name FROM economic_events")}

    assert len(past.acknowledged_before(before)) > MARKS
    assert past.acknowledged_before(before) <= kept
    assert len(past.sent_after(after)) > MARKS / 2
    assert past.sent_after(after) & kept == set()
    # The mistakes are not there either; they are where they were made.
    assert rows(url, "SELECT to_regclass('trades') IS NOT NULL") == [(True,)]
    assert rows(past.environment["DATABASE_URL"], "SELECT to_regclass('trades')") == [(None,)]


@pytest.mark.parametrize("recovered", ["time"], indirect=True)
def test_recovered_server_is_proven_and_serves(past, recovered, tmp_path):
    environment, heads, first = recovered[0], past.folder / "heads", tmp_path / "first"
    first.write_text(heads.read_text().splitlines()[0])

    proofs = [
        manage(environment, "verify_audit", "--heads", str(file), check=False)
        for file in (first, heads)
    ]
    migrated = manage(environment, "migrate", "--check", check=False)

    assert [(done.returncode, len(done.stdout.splitlines())) for done in proofs] == [(0, 0), (1, 1)]
    assert proofs[1].stdout.startswith("Place ")
    assert proofs[1].stdout.endswith(", was cut off.\n")
    assert migrated.returncode == 0
    # It is ready.
    with running(environment, tmp_path / "log"):
        pass
