"""What the arena's pages have in common."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt

from dayrade.api import errors
from dayrade.arena.reading import ROOT, ApiError
from dayrade.db.sqlstates import Answer
from dayrade.health import read_only

PAGE_MAX = 1_000_000
type Page = Callable[..., HttpResponse]
type Asked = dict[str, str]


def page(*parameters: str, shows: str = "") -> Callable[[Page], Page]:
    """Make a view a page: the same for everybody, and a moment old where many ask for it.

    A parameter that it does not know leads to the address without it, so that nobody makes a page
    be written anew by inventing some. `shows` is the address in the API of what the page must not
    show any more as soon as that does not.
    """

    def decorated(view: Page) -> Page:
        @csrf_exempt
        @read_only
        def shown(request: HttpRequest, /, **address: Any) -> HttpResponse:
            if not set(request.GET) <= set(parameters):
                known = {name: request.GET[name] for name in parameters if name in request.GET}
                return HttpResponseRedirect(request.path + query(known))
            try:
                return view(request, **address)
            except ApiError as error:
                return refused(request, error)

        def revision(**address: Any) -> tuple[str, Mapping[str, Any]] | None:
            if not shows:
                return None
            found = resolve(ROOT + shows.format(**address))
            asked: tuple[str, Mapping[str, Any]] | None
            asked = found.func.cls.revision(**found.kwargs)  # type: ignore[attr-defined]  # a view of the API
            return asked

        # As the API's own views say it: see dayrade.api.shared_reads.
        vars(shown).update(hot=True, revision=revision, __doc__=view.__doc__)
        return shown

    return decorated


def refused(request: HttpRequest, error: ApiError) -> HttpResponse:
    """Pass on what the API has said, as a page."""
    answer = Answer(error.status, error.body["error"], said(error), error.retry_after)
    return errors.respond(request, answer)


def said(error: ApiError) -> str:
    """Write what the API refuses in one line."""
    details: Mapping[str, list[str]] = error.body.get("details") or {}
    by_field = [f"{name}: {' '.join(messages)}" for name, messages in details.items()]
    return " ".join(by_field) or str(error)


def asked_of(request: HttpRequest) -> Asked:
    """Return what the address asks for; a field that was left empty asks for nothing."""
    return {name: str(value) for name, value in request.GET.items() if value}


def query(asked: Mapping[str, Any]) -> str:
    """Write the query of an address."""
    text = urlencode(dict(asked))
    return f"?{text}" if text else ""


def page_of(asked: Asked) -> int:
    """Return the number of the page that is asked for.

    Raises:
        Http404: it is no number of a page.

    """
    text = asked.get("page", "1")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= PAGE_MAX:
        raise Http404
    return int(text)


def pager(asked: Asked, count: int, size: int) -> dict[str, Any]:
    """Return where one is among the pages of a list, and the addresses beside."""
    number, last = page_of(asked), max(1, -(-count // size))
    return {
        "number": number,
        "last": last,
        "count": count,
        "before": query(asked | {"page": number - 1}) if number > 1 else None,
        "after": query(asked | {"page": number + 1}) if number < last else None,
    }


def beginning(text: str) -> str:
    """Return the instant at which a day of a form begins in UTC; what is none is left as it is."""
    return _midnight(text, 0)


def end(text: str) -> str:
    """Return the instant at which a day of a form ends in UTC; what is none is left as it is."""
    return _midnight(text, 1)


def _midnight(text: str, days: int) -> str:
    try:
        found = date.fromisoformat(text) + timedelta(days=days)
    except (ValueError, OverflowError):
        return text
    return instant(datetime.combine(found, time.min, UTC))


def instant(at: datetime) -> str:
    """Write an instant as the API takes it."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
