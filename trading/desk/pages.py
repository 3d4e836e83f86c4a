"""What the pages about a tournament have in common."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import FormView
from unfold.views import UnfoldSiteViewMixin

from dayrade.admin import StaffRequest, may
from dayrade.admin.decisions import ReasonForm
from dayrade.errors import DomainError, ForbiddenError
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

    @property
    def back(self) -> str:
        """Where the tournament's other pages are."""
        return reverse("admin:tournament_desk", args=[self.tournament.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show which tournament it is, and the way back to it."""
        self.title = self.heading.format(tournament=self.tournament)
        own = {"tournament": self.tournament, "back": self.back}
        context: dict[str, Any] = super().get_context_data(**own)
        return context | kwargs


class TournamentQuestion(TournamentPage, FormView):  # type: ignore[type-arg, misc]  # not generic when run
    """A page that asks admins for a reason; it is shown as the decisions about a row are."""

    action = "decide"
    form_class: type[ReasonForm] = ReasonForm
    template_name = "admin/decision.html"
    takes_along = ""
    button = ""
    variant = "primary"
    says = ""

    def act(self, form: Any) -> HttpResponseBase:
        """Do what was asked for."""
        raise NotImplementedError

    def get_form(self, form_class: Any = None) -> Any:
        """Say who reads the reason."""
        form = super().get_form(form_class)
        form.fields["reason"].help_text = self.says
        return form

    def form_valid(self, form: Any) -> Any:
        """Do it; where that is refused, show the form again with why.

        Raises:
            PermissionDenied: the service says that it is not for this person.

        """
        try:
            return self.act(form)
        except ForbiddenError as error:
            raise PermissionDenied from error
        except ValidationError as error:
            form.add_error(None, error)
        except DomainError as error:
            form.add_error(None, error.message)
        return self.form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show it as the decisions about a row are."""
        return super().get_context_data(decision=self) | kwargs
