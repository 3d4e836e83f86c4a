"""gunicorn's master: it announces its end, and tries new code before the old has to go.

gunicorn would refuse connections the moment that it is asked to end, whoever still leads clients
to it; and on SIGHUP it would keep what the master has loaded, and end all workers over new code
that does not start.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from types import SimpleNamespace
from typing import Any, override

from gunicorn.arbiter import Arbiter
from gunicorn.sock import TCP6Socket, TCPSocket, UnixSocket

from dayrade import ending
from dayrade.environment import environment
from dayrade.telemetry.servers import FOLDER

env = environment()

DRAIN_SECONDS = env.int("DRAIN_SECONDS", 0 if env.bool("DEBUG", False) else 5)
TRY_SECONDS = 120
# What a program tells the one that it becomes.
PREDECESSORS = "DAYRADE_PREDECESSORS"
LISTENERS = "DAYRADE_LISTENERS"
KINDS = {
    socket.AF_INET: TCPSocket,
    socket.AF_INET6: TCP6Socket,
    socket.AF_UNIX: UnixSocket,
}
# Those that the new program would not survive before it has taken over.
HELD_BACK = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP})


def install(server: Any) -> None:
    """Make a master of gunicorn's arbiter, which names its class nowhere."""
    server.__class__ = Master
    server.ends_at = None
    server.predecessors = {int(pid) for pid in os.environ.pop(PREDECESSORS, "").split()}
    if inherited := os.environ.pop(LISTENERS, ""):
        server.LISTENERS = [listener(server, int(number)) for number in inherited.split()]
    server.has_relieved = False


class Master(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """The process that starts, replaces and ends the workers."""

    #: When it ends, by the monotonic clock; None before it is asked to.
    ends_at: float | None
    #: The workers of the program that this one has replaced, and whether they were sent away.
    predecessors: set[int]
    has_relieved: bool

    @override
    def init_signals(self) -> None:
        """Take the signals that were held back while a new program was loaded."""
        super().init_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD_BACK)

    @override
    def handle_term(self) -> None:
        """Serve on for a while, not ready any more; a second signal is for the impatient.

        Raises:
            StopIteration: the end, as gunicorn has it.

        """
        if self.ends_at is not None or not DRAIN_SECONDS:
            raise StopIteration
        self.ends_at = time.monotonic() + DRAIN_SECONDS
        ending.announce()
        self.log.info("Ends in %s s, and is not ready meanwhile", DRAIN_SECONDS)

    @override
    def wait_for_signals(self, timeout: float = 1.0) -> Any:
        """Wait until something is to be done.

        Raises:
            StopIteration: the time has come to end.

        """
        if self.ends_at is not None:
            left = self.ends_at - time.monotonic()
            if left <= 0:
                raise StopIteration
            timeout = min(timeout, left)
        return super().wait_for_signals(timeout)

    @override
    def manage_workers(self) -> None:
        """Send the predecessors away once every worker of ours serves."""
        super().manage_workers()
        if not self.has_relieved and all(map(serves, self.WORKERS.values())):
            self.has_relieved = True
            for pid in self.predecessors:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)

    @override
    def reap_workers(self) -> None:
        """Notice the end of predecessors too, whom gunicorn does not know."""
        for pid in filter(has_ended, list(self.predecessors)):
            self.predecessors.remove(pid)
            self.cfg.child_exit(self, SimpleNamespace(pid=pid))
        super().reap_workers()

    @override
    def handle_hup(self) -> None:
        """Become the program anew, with its code and configuration of now, if that would start.

        The process and its sockets stay; its workers serve until the new ones do.
        """
        if self.ends_at is not None:
            return
        if refused := self.refused():
            self.log.error("Reload refused, the old code serves on:\n%s", refused)
            return
        signal.pthread_sigmask(signal.SIG_BLOCK, HELD_BACK)
        came = self.wait_for_signals(timeout=0)
        if HELD_BACK.intersection(came):
            # Somebody has thought better of it.
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD_BACK)
            for number in came:
                self.SIG_QUEUE.put(number)
            return
        self.log.info("Reload: the new code starts")
        os.chdir(self.START_CTX["cwd"])
        os.execve(sys.executable, command(), self.inheritance())  # noqa: S606  # ourselves

    def inheritance(self) -> dict[str, str]:
        """Return the variables of the program that replaces this one.

        They are those of the start: what came from a file is read anew.
        """
        kept = {name: os.environ[name] for name in (FOLDER,) if name in os.environ}
        return {
            **self.cfg.env_orig,
            **kept,
            PREDECESSORS: " ".join(map(str, [*self.WORKERS, *self.predecessors])),
            LISTENERS: " ".join(str(one.fileno()) for one in self.LISTENERS),
        }

    def refused(self) -> str:
        """Load code and configuration in a process of their own; say why they would not start."""
        with tempfile.TemporaryDirectory() as folder:
            try:
                tried = subprocess.run(
                    [*command(), "--check-config"],
                    env=self.cfg.env_orig | {FOLDER: folder},
                    cwd=self.START_CTX["cwd"],
                    capture_output=True,
                    text=True,
                    timeout=TRY_SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return f"it does not start within {TRY_SECONDS} s"
        return "" if tried.returncode == 0 else tried.stderr.strip() or "it says nothing"


def listener(server: Any, number: int) -> Any:
    """Make a listener of gunicorn's of an open file."""
    found = socket.socket(fileno=number)
    kind, name = KINDS[found.family], found.getsockname()
    found.detach()
    return kind(name, server.cfg, server.log, fd=number)


def serves(worker: Any) -> bool:
    """Tell whether a worker takes requests: its first sign of life sets its file's clock.

    Until then the file has the time of day at which it was made, which is far ahead.
    """
    return bool(worker.tmp.last_update() <= time.monotonic())


def has_ended(pid: int) -> bool:
    """Tell whether a child has ended, whoever noticed first."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def command() -> list[str]:
    """Return how this program was started."""
    return [sys.executable, *sys.orig_argv[1:]]
