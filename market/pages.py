"""Pages of the back office about the whole calendar: a week of it, its import, its file."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView
from unfold.widgets import UnfoldAdminFileFieldWidget

from dayrade import files
from dayrade.admin.columns import address, human
from dayrade.admin.decisions import ReasonForm
from dayrade.admin.pages import AskingPage, OfficePage
from market import calendar_file, services
from market.calendar_file import COLUMNS, UnreadableFileError
from market.models import EconomicEvent, ImpactLevel

WEEK = re.compile(r"\d{4}-W\d\d", re.ASCII)
DAYS = 7
# More than any week has; a page of more would be of no use.
EVENTS_MAX = 500
SHOWN = 200
IMPACTS: Mapping[str, tuple[str, Sequence[str]]] = {
    "": ("Any impact", ImpactLevel.values),
    "medium": ("Medium and high", [ImpactLevel.MEDIUM, ImpactLevel.HIGH]),
    "high": ("High", [ImpactLevel.HIGH]),
}
VIEWS = {"days": "By day", "week": "Week"}
# A file of a million bytes, as text in a form.
CONTENT_MAX = calendar_file.BYTES_MAX * 4 // 3 + 4


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar, and what is released on it."""

    date: date
    is_today: bool
    events: list[EconomicEvent]


class Calendar(OfficePage, TemplateView):  # type: ignore[misc]  # its request is of staff
    """A week of releases, as a list by day or beside each other."""

    model = EconomicEvent
    title = "Economic calendar"
    template_name = "admin/calendar.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the week that the address names, else this one."""
        now = timezone.now()
        monday = self.monday(now)
        impact = self.chosen("impact", IMPACTS)
        view = self.chosen("view", VIEWS) or "days"
        events = EconomicEvent.objects.between(monday, monday + timedelta(days=DAYS))
        shown = list(events.filter(impact_level__in=IMPACTS[impact][1])[:EVENTS_MAX])
        coming = EconomicEvent.objects.coming(at=now).filter(impact_level__in=IMPACTS[impact][1])

        def link(**changes: Any) -> str:
            asked = {"week": week(monday), "impact": impact, "view": view} | changes
            return reverse("admin:calendar", query={name: asked[name] for name in sorted(asked)})

        context: dict[str, Any] = super().get_context_data(
            days=list(days(monday, shown, now)),
            monday=monday,
            sunday=monday + timedelta(days=DAYS - 1),
            now=now,
            next=coming.first(),
            view=view,
            earlier=link(week=week(monday - timedelta(days=DAYS))),
            later=link(week=week(monday + timedelta(days=DAYS))),
            today=link(week=""),
            views=[(said, link(view=name), name == view) for name, said in VIEWS.items()],
            impacts=[
                (said, link(impact=name), name == impact) for name, (said, _) in IMPACTS.items()
            ],
            may_import=may_import(self.request),
        )
        return context | kwargs

    def chosen(self, name: str, offered: Iterable[str]) -> str:
        """Return what the address chooses of what is offered, else ""."""
        asked = self.request.GET.get(name, "")
        return asked if asked in offered else ""

    def monday(self, now: datetime) -> datetime:
        """Return when the week begins."""
        asked = self.request.GET.get("week", "")
        found = now.date() - timedelta(days=now.weekday())
        if WEEK.fullmatch(asked):
            try:
                found = date.fromisoformat(f"{asked}-1")
            except ValueError:
                messages.warning(self.request, "There is no such week: this is the present one.")
        # A week beside it has to be there as well.
        found = min(max(found, date(1900, 1, 1)), date(9998, 12, 27))
        return datetime(found.year, found.month, found.day, tzinfo=UTC)


def may_import(request: Any) -> bool:
    """Tell whether this person may enter events."""
    return bool(request.user.has_perm("market.add_economicevent"))


def week(monday: datetime) -> str:
    """Write a week as an address has it."""
    year, number, _ = monday.isocalendar()
    return f"{year:04}-W{number:02}"


def days(monday: datetime, events: list[EconomicEvent], now: datetime) -> Iterator[Day]:
    """Part a week's events into its days."""
    for number in range(DAYS):
        day = (monday + timedelta(days=number)).date()
        own = [event for event in events if event.event_time.date() == day]
        yield Day(day, day == now.date(), own)


class ImportForm(forms.Form):
    """The file to look at."""

    file = forms.FileField(
        label="CSV file",
        help_text=(
            f"Up to {calendar_file.LINES_MAX:,} lines and {calendar_file.BYTES_MAX // 1000:,} kB,"
            " in UTF-8, separated by commas, semicolons or tabs. Nothing is written yet."
        ),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,text/csv"}),
    )


class ConfirmForm(ReasonForm):
    """The same file again, what was seen of it, and why it is entered."""

    content = forms.CharField(max_length=CONTENT_MAX, widget=forms.HiddenInput)
    plan = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def clean_content(self) -> bytes:
        """Read the file.

        Raises:
            ValidationError: it is none.

        """
        try:
            return base64.b64decode(self.cleaned_data["content"], validate=True)
        except (binascii.Error, ValueError):
            raise ValidationError("Choose the file again.") from None


