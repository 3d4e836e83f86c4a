"""Seats that do not fit who has paid for them, and what to do about each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.generic import TemplateView

from accounts.models import User
from dayrade.admin import StaffRequest, may
from dayrade.admin.columns import address
from tournaments.models import Booking, Mismatch, Participant, Tournament
from tournaments.services import bookings
from trading.desk.pages import TournamentPage

SHOWN = 50
#: How many are tried again at once: each is a transaction of its own.
AT_ONCE = 200

#: What to do about each, in the order in which it is best done.
ADVICE: Mapping[str, str] = {
    Mismatch.NO_ACCOUNT: (
        "Ask the buyer to sign up with just this address, or to have the booking moved to the"
        " address of their account. The seat is theirs as soon as the address is confirmed."
    ),
    Mismatch.EMAIL_UNVERIFIED: (
        "Ask the person to confirm the address: they get another link from their profile."
    ),
    Mismatch.KYC_REQUIRED: (
        "Decide about the identity, if it waits for a review; else remind the person to submit it."
    ),
    Mismatch.ACCOUNT_BARRED: (
        "Lift the suspension if it should not stand; else have the booking refunded."
    ),
    Mismatch.REGISTRATION_CLOSED: (
        "It came too late, or the tournament is not open yet: try again when it is, or refund it."
    ),
    Mismatch.TOURNAMENT_FULL: "Raise the largest field before the start, or refund the booking.",
    Mismatch.ANOTHER_BOOKING: "Somebody has paid twice: refund one of both bookings.",
    Mismatch.WITHDRAWN: "Refund the booking, or ask whether the person wants the seat after all.",
    Mismatch.SEAT_STANDS: (
        "The money is back, but the seat is held: disqualify it, or leave it as a gift."
    ),
}
UNBOOKED = (
    "Somebody holds a seat that nobody has paid for here: it came in before the bookings, or is an"
    " invitation. Look for the booking under another address; disqualify what should not be."
)


@dataclass(frozen=True, slots=True)
class Line:
    """One of them: what it is called, more about it, and the pages on which to do something."""

    name: str
    url: str
    more: str
    steps: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Group:
    """Those that have one reason: what to do, the first of them, and where all of them are."""

    title: str
    advice: str
    count: int
    lines: list[Line]
    url: str


class Mismatches(TournamentPage, TemplateView):  # type: ignore[misc]  # its request is of staff
    """Everything that does not fit, by its reason, and another try for all of it."""

    heading = "Seats and bookings of {tournament}"
    template_name = "admin/mismatches.html"

    def post(self, request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Try again to give each booking its seat: what stood in its way may be gone."""
        if not may(request, "decide", Participant):
            raise PermissionDenied
        found = Booking.objects.filter(tournament=self.tournament, mismatch__isnull=False)
        keys = list(found.order_by("booked_at", "pk").values_list("pk", flat=True)[:AT_ONCE])
        for key in keys:
            bookings.settle(key=key)
        settled = len(keys) - found.filter(pk__in=keys).count()
        messages.success(request, f"{settled:,} of {len(keys):,} bookings fit now.")
        return HttpResponseRedirect(request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the first of each kind."""
        groups = list(groups_of(self.tournament, self.request))
        context: dict[str, Any] = super().get_context_data(
            groups=groups,
            retries=may(self.request, "decide", Participant)
            and any(group.title != UNBOOKED_TITLE for group in groups),
            sells=bool(self.tournament.ticketsource_event_id),
        )
        return context | kwargs


UNBOOKED_TITLE = "Seat without a booking"


def groups_of(tournament: Tournament, request: StaffRequest) -> Iterable[Group]:
    """Return those kinds of which there are some."""
    found = Booking.objects.filter(tournament=tournament)
    page = f"{address(Booking, 'changelist')}?"
    for kind, advice in ADVICE.items():
        of_kind = found.filter(mismatch=kind)
        shown = list(of_kind.select_related("user").order_by("booked_at", "pk")[:SHOWN])
        if shown:
            yield Group(
                Mismatch(kind).label,
                advice,
                of_kind.count(),
                [line_of(one, request) for one in shown],
                page + urlencode({"tournament__id__exact": tournament.pk, "mismatch": str(kind)}),
            )
    seats = Participant.objects.without_booking().filter(tournament=tournament)
    shown_seats = list(seats.select_related("user").order_by("registered_at", "pk")[:SHOWN])
    if shown_seats:
        query = urlencode({"tournament__id__exact": tournament.pk, "booking": "missing"})
        yield Group(
            UNBOOKED_TITLE,
            UNBOOKED,
            seats.count(),
            [seat_line(one, request) for one in shown_seats],
            f"{address(Participant, 'changelist')}?{query}",
        )


def line_of(booking: Booking, request: StaffRequest) -> Line:
    """Write a booking for a person, with the pages that help."""
    steps = []
    if booking.user_id is not None:
        steps.append(("Person", address(User, "change", booking.user_id)))
    elif booking.email:
        query = urlencode({"q": booking.email})
        steps.append(("Look for the person", f"{address(User, 'changelist')}?{query}"))
    if booking.mismatch == Mismatch.KYC_REQUIRED and booking.user is not None:
        steps.append((f"Identity: {booking.user.get_kyc_status_display().lower()}", kyc(booking)))
    if booking.participant_id is not None:
        steps.append(("Seat", address(Participant, "change", booking.participant_id)))
        if booking.mismatch == Mismatch.SEAT_STANDS and may(request, "decide", Participant):
            steps.append(("Disqualify", address(Participant, "disqualify", booking.participant_id)))
    return Line(
        booking.reference,
        address(Booking, "change", booking.pk),
        booking.email or "-",
        steps,
    )


def kyc(booking: Booking) -> str:
    """Return where a person's identity is decided about."""
    return reverse("admin:accounts_user_change", args=[booking.user_id])


def seat_line(seat: Participant, request: StaffRequest) -> Line:
    """Write a seat for a person, with the pages that help."""
    query = urlencode({"q": seat.user.email})
    steps = [("Look for a booking", f"{address(Booking, 'changelist')}?{query}")]
    if may(request, "decide", Participant):
        steps.append(("Disqualify", address(Participant, "disqualify", seat.pk)))
    return Line(
        str(seat.user),
        address(Participant, "change", seat.pk),
        f"{seat.user.email}, {seat.registration_source}",
        steps,
    )
