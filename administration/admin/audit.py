"""The back office of the audit log: who did what, asked for, read, and taken along."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin import site
from django.contrib.auth import get_user_model
from django.core.paginator import Page
from django.db.models import Q, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from administration import chain, differences, evidence, exports
from administration.models import AuditLog, AuditSeal
from dayrade.admin import LargeAdmin, StaffRequest
from dayrade.admin.columns import human, instant, link
from dayrade.admin.decisions import ReasonForm
from dayrade.admin.lists import BoundedChangeList, BoundedPaginator
from dayrade.admin.pages import AskingPage

OPERATIONS = {"insert": "Created", "delete": "Deleted"}
PLATFORM = "dayrade"
PEOPLE_MAX = 10

#: Where the audit log's entities have a page: the table's name to "app_model".
PAGES = {
    "users": "accounts_user",
    "user_sessions": "accounts_usersession",
    "dayrade_totp_devices": "accounts_totpdevice",
    "tournaments": "tournaments_tournament",
    "tournament_participants": "tournaments_participant",
    "chat_messages": "comms_chatmessage",
    "commentary": "comms_commentary",
    "dayrade_mutes": "comms_mute",
    "dayrade_chat_reports": "comms_chatreport",
    "email_templates": "comms_emailtemplate",
    "economic_events": "market_economicevent",
    "system_configuration": "administration_systemconfiguration",
    "audit_logs": "administration_auditlog",
}


class InstantInput(UnfoldAdminTextInputWidget):  # type: ignore[misc]  # the theme has no types
    """A date and time (UTC) in the browser's own picker."""

    input_type = "datetime-local"


class AskForm(forms.Form):
    """What is looked for in the audit log; every field has an index behind it."""

    who = forms.CharField(
        required=False,
        help_text="Username, e-mail address or ID; “dayrade” is the platform itself.",
        widget=UnfoldAdminTextInputWidget(),
    )
    action = forms.CharField(
        required=False,
        max_length=100,
        widget=UnfoldAdminTextInputWidget(attrs={"list": "audit-actions"}),
    )
    entity_type = forms.ChoiceField(label="Table", required=False, widget=UnfoldAdminSelectWidget())
    entity_id = forms.UUIDField(
        label="ID of what was changed", required=False, widget=UnfoldAdminTextInputWidget()
    )
    since = forms.DateTimeField(label="Since (UTC)", required=False, widget=InstantInput())
    until = forms.DateTimeField(label="Before (UTC)", required=False, widget=InstantInput())
    request_id = forms.CharField(
        label="Request ID", required=False, max_length=100, widget=UnfoldAdminTextInputWidget()
    )

    def __init__(self, data: Any) -> None:
        """Offer the tables."""
        super().__init__(data)
        tables = [(table, human(table.removeprefix("dayrade_"))) for table in PAGES]
        self.fields["entity_type"].choices = [("", "Any"), *sorted(tables)]  # type: ignore[attr-defined]

    def condition(self) -> Q:
        """Return what the rows have to be; nothing where it cannot be read."""
        if not self.is_valid():
            return Q(pk__in=[])
        asked = self.cleaned_data
        found = self._who(asked["who"].strip()) if asked["who"].strip() else Q()
        for name in ("action", "entity_type", "entity_id", "request_id"):
            if asked[name]:
                found &= Q(**{name: asked[name]})
        if asked["since"]:
            found &= Q(created_at__gte=asked["since"])
        if asked["until"]:
            found &= Q(created_at__lt=asked["until"])
        return found

    def _who(self, term: str) -> Q:
        if term.lower() == PLATFORM:
            return Q(user__isnull=True)
        try:
            return Q(user_id=UUID(term))
        except ValueError:
            people = get_user_model().objects.called(term).values_list("pk", flat=True)
            return Q(user_id__in=list(people[:PEOPLE_MAX]))

    def in_words(self) -> list[tuple[str, str]]:
        """Return what was asked for, each with its name."""
        said = [(str(self[name].label), str(self[name].value() or "")) for name in self.fields]
        return [(label, value) for label, value in said if value]


class AskedChangeList(BoundedChangeList):
    """The rows that the form asks for."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Read the form from the address."""
        self.form = AskForm(request.GET)
        super().__init__(request, *args, **kwargs)

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """Leave to the form what is its own."""
        found: dict[str, Any] = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in self.form.fields}

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """Keep what was asked for."""
        rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        return rows.filter(self.form.condition())


class KeyedPaginator(BoundedPaginator):
    """Finds the keys of a page in an index alone, and then reads these rows.

    Asked for whole rows, PostgreSQL goes back along all of them from the newest on, where what is
    asked for was long ago.
    """

    def page(self, number: int | str) -> Page[Any]:
        """Read the rows of a page."""
        found: Page[Any] = super().page(number)
        keys: Any = found.object_list
        rows = AuditLog.objects.filter(pk__in=keys.values("pk")).select_related("user")
        found.object_list = rows.order_by("-created_at", "-pk")
        return found


