"""One tournament as it happens; its scripts go on from where the page begins."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from dayrade.arena import pages
from dayrade.arena.pages import Asked
from dayrade.arena.reading import ApiError, read
from dayrade.arena.views import show

# As many as the event stream tells of.
ROWS = 20
AROUND = 10
FOUND_MAX, CHAT_SIZE, COMMENTARY_SIZE, RELEASES = 10, 50, 20, 6
REFUSED, UNAUTHENTICATED, UNAVAILABLE = 400, 401, 503


@pages.page("page", "around", "search", shows="/tournaments/{tournament}/chat")
def tournament(request: HttpRequest, tournament: str) -> HttpResponse:
    """Show a tournament: who leads, what is said, and what the calendar has today."""
    asked = pages.asked_of(request)
    found = read(request, f"/tournaments/{tournament}")
    if tournament != found["slug"]:
        return HttpResponseRedirect(f"/tournaments/{found['slug']}{pages.query(asked)}")
    root = f"/tournaments/{found['slug']}"
    today = timezone.now().date().isoformat()
    context = {
        "tournament": found,
        "asked": asked,
        "rules": found["rules"] or {},
        "chat": said(request, root),
        "commentary": read(request, f"{root}/commentary", page_size=COMMENTARY_SIZE)["results"],
        "releases": read(
            request, "/economic-events", page_size=RELEASES, **{"from": pages.beginning(today)}
        )["results"],
        "now": pages.instant(timezone.now()),
        "edit_seconds": read(request, "/config")["chat.edit_seconds"],
        "results": published(request, found),
    }
    return show(request, "tournament", **context | board(request, root, asked))


def said(request: HttpRequest, root: str) -> list[Any]:
    """Read the end of the chat; nothing while the primary is away, which alone may tell it."""
    try:
        found: list[Any] = read(request, f"{root}/chat", page_size=CHAT_SIZE)["results"]
    except ApiError as error:
        if error.status != UNAVAILABLE:
            raise
        return []
    return found[::-1]


def published(request: HttpRequest, found: Any) -> list[Any]:
    """Return the result and its corrections, the latest first, of what is over."""
    if found["status"] != "completed":
        return []
    results: list[Any] = read(request, f"/tournaments/{found['slug']}/results")["results"]
    return results


def board(request: HttpRequest, root: str, asked: Asked) -> dict[str, Any]:
    """Read the part of the board that is asked for: a page, or the rows around somebody.

    Raises:
        Http404: it has no such page.

    """
    if "search" in asked:
        return searched(request, root, asked["search"]) | page(request, root, {})
    if "around" not in asked:
        return page(request, root, asked)
    try:
        around = read(request, f"{root}/leaderboard", around=asked["around"], window=AROUND)
    except Http404:
        return {"nobody": asked["around"]} | page(request, root, {})
    except ApiError as error:
        # `me` is nobody on a page that is the same for everybody.
        if error.status not in (REFUSED, UNAUTHENTICATED):
            raise
        return {"nobody": asked["around"]} | page(request, root, {})
    return {"board": around, "around": asked["around"]}


def page(request: HttpRequest, root: str, asked: Asked) -> dict[str, Any]:
    """Read a page of the board.

    Raises:
        Http404: there is no such page.

    """
    number = pages.page_of(asked)
    found = read(request, f"{root}/leaderboard", limit=ROWS, offset=(number - 1) * ROWS)
    if number > 1 and not found["results"]:
        raise Http404
    return {"board": found, "pager": pages.pager(asked, found["count"], ROWS)}


def searched(request: HttpRequest, root: str, text: str) -> dict[str, Any]:
    """Look for competitors by a part of their names."""
    try:
        found = read(request, f"{root}/participants", search=text, page_size=FOUND_MAX)
    except ApiError as error:
        if error.status != REFUSED:
            raise
        return {"search": text, "matches": []}
    return {"search": text, "matches": found["results"], "match_count": found["count"]}
