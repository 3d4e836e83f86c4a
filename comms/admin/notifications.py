"""The back office of notifications."""

from django.contrib import admin

from comms.admin.columns import PRIORITY_COLOURS
from comms.models import (
    Notification,
)
from dayrade.admin import LargeAdmin
from dayrade.admin.columns import badge, flag, instant, link


@admin.register(Notification)
class NotificationAdmin(LargeAdmin):
    """What people were told, and by which ways it reached them."""

    list_display = [
        instant("created_at", "Created"),
        link("user"),
        "title",
        "type",
        badge("priority", PRIORITY_COLOURS),
        "channels",
        flag("is_read", ("Read", "Unread"), "success", "State"),
        flag("email_sent", ("Mailed", ""), "info", "Mail"),
        flag("push_sent", ("Pushed", ""), "info", "Push"),
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
