"""What every answer tells a browser, and the content security policies by address.

gunicorn's own answers and the stream's have these headers too, without Django's middleware.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.csp import CSP

type Policy = dict[str, list[str]]

#: Of an answer that is no page: nothing in it is loaded or run, whatever a browser takes it for.
NO_PAGE: Policy = {"default-src": [CSP.NONE], "frame-ancestors": [CSP.NONE]}
ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    CSP.HEADER_ENFORCE.value: "default-src 'none'; frame-ancestors 'none'",
}


def always(settings: Any) -> dict[str, str]:
    """Return the headers of an answer that is no page.

    Whether it leaves over TLS only a proxy may know: over plain HTTP no browser heeds the last one.
    """
    seconds = settings.SECURE_HSTS_SECONDS
    strict = {"Strict-Transport-Security": f"max-age={seconds}; includeSubDomains; preload"}
    return {**ALWAYS, **(strict if seconds else {})}


def policies(stream_url: str) -> tuple[Policy, dict[str, Policy]]:
    """Return the policy of pages, and those of addresses that begin otherwise, the first counts.

    The theme of the back office evaluates expressions and writes styles into its pages, and the
    page of the API's documentation writes styles; nothing else may. Pages of a tournament show the
    pictures that competitors have elsewhere, and play what a provider has voiced.
    """
    pages: Policy = {
        "default-src": [CSP.NONE],
        "script-src": [CSP.SELF],
        "style-src": [CSP.SELF],
        "img-src": [CSP.SELF, "data:"],
        "font-src": [CSP.SELF],
        "connect-src": [CSP.SELF, *([stream_url] if stream_url else [])],
        "manifest-src": [CSP.SELF],
        "base-uri": [CSP.NONE],
        "form-action": [CSP.SELF],
        "frame-ancestors": [CSP.NONE],
    }
    styled = pages | {"style-src": [CSP.SELF, CSP.UNSAFE_INLINE]}
    watched = pages | {
        "img-src": [CSP.SELF, "data:", "https:"],
        "media-src": [CSP.SELF, "https:"],
    }
    back_office = styled | {
        "script-src": [CSP.SELF, CSP.NONCE, CSP.UNSAFE_EVAL],
        # The preview of an e-mail, which is a sandbox.
        "frame-src": [CSP.SELF],
    }
    return pages, {
        "/admin": back_office,
        "/tournaments/": watched,
        "/api/v1/docs": styled,
        "/api/": NO_PAGE,
        "/healthz": NO_PAGE,
        "/readyz": NO_PAGE,
        "/metrics": NO_PAGE,
    }
