"""Which addresses push messages may go to.

A browser names the address and a job of ours calls it, so anybody could have us call anything:
only services of the makers of browsers are called, over TLS, and no redirect of theirs is followed.
"""

from urllib.parse import urlsplit

from django.conf import settings

HTTPS_PORT = 443


def is_known(endpoint: str) -> bool:
    """Tell whether an address is one of a known push service."""
    if not endpoint.isascii() or any(sign <= " " or sign == "\\" for sign in endpoint):
        return False
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or "@" in parts.netloc:
        return False
    if parts.netloc in settings.PUSH_SERVICES:
        return True
    return port in (None, HTTPS_PORT) and any(
        host == service or host.endswith(f".{service}") for service in settings.PUSH_SERVICES
    )
