"""What staff decide about the ledger: refused trades, differences, and trades to take back."""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import formats
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts.models import Role, User
from dayrade.admin import LargeAdmin, StaffRequest
from dayrade.admin.bulk import BulkDecidingAdmin, BulkDecision
from dayrade.admin.columns import MINUTE, Column, address, badge, human, instant, link, named, plain
from dayrade.admin.decisions import DecidingAdmin, Decision
from tournaments.filters import TournamentFilter
from tournaments.models import TournamentStatus
from trading.models import Break, BreakStatus, QuarantinedTrade, QuarantineStatus, Trade
from trading.services import busts, doubts

AUDIT = "For the audit log. Nobody is told this."
REFUSED_COLOURS = {QuarantineStatus.OPEN: "warning", QuarantineStatus.BOOKED: "success"}
BREAK_COLOURS = {BreakStatus.OPEN: "warning", BreakStatus.MATCHED: "success"}


def _dismiss(actor: User, row: QuarantinedTrade, *, reason: str, seen: Any) -> None:
    doubts.dismiss(actor=actor, refused=row, reason=reason)


def _retry(actor: User, row: QuarantinedTrade, *, reason: str, seen: Any) -> None:
    doubts.retry(actor=actor, refused=row, reason=reason)


def _accept(actor: User, row: Break, *, reason: str, seen: Any) -> None:
    doubts.accept(actor=actor, difference=row, reason=reason)


def _bust(actor: User, row: Trade, *, reason: str, seen: Any) -> None:
    busts.bust(actor=actor, trade=row, reason=reason)


def _dismiss_all(actor: User, rows: QuerySet[Any], *, reason: str) -> tuple[int, int]:
    return doubts.dismiss_all(actor=actor, refused=rows, reason=reason)


def _accept_all(actor: User, rows: QuerySet[Any], *, reason: str) -> tuple[int, int]:
    return doubts.accept_all(actor=actor, differences=rows, reason=reason)


def delivered(payload: Any) -> str:
    """Write what came a field to a line; it may be anything."""
    if not isinstance(payload, dict):
        return json.dumps(payload)
    return "\n".join(f"{name}: {json.dumps(value)}" for name, value in payload.items())


