"""gunicorn's configuration: `gunicorn -c python:dayrade.server`.

Its names are gunicorn's settings. The pool's size is decided here, because it depends on how
many processes share the service's 20 connections.
"""

import gc
import os
import resource
import sys
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from dayrade import ending, machine, master
from dayrade.environment import environment
from dayrade.telemetry import servers
from dayrade.telemetry.servers import Log

# Objects made since the last round that start another.
GARBAGE_AT_ONCE = 50_000

env = environment()
allowed = machine.allowed()

wsgi_app = "dayrade.wsgi:application"
bind = f"{env.str('WEB_HOST', '127.0.0.1')}:{env.str('PORT', '8000')}"
workers = env.positive("WEB_CONCURRENCY", allowed.workers)
threads = env.positive("WEB_THREADS", 8)
worker_class = "dayrade.clients.Worker"
# Waiting costs no thread; each connection is a file.
worker_connections = 4000
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # heartbeats
timeout = 30
graceful_timeout = 20
# Longer than the minute for which proxies keep a connection: who closes first while the other
# sends loses a request.
keepalive = env.positive("WEB_KEEPALIVE_SECONDS", 75)
# A worker is replaced now and then, so that no leak lives long; a start costs a second and what it
# had kept, so not every minute of a busy evening.
max_requests = env.int("WEB_MAX_REQUESTS", 500_000)
max_requests_jitter = max_requests // 10
control_socket_disable = True
# No header moves the path: gunicorn would believe those of a proxy on this machine, which passes
# on what a client sends.
forwarder_headers = ""
loglevel = env.str("LOG_LEVEL", "INFO").lower()
logger_class = Log

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dayrade.settings")
if not os.environ.get("DATABASE_POOL_SIZE"):
    os.environ["DATABASE_POOL_SIZE"] = str(max(1, machine.SERVICE_CONNECTIONS // workers))
# Load the settings before anything is started: what they miss is one line, not a traceback.
settings.DATABASES  # noqa: B018
servers.share_figures()


def on_starting(server: Any) -> None:
    """Refuse a database that could lose acknowledged writes; one that is away is waited for.

    The connection is the check's own: the workers must not inherit one.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    master.install(server)
    size = os.environ["DATABASE_POOL_SIZE"]
    server.log.info(
        "Workers: %s, of %s threads and %s connections; allowed: %s",
        workers,
        threads,
        size,
        allowed,
    )
    if workers > max(1, allowed.fitting):
        server.log.warning("The memory may not do for %s workers", workers)
    from django.db import connection  # noqa: PLC0415  # after the settings

    from dayrade import checks  # noqa: PLC0415

    parameters = connection.get_connection_params()
    try:
        refused, off = checks.looked_at(parameters)
    except psycopg.Error as error:
        server.log.warning("Dayrade starts without its database: %s", error)
    else:
        if refused:
            sys.exit(f"Dayrade cannot start: {refused}.")
        if off and settings.CONNECTION["pooler"]:
            server.log.warning("The pooler leaves %s off (docs/operations.md)", ", ".join(off))


def post_fork(server: Any, worker: Any) -> None:
    """Start with no connection: those of the parent are the parent's."""
    pools().clear()


def pre_request(worker: Any, request: Any) -> None:
    """Close each connection with its next answer, when the end is announced."""
    if ending.is_announced():
        request.force_close()


def post_worker_init(worker: Any) -> None:
    """Take what is loaded out of the garbage collector's rounds, and let these be rare.

    A full round looks at every object and holds all threads meanwhile, for tens of milliseconds.
    A delivery of a thousand trades makes some ten thousand objects that live as long as it does:
    at Python's own threshold they are looked at again and again, a tenth of its whole work.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AT_ONCE)


def child_exit(server: Any, worker: Any) -> None:
    """Take the worker's connections out of the figures."""
    servers.forget_worker(worker.pid)


def on_exit(server: Any) -> None:
    """Leave nothing behind."""
    servers.forget_figures()


def worker_exit(server: Any, worker: Any) -> None:
    """Give the connections back to PostgreSQL."""
    for pool in pools().values():
        pool.close()


def pools() -> dict[str, Any]:
    """Return the process's pools, which Django keeps where nothing public reaches."""
    from django.db.backends.postgresql.base import DatabaseWrapper  # noqa: PLC0415

    found: dict[str, Any] = getattr(DatabaseWrapper, "_connection_pools")  # noqa: B009  # private
    return found
