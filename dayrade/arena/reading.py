"""The public API, read as an anonymous caller reads it."""

import io
import json
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlencode

from django.core.handlers.wsgi import WSGIRequest
from django.http import Http404, HttpRequest
from django.urls import resolve

from dayrade.api.replicated_reads import is_replicated
from dayrade.db.replicas import reading_from_primary

ROOT = "/api/v1"
FAILED, NOT_FOUND = 400, 404
# Who asks is told nothing that it has to be somebody for.
LEFT_OUT = {"HTTP_AUTHORIZATION", "HTTP_COOKIE", "HTTP_IF_NONE_MATCH", "CONTENT_LENGTH"}


class ApiError(Exception):
    """The API has refused what a page needs; `status` and `body` are its answer.

    `retry_after` says in how many seconds it may have another one, where that is known.
    """

    def __init__(self, status: int, body: dict[str, Any], retry_after: int | None = None) -> None:
        """Keep the answer."""
        super().__init__(body.get("message", status))
        self.status = status
        self.body = body
        self.retry_after = retry_after


def read(request: HttpRequest, path: str, **query: Any) -> Any:
    """Return what a GET of the API answers to everybody, without a connection in between.

    `path` is what follows the API's root; a parameter that is None is left out.

    Raises:
        Http404: there is no such thing, or nobody may know of it.
        ApiError: the API refuses otherwise, as a parameter that it does not know.

    """
    asked = WSGIRequest(
        {name: value for name, value in request.META.items() if name not in LEFT_OUT}
        | {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": ROOT + path,
            "QUERY_STRING": urlencode({k: v for k, v in query.items() if v is not None}),
            "HTTP_ACCEPT": "application/json",
            "wsgi.input": io.BytesIO(),
        }
    )
    found = resolve(asked.path_info)
    with nullcontext() if is_replicated(found.func) else reading_from_primary():
        response = found.func(asked, *found.args, **found.kwargs)
        if hasattr(response, "render"):
            response.render()
    body = json.loads(response.content)
    if response.status_code == NOT_FOUND:
        raise Http404
    if response.status_code >= FAILED:
        wait = response.get("Retry-After")
        raise ApiError(response.status_code, body, int(wait) if wait else None)
    return body
