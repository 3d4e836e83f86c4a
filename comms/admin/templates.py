"""The back office of the texts of e-mails."""

from typing import Any

from django.contrib import admin
from django.db.models import Model

from comms.models import (
    EmailTemplate,
)
from comms.services import templates as services
from dayrade.admin import ServiceAdmin, StaffRequest
from dayrade.admin.columns import flag, plain


@admin.register(EmailTemplate)
class EmailTemplateAdmin(ServiceAdmin):
    """The texts of e-mails."""

    list_display = [
        "name",
        "template_type",
        "subject",
        flag("is_active", ("Active", "Off"), "success", "State"),
        plain("brevo_template_id", "Brevo template"),
        "updated_at",
    ]
    list_filter = ["is_active"]
    ordering = ["name"]
    search_fields = ["name", "subject", "template_type"]
    readonly_fields = ["created_at", "updated_at"]
    content = (None, {"fields": ["name", "subject", "content"]})
    configuration = (
        "Template configuration",
        {"fields": ["template_type", "brevo_template_id", "variables", "is_active"]},
    )
    fieldsets = [
        content,
        configuration,
        ("Metadata", {"fields": ["created_at", "updated_at"]}),
    ]
    add_fieldsets = [content, configuration]

    def create(self, request: StaffRequest, fields: dict[str, Any]) -> Model:
        """Add the template."""
        return services.create_template(actor=request.user, fields=fields)

    def update(self, request: StaffRequest, obj: EmailTemplate, changes: dict[str, Any]) -> None:
        """Change the template."""
        services.update_template(actor=request.user, template=obj, changes=changes)

    def remove(self, request: StaffRequest, obj: EmailTemplate) -> None:
        """Delete the template."""
        services.delete_template(actor=request.user, template=obj)
