"""Bookings of TicketSource: reading them in, and turning each into a seat or a reason why not.

Settling a booking is its own transaction and can be repeated at any time: whatever stood in its
way may be gone. Its locks are taken in one order: person, booking, tournament.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.services import kyc
from administration import audit
from dayrade import notices
from dayrade.db import rows
from dayrade.db.functions import Now
from dayrade.db.transactions import service
from dayrade.errors import ConflictError, DomainError, ForbiddenError
from tournaments.models import (
    ERASED,
    Booking,
    BookingStatus,
    Mismatch,
    Participant,
    Tournament,
)
from tournaments.services import seats
from tournaments.sources import Booked, BookingSource, Unchanged

# What was erased stays erased; what belongs to another tournament stays there.
STORE = """
    INSERT INTO dayrade_bookings AS stored
        (id, tournament_id, reference, email, name, amount, currency, status, booked_at)
    VALUES (%(id)s, %(tournament)s, %(reference)s, %(email)s, %(name)s, %(amount)s, %(currency)s,
            %(status)s, %(booked_at)s)
    ON CONFLICT (reference) DO UPDATE SET
        email = CASE WHEN stored.email = %(erased)s THEN stored.email ELSE EXCLUDED.email END,
        name = CASE WHEN stored.email = %(erased)s THEN stored.name ELSE EXCLUDED.name END,
        amount = EXCLUDED.amount, currency = EXCLUDED.currency, status = EXCLUDED.status,
        booked_at = EXCLUDED.booked_at, last_seen_at = now()
        WHERE stored.tournament_id = EXCLUDED.tournament_id
"""
REFUSALS: dict[type[DomainError], Mismatch] = {
    ForbiddenError: Mismatch.ACCOUNT_BARRED,
    seats.KycRequiredError: Mismatch.KYC_REQUIRED,
    seats.TournamentFullError: Mismatch.TOURNAMENT_FULL,
    seats.RegistrationClosedError: Mismatch.REGISTRATION_CLOSED,
}
SOURCE = "ticketsource"
#: How a booking stands that belongs to another tournament.
FOREIGN = "foreign"
PAGE = "/tournaments/{}"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: how many bookings it read, and how each of them stands.

    `foreign` are references that belong to another tournament and were left alone.
    """

    read: int
    foreign: list[str]
    standing: Counter[str]


class _Rehearsed(Exception):  # noqa: N818  # it is no error
    """Takes a rehearsal back."""

    def __init__(self, standing: str) -> None:
        super().__init__()
        self.standing = standing


def poll(*, tournament: Tournament, source: BookingSource) -> Imported:
    """Read a tournament's event in, all of it before anything is written, and settle it.

    No transaction is open while the source is asked.

    Raises:
        SourceError: it could not be read; nothing was changed.

    """
    seen = Booking.objects.filter(tournament=tournament)
    waiting = seen.to_settle().values("pk")
    known = dict(seen.exclude(pk__in=waiting).values_list("reference", "last_seen_at"))
    found = list(source.bookings(tournament.ticketsource_event_id or "", known=known))
    return take(tournament=tournament, found=found)


def take(
    *,
    tournament: Tournament,
    found: Iterable[Booked | Unchanged],
    progress: Callable[[], object] = lambda: None,
) -> Imported:
    """Store bookings, all or none, and then settle one after the other whatever is unsettled.

    `progress` is called after each that is settled.
    """
    listed = list(found)
    store(tournament=tournament, found=listed)
    references = [booking.reference for booking in listed]
    here = Booking.objects.filter(tournament=tournament)
    foreign = Booking.objects.filter(reference__in=references).exclude(tournament=tournament)
    for key in here.to_settle().order_by("booked_at", "pk").values_list("pk", flat=True):
        settle(key=key)
        progress()
    standing = Counter(
        mismatch or status for mismatch, status in here.values_list("mismatch", "status")
    )
    return Imported(
        len(listed),
        list(foreign.order_by("reference").values_list("reference", flat=True)),
        standing,
    )


@service
def store(*, tournament: Tournament, found: Iterable[Booked | Unchanged]) -> None:
    """Write what a source says, in one order, so that two at once wait and never for each other.

    Raises:
        DataError: a value that the source should have refused.

    """
    listed = list(found)
    same = [each.reference for each in listed if isinstance(each, Unchanged)]
    Booking.objects.filter(tournament=tournament, reference__in=same).update(last_seen_at=Now())
    read = sorted((each for each in listed if isinstance(each, Booked)), key=lambda b: b.reference)
    with connection.cursor() as cursor:
        cursor.executemany(
            STORE,
            [
                {
                    "id": uuid4(),
                    "tournament": tournament.pk,
                    "reference": booking.reference,
                    "email": booking.email,
                    "name": booking.name,
                    "amount": booking.amount,
                    "currency": booking.currency or tournament.currency,
                    "status": booking.status.value,
                    "booked_at": booking.booked_at,
                    "erased": ERASED,
                }
                for booking in read
            ],
        )


