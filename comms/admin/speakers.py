"""Who speaks, as staff see it beside a message, and muting them."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django import forms
from django.utils import formats
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldBooleanSwitchWidget

from accounts.models import User
from accounts.services import standing
from administration.models import AuditLog
from comms.models import ChatMessage, Mute
from comms.services import mutes
from dayrade.admin import StaffRequest
from dayrade.admin.columns import MINUTE, Column, named
from dayrade.admin.decisions import DecidingAdmin, Decision, ReasonForm
from tournaments.models import Participant
from trading.models import PositionStatus

FILLS, SANCTIONS = 5, 10
HOUR = 60
SANCTIONED = {
    "user.suspend": "suspended",
    "user.mute": "muted",
    "chat_message.hide": "message hidden",
    "chat_report.uphold": "message hidden",
    "participant.disqualify": "disqualified",
}


class MuteForm(ReasonForm):
    """For how long and where, and why; the service bounds them."""

    minutes = forms.IntegerField(initial=HOUR, widget=UnfoldAdminIntegerFieldWidget)
    everywhere = forms.BooleanField(
        label="In the chats of all tournaments",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )
    field_order = ["minutes", "everywhere", "reason"]


class Speaker:
    """Who wrote a message, as they stand in the tournament of its chat."""

    def __init__(self, message: ChatMessage) -> None:
        """Look nothing up yet."""
        self.message = message

    @cached_property
    def seat(self) -> Participant | None:
        """Their seat, if they have one."""
        message = self.message
        seats = Participant.objects.filter(tournament=message.tournament_id, user=message.user_id)
        return seats.first()

    @property
    def standing(self) -> str:
        """Their rank and P&L."""
        if self.seat is None:
            return "No seat"
        rank = f"Rank {self.seat.current_rank}" if self.seat.current_rank else "No rank"
        return f"{rank}, {formats.number_format(self.seat.total_pnl, 2)} P&L"

    @property
    def positions(self) -> list[str]:
        """Their open positions."""
        if self.seat is None:
            return []
        held = self.seat.positions.filter(status=PositionStatus.OPEN).order_by("symbol")
        return [
            f"{each.side} {formats.number_format(each.quantity)} {each.symbol}" for each in held
        ]

    @property
    def fills(self) -> list[str]:
        """Their last fills, the latest first."""
        trades = self.seat.trades.order_by("-executed_at", "-pk")[:FILLS] if self.seat else ()
        return [
            f"{formats.date_format(each.executed_at, MINUTE)}: {each.side}"
            f" {formats.number_format(each.quantity)} {each.symbol}"
            f" at {formats.number_format(each.price, 2)}"
            for each in trades
        ]

    @property
    def sanctions(self) -> list[str]:
        """Their earlier sanctions by the audit log, the latest first."""
        user = self.message.user_id
        hidden = ChatMessage.objects.filter(user=user, is_moderated=True).order_by("-moderated_at")
        about = [
            user,
            *Mute.objects.filter(user=user).values_list("pk", flat=True),
            *Participant.objects.filter(user=user).values_list("pk", flat=True),
            *hidden.values_list("pk", flat=True)[:SANCTIONS],
        ]
        found = AuditLog.objects.filter(entity_id__in=about, action__in=SANCTIONED)
        return [
            f"{formats.date_format(each.created_at, MINUTE)}: {SANCTIONED[each.action]}"
            f" ({(each.changes or {}).get('reason', '')})"
            for each in found.order_by("-created_at", "-pk")[:SANCTIONS]
        ]


def facts_of(message: ChatMessage) -> Iterator[tuple[str, Any]]:
    """Return what a decision about a message rests on, each with its name."""
    speaker = Speaker(message)
    yield "Message", message.message_text
    yield "Written", formats.date_format(message.created_at, MINUTE)
    yield "Tournament", message.tournament
    yield "Standing", speaker.standing
    yield "Open positions", ", ".join(speaker.positions)
    yield "Last fills", "\n".join(speaker.fills)
    yield "Earlier sanctions", "\n".join(speaker.sanctions)


def lines(texts: Iterable[str]) -> SafeString:
    """Write texts one below the other."""
    return format_html_join("", '<div class="mb-1">{}</div>', ((text,) for text in texts))


@display(description="Standing")  # type: ignore[untyped-decorator]
def _standing(row: ChatMessage) -> str:
    return Speaker(row).standing


@display(description="Open positions")  # type: ignore[untyped-decorator]
def _positions(row: ChatMessage) -> str:
    return ", ".join(Speaker(row).positions) or "-"


@display(description="Last fills")  # type: ignore[untyped-decorator]
def _fills(row: ChatMessage) -> str:
    return lines(Speaker(row).fills) or "-"


@display(description="Earlier sanctions")  # type: ignore[untyped-decorator]
def _sanctions(row: ChatMessage) -> str:
    return lines(Speaker(row).sanctions) or "-"


def _mute(actor: User, row: Any, *, reason: str, minutes: int, everywhere: bool, seen: Any) -> None:
    message = row if isinstance(row, ChatMessage) else row.message
    mutes.mute(
        actor=actor,
        user=message.user,
        minutes=minutes,
        reason=reason,
        tournament=None if everywhere else message.tournament,
    )


class SpeakerAdmin(DecidingAdmin):
    """A table about what somebody said, who can be muted for it."""

    speaker: ClassVar[list[Column]] = [
        named(_standing, "standing"),
        named(_positions, "positions"),
        named(_fills, "fills"),
        named(_sanctions, "sanctions"),
    ]
    decisions = {
        "mute": Decision(
            title="Mute who wrote this",
            button="Mute",
            takes_along="Until then this person can read and cannot write.",
            says="The person is told this.",
            done="The author is muted.",
            act=_mute,
            variant="danger",
            form=MuteForm,
        )
    }

    def said(self, row: Any) -> ChatMessage:
        """Return the message that a row is about."""
        raise NotImplementedError

    def possible(self, request: StaffRequest, row: Any) -> list[str]:
        """Follow the rules of the service."""
        may = standing.is_within_reach(actor=request.user, user=self.said(row).user)
        return ["mute"] if may else []

    @action(description="Mute", variant=ActionVariant.WARNING, permissions=["decide"])  # type: ignore[untyped-decorator]
    def mute(self, request: StaffRequest, object_id: str) -> Any:
        """Keep the author from writing for a time."""
        return self.ask(request, object_id, "mute")
