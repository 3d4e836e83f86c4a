"""What Brevo tells of e-mails after it has taken them."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, ClassVar, Literal, cast, override
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, ParseError
from rest_framework.parsers import BaseParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from comms.models import Delivery, Outcome
from comms.services import outcomes
from dayrade.api.errors import TOO_LARGE, Refused
from dayrade.api.views import ViewSet

OUTCOMES = {
    "deferred": Outcome.DEFERRED,
    "soft_bounce": Outcome.SOFT_BOUNCE,
    "delivered": Outcome.DELIVERED,
    "unsubscribe": Outcome.UNSUBSCRIBED,
    "unsubscribed": Outcome.UNSUBSCRIBED,
    "hard_bounce": Outcome.HARD_BOUNCE,
    "spam": Outcome.SPAM,
    "complaint": Outcome.SPAM,
    "error": Outcome.FAILED,
    "blocked": Outcome.BLOCKED,
    "invalid_email": Outcome.INVALID,
}
MILLISECONDS = 1000
ID_MAX = 255
ROUND_MAX = 32_767


@dataclass(frozen=True, slots=True)
class Brevo:
    """Whoever knows the secret of the webhook: nobody with an account, and no staff."""

    pk: ClassVar[str] = "brevo"
    is_authenticated: ClassVar[Literal[True]] = True
    is_anonymous: ClassVar[Literal[False]] = False
    is_staff: ClassVar[Literal[False]] = False
    is_superuser: ClassVar[Literal[False]] = False


class WebhookAuthentication(BaseAuthentication):
    """Takes the secret as a bearer token, or as the password in the webhook's address."""

    @override
    def authenticate(self, request: Request) -> tuple[Brevo, None] | None:
        """Return Brevo, or None where no credentials were sent.

        Raises:
            AuthenticationFailed: the secret is wrong, or there is none to compare with.

        """
        header = request.headers.get("Authorization")
        if header is None:
            return None
        sent = named(header)
        secrets = (settings.BREVO_WEBHOOK_SECRET, *settings.BREVO_WEBHOOK_FALLBACKS)
        if not any(secret and constant_time_compare(sent, secret) for secret in secrets):
            raise AuthenticationFailed("The secret is wrong.")
        return Brevo(), None

    @override
    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, for WWW-Authenticate."""
        return "Bearer"


def named(header: str) -> str:
    """Return the secret that a header names, or ""."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


class EventsParser(BaseParser):
    """Parses one event or a list of them, whatever else they hold."""

    media_type = "application/json"

    @override
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, list[Any]]:
        """Return the events of the body.

        Raises:
            Refused: it is too large.
            ParseError: it is not JSON.

        """
        announced = int((parser_context or {})["request"].META.get("CONTENT_LENGTH") or 0)
        if announced > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise Refused(TOO_LARGE)
        try:
            found = json.loads(stream.read())
        except (ValueError, RecursionError):
            raise ParseError("Malformed JSON") from None
        return {"events": found if isinstance(found, list) else [found]}


def read(sent: Any) -> outcomes.Event | None:
    """Return what an event says, or None where it is about nothing that we follow."""
    if not isinstance(sent, dict):
        return None
    outcome = OUTCOMES.get(str(sent.get("event")))
    message_id, address = sent.get("message-id"), sent.get("email")
    if outcome is None or not isinstance(message_id, str) or not isinstance(address, str):
        return None
    if not message_id.isprintable() or not 0 < len(message_id) <= ID_MAX:
        return None
    delivery, rounds = carried(sent.get("X-Mailin-custom"))
    return outcomes.Event(outcome, message_id, address, instant(sent), delivery, rounds)


def instant(sent: Mapping[str, Any]) -> datetime:
    """Return when it happened: `ts_epoch` alone is in UTC, the others follow Brevo's account."""
    try:
        return datetime.fromtimestamp(sent["ts_epoch"] / MILLISECONDS, tz=UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return timezone.now()


def carried(custom: Any) -> tuple[UUID | None, int]:
    """Return the delivery and the round that our message carried."""
    try:
        found = json.loads(custom)
        key, rounds = UUID(found["delivery"]), found["round"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None, 0
    return (key, rounds) if type(rounds) is int and 0 <= rounds <= ROUND_MAX else (None, 0)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A bounce",
            {
                "event": "hard_bounce",
                "email": "ada@example.com",
                "message-id": "<202611230000.1@smtp-relay.mailin.fr>",
                "ts_epoch": 1795392000000,
            },
            request_only=True,
        )
    ]
)
class BrevoEvent(serializers.Serializer[Any]):
    """An event as Brevo writes it; a list of them is taken as well."""

    event = serializers.CharField()
    email = serializers.CharField()
    ts_epoch = serializers.IntegerField(required=False)


class TakenEventsSerializer(serializers.Serializer[Any]):
    """How many events said something new."""

    taken = serializers.IntegerField(read_only=True)


class BrevoViewSet(ViewSet[Delivery]):
    """What became of e-mails; any event may come again, and in any order."""

    queryset = Delivery.objects.none()
    authentication_classes = [WebhookAuthentication]
    permission_classes = [IsAuthenticated]
    parser_classes = [EventsParser]
    throttle_classes = []
    serializer_class = TakenEventsSerializer
    never = (403, 429)

    @extend_schema(request=BrevoEvent, responses=TakenEventsSerializer)
    def take(self, request: Request) -> Response:
        """Take events; what is unknown is answered like the rest, so that it is not sent again."""
        sent = cast("dict[str, list[Any]]", request.data).get("events")
        if sent is None:
            # No parser is asked where there is no body.
            raise ParseError("Malformed JSON")
        events = [event for event in map(read, sent) if event is not None]
        return Response({"taken": sum(map(outcomes.take, events))})


class WebhookScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # theirs
    """Describes the secret in the OpenAPI document."""

    target_class = "comms.api.brevo.WebhookAuthentication"
    name = "brevoWebhook"

    @override
    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe the header."""
        said = "The secret that was entered with the webhook at Brevo."
        return {"type": "http", "scheme": "bearer", "description": said}
