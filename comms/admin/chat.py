"""The back office of chat."""

from django.contrib import admin
from django.db.models import Q

from comms.admin.columns import beginning
from comms.models import (
    ChatMessage,
)
from dayrade.admin import LargeAdmin
from dayrade.admin.columns import flag, link
from tournaments.filters import TournamentFilter


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
