"""The back office of the platform's own records."""

import json
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, Q
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from procrastinate.contrib.django.models import ProcrastinateJob
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from administration import configuration, exports
from administration.configuration import MASK, REGISTRY, Key
from administration.models import AuditLog, AuditSeal, SchemaMigration, SystemConfiguration
from dayrade.admin import LargeAdmin, ReadOnlyAdmin, ServiceAdmin, StaffRequest
from dayrade.admin.columns import address, plain
from dayrade.admin.forms import ServiceForm

# The queue's own page writes past the services and the table of roles.
admin.site.unregister(ProcrastinateJob)

WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}

OPERATIONS = {"insert": "created", "delete": "deleted"}

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
}


def parsed(key: Key, text: str) -> Any:
    """Read what was typed as the key's type.

    Raises:
        ValidationError: it is none of that type.

    """
    if key.type is str:
        return text
    try:
        return WORDS[text.strip().lower()] if key.type is bool else key.type(text)
    except (KeyError, ValueError):
        wanted = "true or false" if key.type is bool else f"a value of type {key.type.__name__}"
        raise ValidationError({"value": f"Enter {wanted}."}) from None


def written(value: Any) -> str:
    """Write a value as one would type it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class ConfigurationForm(ServiceForm):
    """A declared key and its value, typed in plain words."""

    key = forms.ChoiceField(widget=UnfoldAdminSelectWidget)
    value = forms.CharField(required=False, strip=False, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = SystemConfiguration
        fields = ("key", "value")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say what the key is for; never show a sensitive value, not even to change it."""
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            self.fields["key"].choices = [(name, name) for name in REGISTRY]  # type: ignore[attr-defined]
        key = REGISTRY.get(self.instance.key or self.initial.get("key", ""))
        if key is None or "value" not in self.fields:
            return
        field = self.fields["value"]
        field.help_text = f"{key.description} By default: {default(key)}."
        if key.requires_restart:
            field.help_text += " Takes effect when the platform is started anew."
        if key.is_sensitive:
            field.widget.attrs["placeholder"] = MASK
            self.initial["value"] = ""
        else:
            self.initial["value"] = written(
                self.instance.value if self.instance.key else key.default
            )

    def clean(self) -> dict[str, Any]:
        """Read the value as the key's type.

        Raises:
            ValidationError: it is none of that type.

        """
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        key = REGISTRY.get(cleaned.get("key", self.instance.key))
        if key is not None and "value" in cleaned:
            kept = self.instance.key and "value" not in self.changed_data
            cleaned["value"] = self.instance.value if kept else parsed(key, cleaned["value"])
        return cleaned


def default(key: Key) -> str:
    """Write a key's default, without what is sensitive."""
    return MASK if key.is_sensitive else written(key.default) or "empty"


@admin.register(SystemConfiguration)
class SystemConfigurationAdmin(ServiceAdmin):
    """Overrides of the declared defaults; to delete one is to return to its default."""

    form = ConfigurationForm
    list_display = ["key", "shown_value", "category", "description", "updated_by", "updated_at"]
    list_filter = [("is_sensitive", admin.BooleanFieldListFilter), "requires_restart"]
    list_select_related = ["updated_by"]
    ordering = ["key"]
    search_fields = ["key", "category", "description"]
    list_after_template = "admin/configuration_defaults.html"
    readonly_fields = [
        "shown_value",
        "category",
        "description",
        "is_sensitive",
        "requires_restart",
        "updated_by",
        "created_at",
        "updated_at",
    ]
    add_fieldsets = [(None, {"fields": ["key", "value"]})]

    @display(description="Value")  # type: ignore[untyped-decorator]
    def shown_value(self, row: SystemConfiguration) -> str:
        """Show the value, or that there is one where it is sensitive."""
        key = REGISTRY.get(row.key)
        sensitive = row.is_sensitive or (key is not None and key.is_sensitive)
        return MASK if sensitive else written(row.value)

    def get_fieldsets(self, request: StaffRequest, obj: Any = None) -> list[Any]:
        """Show the value as a field only where it can be changed."""
        if obj is None:
            return self.add_fieldsets
        value = "value" if self.has_change_permission(request, obj) else "shown_value"
        return [
            (None, {"fields": ["key", value]}),
            (
                "Configuration management",
                {"fields": ["category", "description", "is_sensitive", "requires_restart"]},
            ),
            ("Metadata", {"fields": ["updated_by", "created_at", "updated_at"]}),
        ]

    def get_readonly_fields(self, request: StaffRequest, obj: Any = None) -> list[str]:
        """Fix the key once it is chosen."""
        return [*self.readonly_fields, *(["key"] if obj else [])]

    def has_change_permission(self, request: StaffRequest, obj: Any = None) -> bool:
        """Leave keys that the code no longer declares to be read."""
        known = obj is None or obj.key in REGISTRY
        return known and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: StaffRequest, obj: Any = None) -> bool:
        """Leave keys that the code no longer declares to be read."""
        known = obj is None or obj.key in REGISTRY
        return known and super().has_delete_permission(request, obj)

    def changelist_view(self, request: StaffRequest, extra_context: Any = None) -> Any:
        """Show beneath the overrides what is at its default."""
        stored = set(SystemConfiguration.objects.values_list("key", flat=True))
        add = address(SystemConfiguration, "add")
        rows = [
            {"key": key, "value": default(key), "url": f"{add}?key={key.name}"}
            for key in REGISTRY.values()
            if key.name not in stored
        ]
        return super().changelist_view(request, {**(extra_context or {}), "defaults": rows})

    def create(self, request: StaffRequest, fields: dict[str, Any]) -> Model:
        """Override a default."""
        key = REGISTRY[fields["key"]]
        return configuration.set_value(actor=request.user, key=key, value=fields["value"])

    def update(
        self, request: StaffRequest, obj: SystemConfiguration, changes: dict[str, Any]
    ) -> None:
        """Change the value; an empty one leaves a sensitive value as it is."""
        key = REGISTRY[obj.key]
        configuration.set_value(actor=request.user, key=key, value=changes["value"])

    def remove(self, request: StaffRequest, obj: SystemConfiguration) -> None:
        """Return to the default."""
        configuration.reset(actor=request.user, key=REGISTRY[obj.key])


