"""The list of tournaments, by what a visitor can do with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from dayrade.arena import pages
from dayrade.arena.pages import Asked
from dayrade.arena.reading import ApiError, read
from dayrade.arena.views import show

FILTERS = (
    "search",
    "status",
    "division",
    "tournament_type",
    "starts_from",
    "starts_to",
    "ordering",
)
ORDERS = [
    ("start_date", "Earliest start"),
    ("-start_date", "Latest start"),
    ("end_date", "Earliest end"),
    ("-prize_pool", "Largest prize pool"),
    ("entry_fee", "Lowest entry fee"),
    ("-current_participants", "Most competitors"),
    ("name", "Name"),
]
GOING_MAX, OVER_MAX, PAGE_SIZE = 100, 6, 12
# Of so many of the tournaments on a page it is said who leads: each costs a read.
LED_MAX = 12
LEADERS = 3
REFUSED = 400


@dataclass(frozen=True, slots=True)
class Group:
    """Tournaments of one status, in the order in which a visitor wants them."""

    status: str
    title: str
    #: Whose order is the API's answer when only they are asked for.
    ordering: str


GROUPS = (
    Group("active", "Trading now", "end_date"),
    Group("registration_open", "Registration open", "start_date"),
    Group("registration_closed", "Starting soon", "start_date"),
    Group("completed", "Finished", "-end_date"),
    Group("cancelled", "Cancelled", "-start_date"),
)
BY_STATUS = {group.status: group for group in GROUPS}
GOING = ("active", "registration_open", "registration_closed")
OVER = ("completed", "cancelled")
LED = ("active", "completed")


@pages.page(*FILTERS, "page")
def tournaments(request: HttpRequest) -> HttpResponse:
    """List the tournaments: all in their groups, or those of one status, page by page."""
    asked = pages.asked_of(request)
    is_paged = not {"status", "ordering", "page"}.isdisjoint(asked)
    refusal = ""
    try:
        shown = paged(request, asked) if is_paged else {"groups": grouped(request, asked)}
    except ApiError as error:
        if error.status != REFUSED:
            raise
        refusal, shown = pages.said(error), {"groups": []}
    announced = read(request, "/config").get("site.announcement")
    context = {
        "asked": asked,
        "statuses": GROUPS,
        "orders": ORDERS,
        "refusal": refusal,
        "announcement": announced,
    }
    return show(request, "tournaments", status=REFUSED if refusal else 200, **context | shown)


def wanted(asked: Asked) -> Asked:
    """Return the filters as the API takes them: a form asks for days, the API for instants."""
    found = {name: asked[name] for name in FILTERS if name in asked}
    if "starts_from" in found:
        found["starts_from"] = pages.beginning(found["starts_from"])
    if "starts_to" in found:
        found["starts_to"] = pages.end(found["starts_to"])
    return found


def paged(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """Read one page of all that is asked for."""
    filters = wanted(asked)
    group = BY_STATUS.get(asked.get("status", ""))
    filters.setdefault("ordering", group.ordering if group else "-start_date")
    number = pages.page_of(asked)
    found = read(request, "/tournaments", page=number, page_size=PAGE_SIZE, **filters)
    title = group.title if group else "Tournaments found"
    cards = with_leaders(request, found["results"])
    return {
        "groups": [{"title": title, "name": "found", "cards": cards, "count": found["count"]}],
        "pager": pages.pager(asked, found["count"], PAGE_SIZE),
    }


def grouped(request: HttpRequest, asked: Asked) -> list[dict[str, Any]]:
    """Read what is going on, and the last of what is over."""
    filters = wanted(asked)
    going = read(
        request,
        "/tournaments",
        **filters | {"status": ",".join(GOING), "ordering": "start_date", "page_size": GOING_MAX},
    )
    by_status: dict[str, tuple[list[Any], int]] = {}
    for status in GOING:
        of_status = [each for each in going["results"] if each["status"] == status]
        # Beyond one page of the API's nobody knows of which status how many are.
        is_cut = going["count"] > GOING_MAX
        by_status[status] = of_status, len(of_status) + is_cut
    for status in OVER:
        asked_for = {
            "status": status,
            "ordering": BY_STATUS[status].ordering,
            "page_size": OVER_MAX,
        }
        over = read(request, "/tournaments", **filters | asked_for)
        by_status[status] = over["results"], over["count"]
    return [
        {
            "title": group.title,
            "name": group.status,
            "cards": with_leaders(request, cards),
            "count": count,
            "more": pages.query(asked | {"status": group.status}) if count > len(cards) else "",
        }
        for group in GROUPS
        for cards, count in [by_status[group.status]]
        if cards
    ]


def with_leaders(request: HttpRequest, cards: Iterable[Any]) -> list[Any]:
    """Add who leads, or who has won, where anybody does."""
    shown = list(cards)
    for card in [card for card in shown if card["status"] in LED][:LED_MAX]:
        board = read(request, f"/tournaments/{card['slug']}/leaderboard", limit=LEADERS)
        card["leaders"], card["frozen"] = board["results"], board["frozen"]
    for card in shown:
        card["places_left"] = max(0, card["max_participants"] - card["current_participants"])
    return shown
