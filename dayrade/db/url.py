"""From DATABASE_URL to Django's DATABASES entry."""

from collections.abc import Mapping
from typing import Any

from environ import Env

LOOPBACK = ("", "localhost", "127.0.0.1", "::1")


def database(
    url: str,
    *,
    verify_tls: bool,
    pool_size: int,
    connect_timeout: int,
    parameters: Mapping[str, str],
) -> dict[str, Any]:
    """Describe the one database.

    `parameters` are PostgreSQL settings of every connection. With `verify_tls` a connection that
    leaves this machine checks the server's certificate against the system's authorities, or
    against those of an `sslrootcert` in the URL. `pool_size` 0 means no pool. `connect_timeout`
    bounds both a new connection and the wait for a pooled one, in seconds.

    Raises:
        ValueError: the URL is not PostgreSQL's, or gives up on verifying TLS.

    """
    if not url.startswith(("postgres://", "postgresql://")):
        raise ValueError("DATABASE_URL must begin with postgresql://")
    entry: dict[str, Any] = dict(Env.db_url_config(url))
    options: dict[str, Any] = entry.setdefault("OPTIONS", {})
    host = options.get("host", entry["HOST"])
    if verify_tls and host not in LOOPBACK and not host.startswith("/"):
        if options.setdefault("sslmode", "verify-full") != "verify-full":
            raise ValueError("DATABASE_URL must not lower sslmode: production verifies TLS")
        options.setdefault("sslrootcert", "system")
    options |= {
        "connect_timeout": connect_timeout,
        "options": " ".join(f"-c {name}={value}" for name, value in parameters.items()),
        "server_side_binding": True,
    }
    if pool_size:
        options["pool"] = {
            "min_size": 1,
            "max_size": pool_size,
            "max_idle": 30,
            "timeout": connect_timeout,
            # Short, so that a pool does not back off for minutes while the database is away:
            # the next request asks for a connection anew.
            "reconnect_timeout": connect_timeout,
        }
    return entry | {
        "ENGINE": "dayrade.db.backend",
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 0,
        "ATOMIC_REQUESTS": False,
    }