@admin.register(QuarantinedTrade)
class QuarantinedTradeAdmin(BulkDecidingAdmin, LargeAdmin):
    """Trades that the ledger refused, as they were delivered."""

    decisions = {
        "dismiss": Decision(
            title="Dismiss {row}",
            button="Dismiss",
            takes_along="The trade stays out of the ledger, and no longer keeps a result back.",
            says=AUDIT,
            done="The refused trade is dismissed.",
            act=_dismiss,
            variant="danger",
        ),
        "retry": Decision(
            title="Book {row}",
            button="Try again",
            takes_along=(
                "The trade is delivered once more, as it came. If nothing stands in its way any"
                " more, it is booked and every figure follows."
            ),
            says=AUDIT,
            done="The trade is booked.",
            act=_retry,
        ),
    }
    actions_detail = ["retry", "dismiss"]
    bulk_decisions = {
        "dismiss_all": BulkDecision(
            title="Dismiss the selected trades",
            button="Dismiss all of them",
            takes_along=(
                "They stay out of the ledger, and no longer keep a result back. What has been"
                " settled meanwhile stays as it is, and so does what names your own account."
            ),
            says=f"One reason for all of them. {AUDIT}",
            done="{done:,} refused trades are dismissed.",
            act=_dismiss_all,
            kind="error",
            came_at="received_at",
        )
    }
    actions = ["dismiss_all"]
    audited = True
    linked = ("tournament",)
    list_display = [
        instant("received_at", "Received"),
        plain("zimtra_trade_id", "Zimtra trade"),
        link("tournament"),
        "error",
        "message",
        badge("status", REFUSED_COLOURS),
    ]
    list_select_related = ["tournament", "resolved_by"]
    list_filter = [TournamentFilter, "status"]
    people = ()
    exact = ("zimtra_trade_id",)
    search_help_text = "Zimtra trade or ID"
    ordering = ["-received_at"]
    sortable_by = ["received_at"]
    fieldsets = [
        (None, {"fields": ["tournament", "zimtra_trade_id", "received_at"]}),
        ("Refusal", {"fields": ["error", "message", "payload"]}),
        ("Decision", {"fields": ["status", "resolved_at", "resolved_by", "reason"]}),
    ]

    def possible(self, request: StaffRequest, row: QuarantinedTrade) -> list[str]:
        """Offer both until one is taken; nobody decides about themselves."""
        own = doubts.is_of(request.user, row)
        return [] if own or row.status != QuarantineStatus.OPEN else ["retry", "dismiss"]

    def facts(self, request: StaffRequest, row: QuarantinedTrade) -> Iterable[tuple[str, Any]]:
        """Show what was refused, and why."""
        yield "Tournament", row.tournament
        yield "Refused because", row.message
        yield "Delivered", delivered(row.payload)

    def after(self, row: QuarantinedTrade | None) -> str:
        """Go on with the refused trade."""
        return (
            address(QuarantinedTrade, "change", row.pk)
            if row
            else address(QuarantinedTrade, "changelist")
        )

    @action(description="Dismiss", variant=ActionVariant.DANGER, permissions=["decide"])  # type: ignore[untyped-decorator]
    def dismiss(self, request: StaffRequest, object_id: str) -> Any:
        """Let a refusal stand."""
        return self.ask(request, object_id, "dismiss")

    @action(description="Try again", variant=ActionVariant.PRIMARY, permissions=["decide"])  # type: ignore[untyped-decorator]
    def retry(self, request: StaffRequest, object_id: str) -> Any:
        """Deliver a refused trade once more."""
        return self.ask(request, object_id, "retry")

    @admin.action(description="Dismiss the selected trades", permissions=["decide"])
    def dismiss_all(self, request: StaffRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Let many refusals stand."""
        return self.ask_all(request, queryset, "dismiss_all")


def said(row: Break, value: Decimal) -> str:
    """Write a figure as what it is: a count, or money."""
    counted = row.figure.startswith("number_of_") or row.figure == "total_shares_traded"
    return formats.number_format(value, 0 if counted else 2)


@display(description="Figure")  # type: ignore[untyped-decorator]
def which(row: Break) -> str:
    """Name the figure for a person."""
    return human(row.figure)


def compared(name: str) -> Column:
    """Show one of both figures."""

    @display(description=human(name), formatting="price")  # type: ignore[untyped-decorator]
    def cell(row: Break) -> str:
        return said(row, getattr(row, name))

    return named(cell, name)


OURS, THEIRS = compared("ours"), compared("theirs")


@admin.register(Break)
class BreakAdmin(BulkDecidingAdmin):
    """Figures of the provider that differ from ours."""

    decisions = {
        "accept": Decision(
            title="Accept this difference",
            button="Accept",
            takes_along="Our figure counts, and the difference no longer keeps a result back.",
            says=AUDIT,
            done="The difference is accepted.",
            act=_accept,
            variant="danger",
        )
    }
    actions_detail = ["accept"]
    bulk_decisions = {
        "accept_all": BulkDecision(
            title="Accept the selected differences",
            button="Accept all of them",
            takes_along=(
                "Our figures count, and the differences no longer keep a result back. What has been"
                " settled meanwhile stays as it is, and so does what is about yourself."
            ),
            says=f"One reason for all of them. {AUDIT}",
            done="{done:,} differences are accepted.",
            act=_accept_all,
            kind="figure",
            came_at="found_at",
        )
    }
    actions = ["accept_all"]
    audited = True
    linked = ("tournament", "participant", "snapshot")
    list_display = [
        instant("found_at", "Found"),
        link("participant", "Competitor", text="participant.user"),
        link("tournament"),
        which,
        OURS,
        THEIRS,
        badge("status", BREAK_COLOURS),
    ]
    list_select_related = ["tournament", "participant__user"]
    list_filter = [TournamentFilter, "status"]
    ordering = ["-found_at"]
    sortable_by = ["found_at"]
    fieldsets = [
        (None, {"fields": ["tournament", "participant", "snapshot", "found_at"]}),
        ("Difference", {"fields": [which, OURS, THEIRS]}),
        ("Decision", {"fields": ["status", "resolved_at", "resolved_by", "reason"]}),
    ]
    readonly_fields = [which, OURS, THEIRS]

    def possible(self, request: StaffRequest, row: Break) -> list[str]:
        """Offer it until it is settled; nobody decides about themselves."""
        own = row.participant.user_id == request.user.pk
        return [] if own or row.status != BreakStatus.OPEN else ["accept"]

    def facts(self, request: StaffRequest, row: Break) -> Iterable[tuple[str, Any]]:
        """Show both figures."""
        yield "Competitor", row.participant
        yield "As of", formats.date_format(row.snapshot.recorded_at, MINUTE)
        yield "Figure", which(row)
        yield "Ours", said(row, row.ours)
        yield "Theirs", said(row, row.theirs)

    def after(self, row: Break | None) -> str:
        """Go on with the difference."""
        return address(Break, "change", row.pk) if row else address(Break, "changelist")

    @action(description="Accept", variant=ActionVariant.DANGER, permissions=["decide"])  # type: ignore[untyped-decorator]
    def accept(self, request: StaffRequest, object_id: str) -> Any:
        """Let a difference stand."""
        return self.ask(request, object_id, "accept")

    @admin.action(description="Accept the selected differences", permissions=["decide"])
    def accept_all(self, request: StaffRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Let many differences stand."""
        return self.ask_all(request, queryset, "accept_all")


class TradeDecidingAdmin(DecidingAdmin):
    """Taking a trade back."""

    decisions = {
        "bust": Decision(
            title="Bust {row}",
            button="Bust",
            takes_along=(
                "The trade counts no more: a reversing entry stands against it, and positions,"
                " figures and ranks follow. This cannot be undone."
            ),
            says="The competitor is told this.",
            done="The trade is busted.",
            act=_bust,
            variant="danger",
        )
    }
    actions_detail = ["bust"]

    def possible(self, request: StaffRequest, row: Trade) -> list[str]:
        """Follow the rules of the service."""
        status = row.tournament.status
        may = status != TournamentStatus.CANCELLED and (
            status != TournamentStatus.COMPLETED or request.user.role == Role.ADMIN
        )
        counts = not (hasattr(row, "bust") or hasattr(row, "reverses"))
        return ["bust"] if may and counts and row.user_id != request.user.pk else []

    def facts(self, request: StaffRequest, row: Trade) -> Iterable[tuple[str, Any]]:
        """Show whose trade it is, and when it was executed."""
        yield "Competitor", row.user
        yield "Tournament", row.tournament
        yield "Executed", formats.date_format(row.executed_at, MINUTE)
        yield "Zimtra trade", row.zimtra_trade_id

    def after(self, row: Trade | None) -> str:
        """Go on with the trade."""
        return address(Trade, "change", row.pk) if row else address(Trade, "changelist")

    @action(description="Bust", variant=ActionVariant.DANGER, permissions=["decide"])  # type: ignore[untyped-decorator]
    def bust(self, request: StaffRequest, object_id: str) -> Any:
        """Take a trade back."""
        return self.ask(request, object_id, "bust")
