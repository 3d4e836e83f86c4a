"""Dayrade's addresses, one that answers with more than is taken at once, and one that fails."""

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from dayrade.urls import handler400, handler403, handler404, handler500
from dayrade.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@csrf_exempt
def large(request):
    return HttpResponse(b"x" * 3_000_000)


def broken(request):
    """Fail halfway through an answer."""

    def parts():
        yield b"x" * 3_000_000
        raise RuntimeError

    return StreamingHttpResponse(parts())


urlpatterns = [path("large", large), path("broken", broken), *product]
