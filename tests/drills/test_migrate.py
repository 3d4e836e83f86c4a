"""`migrate` runs once, however often it is started, and goes on wherever it was killed."""

import os
import random
import shutil
import subprocess
import time
from itertools import cycle

import psycopg
import pytest

from dayrade.management.commands.migrate import TURN
from tests.drills import migrating
from tests.drills.migrating import Migrate, ask, new_database, patiently, schema, waits
from tests.live.server import free_port, manage, wait_until
from tests.sizes import sized

# One kill in so many migrations, on average in half as many.
APART = sized(15, 3)
FEWEST_KILLS = sized(3, 40)
ARRIVALS = "dayrade_trades_arrival"
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"
POOLER = """
[databases]
* = host={host} user=dayrade
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
ignore_startup_parameters = options,extra_float_digits
"""


@pytest.fixture(scope="module")
def server():
    with migrating.cluster() as made:
        yield made


@pytest.fixture(scope="module")
def whole(server):
    """A database that was migrated without any trouble."""
    environment = new_database(server, "whole", DATABASE_LOCK_TIMEOUT="300ms")
    patiently(environment, "migrate", "-v0")
    return environment


def test_killed_anywhere_it_goes_on(server, whole):
    environment = new_database(server, "killed")
    chance, kills, server_kills = random.Random(11), 0, 0
    ways = cycle([Migrate.kill, Migrate.kill_backend, Migrate.kill, Migrate.end_backend])

    while (run := Migrate(environment)).says("Applying", chance.randint(1, APART)):
        # Anywhere in the migration, not where it has just begun.
        time.sleep(chance.uniform(0, 0.05))
        next(ways)(run)
        kills += 1
        if kills == FEWEST_KILLS:
            server.kill()
            server.start()
            server_kills += 1

    assert run.ended() == 0, run.said
    assert (kills >= FEWEST_KILLS, server_kills) == (True, 1)
    assert schema(server, environment) == schema(server, whole)


def test_four_at_once_take_turns(server, whole):
    environment = new_database(server, "four")
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as first:
        first.execute(f"SELECT pg_advisory_lock({TURN})")
        runs = [Migrate(environment) for _ in range(4)]
        waited = [run.says("Waiting for another migrate to end.") for run in runs]

    ends = [run.ended() for run in runs]

    assert (waited, ends) == ([True] * 4, [0] * 4)
    assert sorted(
        ("Applying" in run.said, "No migrations to apply" in run.said) for run in runs
    ) == [
        (False, True),
        (False, True),
        (False, True),
        (True, False),
    ]
    assert schema(server, environment) == schema(server, whole)


@pytest.mark.parametrize(
    ("before", "target"), [("0002", "0003"), ("0003", "0002")], ids=["forwards", "backwards"]
)
def test_killed_before_it_is_noted_a_migration_is_not_done(whole, before, target):
    patiently(whole, "migrate", "dayrade", before, "-v0")
    patient = whole | {"DATABASE_LOCK_TIMEOUT": "1min"}
    with psycopg.connect(whole["DATABASE_URL"]) as other:
        other.execute("LOCK TABLE django_migrations IN EXCLUSIVE MODE")
        run = Migrate(patient, "dayrade", target)
        noting = 'INSERT INTO "django_migrations"' if target > before else "DELETE"
        wait_until(lambda: waits(whole, noting))

        run.kill()

    patiently(whole, "migrate", "dayrade", target, "-v0")
    patiently(whole, "migrate", "-v0")


def test_killed_half_way_an_index_is_built_anew(whole):
    patiently(whole, "migrate", "trading", "0006", "-v0")
    with psycopg.connect(whole["DATABASE_URL"]) as other:
        other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        other.execute("SELECT 1")
        run = Migrate(whole)
        wait_until(lambda: waits(whole, "CREATE INDEX CONCURRENTLY"))

        run.kill()

        half = ask(whole, VALID, ARRIVALS)
        again = Migrate(whole)
        wait_until(lambda: waits(whole, "CREATE INDEX CONCURRENTLY"))
        # It waits for that transaction for longer than for any lock.
        time.sleep(1)
        waiting = waits(whole, "CREATE INDEX CONCURRENTLY")
    ended = again.ended()

    assert (half, waiting, ended) == (False, 1, 0)
    assert "tries again" not in again.said
    assert ask(whole, VALID, ARRIVALS) is True


def test_nobody_waits_long_behind_a_migration(whole):
    patiently(whole, "migrate", "tournaments", "0008", "-v0")
    slow = whole | {"DATABASE_LOCK_TIMEOUT": "1h"}
    with psycopg.connect(whole["DATABASE_URL"]) as report:
        report.execute("SELECT count(*) FROM dayrade_boards")
        run = Migrate(slow)
        wait_until(lambda: waits(whole, 'ALTER TABLE "dayrade_boards"'))
        with psycopg.connect(whole["DATABASE_URL"], options="-c statement_timeout=20s") as reader:
            read = reader.execute("SELECT count(*) FROM dayrade_boards").fetchone()
        still_there = report.execute("SELECT count(*) FROM dayrade_boards").fetchone()
    ended = run.ended()

    assert (read, still_there, ended) == ((0,), (0,), 0)
    assert "Its locks are taken; it tries again in 0.5 s." in run.said


@pytest.fixture
def pooled(server, whole, tmp_path):
    """The environment of a service behind PgBouncer in transaction mode."""
    if not (program := shutil.which("pgbouncer", path=f"{os.defpath}:/usr/sbin")):
        pytest.skip("there is no PgBouncer")
    port = free_port()
    settings = server.folder / "pgbouncer.ini"
    settings.write_text(POOLER.format(host=server.sockets, port=port))
    settings.chmod(0o644)
    environment = whole | {"DATABASE_URL": f"postgresql://dayrade@127.0.0.1:{port}/whole"}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [program, "-q", settings],
            user=server.account and server.account.pw_uid,
            group=server.account and server.account.pw_gid,
            extra_groups=server.account and [],
            cwd="/",
            stderr=log,
        )
    try:
        wait_until(lambda: migrating.answers(environment))
        yield environment
    finally:
        process.terminate()
        process.wait()


def test_migrate_goes_past_a_pooler(pooled):
    done = manage(pooled, "migrate", check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: DATABASE_URL leads through a pooler")
