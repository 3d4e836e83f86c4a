"""The back office of commentary."""

from django.contrib import admin

from comms.admin.columns import PRIORITY_COLOURS, beginning
from comms.models import (
    Commentary,
    Personality,
)
from dayrade.admin import LargeAdmin
from dayrade.admin.columns import badge, flag, link
from tournaments.filters import TournamentFilter

PERSONALITY_COLOURS = {
    Personality.BULL: "success",
    Personality.BEAR: "danger",
    Personality.SAGE: "info",
    Personality.ROCKET: "primary",
}


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
