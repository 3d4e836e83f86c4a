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
    return os.environ.get("WEB_HOST") or "127.0.0.1", port_of(
        "PORT", os.environ.get("PORT") or "8000"
    )


def stream_address() -> tuple[str, int]:
    """Return the host and port to serve the event stream on: by default, the next one.

    Raises:
        SystemExit: PORT or STREAM_PORT is no port.

    """
    host, port = address()
    return host, port_of("STREAM_PORT", os.environ.get("STREAM_PORT") or str(port + 1))


def reachable(address: tuple[str, int]) -> str:
    """Write an address as a program on this machine reaches it."""
    host, port = address
    local = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)  # noqa: S104  # compared
    return f"{local}:{port}"


def port_of(name: str, port: str) -> int:
    """Read a port, the value of a variable or its default.

    Raises:
        SystemExit: it is none.

    """
    if not port.isdecimal() or not 0 < int(port) < 65536:  # noqa: PLR2004  # TCP's
        sys.exit(f"Dayrade cannot start: {name}={port} is not a port.")
    return int(port)


def require_free_ports() -> None:
    """Stop with one line where something else listens on a port, before anything is started.

    Raises:
        SystemExit: a port is taken.

    """
    for host, port in (address(), stream_address()):
        require_free(host, port)


def require_free(host: str, port: int) -> None:
    """Stop with one line where something else listens there.

    Raises:
        SystemExit: it does.

    """
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
