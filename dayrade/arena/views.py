"""The arena's pages."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from dayrade.arena.reading import read
from dayrade.health import read_only

LISTED = 100
type Page = Callable[..., HttpResponse]


def show(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """Write a page; whoever keeps it asks whether it has changed."""
    response = render(request, f"arena/{template}.html", context)
    response["Cache-Control"] = "no-cache"
    return response


def shell(template: str) -> Page:
    """Return the view of a page that is about nothing but who is signed in."""

    @csrf_exempt
    @read_only
    def view(request: HttpRequest) -> HttpResponse:
        return show(request, template)

    return view


@csrf_exempt
@read_only
def tournaments(request: HttpRequest) -> HttpResponse:
    """List the tournaments, what is going on first."""
    found = read(request, "/tournaments", page_size=LISTED, ordering="-start_date")
    by_status: dict[str, list[Any]] = {}
    for each in found["results"]:
        by_status.setdefault(each["status"], []).append(each)
    return show(request, "tournaments", by_status=by_status, count=found["count"])


@csrf_exempt
@read_only
def tournament(request: HttpRequest, tournament: str) -> HttpResponse:
    """Show one tournament."""
    return show(request, "tournament", tournament=read(request, f"/tournaments/{tournament}"))
