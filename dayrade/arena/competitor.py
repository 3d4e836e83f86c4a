"""One competitor of a tournament: figures, the curve, and the ledger where it is public."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from dayrade.arena import pages
from dayrade.arena.reading import read
from dayrade.arena.views import show

RANGES = {
    "hour": ("Hour", timedelta(hours=1)),
    "day": ("Day", timedelta(days=1)),
    "week": ("Week", timedelta(weeks=1)),
    "all": ("All", None),
}
# So many tell a reader of the page where the curve went; a script draws more of them.
POINTS = 60
TRADES, POSITIONS = 20, 100


@pages.page("range", "cursor")
def competitor(request: HttpRequest, tournament: str, participant: UUID) -> HttpResponse:
    """Show a competitor.

    Raises:
        Http404: there is none of that id in the tournament, or no such range.

    """
    asked = pages.asked_of(request)
    chosen = asked.get("range", "all")
    if chosen not in RANGES:
        raise Http404
    contest = read(request, f"/tournaments/{tournament}")
    if tournament != contest["slug"]:
        return HttpResponseRedirect(f"/tournaments/{contest['slug']}/competitors/{participant}")
    root = f"/tournaments/{contest['slug']}/participants/{participant}"
    since = beginning(contest, RANGES[chosen][1])
    curve = read(request, f"{root}/performance", points=POINTS, **{"from": since})["results"]
    latest = read(request, f"{root}/performance", page_size=1)["results"]
    trades = visible(request, f"{root}/trades", page_size=TRADES, cursor=asked.get("cursor"))
    context = {
        "tournament": contest,
        "competitor": read(request, root),
        "range": chosen,
        "ranges": [(name, title) for name, (title, _) in RANGES.items()],
        "since": since,
        "curve": landmarks(curve),
        "latest": latest[0] if latest else None,
        "trades": trades,
        "older": cursor_of(trades, "next"),
        "newer": cursor_of(trades, "previous"),
        "positions": visible(request, f"{root}/positions", page_size=POSITIONS),
        "is_over": contest["status"] in ("completed", "cancelled"),
    }
    return show(request, "competitor", **context)


def beginning(contest: Any, length: timedelta | None) -> str | None:
    """Return where a range begins: it ends now, or with the tournament."""
    if length is None:
        return None
    over = datetime.fromisoformat(contest["end_date"])
    # By whole minutes, so that whoever asks within one gets the same.
    end = min(timezone.now(), over).replace(second=0, microsecond=0)
    return pages.instant(end - length)


def visible(request: HttpRequest, path: str, **query: Any) -> Any:
    """Read what is not for everybody in every tournament; None where it is not."""
    try:
        return read(request, path, **query)
    except Http404:
        return None


def cursor_of(found: Any, way: str) -> str | None:
    """Return the part of the API's link that this page's own link needs."""
    link = found and found[way]
    return link.partition("cursor=")[2].partition("&")[0] if link else None


def landmarks(curve: list[Any]) -> list[tuple[str, Any]]:
    """Return the points by which a curve is told in words."""
    if not curve:
        return []

    def total(point: Any) -> float:
        # For the order alone: what is shown is the text.
        return float(point["total_pnl"])

    return [
        ("First", curve[0]),
        ("Lowest", min(curve, key=total)),
        ("Highest", max(curve, key=total)),
        ("Last", curve[-1]),
    ]
