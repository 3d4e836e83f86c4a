"""The export and the erasure of oneself."""

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.status import (
    HTTP_200_OK,
    HTTP_204_NO_CONTENT,
    HTTP_429_TOO_MANY_REQUESTS,
)

from accounts.models import User
from dayrade.api.requests import UserRequest
from dayrade.api.throttling import ExportThrottle, PasswordCheckThrottle, WriteThrottle
from dayrade.api.views import ViewSet
from dayrade.privacy import erasure, export
from dayrade.privacy.answers import attached
from dayrade.privacy.api.serializers import ErasureInput


class ExportViewSet(ViewSet[User]):
    """What is held about oneself."""

    permission_classes = [IsAuthenticated]
    throttle_classes = [ExportThrottle]
    failures = (HTTP_429_TOO_MANY_REQUESTS,)

    @extend_schema(responses={HTTP_200_OK: OpenApiTypes.OBJECT})
    def export(self, request: UserRequest) -> FileResponse:
        """Export everything held about oneself.

        A JSON document with one list of rows for each table, as a file.
        """
        return attached(export.export(actor=request.user, person=request.user))


class ErasureViewSet(ViewSet[User]):
    """The erasure of oneself."""

    permission_classes = [IsAuthenticated]
    throttle_classes = [WriteThrottle, PasswordCheckThrottle]

    @extend_schema(request=ErasureInput, responses={HTTP_204_NO_CONTENT: None})
    def erase(self, request: UserRequest) -> Response:
        """Erase oneself, for good.

        Everything personal is taken out of the account and it is closed; trades, results and what
        was said in public stay, without a name. Not while one has a seat in a tournament that is
        not over (409 `IN_TOURNAMENT`), and not as an admin (409 `OWN_ACCESS`). What is wrong is a
        400 with the message under `password` or `confirm`.
        """
        erasure.erase_own(user=request.user, **ErasureInput.read(request))
        return Response(status=HTTP_204_NO_CONTENT)