def rehearse(*, tournament: Tournament, booked: Booked) -> str:
    """Say how a booking would stand if it were imported, and take everything back.

    That is "paid" for one with a seat, its mismatch, or its status. The places that the others
    of the same import would take are not counted.
    """
    try:
        _rehearsed(tournament, booked)
    except _Rehearsed as rehearsed:
        return rehearsed.standing
    raise AssertionError("unreachable: a rehearsal ends by being taken back")


@service
def _rehearsed(tournament: Tournament, booked: Booked) -> None:
    store(tournament=tournament, found=[booked])
    booking = Booking.objects.get(reference=booked.reference)
    if booking.tournament_id != tournament.pk:
        raise _Rehearsed(FOREIGN)
    settled = settle(key=booking.pk) or booking
    raise _Rehearsed(settled.mismatch or settled.status)


@service
def settle(*, key: UUID) -> Booking | None:
    """Give a booking its seat, or note why it has none; return it as stored.

    None is for one that changed under it, or that is erased: another pass sees to it.
    Locks the person, the booking, and where a place is given, the tournament.
    """
    audit.acting(None, "booking.settle")
    seen = Booking.objects.select_related("tournament").get(pk=key)
    person = User.objects.with_email(seen.email).first() if seen.email else None
    person = rows.locked(person) if person else None
    booking = rows.locked(seen)
    if booking.email != seen.email or booking.email == ERASED:
        return None
    # An address that is not confirmed may be somebody else's: the booking is not this person's.
    owner = person if person and person.email_verified else None
    before = (booking.user_id, booking.participant_id, booking.mismatch, booking.told_at)
    if booking.user_id and owner and booking.user_id != owner.pk and not booking.participant_id:
        booking.told_at = None
    if booking.participant_id is None:
        booking.user = owner
    booking.tournament = seen.tournament
    booking.mismatch = _outcome(booking, person)
    if booking.mismatch == Mismatch.KYC_REQUIRED and owner and booking.told_at is None:
        booking.told_at = timezone.now()
        _tell_of_identity(booking, owner)
    after = (booking.user_id, booking.participant_id, booking.mismatch, booking.told_at)
    if after != before:
        booking.save(update_fields=["user", "participant", "mismatch", "told_at"])
    return booking


def _outcome(booking: Booking, person: User | None) -> Mismatch | None:
    """Join a booking to its seat, taking one where there is none, and return what does not fit."""
    of_tournament = Participant.objects.filter(tournament=booking.tournament_id)
    seat = of_tournament.filter(ticketsource_booking_id=booking.reference).first()
    booking.participant = seat
    if seat is not None:
        booking.user_id = seat.user_id
        stands = seat.is_active and not seat.disqualified
        if booking.status != BookingStatus.PAID:
            return Mismatch.SEAT_STANDS if stands else None
        return None if stands or seat.disqualified else Mismatch.WITHDRAWN
    if booking.status != BookingStatus.PAID:
        return None
    return _take_seat(booking, person)


def _take_seat(booking: Booking, person: User | None) -> Mismatch | None:
    """Find a seat for a paid booking that has none."""
    if person is None:
        return Mismatch.NO_ACCOUNT
    if not person.email_verified:
        return Mismatch.EMAIL_UNVERIFIED
    if taken := Participant.objects.of(booking.tournament, person).first():
        return _join(booking, taken)
    try:
        booking.participant = seats.register(
            tournament=booking.tournament, user=person, source=SOURCE, booking=booking.reference
        )
    except (ConflictError, ForbiddenError) as error:
        return REFUSALS[type(error)]
    _tell_of_seat(booking, person)
    return None


def _join(booking: Booking, seat: Participant) -> Mismatch | None:
    """Join a booking to the seat that its person has, unless another booking stands for that."""
    locked = rows.locked(seat)
    other = locked.ticketsource_booking_id
    void = Booking.objects.filter(reference=other).exclude(status=BookingStatus.PAID)
    if other and not void.exists():
        return Mismatch.ANOTHER_BOOKING
    booking.participant = rows.change(locked, {"ticketsource_booking_id": booking.reference})
    return None


def _tell_of_seat(booking: Booking, person: User) -> None:
    tournament = booking.tournament
    notices.notify(
        user=person,
        type="booking.seated",
        title=f"You have a seat in {tournament}",
        message=f"Your booking {booking.reference} has become a seat in {tournament}.",
        action_url=PAGE.format(tournament.slug),
    )


def _tell_of_identity(booking: Booking, person: User) -> None:
    tournament = booking.tournament
    notices.notify(
        user=person,
        type="booking.kyc_required",
        title=f"Your seat in {tournament} waits for your identity",
        message=(
            f"We have your booking {booking.reference}. {tournament} needs an approved identity:"
            " submit yours, and the seat is yours as soon as it is approved, if a place is left and"
            " registration is open."
        ),
        action_url=kyc.PAGE,
        priority="high",
    )
