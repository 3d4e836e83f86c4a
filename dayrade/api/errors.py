"""The one shape of every failure, from whichever layer it comes."""

import logging
import math
import sys
from collections.abc import Mapping
from typing import Any

import psycopg
from django.core.exceptions import (
    BadRequest,
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response

from dayrade.api import failure_pages
from dayrade.db import sqlstates
from dayrade.db.sqlstates import Answer
from dayrade.db.transactions import sqlstate
from dayrade.errors import (
    BusyError,
    ConflictError,
    DomainError,
    ForbiddenError,
    TooOftenError,
    UnauthenticatedError,
)
from dayrade.middleware import is_api

logger = logging.getLogger("dayrade.errors")

INVALID_CREDENTIALS = 401
BUSY_SECONDS = 1
MINUTE = 60

INTERNAL = Answer(500, "INTERNAL_ERROR", "Something went wrong on our side", alert=True)
INVALID = Answer(400, "VALIDATION_ERROR", "Data validation failed")
NOT_FOUND = Answer(404, "NOT_FOUND", "Not found")
DENIED = Answer(403, "PERMISSION_DENIED", "You may not do this")
STALE = Answer(403, "PERMISSION_DENIED", "This form is out of date")
BAD_REQUEST = Answer(400, "BAD_REQUEST", "The request is malformed")
TOO_LARGE = Answer(413, "PAYLOAD_TOO_LARGE", "The request is too large")

DOMAIN_STATUS: dict[type[DomainError], int] = {
    UnauthenticatedError: 401,
    ForbiddenError: 403,
    ConflictError: 409,
}

FRAMEWORK_CODES: dict[type[exceptions.APIException], str] = {
    exceptions.ParseError: "MALFORMED_JSON",
    exceptions.UnsupportedMediaType: "UNSUPPORTED_MEDIA_TYPE",
    exceptions.NotAuthenticated: "NOT_AUTHENTICATED",
    exceptions.AuthenticationFailed: "AUTHENTICATION_FAILED",
    exceptions.PermissionDenied: "PERMISSION_DENIED",
    exceptions.NotFound: "NOT_FOUND",
    exceptions.MethodNotAllowed: "METHOD_NOT_ALLOWED",
    exceptions.NotAcceptable: "NOT_ACCEPTABLE",
    exceptions.Throttled: "RATE_LIMITED",
}

type Details = Mapping[str, Any]


class Refused(exceptions.APIException):
    """A refusal that has its answer ready, with messages by field where it is about fields."""

    def __init__(self, answer: Answer, details: Details | None = None) -> None:
        """Say what is answered."""
        super().__init__(answer.message, answer.error)
        self.status_code = answer.status
        self.answer = answer
        self.details = details


class InvalidFilter(exceptions.ValidationError):
    """A query parameter is unknown or has a value that is not allowed."""

    code = "INVALID_FILTER"


def body(answer: Answer, details: Details | None = None) -> dict[str, Any]:
    """Write the contract's one shape."""
    content: dict[str, Any] = {
        "success": False,
        "message": answer.message,
        "error": answer.error,
    }
    return content | {"details": details} if details is not None else content


def headers(answer: Answer) -> dict[str, str]:
    """Say when to come back, where that is known."""
    return {"Retry-After": str(answer.retry_after)} if answer.retry_after else {}


def classify(error: BaseException) -> tuple[Answer, Details | None]:
    """Translate an exception of any layer; unknown ones become a 500 that tells nothing."""
    details: Details | None = None
    match error:
        case DatabaseError() | psycopg.Error():
            found = sqlstates.answer(error)
        case DomainError():
            found = _of_domain(error)
        case ValidationError():
            found = INVALID
            details = _by_field(
                error.message_dict if hasattr(error, "error_dict") else error.messages
            )
        case exceptions.APIException():
            return _of_framework(error)
        case Http404() | ObjectDoesNotExist():
            found = NOT_FOUND
        case PermissionDenied():
            found = DENIED
        case RequestDataTooBig():
            found = TOO_LARGE
        case BadRequest() | SuspiciousOperation():
            found = BAD_REQUEST
        case _:
            found = INTERNAL
    return found, details


def _of_domain(error: DomainError) -> Answer:
    if isinstance(error, BusyError):
        return Answer(503, error.code, error.message, BUSY_SECONDS)
    if isinstance(error, TooOftenError):
        wait = max(1, math.ceil(error.seconds))
        said = f"{error.message} Try again in {in_words(wait)}."
        return Answer(429, error.code, said, wait)
    status = next((code for kind, code in DOMAIN_STATUS.items() if isinstance(error, kind)), 409)
    return Answer(status, error.code, error.message)


def _of_framework(error: exceptions.APIException) -> tuple[Answer, Details | None]:
    if isinstance(error, Refused):
        return error.answer, error.details
    if isinstance(error, exceptions.ValidationError):
        code = getattr(error, "code", INVALID.error)
        return Answer(INVALID.status, code, INVALID.message), _by_field(error.detail)
    code = next(
        (code for kind, code in FRAMEWORK_CODES.items() if isinstance(error, kind)),
        str(error.default_code).upper(),
    )
    wait = getattr(error, "wait", None)
    retry = max(1, math.ceil(wait)) if wait else None
    said = str(error.detail)
    if retry and isinstance(error, exceptions.Throttled):
        said = f"Too many requests. Try again in {in_words(retry)}."
    return Answer(error.status_code, code, said, retry), None


def in_words(seconds: int) -> str:
    """Round a time to wait up to what a person counts it in."""
    count, unit = (
        (seconds, "second") if seconds < MINUTE else (math.ceil(seconds / MINUTE), "minute")
    )
    return f"{count} {unit}{'s' * (count > 1)}"


def report(error: BaseException, answer: Answer) -> None:
    """Log what somebody has to look at, without the rows that a database error quotes."""
    if isinstance(error, (DatabaseError, psycopg.Error)):
        diagnostics = getattr(error.__cause__ or error, "diag", None)
        logger.log(
            logging.ERROR if answer.alert else logging.WARNING,
            "database error: sqlstate=%s type=%s constraint=%s table=%s",
            sqlstate(error),
            type(error.__cause__ or error).__name__,
            getattr(diagnostics, "constraint_name", None),
            getattr(diagnostics, "table_name", None),
        )
    elif answer.alert:
        logger.error("unhandled exception", exc_info=error)


def handler(error: Exception, context: Mapping[str, Any]) -> Response:
    """Answer for the REST framework."""
    answer, details = classify(error)
    report(error, answer)
    extra = headers(answer)
    if challenge := getattr(error, "auth_header", None):
        extra["WWW-Authenticate"] = challenge
    elif answer.status == INVALID_CREDENTIALS:
        extra["WWW-Authenticate"] = "Bearer"
    return Response(body(answer, details), status=answer.status, headers=extra)


def respond(request: HttpRequest, answer: Answer, advice: str = "") -> HttpResponse:
    """Answer outside the REST framework: JSON for the API, a small page for a browser."""
    if is_api(request) or "text/html" not in request.headers.get("Accept", ""):
        return JsonResponse(body(answer), status=answer.status, headers=headers(answer))
    response = failure_pages.page(request, answer, advice)
    for name, value in headers(answer).items():
        response[name] = value
    return response


def on_exception(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Be Django's handler500: also for what middleware raises."""
    error = sys.exception()
    if error is None:
        return respond(request, INTERNAL)
    answer, _ = classify(error)
    report(error, answer)
    return respond(request, answer)


def on_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Be Django's handler400."""
    return respond(request, classify(exception)[0])


def on_denied(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """Be Django's handler403."""
    return respond(request, DENIED, failure_pages.lacking(request, exception))


def on_stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Be what a form without its CSRF token gets."""
    return respond(request, STALE, failure_pages.STALE)


@csrf_exempt
def on_unknown_route(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Be Django's handler404, and the view of every address that is none."""
    return respond(request, NOT_FOUND)


def _by_field(detail: Any) -> Details:
    """Name the field of every message; those of the whole body stand under non_field_errors."""
    if isinstance(detail, Mapping):
        return {
            "non_field_errors" if field == "__all__" else str(field): _messages(value)
            for field, value in detail.items()
        }
    return {"non_field_errors": _messages(detail)}


def _messages(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _by_field(value)
    if isinstance(value, (list, tuple)):
        return [_messages(item) if isinstance(item, Mapping) else str(item) for item in value]
    return [str(value)]
