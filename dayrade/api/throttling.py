"""Rate limits of requests, counted as dayrade.limits does."""

import hashlib
from typing import TYPE_CHECKING, Any

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from dayrade.limits import address_key, count, spent

if TYPE_CHECKING:
    from rest_framework.views import APIView

__all__ = ["address_key", "count", "spent"]


def account_key(email: str) -> str:
    """Return what counts attempts to sign in to an account: a hash, as anything may be sent."""
    plain = email.strip().lower().encode("utf-8", "backslashreplace")
    return hashlib.sha256(plain).hexdigest()


def mailbox_key(email: str) -> str:
    """Return what counts e-mails to a mailbox: what follows a + in its name does not lead away."""
    name, at, domain = email.strip().rpartition("@")
    return account_key(f"{name.partition('+')[0]}{at}{domain}")


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
