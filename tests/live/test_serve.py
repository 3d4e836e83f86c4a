"""`manage.py serve` in a checkout of its own, from the first run on."""

import contextlib
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from dayrade.demo import SIGN_INS
from dayrade.postgres import Cluster
from tests.live.server import ROOT, answers, database, free_port, passable_folder, wait_until

FIRST_RUN_SECONDS = 60
# Longer than a Unix socket's path may be, and with all that shells trip over.
FOLDER = "a folder, whose name isn't short and has spaces in it, " + "x" * 60
LEFT_OUT = (".git", ".venv", ".uv", ".dayrade", "tests", "staticfiles", "__pycache__", ".*_cache")


def copy_project(folder):
    checkout = folder / FOLDER
    shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return checkout


def processes_below(folder):
    """Return the command lines of the processes that work in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.joinpath("cwd").readlink().is_relative_to(folder):
                found.append(process.joinpath("cmdline").read_bytes().replace(b"\0", b" "))
    return found


class Serving:
    """One run of `serve`."""

    def __init__(self, checkout, *, prefix=(), **variables):
        self.port = free_port()
        self.output = checkout.parent / f"output-{self.port}"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(checkout.parent / "no-home"),
            "DEBUG": "true",
            "PORT": str(self.port),
            **variables,
        }
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                # Where the suite runs in the background, its children would ignore Ctrl-C.
                [*prefix, "env", "--default-signal=INT", sys.executable, "manage.py", "serve"],
                cwd=checkout,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self):
        return self.output.read_text()

    def wait_for_banner(self):
        def told():
            assert self.process.poll() is None, self.said
            return "Ctrl-C stops everything" in self.said

        wait_until(told, FIRST_RUN_SECONDS)

    def end(self, number=signal.SIGTERM):
        """Send a signal, as to the whole foreground group, and return the status."""
        os.killpg(self.process.pid, number)
        return self.process.wait(90)


@contextlib.contextmanager
def serving(checkout, **options):
    run = Serving(checkout, **options)
    try:
        yield run
    finally:
        if run.process.poll() is None:
            run.end()


@pytest.fixture(scope="module")
def checkout():
    """A checkout below a private folder that has been run once."""
    with passable_folder() as folder:
        checkout = copy_project(folder)
        with serving(checkout) as run:
            run.wait_for_banner()
            folder.joinpath("first").write_text(run.said)
            assert run.end(signal.SIGINT) == 130
        assert processes_below(checkout) == []
        yield checkout


def test_first_run_tells_where_everything_is(checkout):
    said = checkout.parent.joinpath("first").read_text()

    base = re.search(r"API docs +(http://127\.0\.0\.1:\d+)/api/v1/docs", said)[1]
    assert f"Back office {base}/admin/\n" in said
    assert re.search(rf"Live now +{base}/tournaments/[a-z0-9-]+\n", said)
    for who in SIGN_INS:
        assert f"{who.email}  {who.password}\n" in said
    assert "Traceback" not in said
    assert "Warning" not in said


def people(checkout):
    url = Cluster(checkout / ".dayrade" / "postgresql").url("dayrade")
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT count(*) FROM users").fetchone()[0]


def test_next_run_keeps_the_data(checkout):
    with serving(checkout) as run:
        run.wait_for_banner()
        before = people(checkout)
        assert before > 0
        with psycopg.connect(Cluster(checkout / ".dayrade/postgresql").url("dayrade")) as own:
            own.execute("INSERT INTO users (email, password_hash) VALUES ('kept@example.com', '')")

        status = run.end(signal.SIGHUP)

    assert status == 128 + signal.SIGHUP
    assert processes_below(checkout) == []
    with serving(checkout) as run:
        run.wait_for_banner()
        assert people(checkout) == before + 1


def test_ordinary_user_can_serve(checkout):
    if os.geteuid() != 0:
        pytest.skip("the other tests run as an ordinary user already")
    account = pwd.getpwnam("nobody")
    # The interpreter may lie in root's home, which only reading past permissions reaches.
    capability = "+dac_read_search"
    prefix = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}"]
    prefix += ["--clear-groups", f"--inh-caps={capability}", f"--ambient-caps={capability}"]
    for path in (checkout, *checkout.rglob("*")):
        os.chown(path, account.pw_uid, account.pw_gid)

    with serving(checkout, prefix=prefix) as run:
        run.wait_for_banner()

        assert answers(f"http://127.0.0.1:{run.port}/readyz", 200)
        assert answers(f"http://127.0.0.1:{run.port + 1}/readyz", 200)
        assert run.end() == 128 + signal.SIGTERM
    assert processes_below(checkout) == []


def test_taken_port_is_told_before_anything_starts(tmp_path):
    checkout = copy_project(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        with serving(checkout, PORT=str(port)) as run:
            status = run.process.wait(20)

    assert (status, run.said) == (
        1,
        (
            f"Dayrade cannot start: port {port} of 127.0.0.1: Address already in use;"
            " make run PORT=8001 takes another.\n"
        ),
    )
    assert not checkout.joinpath(".dayrade").exists()


def test_taken_port_of_the_stream_is_told(tmp_path):
    checkout = copy_project(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        with serving(checkout, STREAM_PORT=str(port)) as run:
            status = run.process.wait(20)

    assert status == 1
    assert run.said.startswith(f"Dayrade cannot start: port {port} of 127.0.0.1:")


def test_impossible_port_is_told(tmp_path):
    with serving(copy_project(tmp_path), PORT="http") as run:
        status = run.process.wait(20)

    assert (status, run.said) == (1, "Dayrade cannot start: PORT=http is not a port.\n")


def test_database_of_the_environment_is_used(tmp_path):
    checkout = copy_project(tmp_path)
    with (
        database(os.environ["DATABASE_URL"], f"dayrade_serve_{os.getpid()}") as url,
        serving(
            checkout,
            DEBUG="false",
            DATABASE_URL=url,
            SECRET_KEY="x" * 50,
            ALLOWED_HOSTS="127.0.0.1",
            DATABASE_REQUIRE_DURABLE="false",
        ) as run,
    ):
        run.wait_for_banner()
        with psycopg.connect(url) as connection:
            count = connection.execute("SELECT count(*) FROM users").fetchone()[0]

    assert count == 0
    assert "Sign-ins" not in run.said
    assert not checkout.joinpath(".dayrade").exists()
    assert checkout.joinpath("staticfiles").is_dir()


@pytest.mark.parametrize("part", ["dayrade.server", "dayrade.stream.server", "worker"])
def test_serve_ends_with_each_of_its_parts(checkout, part):
    with serving(checkout) as run:
        run.wait_for_banner()
        children = Path(f"/proc/{run.process.pid}/task/{run.process.pid}/children").read_text()
        (found,) = [
            int(child)
            for child in children.split()
            if part in Path(f"/proc/{child}/cmdline").read_text()
        ]
        os.kill(found, signal.SIGKILL)

        status = run.process.wait(30)

    assert status == 128 + signal.SIGKILL
    # The workers of a gunicorn that was killed notice it themselves.
    wait_until(lambda: not processes_below(checkout))
