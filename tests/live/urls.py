"""Dayrade's addresses, and those that fail on demand."""

import time

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import connection
from django.http import Http404, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from rest_framework.response import Response
from rest_framework.views import APIView

from dayrade.db.transactions import service
from dayrade.urls import handler400, handler403, handler404, handler500
from dayrade.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

ERRORS = {
    "bug": ZeroDivisionError("a bug"),
    "denied": PermissionDenied("secret reason"),
    "missing": Http404("secret path"),
    "suspicious": SuspiciousOperation("secret attack"),
}


def execute(statement, parameters=()):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


@service
def run(statements):
    """Run statements in one transaction and return the rows of the last."""
    rows = []
    for statement, *parameters in statements:
        rows = execute(statement, parameters)
    return rows


class Sql(APIView):
    """Runs the statements of the body as a service does."""

    authentication_classes = permission_classes = throttle_classes = ()

    def post(self, request):
        return Response({"rows": run(request.data["statements"])})


class Echo(APIView):
    """Answers with what the parser understood."""

    authentication_classes = permission_classes = throttle_classes = ()

    def post(self, request):
        return Response({key: repr(value)[:200] for key, value in request.data.items()})


def failing_middleware(get_response):
    """Fail before the view where a header asks for it."""

    def middleware(request):
        if statement := request.headers.get("X-Statement"):
            execute(statement)
        if name := request.headers.get("X-Error"):
            raise ERRORS[name]
        return get_response(request)

    return middleware


@csrf_exempt
def plain(request):
    """Run the body as SQL, outside the REST framework."""
    run([[request.body.decode()]])
    return JsonResponse({})


def error(request, name):
    raise ERRORS[name]


def slow(request):
    """Work for a while without the database."""
    time.sleep(float(request.GET["seconds"]))
    return HttpResponse("done")


urlpatterns = [
    path("api/v1/sql", Sql.as_view()),
    path("api/v1/echo", Echo.as_view()),
    path("plain", plain),
    path("admin/plain", plain),
    path("error/<str:name>", error),
    path("admin/error/<str:name>", error),
    path("slow", slow),
    *product,
]
