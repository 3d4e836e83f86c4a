"""A tournament's data as files, for admins, with a reason."""

from collections.abc import Callable, Iterator, Mapping

from django import forms
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget

from dayrade import files
from dayrade.admin.decisions import ReasonForm
from trading.desk.pages import TournamentQuestion
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


class Export(TournamentQuestion):
    """A file of participants, trades or the board."""

    heading = "Export {tournament}"
    form_class = ExportForm
    takes_along = (
        "You get a file with everything there is, as it is now, whether or not the public board"
        " stands still. Participants come with their e-mail addresses: keep the file as you keep"
        " those."
    )
    button = "Export"
    says = "For the audit log, with your name. Nobody else is told this."

    def act(self, form: ExportForm) -> HttpResponseBase:
        """Hand the file out."""
        asked = form.cleaned_data
        found = exports.export(
            actor=self.request.user,
            tournament=self.tournament,
            kind=asked["what"],
            reason=asked["reason"],
        )
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
