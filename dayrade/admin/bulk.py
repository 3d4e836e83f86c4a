"""Deciding about many rows of a list at once, with one reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import ActionLocation, ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from dayrade.admin import StaffRequest
from dayrade.admin.columns import human
from dayrade.admin.decisions import DecidingAdmin, ReasonForm
from dayrade.errors import ForbiddenError

KINDS_SHOWN = 10
# What of the list's own form says which rows are meant.
CARRIED = ("action", "select_across", "index", ACTION_CHECKBOX_NAME)


@dataclass(frozen=True, slots=True)
class BulkDecision:
    """One thing that staff decide about many rows: its words, and the service that does it.

    `act` takes the actor, the rows and the reason by name, and returns how many it decided about,
    and how many it left. `kind` is the column by which they are counted beforehand.
    """

    title: str
    button: str
    takes_along: str
    says: str
    done: str
    act: Callable[..., tuple[int, int]]
    kind: str
    came_at: str
    variant: str = "danger"


class BulkDecidingAdmin(DecidingAdmin):
    """A table about many of whose rows staff decide at once.

    Subclasses name their decisions and have an action of the same name for each.
    """

    bulk_decisions: Mapping[str, BulkDecision] = {}

    def get_action_choices(
        self,
        request: StaffRequest,
        default_choices: Any = None,
        action_location: Any = ActionLocation.CHANGE_LIST,
    ) -> list[tuple[str, str]]:
        """Offer them as the framework wants it: the theme's own way is deprecated there."""
        blank = default_choices or [("", "Select action")]
        choices: list[tuple[str, str]] = ModelAdmin.get_action_choices(
            self, request, blank, action_location
        )
        return choices

    def open_rows(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Keep those that can still be decided about."""
        return rows.filter(status="open")

    def ask_all(self, request: StaffRequest, selected: QuerySet[Any], name: str) -> HttpResponse:
        """Ask for the reason, then decide about what was there when it was asked for.

        Raises:
            PermissionDenied: the service says that it is not for this person.

        """
        decision = self.bulk_decisions[name]
        sent = request.POST if "decided" in request.POST else None
        form = ReasonForm(sent, initial={"seen": timezone.now()})
        form.fields["reason"].help_text = decision.says
        rows = self.model.objects.filter(pk__in=selected.order_by().values("pk"))
        if sent is not None and form.is_valid():
            asked = form.cleaned_data
            # What has come since nobody has looked at.
            rows = rows.filter(**{f"{decision.came_at}__lte": asked["seen"] or timezone.now()})
            try:
                done, left = decision.act(request.user, rows, reason=asked["reason"])
            except ForbiddenError as error:
                raise PermissionDenied from error
            except ValidationError as error:
                form.add_error(None, error)
            else:
                self.message_user(request, decision.done.format(done=done), messages.SUCCESS)
                if left:
                    said = f"{left:,} of them are left: do it again, or look at them one by one."
                    self.message_user(request, said, messages.WARNING)
                return HttpResponseRedirect(request.get_full_path())
        return self._page_of_all(request, self.open_rows(rows), decision, form)

    def _page_of_all(
        self, request: StaffRequest, rows: QuerySet[Any], decision: BulkDecision, form: ReasonForm
    ) -> HttpResponse:
        counted = rows.order_by().values_list(decision.kind).annotate(number=Count("pk"))
        kinds: Sequence[tuple[Any, int]] = list(counted.order_by("-number", decision.kind))
        shown = [(human(str(kind).lower()), f"{number:,}") for kind, number in kinds[:KINDS_SHOWN]]
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": decision.title,
            "decision": decision,
            "facts": [("Still open", f"{sum(number for _, number in kinds):,}"), *shown],
            "form": form,
            "back": request.get_full_path(),
            "carried": [(name, value) for name in CARRIED for value in request.POST.getlist(name)],
        }
        return render(request, "admin/decision.html", context)
