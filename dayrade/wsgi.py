"""The WSGI application that gunicorn serves."""

import io
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils.http import parse_header_parameters

from dayrade.api.shared_reads import SharedReads
from dayrade.framing import body_limit
from dayrade.telemetry.requests import Observed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTENT_TYPE = "CONTENT_TYPE"
PATH = "PATH_INFO"


def with_chunked_bodies(wrapped: "WSGIApplication") -> "WSGIApplication":
    """Give a chunked request its length, without which Django takes it for empty.

    Of a body beyond the limit just enough is read for the limit to be noticed.
    """

    def application(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if environ.get("wsgi.input_terminated") and "CONTENT_LENGTH" not in environ:
            content = environ["wsgi.input"].read(body_limit(environ[PATH]) + 1)
            environ |= {"wsgi.input": io.BytesIO(content), "CONTENT_LENGTH": str(len(content))}
        return wrapped(environ, start)

    return application


def with_readable_types(wrapped: "WSGIApplication") -> "WSGIApplication":
    """Take an unreadable Content-Type for none: Django would fail before any of its handlers."""

    def application(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        try:
            parse_header_parameters(str(environ.get(CONTENT_TYPE, "")))
        except ValueError:
            environ[CONTENT_TYPE] = ""
        return wrapped(environ, start)

    return application


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dayrade.settings")
application = with_readable_types(with_chunked_bodies(get_wsgi_application()))
# Every view now: not with the first request, and a release that cannot load is seen at its trial.
get_resolver().url_patterns  # noqa: B018
if settings.SHARED_READ_SECONDS:
    application = SharedReads(application, seconds=settings.SHARED_READ_SECONDS)
application = Observed(application)
