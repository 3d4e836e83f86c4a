"""The export and the erasure of a person in the back office, by admins, with a reason."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.generic import FormView
from unfold.views import UnfoldSiteViewMixin

from accounts.models import User
from dayrade.admin import StaffRequest, may
from dayrade.admin.columns import address, human
from dayrade.admin.decisions import ReasonForm
from dayrade.errors import ConflictError
from dayrade.privacy import erasure, export
from dayrade.privacy.answers import attached
from dayrade.privacy.columns import PERSONAL, TABLES

SAYS = "For the audit log, which keeps it for good, and the person's export: without names."


class PersonPage(UnfoldSiteViewMixin, FormView):  # type: ignore[type-arg, misc]  # untyped theme
    """A page that asks for the reason; it is shown as the decisions about a row are."""

    request: StaffRequest
    permission_required = ()
    form_class = ReasonForm
    template_name = "admin/decision.html"
    question = ""
    takes_along = ""
    button = ""
    variant = "primary"

    def has_permission(self) -> bool:
        """Let in who may change accounts."""
        return may(self.request, "change", User)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the person, once it is clear who asks."""
        if self.has_permission():
            self.person = get_object_or_404(User, pk=kwargs["pk"])
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_form(self, form_class: Any = None) -> ReasonForm:
        """Say who reads the reason."""
        form: ReasonForm = super().get_form(form_class)
        form.fields["reason"].help_text = SAYS
        return form

    def form_valid(self, form: ReasonForm) -> Any:
        """Do it; where that is refused, show the form again with the reason."""
        try:
            return self.act(form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error)
        except ConflictError as error:
            form.add_error(None, error.message)
        return self.form_invalid(form)

    def act(self, reason: str) -> Any:
        """Call the service in the name of who asks, and answer."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show whom it is about."""
        self.title = self.question.format(person=self.person)
        facts = self.facts()
        back = address(User, "change", self.person.pk)
        context: dict[str, Any] = super().get_context_data(decision=self, facts=facts, back=back)
        return context | kwargs

    def facts(self) -> list[tuple[str, str]]:
        """Return what to read beside the question, each with its name."""
        return []


class Export(PersonPage):
    """Everything held about a person, as a file."""

    question = "Export what is held about {person}"
    takes_along = "You get one JSON file with everything that is held about this person."
    button = "Export"

    def act(self, reason: str) -> Any:
        """Hand out the file."""
        return attached(export.export(actor=self.request.user, person=self.person, reason=reason))


class Erasure(PersonPage):
    """The end of an account."""

    question = "Erase {person}"
    takes_along = (
        "This cannot be taken back. The account is closed, its sessions end, and what is listed"
        " below is gone. Trades, results, decisions, messages and the audit log stay, without a"
        " name. Export first what the person should get."
    )
    button = "Erase for good"
    variant = "danger"

    def facts(self) -> list[tuple[str, str]]:
        """Say what it takes along, as the registry has it."""
        taken = {
            name: [c for c in table.of_kind(*PERSONAL) if table.forgotten or c in table.erased]
            for name, table in TABLES.items()
            if table.owner and not name.startswith("django_")
        }
        return [
            (human(name.removeprefix("dayrade_")), ", ".join(map(human, columns)))
            for name, columns in taken.items()
            if columns
        ]

    def act(self, reason: str) -> Any:
        """Erase, and show what is left."""
        erasure.erase(actor=self.request.user, person=self.person, reason=reason)
        messages.success(self.request, "The person is erased.")
        return HttpResponseRedirect(address(User, "change", self.person.pk))
