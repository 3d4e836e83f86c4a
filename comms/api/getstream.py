"""What GetStream tells of the copies of our chats."""

import hmac
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_401_UNAUTHORIZED, HTTP_413_REQUEST_ENTITY_TOO_LARGE

from comms import gateway
from comms.models import ChatMessage
from comms.services import getstream
from dayrade.api.parsers import parsed
from dayrade.api.views import ViewSet
from dayrade.errors import UnauthenticatedError

HEADER = "X-Signature"
VERDICTS = ["accepted", "ignored", "duplicate", "refused"]


class VerdictSerializer(serializers.Serializer[object]):
    """What became of an event; `error` names the rule that has refused it."""

    status = serializers.ChoiceField(VERDICTS)
    error = serializers.CharField()


class GetStreamViewSet(ViewSet[Any]):
    """GetStream's webhook."""

    queryset = ChatMessage.objects.none()
    authentication_classes = []
    permission_classes = [AllowAny]
    serializer_class = VerdictSerializer
    failures = (HTTP_401_UNAUTHORIZED, 404, HTTP_413_REQUEST_ENTITY_TOO_LARGE)

    @extend_schema(request=None, responses=VerdictSerializer)
    def receive(self, request: Request) -> Response:
        """Take an event of GetStream's, signed with the secret of its application.

        `X-Signature` is the hexadecimal HMAC-SHA256 of the body. There is nothing here without a
        key of GetStream's.
        """
        if not gateway.is_on():
            raise Http404
        body: bytes = request._request.body  # noqa: SLF001  # DRF's name for the framework's
        sent = request.headers.get(HEADER, "").encode("utf-8", "replace")
        secrets = (settings.GETSTREAM_API_SECRET, *settings.GETSTREAM_FALLBACKS)
        expected = [hmac.new(secret.encode(), body, sha256).hexdigest() for secret in secrets]
        if not any(hmac.compare_digest(each.encode(), sent) for each in expected):
            raise UnauthenticatedError("The signature is wrong.")
        try:
            event = parsed(body.decode())
        except UnicodeDecodeError:
            raise ParseError("The body is not UTF-8") from None
        status, error = getstream.receive(event=event, digest=sha256(body).hexdigest())
        return Response({"status": status, "error": error})
