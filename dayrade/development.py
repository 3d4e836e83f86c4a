"""A checkout's own database and port, so that development needs no server of its own."""

import contextlib
import os
import socket
import sys
from collections.abc import Iterator

from dayrade import postgres
from dayrade.environment import BASE_DIR, environment

FOLDER = BASE_DIR / ".dayrade"


@contextlib.contextmanager
def database_of_checkout() -> Iterator[None]:
    """Run the embedded PostgreSQL and name it in DATABASE_URL.

    Does nothing where DATABASE_URL names a database, or in production, which has to name one.

    Raises:
        SystemExit: PostgreSQL cannot run here; the message says why in a line.

    """
    debug = environment().bool("DEBUG", False)
    if os.environ.get("DATABASE_URL") or not debug:
        yield
        return
    with contextlib.ExitStack() as stack:
        try:
            cluster = stack.enter_context(postgres.shared(postgres.Cluster(FOLDER / "postgresql")))
            cluster.create_database("dayrade")
        except (OSError, RuntimeError, ModuleNotFoundError) as error:
            sys.exit(f"Dayrade cannot start its PostgreSQL: {error}")
        os.environ["DATABASE_URL"] = cluster.url("dayrade")
        yield


def address() -> tuple[str, int]:
    """Return the host and port to serve on.

    Raises:
        SystemExit: PORT is no port.

    """
    environment()
    host, port = os.environ.get("WEB_HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:  # noqa: PLR2004  # TCP's
        sys.exit(f"Dayrade cannot start: PORT={port} is not a port.")
    return host, int(port)


def require_free_port() -> None:
    """Stop with one line where something else listens on the port, before anything is started.

    Raises:
        SystemExit: the port is taken.

    """
    host, port = address()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            sys.exit(
                f"Dayrade cannot start: port {port} of {host}: {error.strerror};"
                " make run PORT=8001 takes another."
            )
