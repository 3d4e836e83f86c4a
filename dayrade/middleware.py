"""What every request passes through, whichever part answers it."""

import ipaddress
import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from dayrade.context import USER_AGENT_MAX, Origin, origin
from dayrade.headers import ALWAYS
from dayrade.telemetry import seen

REQUEST_ID = "X-Request-ID"
SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,100}", re.ASCII)

type Handler = Callable[[HttpRequest], HttpResponseBase]


def client_address(request: HttpRequest) -> str:
    """Return the peer's IP address, or "" over a Unix socket.

    X-Forwarded-For is believed only as far as TRUSTED_PROXIES proxies wrote it: each appends the
    address it saw, so the client's is that many places from the right. An address is written in
    one way: IPv4 as such where a socket for both families maps it, IPv6 without its zone.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")
        address = forwarded[-settings.TRUSTED_PROXIES :][0].strip() or address
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


def request_id(sent: str) -> str:
    """Return the id that a client sent, if it is a sane one, else a new one."""
    return sent if SANE_REQUEST_ID.fullmatch(sent) else str(uuid.uuid4())


def request_origin(get_response: Handler) -> Handler:
    """Give the request an id, kept where the client sent a sane one, and remember its origin."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        named = request_id(request.headers.get(REQUEST_ID, ""))
        token = origin.set(
            Origin(
                request_id=named,
                ip_address=client_address(request),
                user_agent=request.headers.get("User-Agent", "")[:USER_AGENT_MAX],
            )
        )
        try:
            response = get_response(request)
        finally:
            origin.reset(token)
            seen.look_at(request)
        response[REQUEST_ID] = named
        return response

    return middleware


def is_api(request: HttpRequest) -> bool:
    """Tell whether the contract of the API holds for this address."""
    return request.path.startswith(("/api/", "/healthz", "/readyz", "/metrics"))


def is_back_office(request: HttpRequest) -> bool:
    """Tell whether an address is of the back office, which alone has cookies."""
    return request.path.startswith("/admin")


def answer_headers(get_response: Handler) -> Handler:
    """Complete what tells browsers how to take an answer, whoever gave it.

    It stands before all others: one of them may answer, or fail, before Django's own are asked. The
    theme of the back office would let its lists be framed, for a way to pick rows that is not ours.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        response["X-Frame-Options"] = ALWAYS["X-Frame-Options"]
        return response

    return middleware


def content_security_policies(get_response: Handler) -> Handler:
    """Give answers the policy of their address, where it is not that of all pages."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for prefix, policy in settings.CSP_BY_ADDRESS.items():
            if request.path.startswith(prefix):
                setattr(response, "_csp_config", policy)  # noqa: B010  # Django's
                break
        return response

    return middleware
