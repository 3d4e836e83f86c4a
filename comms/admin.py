"""The back office of chat, commentary, notifications and the texts of e-mails."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, Q
from django.utils.text import Truncator
from unfold.decorators import display

from comms import services
from comms.models import (
    ChatMessage,
    Commentary,
    EmailTemplate,
    Notification,
    Personality,
    Priority,
)
from dayrade.admin import LargeAdmin, ServiceAdmin, StaffRequest
from dayrade.admin.columns import Column, badge, flag, link, named, plain
from tournaments.filters import TournamentFilter

PERSONALITY_COLOURS = {
    Personality.BULL: "success",
    Personality.BEAR: "danger",
    Personality.SAGE: "info",
    Personality.ROCKET: "primary",
}
PRIORITY_COLOURS = {Priority.HIGH: "warning", Priority.URGENT: "danger"}
SHOWN = 110


def beginning(name: str, description: str) -> Column:
    """Show how a text begins."""

    @display(description=description)  # type: ignore[untyped-decorator]
    def cell(row: Any) -> str:
        return Truncator(getattr(row, name)).chars(SHOWN)

    return named(cell, name)


@admin.register(ChatMessage)
class ChatMessageAdmin(LargeAdmin):
    """Chat: read and searched; nobody edits what somebody said."""

    list_display = [
        "created_at",
        link("user"),
        beginning("message_text", "Message"),
        flag("is_moderated", ("Hidden", ""), "danger", "State"),
        link("tournament"),
    ]
    list_filter = [TournamentFilter, "is_moderated", "message_type", "created_at"]
    list_select_related = ["user", "tournament"]
    linked = ("tournament", "user", "moderated_by")
    exact = ("getstream_message_id",)
    ordering = ["-created_at"]
    sortable_by = ["created_at"]
    search_help_text = "Username, e-mail address, ID, or words of the message"
    audited = True
    fieldsets = [
        (None, {"fields": ["tournament", "user"]}),
        ("Message", {"fields": ["message_text", "message_type"]}),
        (
            "Moderation",
            {"fields": ["is_moderated", "moderation_reason", "moderated_by", "moderated_at"]},
        ),
        ("External integration", {"fields": ["getstream_message_id", "channel_id"]}),
        ("Analytics", {"fields": ["sentiment_score", "relevance_score"]}),
        ("Metadata", {"fields": ["created_at", "updated_at"]}),
    ]

    def meant_by(self, term: str) -> Q:
        """Look for the words in the messages where they name nobody; that reads them all."""
        meant = super().meant_by(term)
        if ChatMessage.objects.filter(meant).exists():
            return meant
        return Q(message_text__icontains=term)


@admin.register(Commentary)
class CommentaryAdmin(LargeAdmin):
    """What the four personalities have said and will say."""

    list_display = [
        "created_at",
        badge("personality", PERSONALITY_COLOURS),
        beginning("commentary_text", "Line"),
        badge("source", {}),
        badge("priority", PRIORITY_COLOURS),
        flag("is_played", ("Played", "Waiting"), "success", "State"),
        link("tournament"),
    ]
    list_filter = [TournamentFilter, "personality", "source", "priority", "is_played"]
    list_select_related = ["tournament"]
    linked = ("tournament", "trigger_user")
    people = ("trigger_user",)
    ordering = ["-created_at"]
    sortable_by: tuple[str, ...] = ()
    search_help_text = "Username or e-mail address of whom it is about, or ID"
    audited = True
    fieldsets = [
        (None, {"fields": ["tournament", "personality", "commentary_text"]}),
        ("Trigger", {"fields": ["trigger_event", "trigger_data", "trigger_user"]}),
        ("Audio", {"fields": ["audio_url", "audio_duration", "audio_generated"]}),
        ("Scheduling", {"fields": ["scheduled_at", "played_at", "is_played"]}),
        ("Classification", {"fields": ["source", "priority"]}),
        ("Metadata", {"fields": ["created_at", "updated_at"]}),
    ]


@admin.register(Notification)
class NotificationAdmin(LargeAdmin):
    """What people were told, and by which ways it reached them."""

    list_display = [
        "created_at",
        link("user"),
        "title",
        "type",
        badge("priority", PRIORITY_COLOURS),
        "channels",
        flag("is_read", ("Read", "Unread"), "success", "State"),
        "email_sent",
        "push_sent",
    ]
    list_filter = ["priority", "is_read", "email_sent", "push_sent", "created_at"]
    list_select_related = ["user"]
    linked = ("tournament", "user", "trade")
    exact = ("type",)
    ordering = ["-created_at"]
    sortable_by = ["created_at"]
    search_help_text = "Username, e-mail address, type or ID"
    fieldsets = [
        (None, {"fields": ["user"]}),
        ("Content", {"fields": ["type", "title", "message"]}),
        ("Status", {"fields": ["is_read", "read_at"]}),
        ("Priority and routing", {"fields": ["priority", "channels"]}),
        ("Action", {"fields": ["action_url", "action_label"]}),
        ("Delivery", {"fields": ["email_sent", "email_sent_at", "push_sent", "push_sent_at"]}),
        ("Related", {"fields": ["tournament", "trade"]}),
        ("Metadata", {"fields": ["created_at", "updated_at"]}),
    ]


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
