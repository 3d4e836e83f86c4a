"""ETag and 304 for what may be stored, and no storing of anything else."""

from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.csp import CSP
from django.utils.http import parse_etags

from dayrade.middleware import Handler, is_api

OK = 200
KEPT = ("Cache-Control", "ETag", "Vary")
POLICY = CSP.HEADER_ENFORCE.value
NEVER_STORED = "no-store"
REVALIDATED = "no-cache"


def conditional_get(get_response: Handler) -> Handler:
    """Give a stored read its ETag, and answer 304 to whoever has it.

    Reads are the API's, and pages that say that they may be stored.
    Django's own middleware leaves HEAD out and answers If-Match with a body that is not the
    contract's.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not isinstance(response, HttpResponse):
            return response
        if not is_api(request) and response.get("Cache-Control") != REVALIDATED:
            return response
        patch_vary_headers(response, ["Authorization"])
        response.setdefault("Cache-Control", NEVER_STORED)
        is_read = request.method in {"GET", "HEAD"} and response.status_code == OK
        if not is_read or response["Cache-Control"] == NEVER_STORED:
            return response
        etag = f'"{sha256(response.content).hexdigest()[:32]}"'
        response["ETag"] = etag
        if not is_known(etag, request.headers.get("If-None-Match", "")):
            return response
        unchanged = HttpResponseNotModified()
        for name in (*KEPT, POLICY):
            # A browser takes the policy of what it has kept from here.
            if name in response:
                unchanged[name] = response[name]
        return unchanged

    return middleware


def is_known(etag: str, sent: str) -> bool:
    """Tell whether an If-None-Match names the tag: weakly, among others, or any at all."""
    tags = [tag.removeprefix("W/") for tag in parse_etags(sent)]
    return etag in tags or "*" in tags
