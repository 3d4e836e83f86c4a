"""What is counted in the processes that serve.

Where several serve, each writes its figures to a file of PROMETHEUS_MULTIPROC_DIR, which the
server's configuration names before this is loaded.
"""

import math
import threading
import time

from django.db import connection
from prometheus_client import Counter, Gauge, Histogram

from dayrade.db import replicas
from dayrade.telemetry.seen import Seen

# In seconds: around the targets of a read, of a write, and the three seconds of an outage.
BOUNDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 15)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
POOL_EVERY_SECONDS = 1.0

REQUESTS = Counter(
    "dayrade_requests", "Requests that were answered.", ["method", "route", "status"]
)
FROM_MEMORY = Counter("dayrade_requests_from_memory", "Of these, those answered from memory.")
SECONDS = Histogram(
    "dayrade_request_seconds", "How long a request took.", ["route"], buckets=BOUNDS
)
POOL = Gauge(
    "dayrade_pool_connections",
    "Connections of the processes' pools: size, available, max; and threads that wait for one.",
    ["state"],
    multiprocess_mode="livesum",
)
REPLICA_USED = Gauge(
    "dayrade_replica_used",
    "Whether a replica is read from: 0 where a process leaves it out.",
    ["replica"],
    multiprocess_mode="livemin",
)
REPLICA_LAG = Gauge(
    "dayrade_replica_lag_seconds",
    "How far a replica was behind when it was last looked at; NaN where that is not known.",
    ["replica"],
    multiprocess_mode="livemax",
)
INGESTED = Counter("dayrade_ingested", "Items that the provider delivered.", ["kind", "verdict"])


class PoolWatch:
    """Looks at the process's pool and at its replicas now and then, when a request ends."""

    def __init__(self) -> None:
        """Look at once, the first time."""
        self.lock = threading.Lock()
        self.due = 0.0

    def look(self) -> None:
        """Take the figures over, if they are old."""
        if time.monotonic() < self.due or not self.lock.acquire(blocking=False):
            return
        try:
            self.due = time.monotonic() + POOL_EVERY_SECONDS
            replicas.watch.begin()
            for replica in replicas.watch.replicas:
                REPLICA_USED.labels(replica.alias).set(replica.is_used)
                REPLICA_LAG.labels(replica.alias).set(
                    math.nan if replica.lag is None else replica.lag
                )
            pool = getattr(connection, "pool", None)
            if pool is None:
                return
            stats = pool.get_stats()
            POOL.labels("size").set(stats["pool_size"])
            POOL.labels("available").set(stats["pool_available"])
            POOL.labels("max").set(stats["pool_max"])
            POOL.labels("waiting").set(len(getattr(connection, "waiting")))  # noqa: B009  # our backend's
        finally:
            self.lock.release()


pool_watch = PoolWatch()


def count_request(method: str, route: str, status: int, seconds: float, known: Seen) -> None:
    """Count a request that has ended; what a caller makes up gets no series of its own."""
    REQUESTS.labels(method if method in METHODS else "other", route, status).inc()
    SECONDS.labels(route).observe(seconds)
    if known.is_from_memory:
        FROM_MEMORY.inc()
    pool_watch.look()
