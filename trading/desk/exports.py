"""A tournament's data as files, for admins, with a reason."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.generic import FormView
from unfold.widgets import UnfoldAdminSelectWidget

from dayrade import files
from dayrade.admin.decisions import ReasonForm
from dayrade.errors import ForbiddenError
from trading.desk.pages import TournamentPage
from trading.services import exports

WRITERS: Mapping[str, tuple[str, Callable[..., Iterator[bytes]]]] = {
    "csv": ("text/csv; charset=utf-8", files.as_csv),
    "json": ("application/json", files.as_json),
}


class ExportForm(ReasonForm):
    """What is wanted, as what, and why."""

    what = forms.ChoiceField(choices=exports.Kind.choices, widget=UnfoldAdminSelectWidget())
    written_as = forms.ChoiceField(
        label="As",
        choices=[(name, name.upper()) for name in WRITERS],
        widget=UnfoldAdminSelectWidget(),
        help_text="CSV opens in a spreadsheet: text that would be a formula begins with '.",
    )
    field_order = ["what", "written_as", "reason"]


class Export(TournamentPage, FormView):  # type: ignore[type-arg, misc]  # not generic when run
    """A file of participants, trades or the board."""

    action = "decide"
    heading = "Export {tournament}"
    form_class = ExportForm
    template_name = "admin/decision.html"
    takes_along = (
        "You get a file with everything there is, as it is now, whether or not the public board"
        " stands still. Participants come with their e-mail addresses: keep the file as you keep"
        " those."
    )
    button = "Export"
    variant = "primary"
    says = "For the audit log, with your name. Nobody else is told this."

    def get_form(self, form_class: Any = None) -> ExportForm:
        """Say who reads the reason."""
        form: ExportForm = super().get_form(form_class)
        form.fields["reason"].help_text = self.says
        return form

    def form_valid(self, form: ExportForm) -> Any:
        """Hand the file out; where that is refused, show the form again with the reason."""
        asked = form.cleaned_data
        try:
            found = exports.export(
                actor=self.request.user,
                tournament=self.tournament,
                kind=asked["what"],
                reason=asked["reason"],
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        except ForbiddenError as error:
            raise PermissionDenied from error
        return self.file(found, asked["what"], asked["written_as"])

    def file(self, found: exports.Export, what: str, written_as: str) -> HttpResponseBase:
        """Stream a download that nobody keeps on the way."""
        content_type, write = WRITERS[written_as]
        name = f"{self.tournament.slug}-{what}-{timezone.now():%Y-%m-%d}.{written_as}"
        return StreamingHttpResponse(
            write(found.names, found.rows),
            content_type=content_type,
            headers={
                "Cache-Control": "no-store",
                "Content-Disposition": f'attachment; filename="{name}"',
            },
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show it as the decisions about a row are."""
        return super().get_context_data(decision=self) | kwargs
