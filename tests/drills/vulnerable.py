"""Dayrade with two views that an attacker should find: the attack has to see it."""

from django.db import connection
from django.http import JsonResponse
from django.urls import path

from dayrade.urls import handler400, handler403, handler404, handler500
from dayrade.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def careless(request, condition):
    """Write what is sent into the statement."""
    with connection.cursor() as cursor:
        where = condition.format(request.GET["q"])
        cursor.execute(f"SELECT secret FROM canary WHERE {where}")
        return JsonResponse({"rows": cursor.fetchall() if cursor.description else []})


urlpatterns = [
    path("api/v1/careless", careless, {"condition": "secret = '{}'"}),
    path("api/v1/careless-number", careless, {"condition": "length(secret) = {}"}),
    *product,
]
