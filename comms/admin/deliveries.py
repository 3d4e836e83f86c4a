"""The back office of what travels: what was given up, and the addresses that take nothing."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from unfold.decorators import action
from unfold.enums import ActionVariant

from accounts.models import User
from comms.models import (
    Delivery,
    DeliveryStatus,
    Outcome,
    Preference,
    PushSubscription,
    TellingKey,
    UnreachableAddress,
)
from comms.services import deliveries, outcomes
from dayrade.admin import LargeAdmin, StaffRequest
from dayrade.admin.bulk import BulkDecidingAdmin, BulkDecision
from dayrade.admin.columns import address, badge, flag, instant, link
from dayrade.admin.decisions import DecidingAdmin, Decision

STATUS_COLOURS = {
    DeliveryStatus.WAITING: "info",
    DeliveryStatus.SENT: "success",
    DeliveryStatus.DEAD: "danger",
}
OUTCOME_COLOURS = {
    Outcome.DELIVERED: "success",
    Outcome.SOFT_BOUNCE: "warning",
    Outcome.BLOCKED: "danger",
    Outcome.FAILED: "danger",
    Outcome.INVALID: "danger",
    Outcome.HARD_BOUNCE: "danger",
    Outcome.SPAM: "danger",
}
ENDED = (DeliveryStatus.DEAD, DeliveryStatus.SKIPPED)
AUDIT = "For the audit log. The person is not told this."
TAKES_ALONG = (
    "Whatever was given up or skipped is tried as if it were new; what is on its way or has"
    " arrived is left alone."
)
#: A form may have a thousand fields, and more take longer than a page may.
AT_ONCE = 500


def _resend(actor: User, row: Delivery, *, reason: str, seen: Any) -> None:
    deliveries.resend(actor=actor, deliveries=[row.pk], reason=reason)


def _resend_many(
    actor: User, rows: "QuerySet[Delivery, Delivery]", *, reason: str
) -> tuple[int, int]:
    ended = rows.filter(status__in=ENDED)
    asked = ended.count()
    keys = list(ended.values_list("pk", flat=True)[:AT_ONCE])
    try:
        done = deliveries.resend(actor=actor, deliveries=keys, reason=reason)
    except deliveries.NotDeadError:
        # Somebody else has sent all of them anew.
        done = 0
    return done, asked - done


def _lift(actor: User, row: UnreachableAddress, *, reason: str, seen: Any) -> None:
    outcomes.lift(actor=actor, unreachable=row, reason=reason)


@admin.register(Delivery)
class DeliveryAdmin(BulkDecidingAdmin, LargeAdmin):
    """Notifications on their way; what was given up waits here for staff."""

    decisions = {
        "resend": Decision(
            title="Send anew: {row}",
            button="Send anew",
            takes_along=TAKES_ALONG,
            says=AUDIT,
            done="It is on its way again.",
            act=_resend,
        )
    }
    bulk_decisions = {
        "resend_selected": BulkDecision(
            title="Send many deliveries anew",
            button="Send anew",
            takes_along=TAKES_ALONG,
            says=AUDIT,
            done="On their way again: {done:,}.",
            act=_resend_many,
            kind="channel",
            came_at="created_at",
        )
    }
    actions = ["resend_selected"]
    actions_detail = ["resend"]
    audited = True
    list_display = [
        instant("created_at", "Created"),
        link("user"),
        link("notification"),
        "channel",
        badge("status", STATUS_COLOURS),
        "attempts",
        "last_error",
        badge("outcome", OUTCOME_COLOURS, "Became of it"),
    ]
    list_filter = ["status", "channel", "outcome", "created_at"]
    list_select_related = ["user", "notification"]
    linked = ("user", "notification")
    exact = ("provider_id",)
    ordering = ["-created_at"]
    sortable_by = ["created_at"]
    search_help_text = "Username, e-mail address, the provider's id or ID"
    fieldsets = [
        (None, {"fields": ["user", "notification", "channel"]}),
        ("Attempts", {"fields": ["status", "attempts", "next_attempt_at", "last_error", "rounds"]}),
        ("Provider", {"fields": ["sent_at", "provider_id", "outcome", "outcome_at"]}),
        ("Metadata", {"fields": ["created_at", "updated_at"]}),
    ]

    def open_rows(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what has ended without arriving."""
        return rows.filter(status__in=ENDED)

    def possible(self, request: StaffRequest, row: Delivery) -> list[str]:
        """Offer it for what has ended without arriving."""
        return ["resend"] if row.status in ENDED else []

    def facts(self, request: StaffRequest, row: Delivery) -> Iterable[tuple[str, Any]]:
        """Show what did not arrive, and why."""
        yield "To", row.user
        yield "Notification", row.notification
        yield "By", row.get_channel_display()
        yield "Failed because", row.last_error

    def after(self, row: Delivery | None) -> str:
        """Go on with the delivery."""
        return address(Delivery, "change", row.pk) if row else address(Delivery, "changelist")

    @action(description="Send anew", variant=ActionVariant.PRIMARY, permissions=["decide"])  # type: ignore[untyped-decorator]
    def resend(self, request: StaffRequest, object_id: str) -> Any:
        """Have one sent anew."""
        return self.ask(request, object_id, "resend")

    @admin.action(description="Send anew", permissions=["decide"])
    def resend_selected(self, request: StaffRequest, queryset: QuerySet[Delivery]) -> Any:
        """Have those selected sent anew."""
        return self.ask_all(request, queryset, "resend_selected")


