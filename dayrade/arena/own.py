"""The pages for who takes part; what is theirs, their scripts ask the API for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from dayrade.arena import pages
from dayrade.arena.reading import read
from dayrade.arena.views import show
from dayrade.health import read_only


@pages.page()
def seat(request: HttpRequest, tournament: str) -> HttpResponse:
    """Show the frame of somebody's own seat in a tournament."""
    return show(request, "seat", tournament=read(request, f"/tournaments/{tournament}"))


@csrf_exempt
@read_only
def push_worker(request: HttpRequest) -> HttpResponse:
    """Serve the script that shows push messages: at the root, for it serves what is below it."""
    response = render(request, "arena/push_worker.js", content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response
