"""Pages on which staff decide something about a row: what it takes along, and why."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
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

    reason = forms.CharField(widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}))
    seen = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with what is asked first."""
        super().__init__(*args, **kwargs)
        # Not by `visible_fields`, which would keep the help texts of now.
        widgets = (field.widget for field in self.fields.values())
        next(it for it in widgets if not it.is_hidden).attrs["autofocus"] = True


@dataclass(frozen=True, slots=True)
class Table:
    """What a decision changes, a line each; the first column is text, the others are figures."""

    title: str
    names: Sequence[str]
    rows: Sequence[Sequence[Any]]
    note: str = ""

    @property
    def digest(self) -> str:
        """Return what tells one table from another."""
        said = repr((self.title, [list(map(str, row)) for row in self.rows], self.note))
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the question: facts, what is in the way with its page, what changes.

    `elsewhere` holds the words and the page of each other way on than to decide.
    """

    facts: Sequence[tuple[str, Any]] = ()
    blocks: Sequence[tuple[str, str]] = ()
    table: Table | None = None
    elsewhere: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that staff decide: its words, and the service that does it.

    `act` takes the actor, the row, and the values of `form` by name: the reason, and the instant
    since when the row was as it was seen. `says` is who reads the reason. With `preview`, which
    takes the same, nothing is done before somebody has looked at just what it would change. With
    `follows` one goes on with the row that `act` returns.
    """

    title: str
    button: str
    takes_along: str
    says: str
    done: str
    act: Callable[..., Any]
    variant: str = "primary"
    form: type[ReasonForm] = ReasonForm
    preview: Callable[..., Table] | None = None
    follows: bool = False


def asked_for(request: StaffRequest, decision: Decision) -> dict[str, Any]:
    """Return what a link to the page fills in: nothing is done before it is sent."""
    fields = decision.form.base_fields
    return {name: value for name, value in request.GET.items() if name in fields}


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

    def beside(self, request: StaffRequest, row: Any, name: str) -> Beside:
        """Return everything that stands beside the question of that name."""
        return Beside(facts=list(self.facts(request, row)))

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

    def onward(self, request: StaffRequest, row: Any) -> str:
        """Return the page to go on with once it is decided; `after` is the way back before."""
        return self.after(row)

    def missing(self, request: StaffRequest, object_id: str) -> str:
        """Say why there is nothing to decide about."""
        return "This is decided already, or was never there."

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
            return self.gone(request, row, self.missing(request, object_id))
        sent = request.POST if request.method == "POST" else None
        form = decision.form(sent, initial=self.initial(row) | asked_for(request, decision))
        form.fields["reason"].help_text = decision.says
        if sent is None and name not in self.possible(request, row):
            return self.gone(request, row, "This cannot be done now.")
        table = None
        if form.is_valid():
            try:
                table = self._unseen(request, row, decision, form)
                if table is None:
                    answer = decision.act(request.user, row, **form.cleaned_data)
            except ForbiddenError as error:
                raise PermissionDenied from error
            except ConflictError as error:
                return self.gone(request, row, error.message)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                if table is None:
                    done = decision.done.format(row=row, **form.cleaned_data)
                    self.message_user(request, done, messages.SUCCESS)
                    next_row = answer if decision.follows else row
                    return HttpResponseRedirect(self.onward(request, next_row))
        return self._page(request, row, name, form, table)

    def _unseen(
        self, request: StaffRequest, row: Any, decision: Decision, form: ReasonForm
    ) -> Table | None:
        """Return what the decision would change, unless that is what was looked at."""
        if decision.preview is None:
            return None
        table = decision.preview(request.user, row, **form.cleaned_data)
        return None if request.POST.get("previewed") == table.digest else table

    def gone(self, request: StaffRequest, row: Any, why: str) -> HttpResponse:
        """Say why nothing can be decided, on the page to go on with."""
        self.message_user(request, why, messages.WARNING)
        return HttpResponseRedirect(self.onward(request, row))

    def _page(
        self, request: StaffRequest, row: Any, name: str, form: ReasonForm, table: Table | None
    ) -> HttpResponse:
        decision = self.decisions[name]
        beside = self.beside(request, row, name)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "original": row,
            "title": decision.title.format(row=row),
            "decision": decision,
            # A template would call the function itself.
            "previews": decision.preview is not None,
            "facts": beside.facts,
            "blocks": beside.blocks,
            "elsewhere": beside.elsewhere,
            "table": table or beside.table,
            "form": form,
            "back": self.after(row),
        }
        return render(request, "admin/decision.html", context)
