"""Rate limits, counted in one unlogged table that all workers share."""

import hashlib
import ipaddress
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from dayrade.context import origin

if TYPE_CHECKING:
    from rest_framework.views import APIView

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


def account_key(email: str) -> str:
    """Return what counts attempts to sign in to an account: a hash, as anything may be sent."""
    plain = email.strip().lower().encode("utf-8", "backslashreplace")
    return hashlib.sha256(plain).hexdigest()


def mailbox_key(email: str) -> str:
    """Return what counts e-mails to a mailbox: what follows a + in its name does not lead away."""
    name, at, domain = email.strip().rpartition("@")
    return account_key(f"{name.partition('+')[0]}{at}{domain}")


def address_key() -> str:
    """Return what counts attempts to sign in from the client's address.

    An IPv6 site has as many as it likes, so it is its network. Behind a Unix socket without a
    trusted proxy there is no address: all visitors would share one count.
    """
    address = origin.get().ip_address
    if not address or ipaddress.ip_address(address).version != IPV6:
        return address
    return str(ipaddress.ip_network(f"{address}/{IPV6_NETWORK}", strict=False))


def sign_in_wait(email: str) -> float | None:
    """Count an attempt outside the API, in its counts; return the seconds to wait, if any."""
    wait = spent("login_address", address_key())
    # What is refused for its address does not count: one address could lock out everybody.
    return spent("login_account", account_key(email)) if wait is None else wait


class Throttle(BaseThrottle):
    """At most settings.RATE_LIMITS[scope] requests of one key in a window."""

    scope = ""

    def key(self, request: Request) -> str:
        """Return whom to count, or "" for nobody."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Count the request."""
        self.seconds = spent(self.scope, self.key(request))
        return self.seconds is None

    def wait(self) -> float | None:
        """Return the seconds until the window ends."""
        return self.seconds


class WriteThrottle(Throttle):
    """Counts what a signed-in person changes."""

    scope = "write"

    def key(self, request: Request) -> str:
        """Count writes by person."""
        return "" if request.method in SAFE_METHODS else str(request.user.pk or "")


class LoginAccountThrottle(Throttle):
    """Counts attempts to sign in to one account, wherever they come from."""

    scope = "login_account"

    def key(self, request: Request) -> str:
        """Count by the address that was sent."""
        sent: Any = request.data.get("email") if isinstance(request.data, dict) else None
        return account_key(sent) if isinstance(sent, str) else ""


class LoginAddressThrottle(Throttle):
    """Counts attempts to sign in from one address, whatever the account."""

    scope = "login_address"

    def key(self, request: Request) -> str:
        """Count by address."""
        return address_key()


class RefreshAddressThrottle(LoginAddressThrottle):
    """Counts refreshes of sessions from one address."""

    scope = "refresh_address"


class MailAccountThrottle(Throttle):
    """Counts e-mails that are asked for to one mailbox, known or not: nobody is flooded."""

    scope = "mail_account"

    def key(self, request: Request) -> str:
        """Count by the mailbox of the address that was sent."""
        sent: Any = request.data.get("email") if isinstance(request.data, dict) else None
        return mailbox_key(sent) if isinstance(sent, str) else ""


class MailAddressThrottle(LoginAddressThrottle):
    """Counts e-mails that are asked for from one address, to whomever."""

    scope = "mail_address"


class LinkAddressThrottle(LoginAddressThrottle):
    """Counts links of e-mails that are tried from one address."""

    scope = "link_address"


class PersonThrottle(Throttle):
    """Counts what one signed-in person asks for."""

    def key(self, request: Request) -> str:
        """Count by person."""
        return str(request.user.pk or "")


class PasswordCheckThrottle(PersonThrottle):
    """Counts the current passwords that a signed-in person gives to change it."""

    scope = "password_check"


class ExportThrottle(PersonThrottle):
    """Counts exports, each of which reads all that is held about a person."""

    scope = "export"
