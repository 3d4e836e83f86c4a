"""The back office of the texts of e-mails."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_POST
from unfold.decorators import action

from comms.models import (
    EmailTemplate,
)
from comms.services import templates as services
from dayrade.admin import ServiceAdmin, StaffRequest
from dayrade.admin.columns import address, flag, plain

WRITTEN = ("subject", "content", "variables")
TEXT_MAX = 100_000
# What is previewed loads nothing and runs nothing, beside what its frame's sandbox forbids.
POLICY = (
    '<head><meta http-equiv="Content-Security-Policy"'
    " content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
)


def framed(page: str) -> str:
    """Return an e-mail's page for a frame."""
    return page.replace("<head>", POLICY, 1)


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
    change_form_template = "admin/email_template.html"

    class Media:
        js = ["dayrade/template_preview.js"]

    def get_urls(self) -> list[Any]:
        """Add what the form asks for as one types."""
        view = require_POST(self.admin_site.admin_view(self.live))
        own = path("live/", view, name="comms_emailtemplate_live")
        return [own, *super().get_urls()]

    def live(self, request: StaffRequest) -> HttpResponseBase:
        """Return what is being written as it would be read; nothing is stored.

        Raises:
            PermissionDenied: this person may not write templates.

        """
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        said = {name: request.POST.get(name, "")[:TEXT_MAX] for name in WRITTEN}
        look = services.look(**said)
        return JsonResponse(
            {
                "subject": look.made.subject,
                "text": look.made.text,
                "html": framed(look.made.html),
                "values": look.values,
                "errors": look.errors,
            }
        )

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
            "page": framed(made.html) if made else "",
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
