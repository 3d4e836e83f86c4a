"""The home page: what needs a person, what happens now, and charts of a tournament."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from unfold.views import UnfoldSiteViewMixin

from administration.models import AuditLog
from dayrade.admin import StaffRequest, may
from dayrade.backoffice import charts, live, waiting
from dayrade.backoffice.waiting import LISTED

#: What a need of the page's script looks like before it is filled.
BLANK = {"title": "", "url": "", "count": "", "waited": "", "late": False, "why": []}


def dashboard(request: StaffRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add to the home page what waits for staff and what is going on."""
    at = timezone.now()
    choices = list(charts.choices())
    changes = AuditLog.objects.exclude(action="admin.sign_in").order_by("-created_at", "-pk")
    return context | {
        "title": "Home",
        "needs": [need.shown(at) for need in waiting.needs(request, at)],
        "blank": BLANK,
        "figures": live.figures(at),
        "at": at,
        "choices": choices,
        "running": running(),
        "changes": changes.select_related("user")[:LISTED]
        if may(request, "view", AuditLog)
        else (),
    }


def running() -> list[dict[str, Any]]:
    """Return the tournaments that are live, each with what keeps its result back."""
    found = waiting.with_doubts(charts.live())[:LISTED]
    return [{"tournament": each, "kept": waiting.kept_by(each)} for each in found]


class Answer(UnfoldSiteViewMixin):  # type: ignore[misc]  # the theme has no types
    """What a page's script reads, as JSON; the site lets nobody but staff ask."""

    request: StaffRequest
    permission_required = ()
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> JsonResponse:
        """Answer, for this person and this moment alone."""
        return JsonResponse(self.told())

    def told(self) -> dict[str, Any]:
        """Return what is answered."""
        raise NotImplementedError


class Now(Answer):
    """What waits for staff, and the figures of now."""

    def told(self) -> dict[str, Any]:
        """Read both anew."""
        at = timezone.now()
        return {
            "needs": [need.shown(at) for need in waiting.needs(self.request, at)],
            "figures": {figure.name: figure.value for figure in live.figures(at)},
        }


class Badges(Answer):
    """How much waits behind the entries of the menu, by their addresses."""

    def told(self) -> dict[str, Any]:
        """Count it."""
        return {"badges": waiting.badges(self.request)}


class Charts(Answer):
    """The charts of a tournament: of the first to choose, unless another one is named."""

    def told(self) -> dict[str, Any]:
        """Read them; of a tournament that is over, or none, there are none."""
        choices = charts.choices()
        try:
            wanted = UUID(self.request.GET.get("tournament", ""))
        except ValueError:
            chosen = choices.first()
        else:
            chosen = next((one for one in choices if one.pk == wanted), None)
        if chosen is None:
            return {"charts": {}}
        drawn = charts.charts(chosen, timezone.now())
        return {"charts": {name: asdict(chart) for name, chart in drawn.items()}}