class EntityFilter(admin.SimpleListFilter):
    """The tables whose changes are in the audit log."""

    title = "table"
    parameter_name = "entity_type"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        """Name them."""
        return [(table, table.replace("_", " ").capitalize()) for table in PAGES]

    def queryset(self, request: Any, queryset: Any) -> Any:
        """Keep the changes of the chosen one."""
        return queryset.filter(entity_type=self.value()) if self.value() else queryset


def entity(row: AuditLog) -> tuple[str, str]:
    """Return a word for what an audit row is about, and where its page is or ""."""
    word = row.entity_type.replace("_", " ")
    page = PAGES.get(row.entity_type)
    if page is None or row.entity_id is None:
        return word, ""
    return word, reverse(f"admin:{page}_change", args=[row.entity_id])


@admin.register(AuditLog)
class AuditLogAdmin(LargeAdmin):
    """Who did what, when and why, with what it was before."""

    list_display = [
        "created_at",
        "actor",
        "action",
        "about",
        "changed",
        "reason",
        plain("ip_address"),
    ]
    list_filter = [EntityFilter, "created_at"]
    list_select_related = ["user"]
    linked = ("user", "entity_id", "entity_type", "action")
    exact = ("action",)
    ordering = ["-created_at"]
    sortable_by = ["created_at"]
    search_help_text = "Who (username, e-mail address), action, or ID of what was changed"
    fieldsets = [
        (None, {"fields": ["created_at", "user", "action", "reason"]}),
        ("Change", {"fields": ["entity_type", "entity_id", "differences"]}),
        ("Request", {"fields": ["ip_address", "user_agent", "request_id"]}),
    ]
    readonly_fields = ["reason", "differences"]
    list_before_template = "admin/audit_exports.html"

    def get_urls(self) -> list[Any]:
        """Add the files."""
        view = self.admin_site.admin_view(self.export)
        own = path("export/<str:kind>/", view, name="administration_auditlog_export")
        return [own, *super().get_urls()]

    def export(self, request: StaffRequest, kind: str) -> HttpResponseBase:
        """Stream what the list would show, all pages of it; who takes it is recorded first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if kind not in exports.WRITERS:
            raise Http404
        try:
            log = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            raise Http404 from None
        exports.record(actor=request.user, kind=kind, filters=request.GET.dict())
        write, content_type = exports.WRITERS[kind]
        name = f"dayrade-audit-{timezone.now():%Y-%m-%d}.{kind}"
        headers = {
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
        }
        return StreamingHttpResponse(write(log), content_type=content_type, headers=headers)

    @display(description="Who")  # type: ignore[untyped-decorator]
    def actor(self, row: AuditLog) -> str:
        """Show the person; the platform itself where there is none."""
        return str(row.user) if row.user else "Dayrade"

    @display(description="What")  # type: ignore[untyped-decorator]
    def about(self, row: AuditLog) -> SafeString:
        """Lead to the row that was changed."""
        word, url = entity(row)
        return render_to_string("admin/entity.html", {"word": word, "url": url})

    @display(description="Changed")  # type: ignore[untyped-decorator]
    def changed(self, row: AuditLog) -> str:
        """Name the columns that an update has changed."""
        changes = row.changes or {}
        operation = changes.get("operation", "")
        return ", ".join(changes.get("fields") or ()) or OPERATIONS.get(operation, "-")

    @display(description="Reason")  # type: ignore[untyped-decorator]
    def reason(self, row: AuditLog) -> str:
        """Show the reason that was given."""
        return str((row.changes or {}).get("reason", "-"))

    @display(description="Before and after")  # type: ignore[untyped-decorator]
    def differences(self, row: AuditLog) -> SafeString:
        """Show each column before and after."""
        before: dict[str, Any] = row.old_values or {}
        after: dict[str, Any] = row.new_values or {}
        rows = [(name, before.get(name), after.get(name)) for name in sorted({*before, *after})]
        details = {} if rows else row.changes or {}
        return render_to_string("admin/differences.html", {"rows": rows, "details": details})

    def meant_by(self, term: str) -> Any:
        """Look also for the id of what was changed."""
        meant = super().meant_by(term)
        try:
            return meant | type(meant)(entity_id=UUID(term))
        except ValueError:
            return meant


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


@admin.register(SchemaMigration)
class SchemaMigrationAdmin(ReadOnlyAdmin):
    """Which migration was applied when."""

    list_display = ["filename", "executed_at"]
    ordering = ["-executed_at", "-id"]
    search_fields = ["filename"]
    fieldsets = [(None, {"fields": ["filename", "executed_at"]})]
