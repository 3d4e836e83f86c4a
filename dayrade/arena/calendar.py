"""The economic calendar."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dayrade.arena import pages
from dayrade.arena.pages import Asked
from dayrade.arena.reading import ApiError, read
from dayrade.arena.views import show

FILTERS = ("search", "country", "impact_level", "symbol", "from", "to")
PAGE_SIZE = 50
# Where nobody asks for a day, the calendar begins a little before today.
LOOK_BACK = timedelta(days=3)
REFUSED = 400


@pages.page(*FILTERS, "page")
def calendar(request: HttpRequest) -> HttpResponse:
    """List releases in the order of time."""
    asked = pages.asked_of(request)
    is_filtered = not asked.keys() <= {"page"}
    now = timezone.now()
    if asked.keys().isdisjoint({"from", "to", "page"}):
        asked["from"] = (now - LOOK_BACK).date().isoformat()
    number = pages.page_of(asked)
    refusal = ""
    found: dict[str, Any] = {"count": 0, "results": []}
    try:
        found = read(request, "/economic-events", page=number, page_size=PAGE_SIZE, **wanted(asked))
    except ApiError as error:
        if error.status != REFUSED:
            raise
        refusal = pages.said(error)
    context = {
        "asked": asked,
        "is_filtered": is_filtered,
        "releases": marked(found["results"], pages.instant(now)),
        "pager": pages.pager(asked, found["count"], PAGE_SIZE),
        "refusal": refusal,
    }
    return show(request, "calendar", status=REFUSED if refusal else 200, **context)


def wanted(asked: Asked) -> Asked:
    """Return the filters as the API takes them: a form asks for days, the API for instants."""
    found = {name: asked[name] for name in FILTERS if name in asked}
    if "from" in found:
        found["from"] = pages.beginning(found["from"])
    if "to" in found:
        found["to"] = pages.end(found["to"])
    return found


def marked(releases: list[Any], now: str) -> list[Any]:
    """Say of each release whether it is past, and which one is next."""
    coming = [release for release in releases if release["event_time"] >= now]
    following = coming[0]["event_time"] if coming else None
    return [
        release
        | {
            "is_past": release["event_time"] < now,
            "is_next": release["event_time"] == following,
        }
        for release in releases
    ]
