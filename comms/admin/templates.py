"""The back office of the texts of e-mails."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from unfold.decorators import action

from comms.models import (
    EmailTemplate,
)
from comms.services import templates as services
from dayrade.admin import ServiceAdmin, StaffRequest
from dayrade.admin.columns import address, flag, plain


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

    actions_detail = ["preview"]

    @action(description="Preview", permissions=["view"])  # type: ignore[untyped-decorator]
    def preview(self, request: StaffRequest, object_id: str) -> HttpResponseBase:
        """Show the e-mail with sample values."""
        template = self.get_object(request, object_id)
        if template is None:
            raise Http404
        values = services.samples(template)
        try:
            made, refused = services.preview(template=template, values=values), None
        except ValidationError as error:
            made, refused = None, error.messages
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "original": template,
            "title": f"Preview of {template}",
            "made": made,
            "refused": refused,
            "values": values,
            "back": address(EmailTemplate, "change", template.pk),
        }
        return render(request, "admin/email_preview.html", context)

    def create(self, request: StaffRequest, fields: dict[str, Any]) -> Model:
        """Add the template."""
        return services.create_template(actor=request.user, fields=fields)

    def update(self, request: StaffRequest, obj: EmailTemplate, changes: dict[str, Any]) -> None:
        """Change the template."""
        services.update_template(actor=request.user, template=obj, changes=changes)

    def remove(self, request: StaffRequest, obj: EmailTemplate) -> None:
        """Delete the template."""
        services.delete_template(actor=request.user, template=obj)
