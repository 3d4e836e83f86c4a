"""A PostgreSQL that may be killed, and a `migrate` that a test watches and kills."""

import contextlib
import os
import signal
import subprocess
import sys

import psycopg

from dayrade.management.commands.migrate import TURN
from dayrade.postgres import Cluster
from tests.live.server import ROOT, passable_folder, production, wait_until
from tests.schema import catalogue as tests_catalogue

HOLDER = f"""
    SELECT pid FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 1
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid::bigint << 32 | objid::bigint = {TURN}
"""  # a constant


@contextlib.contextmanager
def cluster():
    """Start a PostgreSQL whose processes, not whose machine, may be killed."""
    with passable_folder() as folder:
        made = Cluster(folder / "cluster", {"fsync": "off", "max_connections": "60"})
        made.start()
        try:
            yield made
        finally:
            made.stop("immediate")


def new_database(server, name, **variables):
    """Create a database and return the environment of a service on it."""
    server.create_database(name)
    return production(server.url(name), **variables)


def back(environment, targets):
    """Go back to these migrations, one app after the other."""
    calls = [f"call_command('migrate', {app!r}, {name!r})" for app, name in targets.items()]
    code = "; ".join(["from django.core.management import call_command", *calls])
    patiently(environment, "shell", "-v0", "-c", code)


def patiently(environment, *arguments):
    """Run manage.py for as long as it takes."""
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def ask(environment, query, *values):
    """Return the first figure of an answer, or None."""
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
        row = connection.execute(query, values).fetchone()
    return row and row[0]


def holder(environment):
    """Return the process of PostgreSQL's whose turn it is, or None."""
    return ask(environment, HOLDER)


def waits(environment, query):
    """Tell whether a statement that begins like this waits for a lock."""
    return ask(
        environment,
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock' AND query LIKE %s || '%%'",
        query,
    )


def schema(server, environment):
    """Return everything that pg_dump knows of a database but the rows, and what is applied."""
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        name = connection.info.dbname
        applied = connection.execute("SELECT app, name FROM django_migrations ORDER BY 1, 2")
        listed = connection.execute("SELECT filename FROM schema_migrations ORDER BY 1")
        rows = (applied.fetchall(), listed.fetchall())
    dumped = subprocess.run(
        [server.programs / "pg_dump", "--schema-only", "-h", server.sockets, "-U", "dayrade", name],
        capture_output=True,
        text=True,
        check=True,
    )
    # Each dump is locked by a word of its own.
    return rows, [line for line in dumped.stdout.splitlines() if "restrict " not in line]


def catalogue(environment):
    """Return what the database has, as text."""
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        return tests_catalogue.read(connection.cursor())


class Migrate:
    """A `manage.py migrate` under way, and what it has said so far."""

    def __init__(self, environment, *arguments):
        self.environment = environment
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "migrate", "--no-color", *arguments],
            cwd=ROOT,
            env=environment | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def says(self, words, times=1):
        """Read until it has said this so often; False where it ended before."""
        while self.said.count(words) < times:
            if not (read := os.read(self.process.stdout.fileno(), 65_536)):
                return False
            self.said += read.decode()
        return True

    def ended(self):
        """Read to the end and return the exit status."""
        while read := os.read(self.process.stdout.fileno(), 65_536):
            self.said += read.decode()
        self.process.stdout.close()
        return self.process.wait(60)

    def kill(self):
        """Kill it, and wait until its turn is free."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.ended()
        wait_until(lambda: holder(self.environment) is None, 5)

    def end_backend(self):
        """End its connection as an administrator does."""
        ask(self.environment, f"SELECT pg_terminate_backend(pid) FROM ({HOLDER}) AS turn")
        self.ended()

    def kill_backend(self):
        """Kill the server's process behind it, which makes the server begin anew."""
        if pid := holder(self.environment):
            os.kill(pid, signal.SIGKILL)
        self.ended()
        wait_until(lambda: answers(self.environment))


def answers(environment):
    """Tell whether the database does."""
    with contextlib.suppress(psycopg.OperationalError):
        return ask(environment, "SELECT true")
    return False
