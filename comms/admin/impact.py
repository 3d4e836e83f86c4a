"""What a release of the calendar touched: tournaments, the lines that told of it, its symbols."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from comms.commentary.facts import Event
from comms.models import Commentary, CommentaryFact
from dayrade.admin import may
from dayrade.admin.columns import address
from dayrade.admin.pages import OfficePage
from market.models import EconomicEvent
from tournaments.models import Tournament, TournamentStatus

LISTED = 50
# Those that were, or will be, traded in at the instant of a release.
TRADED = (
    TournamentStatus.REGISTRATION_OPEN,
    TournamentStatus.REGISTRATION_CLOSED,
    TournamentStatus.ACTIVE,
    TournamentStatus.COMPLETED,
)


class Impact(OfficePage, TemplateView):  # type: ignore[misc]  # its request is of staff
    """One release: what was expected, what came, and what it touched."""

    model = EconomicEvent
    template_name = "admin/event_impact.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the event, once it is clear who asks."""
        if self.has_permission():
            self.event = get_object_or_404(EconomicEvent, pk=kwargs["pk"])
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read what it touched."""
        self.title = str(self.event)
        may_read = may(self.request, "view", Commentary)
        context: dict[str, Any] = super().get_context_data(
            event=self.event,
            now=timezone.now(),
            reaction=list((self.event.market_reaction or {}).items()),
            tournaments=moved(self.event)[:LISTED],
            lines=told(self.event)[:LISTED] if may_read else (),
            change=address(EconomicEvent, "change", self.event.pk),
            back=reverse("admin:calendar", query={"week": f"{self.event.event_time:%G-W%V}"}),
        )
        return context | kwargs


def under_way(event: EconomicEvent) -> QuerySet[Tournament]:
    """Return the tournaments that were under way at its instant."""
    at = event.event_time
    found = Tournament.objects.filter(start_date__lte=at, end_date__gte=at, status__in=TRADED)
    return found.order_by("start_date", "pk")


def moved(event: EconomicEvent) -> QuerySet[Tournament]:
    """Keep those that trade what it moves; without a word about symbols, that is all of them."""
    if event.affected_symbols is None:
        return under_way(event)
    anything = Q(trading_symbols__isnull=True)
    return under_way(event).filter(anything | Q(trading_symbols__overlap=event.affected_symbols))


def told(event: EconomicEvent) -> QuerySet[Commentary]:
    """Return the lines that were made of it, the latest first."""
    # By tournament, because their facts have an index by that.
    facts = CommentaryFact.objects.filter(
        tournament__in=under_way(event).order_by().values("pk"),
        event=Event.ECONOMIC_RELEASE,
        subject_id=event.pk,
    )
    lines = Commentary.objects.filter(pk__in=facts.values("commentary_id"))
    return lines.select_related("tournament", "retraction").order_by("-created_at", "pk")
