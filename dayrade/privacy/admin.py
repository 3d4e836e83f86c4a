"""The export and the erasure of a person in the back office, by admins, with a reason."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.generic import FormView
from unfold.views import UnfoldSiteViewMixin

from accounts.models import User
from dayrade.admin import StaffRequest, may
from dayrade.admin.columns import human, page_of
from dayrade.admin.decisions import ReasonForm
from dayrade.errors import ConflictError, ForbiddenError
from dayrade.privacy import erasure, export
from dayrade.privacy.answers import attached
from dayrade.privacy.columns import PERSONAL, TABLES

BLOCKS_SHOWN = 10
SAYS = "For the audit log, which keeps it for good, and the person's export: without names."


def shown(name: str) -> bool:
    """Tell whether a table is ours; the framework's own hold nothing that a person would know."""
    return not name.startswith("django_")


def titled(name: str) -> str:
    """Name a table for a person."""
    return human(name.removeprefix("dayrade_"))


class PersonPage(UnfoldSiteViewMixin, FormView):  # type: ignore[type-arg, misc]  # untyped theme
    """A page that asks for the reason; it is shown as the decisions about a row are."""

    request: StaffRequest
    permission_required = ()
    form_class: type[ReasonForm] = ReasonForm
    template_name = "admin/decision.html"
    question = ""
    takes_along = ""
    says = SAYS
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
        form.fields["reason"].help_text = self.says
        return form

    def form_valid(self, form: ReasonForm) -> Any:
        """Do it; where that is refused, show the form again with the reason.

        Raises:
            PermissionDenied: the service says that it is not for this person.

        """
        try:
            return self.act(**form.cleaned_data)
        except ForbiddenError as error:
            raise PermissionDenied from error
        except ValidationError as error:
            form.add_error(None, error)
        except ConflictError as error:
            form.add_error(None, error.message)
        return self.form_invalid(form)

    def act(self, *, reason: str, seen: Any, **rest: Any) -> Any:
        """Call the service in the name of who asks, and answer."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show whom it is about."""
        self.title = self.question.format(person=self.person)
        context: dict[str, Any] = super().get_context_data(
            decision=self, facts=self.facts(), blocks=self.blocks(), back=page_of(self.person)
        )
        return context | kwargs

    def facts(self) -> list[tuple[str, str]]:
        """Return what to read beside the question, each with its name."""
        return []

    def blocks(self) -> list[tuple[str, str]]:
        """Return what is in the way, each with its page or ""."""
        return []


class Export(PersonPage):
    """Everything held about a person, as a file."""

    question = "Export what is held about {person}"
    takes_along = (
        "You get one JSON file with everything that is held about this person, all of one instant."
        " Nothing changes, and the person is not told; that you took it stays in the audit log."
        " Hand it to nobody but the person, and delete it then."
    )
    button = "Export"

    def facts(self) -> list[tuple[str, str]]:
        """Say what the file holds and what it leaves out, as the registry has it."""
        held = [name for name, table in TABLES.items() if table.owner and shown(name)]
        return [
            ("In the file", ", ".join(map(titled, held))),
            ("Also", "What others' rows and the audit log say about this person"),
            ("Left out", "Passwords, tokens and keys; ids, addresses and names of other people"),
        ]

    def act(self, *, reason: str, seen: Any, **rest: Any) -> Any:
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
        """Say what it takes along and what stays, as the registry has it."""
        gone, stays = [], []
        for name, table in TABLES.items():
            if not table.owner or not shown(name):
                continue
            personal = table.of_kind(*PERSONAL)
            taken = [each for each in personal if table.forgotten or each in table.erased]
            if table.forgotten:
                gone.append((f"Gone: {titled(name).lower()}", "All of it"))
                continue
            if taken:
                gone.append((f"Gone: {titled(name).lower()}", ", ".join(map(human, taken))))
            kept = [human(each) for each in personal if each not in taken]
            rest = "all but what is gone" if taken else ""
            said = "; ".join(part for part in (rest, *kept) if part)
            stays.append(f"{titled(name)} ({said})" if said else titled(name))
        return [*gone, ("Stays", "\n".join(stays))]

    def blocks(self) -> list[tuple[str, str]]:
        """Say what refuses it now."""
        if erasure.is_erased(self.person):
            return [("This account has been erased.", "")]
        if self.person.pk == self.request.user.pk:
            return [("An admin's account is for another admin to erase.", "")]
        return [
            (f"A seat in {seat.tournament}, which is not over", page_of(seat))
            for seat in erasure.seats_held(self.person).select_related("tournament")[:BLOCKS_SHOWN]
        ]

    def act(self, *, reason: str, seen: Any, **rest: Any) -> Any:
        """Erase, and show what is left."""
        erasure.erase(actor=self.request.user, person=self.person, reason=reason)
        messages.success(self.request, "The person is erased.")
        return HttpResponseRedirect(page_of(self.person))
