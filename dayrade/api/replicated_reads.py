"""Anonymous reads from replicas: the one place that decides where a request reads.

Whoever is signed in reads from the primary, and so their own writes; and every write goes there.
"""

import time
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

from dayrade.api.shared_reads import is_anonymous_read
from dayrade.db import replicas
from dayrade.middleware import Handler

# What a replica has failed is asked of the primary, unless the caller has waited this long already:
# a statement that was too slow for the one would be for the other.
AGAIN_WITHIN_SECONDS = 3.0
# A read that stands in the way of the replay is refused as a conflict.
CONFLICT, FAILED = 409, 500


def replicated_reads(get_response: Handler) -> Handler:
    """Answer from a replica what may be a moment old, and from the primary if that one fails."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if (alias := replica_for(request)) is None:
            return get_response(request)
        began = time.monotonic()
        with replicas.reading_from(alias) as connection:
            response = get_response(request)
            if has_failed := response.status_code == CONFLICT or response.status_code >= FAILED:
                connection.close()
        if has_failed and time.monotonic() - began < AGAIN_WITHIN_SECONDS:
            return get_response(request)
        return response

    return middleware


def replica_for(request: HttpRequest) -> str | None:
    """Return the alias of the replica that a request is to be answered from, if it is one."""
    if not replicas.watch.replicas or not is_anonymous_read(request.META):
        return None
    try:
        found = resolve(request.path_info)
    except Resolver404:
        return None
    return replicas.watch.chosen() if is_replicated(found.func) else None


def is_replicated(function: Any) -> bool:
    """Tell whether what a view shows to everybody may be as old as a replica is."""
    view = getattr(function, "cls", function)
    is_for_everybody = getattr(view, "shared", False) or getattr(view, "hot", False)
    return is_for_everybody and not getattr(view, "current", False)
