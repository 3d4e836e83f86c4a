"""What the pages about a tournament have in common."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from unfold.views import UnfoldSiteViewMixin

from dayrade.admin import StaffRequest, may
from dayrade.admin.columns import address
from tournaments.models import Tournament


class TournamentPage(UnfoldSiteViewMixin):  # type: ignore[misc]  # the theme has no types
    """A page about one tournament; `action` is what the table of roles asks for."""

    request: StaffRequest
    permission_required = ()
    action = "view"
    heading = ""

    def has_permission(self) -> bool:
        """Ask the table of roles."""
        return may(self.request, self.action, Tournament)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the tournament, once it is clear who asks."""
        if self.has_permission():
            self.tournament = get_object_or_404(Tournament, pk=kwargs["pk"])
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show which tournament it is, and the way back to it."""
        self.title = self.heading.format(tournament=self.tournament)
        back = address(Tournament, "change", self.tournament.pk)
        context: dict[str, Any] = super().get_context_data(tournament=self.tournament, back=back)
        return context | kwargs
