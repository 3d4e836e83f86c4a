"""The back office of the economic calendar."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpResponseRedirect
from django.urls import reverse
from unfold.decorators import action

from dayrade.admin import LargeAdmin, ServiceAdmin, StaffRequest
from dayrade.admin.columns import badge, figure
from market import services
from market.models import EconomicEvent, ImpactLevel

IMPACT_COLOURS = {ImpactLevel.HIGH: "danger", ImpactLevel.MEDIUM: "warning"}


@admin.register(EconomicEvent)
class EconomicEventAdmin(ServiceAdmin, LargeAdmin):
    """Releases, with what was expected and what came."""

    list_display = [
        "event_time",
        "name",
        "country",
        badge("impact_level", IMPACT_COLOURS, "Impact"),
        figure("previous_value", "Previous"),
        figure("forecast_value", "Forecast"),
        figure("actual_value", "Actual"),
        "unit",
        "affected_symbols",
    ]
    list_display_links = ["name"]
    list_filter = ["impact_level", "event_time"]
    ordering = ["-event_time"]
    sortable_by = ["event_time"]
    people = ()
    exact = ("external_event_id",)
    words = ("name", "country")
    search_help_text = "How words of the name or the country begin, the source's ID, or ID"
    readonly_fields = ["created_at", "updated_at"]
    event = [
        (None, {"fields": ["name", "description", "country"]}),
        ("Timing (UTC)", {"fields": ["event_time", "timezone"]}),
        ("Impact", {"fields": ["impact_level"]}),
        (
            "Economic data",
            {"fields": ["forecast_value", "actual_value", "previous_value", "unit"]},
        ),
        ("Market impact", {"fields": ["affected_symbols", "market_reaction"]}),
        ("Data source", {"fields": ["data_source", "external_event_id"]}),
    ]
    fieldsets = [*event, ("Metadata", {"fields": ["created_at", "updated_at"]})]
    add_fieldsets = event
    actions_list = ["to_calendar", "to_import"]
    actions_detail = ["to_impact"]

    @action(description="Calendar", permissions=["view"])  # type: ignore[untyped-decorator]
    def to_calendar(self, request: StaffRequest) -> HttpResponseRedirect:
        """Lead to the week."""
        return HttpResponseRedirect(reverse("admin:calendar"))

    @action(description="Import CSV", permissions=["add"])  # type: ignore[untyped-decorator]
    def to_import(self, request: StaffRequest) -> HttpResponseRedirect:
        """Lead to the import."""
        return HttpResponseRedirect(reverse("admin:calendar_import"))

    @action(description="Impact", permissions=["view"])  # type: ignore[untyped-decorator]
    def to_impact(self, request: StaffRequest, object_id: str) -> HttpResponseRedirect:
        """Lead to what the event touched."""
        return HttpResponseRedirect(reverse("admin:event_impact", args=[object_id]))

    def create(self, request: StaffRequest, fields: dict[str, Any]) -> Model:
        """Enter the event."""
        return services.create_event(actor=request.user, fields=fields)

    def update(self, request: StaffRequest, obj: EconomicEvent, changes: dict[str, Any]) -> None:
        """Change the event."""
        services.update_event(actor=request.user, event=obj, changes=changes)

    def remove(self, request: StaffRequest, obj: EconomicEvent) -> None:
        """Take the event out."""
        services.delete_event(actor=request.user, event=obj)
