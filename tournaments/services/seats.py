"""Taking a seat, giving it back, and losing it."""

from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from accounts.models import KycStatus, User
from accounts.services.kyc import EmailUnverifiedError
from administration import audit, configuration
from dayrade import notices
from dayrade.db import rows
from dayrade.db.transactions import service
from dayrade.errors import ConflictError, ForbiddenError
from tournaments.models import Participant, Tournament, TournamentStatus
from tournaments.rules import Rules

# One statement: the tournament's row, which everybody wants, is held from here to COMMIT alone.
# A seat that was given back is taken anew, behind those who registered meanwhile.
TAKE = """
    WITH place AS (
        UPDATE tournaments SET current_participants = current_participants + 1
        WHERE id = %(tournament)s AND status = 'registration_open'
          AND registration_close_date > statement_timestamp()
          AND current_participants < max_participants
          AND NOT EXISTS (SELECT FROM tournament_participants
                          WHERE tournament_id = %(tournament)s AND user_id = %(user)s
                            AND (is_active OR disqualified))
        RETURNING id, starting_balance
    )
    INSERT INTO tournament_participants AS seat
        (id, tournament_id, user_id, registration_source, starting_balance, current_balance)
    SELECT %(id)s, id, %(user)s, %(source)s, starting_balance, starting_balance FROM place
    ON CONFLICT (tournament_id, user_id) DO UPDATE SET
        is_active = true, registered_at = now(), registration_source = EXCLUDED.registration_source,
        starting_balance = EXCLUDED.starting_balance, current_balance = EXCLUDED.current_balance
        WHERE NOT seat.is_active
    RETURNING id
"""
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


@service
def register(*, tournament: Tournament, user: User, source: str = "web") -> Participant:
    """Give a person one of the places.

    Locks the person, so that a suspension comes before or after, and then, in its last
    statement, the tournament: exactly `max_participants` get in, however many race.

    Raises:
        ForbiddenError: the account has been suspended or closed meanwhile.
        RegistrationClosedError: the window is not open, or registration is off everywhere.
        EmailUnverifiedError: the address is unproven.
        KycRequiredError: the identity is not approved and the rules do not waive it.
        AlreadyRegisteredError: there is a seat, competing or disqualified.
        TournamentFullError: the last place is gone.

    """
    audit.acting(user, "tournament.register")
    person = rows.locked(user)
    if not person.may_sign_in:
        raise ForbiddenError("A suspended or closed account takes no seat.")
    if not configuration.current()["registration.enabled"]:
        raise RegistrationClosedError("Registration is closed at the moment.")
    if not person.email_verified:
        raise EmailUnverifiedError("Confirm your e-mail address first.")
    needs_kyc = Rules.read(tournament.rules).kyc_required
    if needs_kyc and person.kyc_status != KycStatus.APPROVED:
        raise KycRequiredError("This tournament needs an approved identity.")
    parameters: dict[str, UUID | str] = {
        "tournament": tournament.pk,
        "user": person.pk,
        "id": uuid4(),
        "source": source,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, parameters)
        taken = cursor.fetchone()
    if taken is None:
        raise _refusal(tournament, person)
    return Participant.objects.select_related("user", "tournament").get(pk=taken[0])


def _refusal(tournament: Tournament, person: User) -> ConflictError:
    """Say why no place was given, from what is stored now."""
    if Participant.objects.of(tournament, person).exists():
        return AlreadyRegisteredError("You are registered for this tournament.")
    now = Tournament.objects.get(pk=tournament.pk)
    is_open = now.status == TournamentStatus.REGISTRATION_OPEN
    if is_open and now.registration_close_date > timezone.now():
        return TournamentFullError("Every place in this tournament is taken.")
    return RegistrationClosedError("This tournament takes no entries now.")


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


@service
def tell(*, tournament_id: UUID, type: str, title: str, message: str) -> None:  # noqa: A002
    """Tell everybody who competes; one transaction, so nobody is told twice."""
    tournament = Tournament.objects.get(pk=tournament_id)
    seated = User.objects.filter(seats__tournament=tournament, seats__is_active=True)
    for user in seated.order_by("pk").iterator():
        notices.notify(
            user=user,
            type=type,
            title=title,
            message=message,
            action_url=f"/tournaments/{tournament.slug}",
        )
