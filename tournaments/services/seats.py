"""Taking a seat, giving it back, and losing it."""

from uuid import UUID, uuid4

from django.db import IntegrityError, connection
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import KycStatus, User
from accounts.services.kyc import EmailUnverifiedError
from administration import audit, configuration
from dayrade import notices
from dayrade.db import rows
from dayrade.db.queries import fetched_one
from dayrade.db.transactions import service
from dayrade.errors import ConflictError, ForbiddenError
from tournaments.models import Participant, Tournament, TournamentStatus
from tournaments.rules import Rules
from tournaments.services import accounts

type Person = tuple[bool, bool, str, str | None]

SEATED = "You are registered for this tournament."
CLOSED = "This tournament takes no entries now."
FULL = "Every place in this tournament is taken."
ACCOUNT_KEY = "dayrade_tournament_participants_zimtra_account_key"
# What decides about a person and about a tournament, and no more: thousands may ask at once.
PERSON = """
    SELECT is_active AND NOT is_suspended, email_verified, kyc_status, zimtra_id
    FROM users WHERE id = %(user)s
"""
CHANCE = """
    SELECT EXISTS (SELECT FROM tournament_participants
                   WHERE tournament_id = %(tournament)s AND user_id = %(user)s
                     AND (is_active OR disqualified)),
           status = 'registration_open' AND registration_close_date > statement_timestamp(),
           current_participants < max_participants
    FROM tournaments WHERE id = %(tournament)s
"""
GUARD = f"""
    SELECT person.*, chance.* FROM ({CHANCE}) AS chance LEFT JOIN ({PERSON}) AS person ON true
"""  # noqa: S608  # of our own words alone
LOCKED_PERSON = f"{PERSON} FOR NO KEY UPDATE"
# One statement: the tournament's row, which everybody wants, is held from here to COMMIT alone.
# A seat that was given back is taken anew, behind those who registered meanwhile. Beside the seat
# it says what it saw when it began: whether there was a seat, the window was open, a place free.
# The person's Zimtra account is the seat's, unless another seat has it or this one had another.
TAKE = f"""
    WITH place AS (
        UPDATE tournaments SET current_participants = current_participants + 1
        WHERE id = %(tournament)s AND status = 'registration_open'
          AND registration_close_date > statement_timestamp()
          AND current_participants < max_participants
          AND NOT EXISTS (SELECT FROM tournament_participants
                          WHERE tournament_id = %(tournament)s AND user_id = %(user)s
                            AND (is_active OR disqualified))
        RETURNING id, starting_balance
    ), taken AS (
        INSERT INTO tournament_participants AS seat
            (id, tournament_id, user_id, registration_source, ticketsource_booking_id,
             zimtra_account_id, starting_balance, current_balance)
        SELECT %(id)s, id, %(user)s, %(source)s, %(booking)s,
            CASE WHEN NOT EXISTS (SELECT FROM tournament_participants
                                  WHERE tournament_id = %(tournament)s
                                    AND zimtra_account_id = %(account)s::varchar)
                 THEN %(account)s::varchar END,
            starting_balance, starting_balance
        FROM place
        ON CONFLICT (tournament_id, user_id) DO UPDATE SET
            is_active = true, registered_at = now(),
            registration_source = EXCLUDED.registration_source,
            ticketsource_booking_id
                = coalesce(EXCLUDED.ticketsource_booking_id, seat.ticketsource_booking_id),
            zimtra_account_id = coalesce(seat.zimtra_account_id, EXCLUDED.zimtra_account_id),
            starting_balance = EXCLUDED.starting_balance,
            current_balance = EXCLUDED.current_balance
            WHERE NOT seat.is_active
        RETURNING id
    )
    SELECT (SELECT id FROM taken), chance.* FROM ({CHANCE}) AS chance
"""  # noqa: S608  # of our own words alone
GIVE_BACK = """
    UPDATE tournaments SET current_participants = current_participants - 1
    WHERE id = %s AND status IN ('registration_open', 'registration_closed')
      AND start_date > statement_timestamp()
"""


class RegistrationClosedError(ConflictError):
    """The tournament takes no entries now."""

    code = "REGISTRATION_CLOSED"


class TournamentFullError(ConflictError):
    """Every place is taken."""

    code = "TOURNAMENT_FULL"


class AlreadyRegisteredError(ConflictError):
    """The person has a seat."""

    code = "ALREADY_REGISTERED"


class KycRequiredError(ConflictError):
    """The person's identity is not approved, and this tournament needs it."""

    code = "KYC_REQUIRED"


class NotRegisteredError(ConflictError):
    """The person has no seat to give back."""

    code = "NOT_REGISTERED"


class StartedError(ConflictError):
    """Trading has begun: a seat is no longer given back."""

    code = "TOURNAMENT_STARTED"


