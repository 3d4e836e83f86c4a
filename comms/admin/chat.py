"""The back office of chat."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from unfold.decorators import action
from unfold.enums import ActionVariant

from comms.admin.columns import beginning
from comms.admin.speakers import SpeakerAdmin, facts_of
from comms.models import ChatMessage
from comms.services import moderation
from dayrade.admin import LargeAdmin, StaffRequest
from dayrade.admin.columns import address, flag, link, related
from dayrade.admin.decisions import Decision
from tournaments.filters import TournamentFilter

REPORTS = related("comms_chatreport", "message__id__exact", "Reports")
OWN = "For the audit log. The author is not told this."


def _hide(actor: Any, row: ChatMessage, *, reason: str, seen: Any) -> None:
    moderation.hide(actor=actor, message=row, reason=reason)


def _restore(actor: Any, row: ChatMessage, *, reason: str, seen: Any) -> None:
    moderation.restore(actor=actor, message=row, reason=reason)


@admin.register(ChatMessage)
class ChatMessageAdmin(SpeakerAdmin, LargeAdmin):
    """Chat: read, searched and moderated; nobody edits what somebody said."""

    decisions = SpeakerAdmin.decisions | {
        "hide": Decision(
            title="Hide this message of {row.user}",
            button="Hide",
            takes_along="Nobody but staff sees it any more, from this moment on.",
            says=OWN,
            done="The message is hidden.",
            act=_hide,
            variant="danger",
        ),
        "restore": Decision(
            title="Show this message of {row.user} again",
            button="Show again",
            takes_along="Everybody sees it again, where it stood.",
            says=OWN,
            done="The message is shown again.",
            act=_restore,
        ),
    }
    actions_detail = ["hide", "restore", "mute"]
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
    words = ("message_text",)
    ordering = ["-created_at"]
    sortable_by = ["created_at"]
    search_help_text = "Username, e-mail address, ID, or how words of the message begin"
    audited = True
    fieldsets = [
        (None, {"fields": ["tournament", "user", REPORTS]}),
        ("Message", {"fields": ["message_text", "message_type"]}),
        (
            "Moderation",
            {"fields": ["is_moderated", "moderation_reason", "moderated_by", "moderated_at"]},
        ),
        ("Who speaks", {"fields": SpeakerAdmin.speaker}),
        ("External integration", {"fields": ["getstream_message_id", "channel_id"]}),
        ("Analytics", {"fields": ["sentiment_score", "relevance_score"]}),
        ("Metadata", {"fields": ["created_at", "updated_at"]}),
    ]
    readonly_fields = [REPORTS, *SpeakerAdmin.speaker]

    def said(self, row: ChatMessage) -> ChatMessage:
        """Return the message that a row is about."""
        return row

    def possible(self, request: StaffRequest, row: ChatMessage) -> list[str]:
        """Follow the rules of the services."""
        found = super().possible(request, row)
        if row.user_id == request.user.pk or (row.is_moderated and moderation.is_deleted(row)):
            return found
        return ["restore" if row.is_moderated else "hide", *found]

    def facts(self, request: StaffRequest, row: ChatMessage) -> Iterable[tuple[str, Any]]:
        """Show what was said, and who speaks."""
        yield from facts_of(row)

    def after(self, row: ChatMessage | None) -> str:
        """Go on with the message."""
        return address(ChatMessage, "change", row.pk) if row else address(ChatMessage, "changelist")

    @action(description="Hide", variant=ActionVariant.DANGER, permissions=["decide"])  # type: ignore[untyped-decorator]
    def hide(self, request: StaffRequest, object_id: str) -> Any:
        """Hide a message."""
        return self.ask(request, object_id, "hide")

    @action(description="Show again", permissions=["decide"])  # type: ignore[untyped-decorator]
    def restore(self, request: StaffRequest, object_id: str) -> Any:
        """Show a hidden message again."""
        return self.ask(request, object_id, "restore")