@admin.register(UnreachableAddress)
class UnreachableAddressAdmin(DecidingAdmin, LargeAdmin):
    """Addresses that no mail is sent to, until their owners have others."""

    decisions = {
        "lift": Decision(
            title="Send to {row} again",
            button="Send again",
            takes_along=(
                "Later notifications are mailed to this address again. Take it off the list of"
                " blocked contacts at Brevo as well, which sends nothing to it either."
            ),
            says=AUDIT,
            done="Mail is sent to this address again.",
            act=_lift,
        )
    }
    actions_detail = ["lift"]
    audited = True
    list_display = [
        instant("created_at", "Since"),
        link("user"),
        "address",
        badge("reason", OUTCOME_COLOURS),
    ]
    list_filter = ["reason"]
    list_select_related = ["user"]
    linked = ("user",)
    ordering = ["-created_at"]
    sortable_by = ["created_at"]
    search_help_text = "Username, e-mail address or ID"
    fieldsets = [(None, {"fields": ["user", "address", "reason", "created_at"]})]

    def possible(self, request: StaffRequest, row: UnreachableAddress) -> list[str]:
        """Offer it always."""
        return ["lift"]

    def facts(self, request: StaffRequest, row: UnreachableAddress) -> Iterable[tuple[str, Any]]:
        """Show whose address it is."""
        yield "Of", row.user
        yield "Because of", row.get_reason_display()

    def after(self, row: UnreachableAddress | None) -> str:
        """Go on with the list."""
        return address(UnreachableAddress, "changelist")

    @action(description="Send again", variant=ActionVariant.PRIMARY, permissions=["decide"])  # type: ignore[untyped-decorator]
    def lift(self, request: StaffRequest, object_id: str) -> Any:
        """Send to an address again."""
        return self.ask(request, object_id, "lift")


class OfPersonAdmin(LargeAdmin):
    """What people have set for their notifications."""

    list_select_related = ["user"]
    linked = ("user",)
    ordering = ["-created_at"]
    sortable_by = ["created_at"]
    search_help_text = "Username, e-mail address or ID"


@admin.register(Preference)
class PreferenceAdmin(OfPersonAdmin):
    """Channels that people have switched on or off, where that is not the default."""

    list_display = [
        instant("created_at", "Chosen"),
        link("user"),
        "category",
        "channel",
        flag("enabled", ("On", "Off"), "success", "State"),
    ]
    list_filter = ["category", "channel", "enabled"]


@admin.register(PushSubscription)
class PushSubscriptionAdmin(OfPersonAdmin):
    """Browsers that take push messages; what writes to them is shown to nobody."""

    list_display = [instant("created_at", "Since"), link("user")]
    fieldsets = [(None, {"fields": ["user", "created_at"]})]


@admin.register(TellingKey)
class TellingKeyAdmin(OfPersonAdmin):
    """What people are told once."""

    list_display = [instant("created_at", "Told"), link("user"), "key"]
