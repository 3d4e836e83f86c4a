"""The back office of what keeps the chats in order: reports, mutes, and what was taken out."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.utils import timezone
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts.models import User
from accounts.services import standing
from comms.admin.columns import beginning
from comms.admin.speakers import SpeakerAdmin, facts_of
from comms.models import ChatMessage, ChatReport, ChatRoom, Mute, ReportStatus
from comms.services import moderation, mutes
from dayrade.admin import LargeAdmin, ReadOnlyAdmin, StaffRequest
from dayrade.admin.columns import address, badge, figure, instant, link, plain
from dayrade.admin.decisions import DecidingAdmin, Decision
from tournaments.filters import TournamentFilter

OWN = "For the audit log. Nobody is told this."
STATUS_COLOURS = {ReportStatus.OPEN: "warning", ReportStatus.UPHELD: "danger"}


def _uphold(actor: User, row: ChatReport, *, reason: str, seen: Any) -> None:
    moderation.decide(actor=actor, report=row, uphold=True, reason=reason)


def _dismiss(actor: User, row: ChatReport, *, reason: str, seen: Any) -> None:
    moderation.decide(actor=actor, report=row, uphold=False, reason=reason)


def _lift(actor: User, row: Mute, *, reason: str, seen: Any) -> None:
    mutes.lift(actor=actor, mute=row, reason=reason)


@admin.register(ChatReport)
class ChatReportAdmin(SpeakerAdmin, LargeAdmin):
    """What people have reported; who has waited longest stands first."""

    decisions = SpeakerAdmin.decisions | {
        "uphold": Decision(
            title="Uphold this report",
            button="Hide the message",
            takes_along="The message is hidden, and every open report of it is upheld.",
            says=OWN,
            done="The message is hidden.",
            act=_uphold,
            variant="danger",
        ),
        "dismiss": Decision(
            title="Dismiss this report",
            button="Dismiss",
            takes_along="The message stays, and every open report of it is dismissed.",
            says=OWN,
            done="The report is dismissed.",
            act=_dismiss,
        ),
    }
    actions_detail = ["uphold", "dismiss", "mute"]
    audited = True
    list_display = [
        instant("created_at", "Reported"),
        badge("reason", {}),
        beginning("message", "Message"),
        link("message", "Author", text="message.user"),
        link("user", "Reported by"),
        badge("status", STATUS_COLOURS),
    ]
    list_filter = ["status", "reason"]
    list_select_related = ["message__user", "user", "resolved_by"]
    linked = ("message", "user")
    ordering = ["created_at"]
    sortable_by = ["created_at"]
    search_help_text = "Who reports (username, e-mail address) or ID"
    fieldsets = [
        (None, {"fields": ["message", "user", "reason", "comment", "created_at"]}),
        ("Decision", {"fields": ["status", "resolved_at", "resolved_by"]}),
    ]

    def said(self, row: ChatReport) -> ChatMessage:
        """Return the message that a row is about."""
        return row.message

    def possible(self, request: StaffRequest, row: ChatReport) -> list[str]:
        """Follow the rules of the services."""
        found = super().possible(request, row)
        own = row.message.user_id == request.user.pk
        return found if own or row.status != ReportStatus.OPEN else ["uphold", "dismiss", *found]

    def facts(self, request: StaffRequest, row: ChatReport) -> Iterable[tuple[str, Any]]:
        """Show what was said, who speaks, and what is wrong with it."""
        yield "Reported for", row.get_reason_display()
        yield "Comment", row.comment
        yield from facts_of(row.message)

    def after(self, row: ChatReport | None) -> str:
        """Go on with the queue."""
        return f"{address(ChatReport, 'changelist')}?status__exact=open"

    @action(description="Hide the message", variant=ActionVariant.DANGER, permissions=["decide"])  # type: ignore[untyped-decorator]
    def uphold(self, request: StaffRequest, object_id: str) -> Any:
        """Hide what was reported."""
        return self.ask(request, object_id, "uphold")

    @action(description="Dismiss", permissions=["decide"])  # type: ignore[untyped-decorator]
    def dismiss(self, request: StaffRequest, object_id: str) -> Any:
        """Let what was reported stand."""
        return self.ask(request, object_id, "dismiss")


@display(description="State", label={"In force": "danger"})  # type: ignore[untyped-decorator]
def state(row: Mute) -> str:
    """Tell a mute that holds from one that has ended."""
    if row.lifted_at:
        return "Lifted"
    return "In force" if row.ends_at > timezone.now() else "Ended"


class InForceFilter(admin.SimpleListFilter):
    """The mutes that hold now."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the one."""
        return [("in_force", "In force")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        """Keep those."""
        return queryset.in_force() if self.value() == "in_force" else queryset


@admin.register(Mute)
class MuteAdmin(DecidingAdmin, LargeAdmin):
    """Who may not write for a time, and why."""

    decisions = {
        "lift": Decision(
            title="Lift the mute of {row.user}",
            button="Lift",
            takes_along="This person can write in the chat again, and is told so.",
            says="For the audit log. The person is not told this.",
            done="{row.user} can write again.",
            act=_lift,
        )
    }
    actions_detail = ["lift"]
    audited = True
    list_display = [
        instant("muted_at", "Muted"),
        link("user"),
        beginning("reason", "Reason"),
        instant("ends_at", "Until"),
        state,
        plain("muted_by", "By"),
        link("tournament"),
    ]
    list_filter = [InForceFilter, TournamentFilter]
    list_select_related = ["user", "tournament", "muted_by", "lifted_by"]
    linked = ("user", "tournament")
    ordering = ["-muted_at"]
    sortable_by = ["muted_at"]
    search_help_text = "Username, e-mail address or ID"
    fieldsets = [
        (None, {"fields": ["user", "tournament", "reason"]}),
        ("Time", {"fields": ["muted_at", "muted_by", "ends_at"]}),
        ("Lifted", {"fields": ["lifted_at", "lifted_by"]}),
    ]

    def possible(self, request: StaffRequest, row: Mute) -> list[str]:
        """Follow the rules of the service."""
        may = standing.is_within_reach(actor=request.user, user=row.user)
        return ["lift"] if may and state(row) == "In force" else []

    def facts(self, request: StaffRequest, row: Mute) -> Iterable[tuple[str, Any]]:
        """Show why it was, and until when."""
        yield "Person", row.user
        yield "Reason", row.reason
        yield "Tournament", row.tournament or "All"
        yield "Until", f"{row.ends_at:%Y-%m-%d %H:%M} UTC"

    def after(self, row: Mute | None) -> str:
        """Go on with the mute."""
        return address(Mute, "change", row.pk) if row else address(Mute, "changelist")

    @action(description="Lift", variant=ActionVariant.SUCCESS, permissions=["decide"])  # type: ignore[untyped-decorator]
    def lift(self, request: StaffRequest, object_id: str) -> Any:
        """Let somebody write again."""
        return self.ask(request, object_id, "lift")


@admin.register(ChatRoom)
class ChatRoomAdmin(ReadOnlyAdmin):
    """How often something was taken out of a chat or changed in it."""

    list_display = [plain("tournament"), figure("revision")]
    list_select_related = ["tournament"]
    ordering = ["-revision"]
    fieldsets = [(None, {"fields": ["tournament", "revision"]})]
