"""Pages of the back office that are about no row of a table, and ask before they do something."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import Model
from django.views.generic import FormView
from unfold.views import UnfoldSiteViewMixin

from dayrade.admin import StaffRequest, may
from dayrade.admin.decisions import ReasonForm
from dayrade.errors import ConflictError, ForbiddenError

REASON_MAX = 1000


class OfficePage(UnfoldSiteViewMixin):  # type: ignore[misc]  # the theme has no types
    """A page for whoever may do `action` with `model`, by the table of roles."""

    request: StaffRequest
    permission_required = ()
    action = "view"
    model: type[Model]

    def has_permission(self) -> bool:
        """Ask the table of roles."""
        return may(self.request, self.action, self.model)


class AskingPage(OfficePage, FormView):  # type: ignore[type-arg, misc]  # not generic when run
    """A page that asks, with the reason, and is shown as the decisions about a row are."""

    form_class: type[ReasonForm] = ReasonForm
    template_name = "admin/decision.html"
    takes_along = ""
    button = ""
    variant = "primary"
    says = "For the audit log, with your name."

    def get_form(self, form_class: Any = None) -> Any:
        """Say who reads the reason."""
        form = super().get_form(form_class)
        form.fields["reason"].help_text = self.says
        form.fields["reason"].validators.append(MaxLengthValidator(REASON_MAX))
        return form

    def form_valid(self, form: Any) -> Any:
        """Do it; where that is refused, show the form again with why.

        Raises:
            PermissionDenied: the service says that it is not for this person.

        """
        try:
            return self.act(form.cleaned_data)
        except ForbiddenError as error:
            raise PermissionDenied from error
        except ValidationError as error:
            named = set(getattr(error, "error_dict", {})) <= set(form.fields)
            form.add_error(None, error if named else error.messages)
        except ConflictError as error:
            form.add_error(None, error.message)
        return self.form_invalid(form)

    def act(self, asked: dict[str, Any]) -> Any:
        """Call the service in the name of who asks, and answer."""
        raise NotImplementedError

    def facts(self) -> list[tuple[str, Any]]:
        """Return what to read beside the question, each with its name."""
        return []

    def back(self) -> str:
        """Return the page to go back to."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show it as the decisions about a row are."""
        context: dict[str, Any] = super().get_context_data(
            decision=self, facts=self.facts(), back=self.back()
        )
        return context | kwargs