class Import(AskingPage):
    """A file of events: first what it would do, then doing it."""

    model = EconomicEvent
    action = "add"
    title = "Import events"
    template_name = "admin/calendar_import.html"
    button = "Enter them"
    says = "For the audit log, beside each event that is entered or changed."

    def get_form_class(self) -> Any:
        """Ask for the file first."""
        return ConfirmForm if "content" in self.request.POST else ImportForm

    def get_form(self, form_class: Any = None) -> Any:
        """Ask for a reason only when there is something to confirm."""
        if self.get_form_class() is ConfirmForm:
            return super().get_form(form_class)
        return super(AskingPage, self).get_form(form_class)

    def form_valid(self, form: Any) -> Any:
        """Show what the file would do, or do it where that was seen."""
        if isinstance(form, ImportForm):
            return self.preview(form, form.cleaned_data["file"].read(calendar_file.BYTES_MAX + 1))
        return super().form_valid(form)

    def preview(self, form: forms.Form, content: bytes) -> HttpResponse:
        """Show what a file would do."""
        try:
            plan = services.plan_import(lines=calendar_file.read(content))
        except UnreadableFileError as error:
            form.add_error("file", str(error))
            return self.form_invalid(form)
        initial = {"content": base64.b64encode(content).decode(), "plan": plan.digest}
        confirm = ConfirmForm(initial=initial)
        confirm.fields["reason"].help_text = self.says
        return self.render_to_response(self.get_context_data(form=confirm, **shown(plan)))

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show again what there was to confirm."""
        if "content" in form.cleaned_data:
            try:
                plan = services.plan_import(lines=calendar_file.read(form.cleaned_data["content"]))
            except UnreadableFileError as error:
                form.add_error(None, str(error))
            else:
                # What is shown now is what would be confirmed.
                form.data = {**form.data.dict(), "plan": plan.digest}
                return self.render_to_response(self.get_context_data(form=form, **shown(plan)))
        return super().form_invalid(form)

    def act(self, asked: dict[str, Any]) -> Any:
        """Enter the events."""
        try:
            lines = calendar_file.read(asked["content"])
        except UnreadableFileError as error:
            raise ValidationError(str(error)) from error
        plan = services.import_events(
            actor=self.request.user, lines=lines, seen=asked["plan"], reason=asked["reason"]
        )
        said = f"{len(plan.added):,} added, {len(plan.changed):,} changed"
        said += f", {plan.unchanged:,} as they were."
        messages.success(self.request, said)
        if plan.refused:
            messages.warning(self.request, f"{len(plan.refused):,} lines were left out.")
        return HttpResponseRedirect(self.back())

    def back(self) -> str:
        """Go back to the calendar."""
        return reverse("admin:calendar")


def shown(plan: services.Plan) -> dict[str, Any]:
    """Return what a page shows of a plan: so many lines of each kind, and how many there are."""
    changed = [
        {
            "line": line,
            "event": event,
            "url": address(EconomicEvent, "change", event.pk),
            "fields": [(human(name), *values) for name, values in differing.items()],
        }
        for line, event, differing in plan.changed[:SHOWN]
    ]
    return {
        "plan": plan,
        "added": plan.added[:SHOWN],
        "changed": changed,
        "refused": plan.refused[:SHOWN],
        "shown": SHOWN,
        "does_something": bool(plan.added or plan.changed),
    }


class Template(OfficePage):
    """A file to fill in."""

    model = EconomicEvent

    def get(self, request: HttpRequest) -> StreamingHttpResponse:
        """Hand out the columns with one event as an example."""
        return attached(files.as_csv(COLUMNS, calendar_file.TEMPLATE), "dayrade-calendar-template")


class Export(OfficePage):
    """The calendar as a file that can be imported again."""

    model = EconomicEvent

    def get(self, request: HttpRequest) -> StreamingHttpResponse:
        """Stream every event, in the order of time."""
        events = EconomicEvent.objects.order_by("event_time", "pk")
        name = f"dayrade-calendar-{timezone.now():%Y-%m-%d}"
        return attached(files.as_csv(COLUMNS, map(cells, events.iterator(SHOWN))), name)


def cells(event: EconomicEvent) -> list[Any]:
    """Return an event's values as the file's columns."""
    values = {name: getattr(event, name) for name in COLUMNS}
    values["affected_symbols"] = " ".join(event.affected_symbols or ())
    return list(values.values())


def attached(content: Iterator[bytes], name: str) -> StreamingHttpResponse:
    """Stream a CSV file; with its mark, so that Excel knows its encoding."""

    def marked() -> Iterator[bytes]:
        yield b"\xef\xbb\xbf"
        yield from content

    return StreamingHttpResponse(
        marked(),
        content_type="text/csv; charset=utf-8",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}.csv"',
        },
    )
