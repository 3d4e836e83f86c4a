"""How a page is written, and the pages that are about nothing but who is signed in."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from dayrade.health import read_only

type Page = Callable[..., HttpResponse]


def show(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Write a page; whoever keeps it asks whether it has changed."""
    response = render(request, f"arena/{template}.html", context, status=status)
    response["Cache-Control"] = "no-cache"
    return response


def shell(template: str) -> Page:
    """Return the view of a page that is about nothing but who is signed in."""

    @csrf_exempt
    @read_only
    def view(request: HttpRequest) -> HttpResponse:
        return show(request, template)

    return view