@admin.register(AuditLog)
class AuditLogAdmin(LargeAdmin):
    """Who did what, when and why, with what it was before."""

    list_display = [
        instant("created_at", "When (UTC)"),
        "actor",
        "action",
        "about",
        "changed",
        "reason",
    ]
    list_display_links = ["action"]
    list_select_related = ["user"]
    linked = ("user",)
    ordering = ["-created_at"]
    sortable_by = ["created_at"]
    fieldsets = [
        (None, {"fields": ["created_at", "actor", "action", "about", "reason"]}),
        ("Before and after", {"fields": ["differences"]}),
        ("Request", {"fields": ["ip_address", "user_agent", "same_request"]}),
        ("Evidence", {"fields": ["id", "entity_id", "sealed"]}),
    ]
    readonly_fields = ["actor", "about", "reason", "differences", "same_request", "sealed"]
    list_before_template = "admin/audit_asked.html"
    paginator = KeyedPaginator

    def get_search_fields(self, request: StaffRequest) -> tuple[str, ...]:
        """Show no search field: the form has one for everything that has an index."""
        return ()

    def get_changelist(self, request: StaffRequest, **kwargs: Any) -> type[AskedChangeList]:
        """Ask by the form."""
        return AskedChangeList

    def changelist_view(self, request: StaffRequest, extra_context: Any = None) -> Any:
        """Show the state of the chain and the actions that there are."""
        context = {
            "sealed": AuditSeal.objects.order_by("-position").first(),
            "proof": evidence.last_proof(),
            "actions_known": exports.actions(),
        }
        return super().changelist_view(request, (extra_context or {}) | context)

    @display(description="Who")  # type: ignore[untyped-decorator]
    def actor(self, row: AuditLog) -> Any:
        """Lead to the person; the platform itself where there is none."""
        return link("user")(row) if row.user_id else "Dayrade"

    @display(description="What")  # type: ignore[untyped-decorator]
    def about(self, row: AuditLog) -> SafeString:
        """Lead to the row that was changed."""
        word, page = human(row.entity_type.removeprefix("dayrade_")), PAGES.get(row.entity_type)
        url = (
            reverse(f"admin:{page}_change", args=[row.entity_id]) if page and row.entity_id else ""
        )
        return render_to_string("admin/entity.html", {"word": word, "url": url})

    @display(description="Changed")  # type: ignore[untyped-decorator]
    def changed(self, row: AuditLog) -> str:
        """Name the columns that an update has changed."""
        changes = row.changes or {}
        operation = changes.get("operation", "")
        return ", ".join(map(human, changes.get("fields") or ())) or OPERATIONS.get(operation, "-")

    @display(description="Reason")  # type: ignore[untyped-decorator]
    def reason(self, row: AuditLog) -> str:
        """Show the reason that was given."""
        return str((row.changes or {}).get("reason", "-"))

    @display(description="Before and after")  # type: ignore[untyped-decorator]
    def differences(self, row: AuditLog) -> SafeString:
        """Show each column before and after."""
        context = {"lines": differences.lines(row), "details": differences.details(row)}
        return render_to_string("admin/differences.html", context)

    @display(description="Request ID")  # type: ignore[untyped-decorator]
    def same_request(self, row: AuditLog) -> SafeString | str:
        """Lead to everything that the same request did."""
        if not row.request_id:
            return "-"
        url = f"{reverse('admin:administration_auditlog_changelist')}?request_id={row.request_id}"
        return render_to_string("admin/entity.html", {"word": row.request_id, "url": url})

    @display(description="Sealed")  # type: ignore[untyped-decorator]
    def sealed(self, row: AuditLog) -> str:
        """Show the row's place in the chain."""
        seal = AuditSeal.objects.filter(audit_log_id=row.pk).first()
        if seal is None:
            return "Not yet: the worker does it within seconds."
        return f"Place {seal.position:,}, {chain.instant(seal.sealed_at)}"


class ExportForm(ReasonForm):
    """As what, and why."""

    written_as = forms.ChoiceField(
        label="As",
        choices=[(name, name.upper()) for name in exports.WRITERS],
        widget=UnfoldAdminSelectWidget(),
        help_text="CSV opens in a spreadsheet: text that would be a formula begins with '.",
    )
    field_order = ["written_as", "reason"]


class Export(AskingPage):
    """What the list shows, all pages of it, as a file; the address says what is asked for."""

    model = AuditLog
    title = "Export the audit log"
    form_class = ExportForm
    button = "Export"
    takes_along = (
        "You get a file with every row that is asked for, with names and values: keep it as you"
        " keep those. The audit log notes that you took it, and why."
    )

    def facts(self) -> list[tuple[str, Any]]:
        """Say what is asked for."""
        return AskForm(self.request.GET).in_words() or [("Rows", "All of them")]

    def back(self) -> str:
        """Go back to the list as it was."""
        query = self.request.GET.urlencode()
        return f"{reverse('admin:administration_auditlog_changelist')}?{query}"

    def act(self, asked: dict[str, Any]) -> Any:
        """Stream the rows; who takes them, and why, is recorded first."""
        kind = asked["written_as"]
        log = site.get_model_admin(AuditLog).get_changelist_instance(self.request).queryset
        exports.record(
            actor=self.request.user,
            kind=kind,
            filters=self.request.GET.dict(),
            reason=asked["reason"],
        )
        write, content_type = exports.WRITERS[kind]
        name = f"dayrade-audit-{timezone.now():%Y-%m-%d}.{kind}"
        headers = {
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
        }
        return StreamingHttpResponse(write(log), content_type=content_type, headers=headers)


@admin.register(AuditSeal)
class AuditSealAdmin(LargeAdmin):
    """The chain by which the audit log is proved."""

    list_display = ["position", "audit_log_id", "sealed_at"]
    linked = ("audit_log_id",)
    ordering = ["-pk"]
    sortable_by = ["position"]
    search_help_text = "ID of an audit row"
    fieldsets = [(None, {"fields": ["position", "audit_log_id", "sealed_at", "reached_at"]})]

    def meant_by(self, term: str) -> Any:
        """Look for the row that is sealed."""
        try:
            return Q(audit_log_id=UUID(term))
        except ValueError:
            return Q(pk__in=[])
