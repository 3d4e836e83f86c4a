"""The page about the worker: who has been seen, what waits, and what was given up."""

from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.views.generic import TemplateView
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker
from unfold.views import UnfoldSiteViewMixin

from administration.models import SystemConfiguration
from dayrade.admin import StaffRequest, may
from dayrade.backoffice.upkeep import MOST, SEEN_WITHIN, given_up

WAITING_LOOKED_AT = 10_000


class Jobs(UnfoldSiteViewMixin, TemplateView):  # type: ignore[misc]  # the theme has no types
    """What the worker does, for whoever may see how the platform is set up."""

    request: StaffRequest
    title = "Jobs"
    permission_required = ()
    template_name = "admin/jobs.html"

    def has_permission(self) -> bool:
        """Ask the table of roles."""
        return may(self.request, "view", SystemConfiguration)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read workers, and the jobs that were given up, the latest first."""
        at = timezone.now()
        waiting = ProcrastinateJob.objects.filter(status="todo").values("pk")[:WAITING_LOOKED_AT]
        queues = ProcrastinateJob.objects.filter(pk__in=waiting).values("queue_name")
        context: dict[str, Any] = super().get_context_data(
            workers=ProcrastinateWorker.objects.order_by("-last_heartbeat")[:MOST],
            alive_since=at - SEEN_WITHIN,
            queues=queues.annotate(number=Count("pk")).order_by("-number", "queue_name"),
            given_up=given_up().order_by("-pk")[:MOST],
        )
        return context | kwargs
