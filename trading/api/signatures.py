"""The provider's signature under each delivery: docs/adr/0024 has the reasons."""

import hmac
import logging
import re
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar, Literal, override

from django.conf import settings
from django.db import Error
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from administration import audit
from dayrade.api import errors
from dayrade.api.errors import TOO_LARGE, Refused
from dayrade.api.parsers import JSONParser
from dayrade.api.throttling import address_key, spent

if TYPE_CHECKING:
    from rest_framework.views import APIView

logger = logging.getLogger("dayrade.ingest")

HEADER = "X-Dayrade-Signature"
SCHEME = "Dayrade-Signature"
WINDOW_SECONDS = 300
# Room for a few signatures of which one is by a key that is being exchanged.
HEADER_MAX = 512
PART = re.compile(r"(t)=([0-9]{1,12})|(v1)=([0-9a-fA-F]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Provider:
    """Whoever signs with the shared secret: nobody with an account, and no staff."""

    pk: ClassVar[str] = "provider"
    is_authenticated: ClassVar[Literal[True]] = True
    is_anonymous: ClassVar[Literal[False]] = False
    is_staff: ClassVar[Literal[False]] = False
    is_superuser: ClassVar[Literal[False]] = False


class IsProvider(BasePermission):
    """The provider alone."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Ask the signature."""
        return isinstance(request.user, Provider)


class DeliveryParser(JSONParser):
    """Parses a delivery, which may be larger than other bodies."""

    @property
    @override
    def limit(self) -> int:
        """The most bytes of a delivery."""
        limit: int = settings.INGEST_UPLOAD_MAX_MEMORY_SIZE
        return limit


class SignatureAuthentication(BaseAuthentication):
    """Takes a signature of the instant and of the body as it came, and nothing else."""

    @override
    def authenticate(self, request: Request) -> tuple[Provider, None] | None:
        """Return the provider, or None where no credentials were sent.

        Raises:
            AuthenticationFailed: the signature is malformed, old or wrong, or there is a token.
            Refused: the body is too large.

        """
        header = request.headers.get(HEADER)
        if header is None:
            if "Authorization" in request.headers:
                raise AuthenticationFailed(f"Sign the delivery with {HEADER}; no token is taken.")
            return None
        signed = read(header)
        if signed is None:
            raise self.denied("malformed", f"Send {HEADER}: t=<unix seconds>,v1=<hex>.")
        instant, signatures = signed
        if abs(time.time() - int(instant)) > WINDOW_SECONDS:
            raise self.denied("old", "The signature is too old, or from the future.")
        if not settings.INGEST_SECRETS:
            raise self.denied("no secret", "Deliveries are not taken here.")
        if not verified(instant, signatures, body(request)):
            raise self.denied("wrong", "The signature is wrong.")
        return Provider(), None

    @override
    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, for WWW-Authenticate."""
        return SCHEME

    def denied(self, why: str, said: str) -> AuthenticationFailed:
        """Write the denial down, in the audit log only so often, and return it."""
        logger.warning("delivery refused: signature %s", why)
        try:
            if spent("ingest_denial", address_key()) is None and (
                spent("ingest_denials", "all") is None
            ):
                audit.record(None, "ingest.denied", entity_type="ingest", details={"why": why})
        except Error as error:
            # The refusal stands, whether or not it can be written down.
            errors.report(error, errors.classify(error)[0])
        return AuthenticationFailed(said)


def read(header: str) -> tuple[str, list[str]] | None:
    """Return the instant and the signatures of a header, or None for what is none."""
    if len(header) > HEADER_MAX:
        return None
    instants, signatures = [], []
    for part in header.split(","):
        found = PART.fullmatch(part)
        if found is None:
            return None
        if found[1]:
            instants.append(found[2])
        else:
            signatures.append(found[4].lower())
    return (instants[0], signatures) if len(instants) == 1 and signatures else None


def signature(secret: str, instant: str, content: bytes) -> str:
    """Sign a body sent at an instant."""
    return hmac.new(secret.encode(), instant.encode() + b"." + content, sha256).hexdigest()


def verified(instant: str, signatures: list[str], content: bytes) -> bool:
    """Tell whether one of them is by one of our secrets; how long that takes tells nothing."""
    matches = [
        hmac.compare_digest(signature(secret, instant, content), sent)
        for secret in settings.INGEST_SECRETS
        for sent in signatures
    ]
    return any(matches)


def body(request: Request) -> bytes:
    """Return the body as it came, read once, after a look at the size that is announced.

    Raises:
        Refused: it is too large.

    """
    django_request: Any = request._request  # noqa: SLF001  # DRF's name for the framework's
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.INGEST_UPLOAD_MAX_MEMORY_SIZE:
        raise Refused(TOO_LARGE)
    if not hasattr(django_request, "_body"):
        # Where Django keeps a body once it is read; its own limit is that of all other addresses.
        django_request._body = django_request.read()  # noqa: SLF001
    content: bytes = django_request.body
    return content


class SignatureScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # theirs
    """Describes the scheme in the OpenAPI document."""

    target_class = "trading.api.signatures.SignatureAuthentication"
    name = "providerSignature"

    @override
    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe the header."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": HEADER,
            "description": (
                '`t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<raw body>">`, by a secret that'
                " both sides share; good for 5 minutes before and after `t`."
            ),
        }
