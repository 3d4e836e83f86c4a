"""The back office of the configuration: all that can be configured, and a page for each key."""

import json
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from administration import configuration, vault
from administration.configuration import MASK
from administration.models import SystemConfiguration
from administration.registry import INTEGER_MAX, REGISTRY, Key
from dayrade.admin import ReadOnlyAdmin, StaffRequest
from dayrade.admin.columns import address, human
from dayrade.admin.decisions import ReasonForm
from dayrade.admin.forms import BoundedJSONField
from dayrade.admin.pages import AskingPage

RESTART = "It takes effect when the platform is started anew."


def written(value: Any) -> str:
    """Write a value as a person reads it."""
    if isinstance(value, bool):
        return "On" if value else "Off"
    if isinstance(value, list):
        return "\n".join(map(str, value)) or "Empty"
    if isinstance(value, str):
        return value or "Empty"
    return json.dumps(value, ensure_ascii=False, indent=2)


def default(key: Key) -> str:
    """Write a key's default; a sensitive one has at most the default that there is none."""
    return ("Set" if key.default else "None") if key.is_sensitive else written(key.default)


def shown(row: SystemConfiguration) -> str:
    """Write a stored value, or that there is one where it is sensitive."""
    key = REGISTRY.get(row.key)
    sensitive = row.is_sensitive or (key is not None and key.is_sensitive)
    return MASK if sensitive else written(row.value)


class LinesField(forms.CharField):
    """A list of texts, one in each line."""

    def prepare_value(self, value: Any) -> Any:
        """Write one in each line."""
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Read the lines that are not empty."""
        said = value if isinstance(value, str) else ""
        return [line.strip() for line in said.splitlines() if line.strip()]


def value_field(key: Key) -> forms.Field:
    """Return the field that a key's type is entered in."""
    if key.is_sensitive:
        # Never filled in: what is there is not shown, not even to change it.
        hint = {"autocomplete": "new-password", "placeholder": MASK}
        return forms.CharField(
            label="New value",
            help_text="It is stored encrypted, and shown to nobody, nor to you.",
            widget=UnfoldAdminPasswordWidget(attrs=hint),
        )
    if key.type is bool:
        return forms.BooleanField(label="On", required=False, widget=UnfoldBooleanSwitchWidget())
    if key.type is int:
        return forms.IntegerField(
            label="Value",
            min_value=key.low,
            max_value=key.high,
            help_text=f"{key.low:,} or more."
            if key.high == INTEGER_MAX
            else f"From {key.low:,} to {key.high:,}.",
            widget=UnfoldAdminIntegerFieldWidget(),
        )
    area = UnfoldAdminTextareaWidget(attrs={"rows": 6})
    if key.type is list:
        said = "One in each line."
        return LinesField(label="Value", required=False, help_text=said, widget=area)
    if key.type is dict:
        return BoundedJSONField(label="Value", help_text="A JSON object.", widget=area)
    return forms.CharField(
        label="Value", required=False, strip=False, widget=UnfoldAdminTextInputWidget()
    )


class SettingForm(ReasonForm):
    """A key's value, as its type is entered, and why."""

    field_order = ["value", "reason"]

    def __init__(self, key: Key, *args: Any, **kwargs: Any) -> None:
        """Ask for the key's type."""
        super().__init__(*args, **kwargs)
        self.fields["value"] = value_field(key)
        self.fields["value"].widget.attrs["autofocus"] = True
        reason = self.fields["reason"]
        del reason.widget.attrs["autofocus"]
        reason.widget.attrs["rows"] = 2
        self.order_fields(self.field_order)


class KeyPage(AskingPage):
    """A page about one declared key."""

    model = SystemConfiguration
    action = "decide"
    key: Key
    row: SystemConfiguration | None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the key, once it is clear who asks.

        Raises:
            Http404: nobody has declared it.

        """
        if self.has_permission():
            if kwargs["key"] not in REGISTRY:
                raise Http404
            self.key = REGISTRY[kwargs["key"]]
            rows = SystemConfiguration.objects.select_related("updated_by")
            self.row = rows.filter(key=self.key.name).first()
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_initial(self) -> dict[str, Any]:
        """Begin with what is there, and remember when it was stored."""
        initial: dict[str, Any] = {"seen": self.row.updated_at.isoformat() if self.row else ""}
        if not self.key.is_sensitive:
            initial["value"] = self.row.value if self.row else self.key.default
        return initial

    def facts(self) -> list[tuple[str, Any]]:
        """Show what it is now, by default, and who changed it last."""
        row = self.row
        now = shown(row) if row else f"{default(self.key)} (the default)"
        facts = [("Key", self.key.name), ("Now", now), ("By default", default(self.key))]
        if row is not None:
            facts.append(("Changed by", f"{row.updated_by or 'Dayrade'}"))
            facts.append(("Changed at", f"{row.updated_at:%-d %b %Y %H:%M} UTC"))
        if self.key.requires_restart:
            facts.append(("Restart", RESTART))
        if said := configuration.in_trouble().get(self.key.name):
            facts.append(("Attention", f"The value {said}."))
        return facts

    def back(self) -> str:
        """Go back to the list."""
        return address(SystemConfiguration, "changelist")

    def done(self, said: str) -> HttpResponseRedirect:
        """Say what was done, on the list."""
        messages.success(self.request, said)
        if self.key.requires_restart:
            messages.warning(self.request, f"{self.key.name}: {RESTART}")
        return HttpResponseRedirect(self.back())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the key."""
        self.title = f"{self.button} {self.key.name}"
        return super().get_context_data(**kwargs)


