"""gunicorn as it runs in production, started and stopped by a test."""

import contextlib
import functools
import os
import random
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
from psycopg.sql import SQL, Identifier

from dayrade.postgres import binaries

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 30
STREAM = "dayrade.stream.server"
WORKER = ("manage.py", "worker")


@dataclass(frozen=True)
class Live:
    """A running server: where it answers, and the file with its whole log."""

    url: str
    log: Path
    process: subprocess.Popen

    @property
    def port(self):
        return urlsplit(self.url).port

    def client(self, **options):
        # Not through any proxy that the environment names.
        return httpx.Client(base_url=self.url, trust_env=False, verify=False, timeout=15, **options)


def production(database_url, **variables):
    """Return the environment of a production server, but for TLS in front of it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "DATABASE_URL": database_url,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "SECURE_SSL_REDIRECT": "false",
        "DATABASE_REQUIRE_DURABLE": "false",
        "PYTHONWARNINGS": "default",
        "SHARED_READ_SECONDS": "0",
        # Whatever the machine has.
        "WEB_CONCURRENCY": "2",
        # Whoever stops a server here leads nobody to it.
        "DRAIN_SECONDS": "0",
        **variables,
    }


def wait_until(condition, seconds=START_SECONDS):
    """Wait for a condition and return what it returned; fail when it does not come true."""
    deadline = time.monotonic() + seconds
    while not (met := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)
    return met


def free_port():
    """Return a port that is free together with the one after it.

    They lie below those that the system gives to outgoing connections, of which any may be taken
    before it is used.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with contextlib.suppress(OSError), contextlib.ExitStack() as listening:
            for wanted in (port, port + 1):
                listening.enter_context(socket.create_server(("127.0.0.1", wanted)))
            return port


def answers(url, status):
    """Tell whether an address answers with that status."""
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(url, trust_env=False, timeout=5).status_code == status
    return False


@contextlib.contextmanager
def passable_folder():
    """Create a folder that the PostgreSQL of root's tests can reach.

    Below pytest's own it could not: every session of pytest closes those to others again.
    """
    with tempfile.TemporaryDirectory(prefix="dayrade-live-") as folder:
        yield Path(folder)


def started(command, environment, log, *, root=ROOT, mode="wb"):
    """Start Python with a command, in a group of processes of its own, and return its process."""
    with log.open(mode) as output:
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=root,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


@contextlib.contextmanager
def working(environment, log):
    """Run a worker until the block ends."""
    process = started(WORKER, environment, log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def running(
    environment,
    log,
    ready="/readyz",
    status=200,
    service="dayrade.server",
    *,
    port=None,
    root=ROOT,
):
    """Run gunicorn on a free port until the block ends, from when `ready` answers `status`."""
    port = port or free_port()
    variable = "STREAM_PORT" if service == STREAM else "PORT"
    command = ("-m", "gunicorn", "-c", f"python:{service}")
    process = started(command, environment | {variable: str(port)}, log, root=root)
    live = Live(f"http://127.0.0.1:{port}", log, process)
    try:

        def is_ready():
            assert process.poll() is None, log.read_text()
            return answers(live.url + ready, status)

        wait_until(is_ready)
        yield live
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def url_of(base, name):
    """Return the URL of another database on the same server."""
    return urlsplit(base)._replace(path=f"/{name}").geturl()  # noqa: SLF001  # documented


@contextlib.contextmanager
def database(base, name):
    """Create a database beside the suite's own, and drop it after the block."""
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    try:
        yield url_of(base, name)
    finally:
        with psycopg.connect(base, autocommit=True) as connection:
            drop = SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(drop.format(Identifier(name)))


def client_program(name, *arguments, url, given=None):
    """Run one of PostgreSQL's programs on a database and return what it printed."""
    command = [binaries() / name, *arguments, "--dbname", url]
    return subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=120, check=True
    ).stdout


@functools.cache
def schema():
    """Return as SQL what `migrate` makes of an empty database."""
    with database(os.environ["DATABASE_URL"], f"dayrade_migrated_{os.getpid()}") as url:
        manage(production(url), "migrate", "-v0")
        return client_program("pg_dump", url=url)


def migrate(environment):
    """Do what `migrate` does, for an empty database and in a tenth of its time."""
    url = environment["DATABASE_URL"]
    quietly = ("--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1")
    client_program("psql", *quietly, url=url, given=schema())


def manage(environment, *arguments, check=True):
    """Run manage.py to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=check,
    )
