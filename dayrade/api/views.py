"""The base of every resource, and the pages of the documentation."""

import functools
import threading
from collections.abc import Mapping
from typing import Any, ClassVar, override

from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import viewsets
from rest_framework.exceptions import Throttled
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

FAILED = 400
BUILDING = threading.Lock()


class ViewSet[M: Model](viewsets.GenericViewSet[M]):
    """A resource.

    A `shared` one shows everybody the same: caches may keep it if they ask whether it changed.
    What a `hot` one, which is shared, shows to anonymous callers may be SHARED_READ_SECONDS old.
    A shared one is read from a replica for them, unless it is `current`.
    `keyset` names the instant by which a list goes that is paged by cursor. `failures` are for
    the OpenAPI document: statuses beyond those that follow from path, body and permissions; `never`
    are those among them that do not occur.
    """

    shared: ClassVar[bool] = False
    hot: ClassVar[bool] = False
    current: ClassVar[bool] = False
    keyset: ClassVar[str] = ""
    failures: ClassVar[tuple[int, ...]] = ()
    never: ClassVar[tuple[int, ...]] = ()

    @classmethod
    def revision(cls, **_address: Any) -> tuple[str, Mapping[str, Any]] | None:
        """Return the statement whose row changes when a `hot` view may show something no longer.

        It is asked for each answer from memory: by an index, and it returns one row. None where a
        moment does no harm. It takes what the path says.
        """
        return None

    @override
    def get_object(self) -> M:
        """Return the row that the path names, if the caller may know of it.

        Raises:
            Http404: there is none.

        """
        named = {self.lookup_field: self.kwargs[self.lookup_field]}
        row: M = get_object_or_404(self.get_queryset(), **named)
        return row

    @override
    def check_throttles(self, request: Request) -> None:
        """Count by one limit after the other, up to the first that is reached.

        What is refused for its address uses up no account's count: one address could otherwise
        lock out everybody.

        Raises:
            Throttled: one is reached.

        """
        for throttle in self.get_throttles():
            self.count(request, throttle)

    def count(self, request: Request, throttle: BaseThrottle) -> None:
        """Count the request by one limit.

        Raises:
            Throttled: it is reached.

        """
        if not throttle.allow_request(request, self):
            raise Throttled(throttle.wait())

    def shown(self, row: Any, **kwargs: Any) -> Response:
        """Show one row; the arguments are Response's."""
        return Response(self.get_serializer(row).data, **kwargs)

    @override
    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Say who may store the answer."""
        final = super().finalize_response(request, response, *args, **kwargs)
        if self.shared and request.method in SAFE_METHODS and final.status_code < FAILED:
            final["Cache-Control"] = "private, no-cache" if request.auth else "no-cache"
        return final


def document() -> Any:
    """Return the OpenAPI document; building it takes half a second, and it never changes.

    Its library fails where two threads begin at once.
    """
    with BUILDING:
        return _built()


@functools.cache
def _built() -> Any:
    generator: Any = SchemaGenerator
    return generator().get_schema(request=None, public=True)


class JsonErrors(APIView):
    """Failures in the contract's shape where the answer itself is no JSON."""

    permission_classes = [AllowAny]
    authentication_classes = []

    @override
    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Render a failure as JSON."""
        if response.status_code >= FAILED or request.method == "OPTIONS":
            request.accepted_renderer = JSONRenderer()
            request.accepted_media_type = JSONRenderer.media_type
        return super().finalize_response(request, response, *args, **kwargs)


class SchemaView(JsonErrors, SpectacularAPIView):
    """The OpenAPI document, as YAML or JSON by the Accept header."""

    renderer_classes = [
        *SpectacularAPIView.renderer_classes,
        JSONRenderer,
    ]

    #: The document by content type: writing it as YAML takes a fifth of a second.
    written: ClassVar[dict[str, bytes | str]] = {}

    def _get_schema_response(self, request: Request) -> HttpResponse:
        renderer = request.accepted_renderer
        content_type = renderer.media_type
        if content_type not in self.written:
            self.written[content_type] = renderer.render(document(), renderer_context={})
        headers = {"Cache-Control": "no-cache"}
        return HttpResponse(self.written[content_type], content_type, headers=headers)


class DocsView(JsonErrors, SpectacularSwaggerSplitView):
    """A page to read and try the API, from files of our own."""