@method_decorator(sensitive_post_parameters("value"), name="dispatch")
class Change(KeyPage):
    """Override the default."""

    form_class = SettingForm
    template_name = "admin/configuration_key.html"
    button = "Change"

    @property
    def takes_along(self) -> str:  # type: ignore[override]  # the key says it
        """Say what the key is for."""
        return self.key.description

    def get_form_kwargs(self) -> dict[str, Any]:
        """Hand the form the key."""
        return {**super().get_form_kwargs(), "key": self.key}

    def act(self, asked: dict[str, Any]) -> Any:
        """Store the value."""
        configuration.set_value(
            actor=self.request.user,
            key=self.key,
            value=asked["value"],
            reason=asked["reason"],
            seen=asked["seen"],
        )
        return self.done(f"{self.key.name} is changed.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Offer the way back to the default."""
        reset = reverse("admin:configuration_reset", args=[self.key.name]) if self.row else ""
        return super().get_context_data(reset=reset, **kwargs)


class Reset(KeyPage):
    """Return to the default."""

    button = "Reset"
    variant = "danger"
    takes_along = "The override goes, and the default holds again, for everybody, within 2 seconds."

    def act(self, asked: dict[str, Any]) -> Any:
        """Delete the override."""
        configuration.reset(
            actor=self.request.user,
            key=self.key,
            reason=asked["reason"],
            seen=asked["seen"],
        )
        return self.done(f"{self.key.name} is back at its default.")


@admin.register(SystemConfiguration)
class SystemConfigurationAdmin(ReadOnlyAdmin):
    """Everything that can be configured, by category; a key's own page changes it."""

    change_list_template = "admin/configuration.html"
    list_display = ["key", "shown_value", "updated_by", "updated_at"]
    list_select_related = ["updated_by"]
    list_per_page = 1000
    ordering = ["key"]
    readonly_fields = ["shown_value"]
    fieldsets = [
        (None, {"fields": ["key", "shown_value"]}),
        (
            "Configuration management",
            {"fields": ["category", "description", "is_sensitive", "requires_restart"]},
        ),
        ("Metadata", {"fields": ["updated_by", "created_at", "updated_at"]}),
    ]
    audited = True
    actions_detail = ["go_on"]

    @display(description="Value")  # type: ignore[untyped-decorator]
    def shown_value(self, row: SystemConfiguration) -> str:
        """Show the value, or that there is one where it is sensitive."""
        return shown(row)

    def has_decide_permission(self, request: StaffRequest, object_id: Any = None) -> bool:
        """Ask the table of roles."""
        return self.may(request, "decide")

    def get_actions_detail(self, request: StaffRequest, object_id: Any) -> list[Any]:
        """Leave keys that the code no longer declares to be read."""
        row = self.get_object(request, object_id)
        offered: list[Any] = super().get_actions_detail(request, object_id)
        return offered if row is not None and row.key in REGISTRY else []

    @action(description="Change", permissions=["decide"])  # type: ignore[untyped-decorator]
    def go_on(self, request: StaffRequest, object_id: str) -> HttpResponseBase:
        """Lead to the key's page.

        Raises:
            Http404: the code no longer declares it.

        """
        row = self.get_object(request, object_id)
        if row is None or row.key not in REGISTRY:
            raise Http404
        return HttpResponseRedirect(reverse("admin:configuration_change", args=[row.key]))

    def changelist_view(self, request: StaffRequest, extra_context: Any = None) -> Any:
        """Show every declared key in its category, with what overrides it."""
        may_change = self.may(request, "decide")
        answer = super().changelist_view(request, extra_context)
        if hasattr(answer, "context_data"):
            stored = {row.key: row for row in answer.context_data["cl"].result_list}
            answer.context_data |= {
                "sections": sections(stored),
                "left_over": [row for name, row in stored.items() if name not in REGISTRY],
                "may_change": may_change,
            }
        return answer


def sections(stored: dict[str, SystemConfiguration]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the categories in the order of declaration, with a line for each key."""
    lines = [line(key, stored.get(name)) for name, key in REGISTRY.items()]
    return [
        (human(category), list(group))
        for category, group in groupby(lines, key=lambda each: each["key"].category)
    ]


def line(key: Key, row: SystemConfiguration | None) -> dict[str, Any]:
    """Say of a key what it is now and by default, and what to look at."""
    unreadable = False
    if row is not None and row.is_sensitive:
        try:
            vault.opened(key.name, row.value)
        except vault.UnreadableValueError:
            unreadable = True
    return {
        "key": key,
        "row": row,
        "value": shown(row) if row else default(key),
        "default": default(key),
        "unreadable": unreadable,
        "plain": row is not None and key.is_sensitive and not row.is_sensitive,
    }
