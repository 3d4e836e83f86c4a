"""Pages on which staff decide something about a row: what it takes along, and why."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from unfold.widgets import UnfoldAdminTextareaWidget

from dayrade.admin import ReadOnlyAdmin, StaffRequest
from dayrade.errors import ConflictError, ForbiddenError


class ReasonForm(forms.Form):
    """Why, which the service bounds; and since when things are as they were looked at."""

    reason = forms.CharField(widget=UnfoldAdminTextareaWidget(attrs={"rows": 4, "autofocus": True}))
    seen = forms.DateTimeField(required=False, widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that staff decide: its words, and the service that does it.

    `act` takes the actor, the row, and the values of `form` by name: the reason, and the instant
    since when the row was as it was seen. `says` is who reads the reason.
    """

    title: str
    button: str
    takes_along: str
    says: str
    done: str
    act: Callable[..., Any]
    variant: str = "primary"
    form: type[ReasonForm] = ReasonForm


class DecidingAdmin(ReadOnlyAdmin):
    """A table about whose rows staff decide; the table of roles says who, by `decide`.

    Subclasses name their decisions and have an action of the same name for each.
    """

    decisions: Mapping[str, Decision] = {}

    def has_decide_permission(self, request: StaffRequest, object_id: Any = None) -> bool:
        """Ask the table of roles."""
        return self.may(request, "decide")

    def facts(self, request: StaffRequest, row: Any) -> Iterable[tuple[str, Any]]:
        """Return what to look at beside the question, each with its name."""
        return ()

    def seen(self, row: Any) -> Any:
        """Return since when the row is as it is shown, where decisions compare that."""
        return None

    def initial(self, row: Any) -> dict[str, Any]:
        """Return what the form begins with."""
        return {"seen": self.seen(row)}

    def possible(self, request: StaffRequest, row: Any) -> list[str]:
        """Return the names of the actions that this person can take on this row now."""
        raise NotImplementedError

    def after(self, row: Any) -> str:
        """Return the page to go on with."""
        raise NotImplementedError

    def get_actions_detail(self, request: StaffRequest, object_id: Any) -> list[Any]:
        """Offer what is possible."""
        row = self.get_object(request, object_id)
        names = self.possible(request, row) if row is not None else []
        wanted = {self.get_unfold_action(name).action_name for name in names}
        offered = super().get_actions_detail(request, object_id)
        return [action for action in offered if action.action_name in wanted]

    def ask(self, request: StaffRequest, object_id: str, name: str) -> Any:
        """Ask for the reason, then decide in the name of `request.user`.

        Raises:
            PermissionDenied: the service says that it is not for this person.

        """
        decision = self.decisions[name]
        row = self.get_object(request, object_id)
        if row is None:
            return self._gone(request, row, "This is decided already, or was never there.")
        sent = request.POST if request.method == "POST" else None
        form = decision.form(sent, initial=self.initial(row))
        form.fields["reason"].help_text = decision.says
        if sent is None and name not in self.possible(request, row):
            return self._gone(request, row, "This cannot be done now.")
        if form.is_valid():
            try:
                decision.act(request.user, row, **form.cleaned_data)
            except ForbiddenError as error:
                raise PermissionDenied from error
            except ConflictError as error:
                return self._gone(request, row, error.message)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                self.message_user(request, decision.done.format(row=row), messages.SUCCESS)
                return HttpResponseRedirect(self.after(row))
        return self._page(request, row, decision, form)

    def _gone(self, request: StaffRequest, row: Any, why: str) -> HttpResponse:
        self.message_user(request, why, messages.WARNING)
        return HttpResponseRedirect(self.after(row))

    def _page(
        self, request: StaffRequest, row: Any, decision: Decision, form: ReasonForm
    ) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "original": row,
            "title": decision.title.format(row=row),
            "decision": decision,
            "facts": list(self.facts(request, row)),
            "form": form,
            "back": self.after(row),
        }
        return render(request, "admin/decision.html", context)
