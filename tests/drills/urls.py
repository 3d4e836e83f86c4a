"""Dayrade's addresses, and one that answers with more than a connection takes at once."""

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from dayrade.urls import handler400, handler403, handler404, handler500
from dayrade.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@csrf_exempt
def large(request):
    return HttpResponse(b"x" * 3_000_000)


urlpatterns = [path("large", large), *product]
