"""Whether the process lives, and whether it can serve: for supervisors and load balancers."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate

from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from dayrade import checks, ending
from dayrade.api import errors
from dayrade.db import sqlstates
from dayrade.db.sqlstates import Answer
from dayrade.db.transactions import service

NOT_READY = Answer(503, "NOT_READY", "The service is not ready", 2)
ENDING = Answer(503, "ENDING", "The service is about to end", 2)
METHOD_NOT_ALLOWED = Answer(405, "METHOD_NOT_ALLOWED", "Only GET and HEAD are allowed here")
UNKNOWN = {"database": "ok", "migrations": "unknown", "durability": "unknown"}


def read_only[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Refuse every method but GET and HEAD in the contract's shape."""

    @functools.wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return view(request, *args, **kwargs)
        response = errors.respond(request, METHOD_NOT_ALLOWED)
        response["Allow"] = "GET, HEAD"
        return response

    return checked


@csrf_exempt
@never_cache
@read_only
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process can: a database that is away is no reason to restart it."""
    return JsonResponse({"success": True})


@csrf_exempt
@never_cache
@read_only
def readyz(request: HttpRequest) -> HttpResponse:
    """Tell whether this process can serve, with the state of each thing that it needs.

    `checks` has `database` (ok, busy, unreachable), `migrations` and `durability` (ok, pending
    or refused, unknown); `pool` is this process's alone, null without a pool. A process that is
    about to end says so, and nothing else.
    """
    if ending.is_announced():
        return errors.respond(request, ENDING)
    try:
        found = look()
    except DatabaseError as error:
        answer = sqlstates.answer(error)
        errors.report(error, answer)
        busy = answer in (sqlstates.EXHAUSTED, sqlstates.TIMEOUT)
        found = UNKNOWN | {"database": "busy" if busy else "unreachable"}
    content: dict[str, Any] = {"checks": found, "pool": pool_state()}
    if all(state == "ok" for state in found.values()):
        return JsonResponse({"success": True, **content})
    return JsonResponse(
        {**errors.body(NOT_READY), **content},
        status=NOT_READY.status,
        headers=errors.headers(NOT_READY),
    )


@service
def look() -> dict[str, str]:
    """Ask the database for what readiness needs, within half a second a statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', '500ms', true)")
        cursor.execute(checks.LOOK)
        refused = checks.refusal(*cursor.fetchone())
    applied = MigrationRecorder(connection).applied_migrations()
    pending = any(leaf not in applied for leaf in newest_migrations())
    return {
        "database": "ok",
        "migrations": "pending" if pending else "ok",
        "durability": "refused" if refused else "ok",
    }


@functools.cache
def newest_migrations() -> list[tuple[str, str]]:
    """Return the last migration of each app in this code."""
    return list(MigrationLoader(None).graph.leaf_nodes())


def pool_state() -> dict[str, int] | None:
    """Return the figures of this process's connection pool."""
    pool = getattr(connection, "pool", None)
    if pool is None:
        return None
    stats = pool.get_stats()
    return {
        "size": stats["pool_size"],
        "available": stats["pool_available"],
        "waiting": len(getattr(connection, "waiting")),  # noqa: B009  # our backend's
        "max": stats["pool_max"],
    }
