"""The trading accounts of seats: a delivered trade finds its seat by them, and by nothing else."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.services import staff
from administration import audit
from dayrade.db import rows
from dayrade.db.transactions import service
from dayrade.errors import ConflictError
from tournaments.models import Participant, Tournament
from tournaments.services import ledger_lock
from tournaments.services.sanctions import OVER, TournamentOverError

ACTION = "participant.link_account"
LONGEST = 100
# What a delivery can name: another account would never be met.
PATTERN = r"[!-~](?:[ -~]*[!-~])?"
SAID = f"Use 1 to {LONGEST} printable ASCII characters without spaces around them."


class SeatHasTradesError(ConflictError):
    """The seat's trades were booked under the account that it has."""

    code = "SEAT_HAS_TRADES"


class Line(NamedTuple):
    """One line of a file: its number, whose seat, and the account."""

    number: int
    who: str
    account: str


class WrongLinesError(Exception):
    """Lines of a file cannot be followed, so that none of it is; each with its number."""

    def __init__(self, errors: Sequence[tuple[int, str]]) -> None:
        """Keep what is wrong with which line."""
        super().__init__(f"{len(errors)} lines are wrong")
        self.errors = errors


def fits(account: str) -> bool:
    """Tell whether a delivery could name the account."""
    return len(account) <= LONGEST and re.fullmatch(PATTERN, account) is not None


@service
def link(
    *, actor: User, seat: Participant, zimtra_account_id: str | None, reason: str = ""
) -> Participant:
    """Say which trading account is a seat's; None or nothing takes it away again.

    Locks whoever decides, the owner, the tournament, holds its ledger, and locks the seat.

    Raises:
        ValidationError: no delivery could name the account.
        ForbiddenError: the actor is not on the staff any more, or it is their own seat.
        TournamentOverError: it is completed or cancelled.
        SeatHasTradesError: the account would change, and trades are booked under it.
        IntegrityError: another seat of the tournament has the account (SQLSTATE 23505).

    """
    account = zimtra_account_id or None
    if account and not fits(account):
        raise ValidationError({"zimtra_account_id": SAID})
    audit.acting(actor, ACTION, reason=reason)
    staff.deciding(actor, seat.user)
    _hold(Tournament(pk=seat.tournament_id))
    locked = rows.locked(seat)
    if locked.zimtra_account_id == account:
        return locked
    if locked.trades.exists():
        raise SeatHasTradesError("This seat has trades: they were booked under its account.")
    return rows.change(locked, {"zimtra_account_id": account})


@service
def link_field(
    *, tournament: Tournament, by: str, lines: Sequence[Line], dry_run: bool = False
) -> int:
    """Link the seats of a file, all or none, and return how many it changes.

    `by` is the field of people that the lines name them by: their e-mail address or username.
    With `dry_run` nothing is written. Nobody acts: it is for whoever runs the server. Locks the
    tournament, holds its ledger, and locks its seats.

    Raises:
        WrongLinesError: a line cannot be followed.
        TournamentOverError: the tournament is completed or cancelled.

    """
    audit.acting(None, ACTION)
    _hold(tournament)
    field = Participant.objects.filter(tournament=tournament).select_related("user").order_by("pk")
    known = list(field.select_for_update(no_key=True, of=("self",)))
    seats = {(getattr(seat.user, by) or "").lower(): seat for seat in known}
    holders = {seat.zimtra_account_id: seat for seat in known}
    errors = _errors(tournament, lines, seats, holders)
    if errors:
        raise WrongLinesError(errors)
    changes = [(seats[line.who.lower()], line.account) for line in lines]
    different = [pair for pair in changes if pair[0].zimtra_account_id != pair[1]]
    if not dry_run:
        for seat, account in different:
            rows.change(seat, {"zimtra_account_id": account})
    return len(different)


def _hold(tournament: Tournament) -> None:
    """Lock a tournament and hold its ledger; no delivery is at its seats from here on."""
    locked = rows.locked(tournament)
    if locked.status in OVER:
        raise TournamentOverError(f"{locked} is over: its accounts stay as they are.")
    ledger_lock.hold(locked.pk)


def _errors(
    tournament: Tournament,
    lines: Sequence[Line],
    seats: Mapping[str, Participant],
    holders: Mapping[str | None, Participant],
) -> list[tuple[int, str]]:
    """Say what is wrong with which line."""
    trading = Participant.objects.filter(tournament=tournament, trades__isnull=False)
    traded = set(trading.values_list("pk", flat=True).distinct())
    people: dict[str, int] = {}
    named: dict[str, int] = {}
    errors = []
    for line in lines:
        who = line.who.lower()
        seat = seats.get(who) if who else None
        if seat is None:
            said = "nobody of that name has a seat in this tournament"
        elif not fits(line.account):
            said = "the account is not 1 to 100 printable ASCII characters"
        elif who in people:
            said = f"the person is on line {people[who]}, too"
        elif line.account in named:
            said = f"the account is on line {named[line.account]}, too"
        elif holders.get(line.account, seat) is not seat:
            said = "another seat has the account"
        elif seat.pk in traded and seat.zimtra_account_id != line.account:
            said = "the seat has trades, which were booked under its account"
        else:
            people[who] = named[line.account] = line.number
            continue
        errors.append((line.number, said))
    return errors
