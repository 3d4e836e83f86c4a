"""The back office of bookings."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.html import format_html
from unfold.decorators import display

from dayrade.admin import LargeAdmin
from dayrade.admin.columns import address, badge, figure, instant, link
from tournaments.filters import TournamentFilter
from tournaments.models import Booking, BookingStatus, Mismatch, Participant

BOOKING_COLOURS = {BookingStatus.CANCELLED: "warning", BookingStatus.REFUNDED: "danger"}


class MismatchFilter(admin.SimpleListFilter):
    """Bookings that do not fit their seats, all of them or for one reason."""

    title = "mismatch"
    parameter_name = "mismatch"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        """Offer those of tournaments that are not over, any, none and each."""
        kinds = ("to_check", "To check"), ("any", "Any mismatch"), ("none", "No mismatch")
        return [*kinds, *Mismatch.choices]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what was chosen."""
        chosen = self.value()
        if not chosen:
            return queryset
        if chosen == "to_check":
            to_check: QuerySet[Any] = queryset.to_check()  # type: ignore[attr-defined]
            return to_check
        by_reason = {"any": Q(mismatch__isnull=False), "none": Q(mismatch__isnull=True)}
        return queryset.filter(by_reason.get(chosen, Q(mismatch=chosen)))


@display(description="Mismatch", ordering="mismatch")  # type: ignore[untyped-decorator]
def mismatch(booking: Booking) -> str | None:
    """Say why booking and seat do not fit."""
    return booking.reason


@display(description="Seat")  # type: ignore[untyped-decorator]
def seat_of_booking(booking: Booking) -> str | None:
    """Lead to the seat that it became."""
    if booking.participant_id is None:
        return None
    return format_html(
        '<a class="text-link whitespace-nowrap" href="{}">{}</a>',
        address(Participant, "change", booking.participant_id),
        booking.user,
    )


@admin.register(Booking)
class BookingAdmin(LargeAdmin):
    """Bookings of TicketSource: what each became, or why it became nothing."""

    list_display = [
        "reference",
        mismatch,
        badge("status", BOOKING_COLOURS),
        "email",
        "name",
        seat_of_booking,
        link("tournament"),
        figure("amount", places=2),
        "currency",
        instant("booked_at"),
    ]
    list_filter = [TournamentFilter, MismatchFilter, "status"]
    list_select_related = ["tournament", "user"]
    linked = ("tournament", "user", "participant")
    exact = ("reference",)
    ordering = ["-booked_at"]
    sortable_by = ["booked_at"]
    search_help_text = "E-mail address, reference, username or ID"
    fieldsets = [
        (None, {"fields": ["reference", "tournament", mismatch]}),
        ("Booked", {"fields": ["email", "name", "amount", "currency", "status", "booked_at"]}),
        ("Seat", {"fields": ["user", seat_of_booking, "told_at"]}),
        ("Seen", {"fields": ["first_seen_at", "last_seen_at"]}),
    ]
    readonly_fields = [mismatch, seat_of_booking, "first_seen_at", "last_seen_at"]

    def get_queryset(self, request: Any) -> QuerySet[Any]:
        """Add the address as it is indexed."""
        bookings: QuerySet[Any] = super().get_queryset(request).alias(email_lower=Lower("email"))
        return bookings

    def meant_by(self, term: str) -> Q:
        """Look for the address that was booked with, too."""
        return super().meant_by(term) | Q(email_lower=term.lower())
