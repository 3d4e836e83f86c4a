"""What browsers and search engines ask every site for."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.csrf import csrf_exempt

from dayrade.health import read_only

ROBOTS = "User-agent: *\nDisallow: /admin/\nDisallow: /api/\n"
DAY = "max-age=86400"


@csrf_exempt
@read_only
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead to the icon, whose name changes with its content."""
    return HttpResponseRedirect(static("dayrade/favicon.svg"), headers={"Cache-Control": DAY})


@csrf_exempt
@read_only
def robots(request: HttpRequest) -> HttpResponse:
    """Keep search engines out of what is not for readers."""
    return HttpResponse(ROBOTS, content_type="text/plain", headers={"Cache-Control": DAY})
