"""Idempotency-Key: a repeated request gets the first one's answer and does nothing again."""

import functools
import hashlib
import json
import re
from collections.abc import Callable
from typing import Concatenate, cast

from django.db import connection
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dayrade.api import errors
from dayrade.db.transactions import service
from dayrade.models import IdempotencyKey

HEADER = "Idempotency-Key"
SERVER_ERROR = 500
KEY = re.compile(r"(?=.*[!-~])[ -~]{1,255}", re.ASCII)
# What a repetition needs besides status and body.
KEPT_HEADERS = ("Location",)
# A try, not a wait: whoever comes second is told so at once and holds no connection.
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"


class InProgress(exceptions.APIException):
    """The first request with this key is still at work."""

    status_code = 409
    default_detail = "The first request with this Idempotency-Key is still at work."
    default_code = "idempotency_in_progress"
    wait = 1


class KeyReused(exceptions.APIException):
    """The key came before with another request."""

    status_code = 422
    default_detail = "This Idempotency-Key came before with another request."
    default_code = "idempotency_key_reused"


def idempotent[V: APIView, R: Request, **P](
    handler: Callable[Concatenate[V, R, P], Response],
) -> Callable[Concatenate[V, R, P], Response]:
    """Let a view method honour Idempotency-Key.

    Key and work are one transaction. An answer below 500 is kept for 24 hours, a refusal with its
    work rolled back; a passing failure (lock, deadlock, outage) is not kept.
    """

    @functools.wraps(handler)
    def run(view: V, request: R, *args: P.args, **kwargs: P.kwargs) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return handler(view, request, *args, **kwargs)
        if not KEY.fullmatch(key):
            said = "Must have 1 to 255 printable ASCII characters."
            raise exceptions.ValidationError({HEADER: [said]})
        return _once(
            principal=str(request.user.pk),
            key=key,
            request_hash=_fingerprint(request),
            work=lambda: _outcome(view, lambda: handler(view, request, *args, **kwargs)),
        )

    setattr(run, "idempotent", True)  # noqa: B010  # read by the OpenAPI document and a test
    return cast("Callable[Concatenate[V, R, P], Response]", run)


def _fingerprint(request: Request) -> str:
    """Hash what makes two requests the same; the order of a body's fields does not count."""
    body = json.dumps(request.data, sort_keys=True, default=repr)
    text = "\n".join([request.method or "", request.get_full_path(), body])
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


@service
def _once(*, principal: str, key: str, request_hash: str, work: Callable[[], Response]) -> Response:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [f"idempotency {principal} {key}"])
        (locked,) = cursor.fetchone()
    if not locked:
        raise InProgress
    of_key = IdempotencyKey.objects.filter(principal=principal, key=key)
    of_key.expired().delete()
    if first := of_key.first():
        if first.request_hash != request_hash:
            raise KeyReused
        return _replay(first)
    response = work()
    IdempotencyKey.objects.create(
        principal=principal,
        key=key,
        request_hash=request_hash,
        status_code=response.status_code,
        headers={name: response[name] for name in KEPT_HEADERS if name in response},
        # As text: jsonb would forget the order of the fields.
        body=JSONRenderer().render(response.data).decode(),
    )
    return response


def _replay(first: IdempotencyKey) -> Response:
    body = json.loads(first.body) if first.body else None
    headers = first.headers | {"Idempotency-Replayed": "true"}
    return Response(body, status=first.status_code, headers=headers)


def _outcome(view: APIView, work: Callable[[], Response]) -> Response:
    """Do the work in a savepoint and turn a lasting refusal into an answer.

    Raises:
        Exception: whatever is worth another attempt.

    """
    try:
        return service(work)()
    except Exception as error:
        answer, _ = errors.classify(error)
        if answer.status >= SERVER_ERROR or answer.retry_after:
            raise
        return errors.handler(error, view.get_exception_handler_context())
