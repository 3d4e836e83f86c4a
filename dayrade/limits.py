"""How often something may be done: counted in one unlogged table that all workers share."""

import ipaddress

from django.conf import settings
from django.db import connection

from dayrade.context import origin

IPV6 = 6
IPV6_NETWORK = 64

# One statement, so that no two workers can count the same request; the count stops one above the
# limit, so that it cannot overflow.
COUNT = """
    INSERT INTO dayrade_rate_limits AS limits (key, window_ends_at, count)
    VALUES (%(key)s, statement_timestamp() + make_interval(secs => %(seconds)s), 1)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN limits.window_ends_at > statement_timestamp()
                     THEN least(limits.count, %(limit)s) + 1 ELSE 1 END,
        window_ends_at = CASE WHEN limits.window_ends_at > statement_timestamp()
                              THEN limits.window_ends_at ELSE EXCLUDED.window_ends_at END
    RETURNING count, extract(epoch FROM window_ends_at - statement_timestamp())::float8
"""


def count(key: str, *, limit: int, seconds: int) -> float | None:
    """Count once more; return the seconds to wait where that is above the limit, else None."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"key": key, "limit": limit, "seconds": seconds})
        counted, wait = cursor.fetchone()
    return wait if counted > limit else None


def spent(scope: str, key: str) -> float | None:
    """Count one request of a key, "" for nobody, by the scope's limit; as `count` otherwise."""
    if not key:
        return None
    limit, seconds = settings.RATE_LIMITS[scope]
    return count(f"{scope}:{key}", limit=limit, seconds=seconds)


def address_key() -> str:
    """Return what counts attempts to sign in from the client's address.

    An IPv6 site has as many as it likes, so it is its network. Behind a Unix socket without a
    trusted proxy there is no address: all visitors would share one count.
    """
    address = origin.get().ip_address
    if not address or ipaddress.ip_address(address).version != IPV6:
        return address
    return str(ipaddress.ip_network(f"{address}/{IPV6_NETWORK}", strict=False))
