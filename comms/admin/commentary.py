"""The back office of commentary."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts.models import User
from comms.admin.columns import PRIORITY_COLOURS, beginning
from comms.models import (
    Commentary,
    CommentaryFact,
    CommentaryState,
    Personality,
    Retraction,
)
from comms.services import commentary as services
from dayrade.admin import LargeAdmin, ReadOnlyAdmin, ServiceAdmin, StaffRequest
from dayrade.admin.columns import address, badge, flag, instant, link
from dayrade.admin.decisions import DecidingAdmin, Decision
from tournaments.filters import TournamentFilter

PERSONALITY_COLOURS = {
    Personality.BULL: "success",
    Personality.BEAR: "danger",
    Personality.SAGE: "info",
    Personality.ROCKET: "primary",
}
STATE_COLOURS = {"Spoken": "success", "Taken back": "danger", "Withdrawn": "warning"}


def _retract(actor: User, row: Commentary, *, reason: str, seen: Any) -> None:
    services.retract(actor=actor, line=row, reason=reason)


def retraction_of(row: Commentary) -> Retraction | None:
    """Return why a line is not to be heard any more."""
    found: Retraction | None = getattr(row, "retraction", None)
    return found


@display(description="State", label=STATE_COLOURS)  # type: ignore[untyped-decorator]
def state(row: Commentary) -> str:
    """Say whether it was spoken, and whether that holds."""
    if retraction_of(row):
        return "Taken back" if row.is_played else "Withdrawn"
    return "Spoken" if row.is_played else "Waiting"


@display(description="Taken back")  # type: ignore[untyped-decorator]
def retraction(row: Commentary) -> str:
    """Say why it was taken back."""
    found = retraction_of(row)
    return found.reason if found else "-"


@admin.register(Commentary)
class CommentaryAdmin(DecidingAdmin, ServiceAdmin, LargeAdmin):
    """What the four personalities have said and will say; staff let them say more."""

    decisions = {
        "retract": Decision(
            title="Take this line back",
            button="Take back",
            takes_along=(
                "Nobody but staff sees it any more. If it was spoken and rested on a fact, the"
                " sage says that it no longer holds. This cannot be undone."
            ),
            says="For the audit log. Nobody else is told this.",
            done="The line is taken back.",
            act=_retract,
            variant="danger",
        )
    }
    actions_detail = ["retract"]
    autocomplete_fields = ["tournament"]
    list_display = [
        "created_at",
        badge("personality", PERSONALITY_COLOURS),
        beginning("commentary_text", "Line"),
        badge("source", {}),
        badge("priority", PRIORITY_COLOURS),
        state,
        link("tournament"),
    ]
    list_filter = [TournamentFilter, "personality", "source", "priority", "is_played"]
    list_select_related = ["tournament", "retraction"]
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
        ("Scheduling", {"fields": ["scheduled_at", "played_at", "is_played", retraction]}),
        ("Classification", {"fields": ["source", "priority"]}),
        ("Metadata", {"fields": ["created_at", "updated_at"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": [
                    "tournament",
                    "personality",
                    "commentary_text",
                    "priority",
                    "scheduled_at",
                ]
            },
        )
    ]
    readonly_fields = [retraction]

    def create(self, request: StaffRequest, fields: dict[str, Any]) -> Model:
        """Let a voice say something."""
        if fields["tournament"] is None:
            raise ValidationError({"tournament": ["Choose a tournament."]})
        return services.say(actor=request.user, **fields)

    def possible(self, request: StaffRequest, row: Commentary) -> list[str]:
        """Offer it once."""
        return [] if retraction_of(row) else ["retract"]

    def facts(self, request: StaffRequest, row: Commentary) -> Iterable[tuple[str, Any]]:
        """Show what is taken back."""
        yield "Tournament", row.tournament
        yield "Voice", row.get_personality_display()
        yield "Line", row.commentary_text
        yield "State", state(row)

    def after(self, row: Commentary | None) -> str:
        """Go on with the line."""
        return address(Commentary, "change", row.pk) if row else address(Commentary, "changelist")

    @action(description="Take back", variant=ActionVariant.DANGER, permissions=["decide"])  # type: ignore[untyped-decorator]
    def retract(self, request: StaffRequest, object_id: str) -> Any:
        """Take a line back."""
        return self.ask(request, object_id, "retract")


@admin.register(Retraction)
class RetractionAdmin(LargeAdmin):
    """Lines that were taken back, or never said, and why."""

    list_display = [
        instant("retracted_at", "When"),
        link("commentary", "Line"),
        flag("was_spoken", ("Spoken", ""), "danger", "Heard"),
        "reason",
        link("retracted_by", "By"),
    ]
    list_filter = ["was_spoken"]
    list_select_related = ["commentary", "retracted_by"]
    linked = ("commentary", "retracted_by")
    people = ("retracted_by",)
    ordering = ["-retracted_at"]
    sortable_by = ["retracted_at"]
    search_help_text = "Username or e-mail address of who did it, or ID"
    audited = True


@admin.register(CommentaryFact)
class CommentaryFactAdmin(LargeAdmin):
    """What was found worth a line, and what each line rests on."""

    list_display = [
        instant("happened_at", "Found"),
        "event",
        link("participant", "Competitor", text="participant.user"),
        link("commentary", "Line"),
        link("tournament"),
    ]
    list_filter = [TournamentFilter]
    list_select_related = ["participant__user", "commentary", "tournament"]
    linked = ("tournament", "participant", "commentary")
    people = ("participant__user",)
    ordering = ["-happened_at"]
    sortable_by = ["happened_at"]
    search_help_text = "Username, e-mail address or ID"


@admin.register(CommentaryState)
class CommentaryStateAdmin(ReadOnlyAdmin):
    """How far the commentary of each tournament has come."""

    list_display = [
        instant("seen_until", "Seen until"),
        link("tournament"),
        link("leader", text="leader.user"),
    ]
    list_select_related = ["tournament", "leader__user"]
    linked = ("tournament", "leader")
    ordering = ["-seen_until"]
    sortable_by = ["seen_until"]