def register(
    *, tournament: Tournament, user: User, source: str = "web", booking: str | None = None
) -> Participant:
    """Give a person one of the places; with `booking`, TicketSource's reference, in its name.

    The person's Zimtra account becomes the seat's where it is free: else staff link one.
    Refuses without a transaction where it can. Then locks the person, so that a suspension comes
    before or after, and in its last statement the tournament: exactly `max_participants` get in,
    however many race.

    Raises:
        ForbiddenError: the account has been suspended or closed meanwhile.
        RegistrationClosedError: the window is not open, or registration is off everywhere.
        EmailUnverifiedError: the address is unproven.
        KycRequiredError: the identity is not approved and the rules do not waive it.
        AlreadyRegisteredError: there is a seat, competing or disqualified.
        TournamentFullError: the last place is gone.
        IntegrityError: another seat has the booking (SQLSTATE 23505).

    """
    _expect_chance(tournament, user)
    try:
        return _register(tournament, user, source, booking, with_account=True)
    except IntegrityError as error:
        # Somebody linked the account while this waited for the tournament.
        violated = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if violated != ACCOUNT_KEY:
            raise
    return _register(tournament, user, source, booking, with_account=False)


def _expect_chance(tournament: Tournament, user: User) -> None:
    """Refuse, by what is stored now, whom `_register` would refuse: most of those who race."""
    *person, is_seated, is_open, has_place = fetched_one(
        GUARD, {"tournament": tournament.pk, "user": user.pk}
    )
    if not configuration.value("registration.enabled"):
        raise RegistrationClosedError("Registration is closed at the moment.")
    _expect_admission(tournament, tuple(person))
    if is_seated:
        raise AlreadyRegisteredError(SEATED)
    if not is_open:
        raise RegistrationClosedError(CLOSED)
    if not has_place:
        raise TournamentFullError(FULL)


@service
def _register(
    tournament: Tournament, user: User, source: str, booking: str | None, *, with_account: bool
) -> Participant:
    # Nobody acts where a booking does: the platform gives the seat.
    audit.acting(None if booking else user, "tournament.register")
    with connection.cursor() as cursor:
        cursor.execute(LOCKED_PERSON, {"user": user.pk})
        person = cursor.fetchone()
        _expect_admission(tournament, person)
        parameters: dict[str, UUID | str | None] = {
            "tournament": tournament.pk,
            "user": user.pk,
            "id": uuid4(),
            "source": source,
            "booking": booking,
            "account": _account(person) if with_account else None,
        }
        cursor.execute(TAKE, parameters)
        taken, is_seated, is_open, has_place = cursor.fetchone()
    if taken is None:
        if is_seated:
            raise AlreadyRegisteredError(SEATED)
        raise _refusal(tournament, is_full=is_open and not has_place)
    return Participant.objects.shown(taken)


def _account(person: Person | None) -> str | None:
    """Return the person's trading account, if a delivery could name it."""
    account = person[-1] if person else None
    return account if account and accounts.fits(account) else None


def _expect_admission(tournament: Tournament, person: Person | None) -> None:
    """Refuse who may not compete, by what the person's row says."""
    may_sign_in, email_verified, kyc_status, _ = person or (False, False, "", None)
    if not may_sign_in:
        raise ForbiddenError("A suspended or closed account takes no seat.")
    if not email_verified:
        raise EmailUnverifiedError("Confirm your e-mail address first.")
    if Rules.read(tournament.rules).kyc_required and kyc_status != KycStatus.APPROVED:
        raise KycRequiredError("This tournament needs an approved identity.")


def _refusal(tournament: Tournament, *, is_full: bool) -> ConflictError:
    """Say why no place was given; where it changed while waiting for it, from what is stored."""
    if not is_full:
        now = Tournament.objects.get(pk=tournament.pk)
        is_open = now.status == TournamentStatus.REGISTRATION_OPEN
        if not is_open or now.registration_close_date <= timezone.now():
            return RegistrationClosedError(CLOSED)
    return TournamentFullError(FULL)


@service
def withdraw(*, tournament: Tournament, user: User) -> None:
    """Give a person's place back before the start; locks the person, then the tournament.

    Raises:
        NotRegisteredError: there is none, or it was given back.
        StartedError: trading has begun, or the tournament is over.

    """
    audit.acting(user, "tournament.withdraw")
    competing = Participant.objects.competing()
    seat = competing.filter(tournament=tournament, user=rows.locked(user)).first()
    if seat is None:
        raise NotRegisteredError("You are not registered for this tournament.")
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, [tournament.pk])
        if not cursor.rowcount:
            raise StartedError("The tournament has started: withdrawing is no longer possible.")
    rows.change(rows.locked(seat), {"is_active": False})


def told(tournament: Tournament) -> QuerySet[User]:
    """Return everybody who is told what is about the whole tournament."""
    people: QuerySet[User] = User.objects.filter(
        seats__tournament=tournament, seats__is_active=True
    )
    return people


@service
def tell(*, tournament_id: UUID, type: str, title: str, message: str) -> None:  # noqa: A002
    """Tell everybody who competes; one transaction, so nobody is told twice."""
    tournament = Tournament.objects.get(pk=tournament_id)
    for user in told(tournament).order_by("pk").iterator():
        notices.notify(
            user=user,
            type=type,
            title=title,
            message=message,
            action_url=f"/tournaments/{tournament.slug}",
        )
