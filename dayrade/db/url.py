"""From the URLs of DATABASE_URL and DATABASE_REPLICA_URLS to Django's DATABASES entries."""

import os
from collections.abc import Mapping
from typing import Any

import psycopg
from environ import Env
from psycopg.conninfo import make_conninfo

from dayrade.db.backend.connection import Connection, ReplicaConnection

LOOPBACK = ("", "localhost", "127.0.0.1", "::1")
# A pool's own attempts end soon, so that it does not back off for minutes while the database is
# away: the next request asks for a connection anew.
RECONNECT_SECONDS = 0.5
# A read waits no longer for a replica's connection: the primary is there for it as well.
REPLICA_WAIT_SECONDS = 0.5


def is_local(entry: Mapping[str, Any]) -> bool:
    """Tell whether a connection stays on this machine, wherever the URL says where it goes."""
    options = entry["OPTIONS"]
    if "service" in options:
        return False
    host = options.get("host") or entry["HOST"] or os.environ.get("PGHOST", "")
    address = options.get("hostaddr") or os.environ.get("PGHOSTADDR", "")
    places = f"{host},{address}".split(",")
    return all(place in LOOPBACK or place.startswith("/") for place in places)


def database(
    url: str,
    *,
    verify_tls: bool,
    pool_size: int,
    connect_timeout: int,
    prepare_threshold: int,
    parameters: Mapping[str, str],
    pooler: bool = False,
    name: str = "DATABASE_URL",
) -> dict[str, Any]:
    """Describe a database; `name` is the variable that its URL is from.

    `parameters` are PostgreSQL settings of every connection. With `verify_tls` a connection that
    leaves this machine checks the server's certificate against the system's authorities, or
    against those of an `sslrootcert` in the URL. `pool_size` 0 means no pool. `connect_timeout`
    bounds both a new connection and the wait for a pooled one, in seconds. A statement is
    prepared when a connection has run it `prepare_threshold` times; 0 means never. A `pooler`
    that hands connections from one transaction to the next takes no parameters of a connection,
    and keeps no cursor beyond a transaction.

    Raises:
        ValueError: the URL is not PostgreSQL's or names no database, or gives up on verifying TLS.

    """
    if not url.startswith(("postgres://", "postgresql://")):
        raise ValueError(f"{name} must begin with postgresql://")
    entry = parsed(url, name)
    options: dict[str, Any] = entry["OPTIONS"]
    if verify_tls and not is_local(entry):
        if options.setdefault("sslmode", "verify-full") != "verify-full":
            raise ValueError(f"{name} must not lower sslmode: production verifies TLS")
        options.setdefault("sslrootcert", "system")
        # Where it is possible, GSS encryption would take the place of TLS.
        options["gssencmode"] = "disable"
    options |= {
        "connect_timeout": connect_timeout,
        # A peer that answers nothing at all, not even at TCP's level, counts as gone.
        "tcp_user_timeout": connect_timeout * 1000,
        "server_side_binding": True,
        "prepare_threshold": prepare_threshold or None,
    }
    if not pooler:
        options["options"] = " ".join(f"-c {key}={escaped(it)}" for key, it in parameters.items())
    if pool_size:
        options["pool"] = {
            "connection_class": Connection,
            "check": Connection.check,
            "min_size": 1,
            "max_size": pool_size,
            "max_idle": 30,
            "timeout": connect_timeout,
            "reconnect_timeout": RECONNECT_SECONDS,
        }
    return entry | {
        "ENGINE": "dayrade.db.backend",
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 0,
        "ATOMIC_REQUESTS": False,
        "DISABLE_SERVER_SIDE_CURSORS": pooler,
    }


def replica(url: str, *, pool_size: int, parameters: Mapping[str, str], **same: Any) -> Any:
    """Describe a replica, which is read through a pool; `same` are other arguments of `database`.

    It is never written to, should its URL lead to another server than was meant. It is not behind
    the primary's pooler.

    Raises:
        ValueError: as of `database`.

    """
    entry = database(
        url,
        pool_size=max(1, pool_size),
        parameters={**parameters, "default_transaction_read_only": "on"},
        name="DATABASE_REPLICA_URLS",
        **same | {"pooler": False},
    )
    entry["OPTIONS"]["pool"] |= {
        "connection_class": ReplicaConnection.of_its_own(),
        "timeout": REPLICA_WAIT_SECONDS,
    }
    return entry


def parsed(url: str, name: str) -> dict[str, Any]:
    """Read a URL's parts, without quoting any that could belong to a password."""
    try:
        entry: dict[str, Any] = dict(Env.db_url_config(url))
    except ValueError:
        raise ValueError(
            f"{name} cannot be read; in its password, write special characters as %XX"
        ) from None
    options = entry.setdefault("OPTIONS", {})
    if not entry["NAME"] and "service" not in options:
        raise ValueError(f"{name} names no database")
    try:
        make_conninfo(**options)
    except psycopg.ProgrammingError as error:
        raise ValueError(f"{name}: {error}") from None
    return entry


def escaped(value: str) -> str:
    """Escape a value for libpq's `options`, where a space ends it."""
    return value.replace("\\", "\\\\").replace(" ", "\\ ")
