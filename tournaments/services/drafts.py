"""Drafting tournaments and changing them."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F

from accounts.models import User
from administration import audit
from dayrade import jobs
from dayrade.db import rows
from dayrade.db.transactions import service
from dayrade.errors import ConflictError
from tournaments.models import Tournament, TournamentStatus
from tournaments.services import ledger_lock

CHANGEABLE = (
    TournamentStatus.DRAFT,
    TournamentStatus.REGISTRATION_OPEN,
    TournamentStatus.REGISTRATION_CLOSED,
)


class FrozenError(ConflictError):
    """The tournament has begun: what was promised to competitors stands."""

    code = "TOURNAMENT_FROZEN"


@service
def create(*, actor: User, fields: Mapping[str, Any]) -> Tournament:
    """Draft a tournament.

    Raises:
        ValidationError: a value is not allowed.
        IntegrityError: the slug or the Zimtra id is taken (SQLSTATE 23505).

    """
    audit.acting(actor, "tournament.create")
    return rows.insert(Tournament(**fields, created_by=actor))


@service
def update(
    *, actor: User, tournament: Tournament, changes: Mapping[str, Any], reason: str = ""
) -> Tournament:
    """Change a tournament and return it as stored.

    While it is active that needs a reason, and every competitor is told of both. Seats that were
    taken before the start get a new starting balance. Locks the tournament, and for a new balance
    holds its ledger.

    Raises:
        FrozenError: it is active and there is no reason, or it is completed or cancelled.
        ValidationError: a value is not allowed.
        IntegrityError: the slug or the Zimtra id is taken (SQLSTATE 23505).

    """
    audit.acting(actor, "tournament.update", reason=reason)
    locked = rows.locked(tournament)
    under_way = locked.status == TournamentStatus.ACTIVE
    if locked.status not in CHANGEABLE and not (under_way and reason):
        raise FrozenError(f"{locked} is {locked.get_status_display().lower()}: it is frozen.")
    before = {name: getattr(locked, name) for name in changes}
    changed = rows.change(locked, changes)
    different = [name for name, value in before.items() if getattr(changed, name) != value]
    if "starting_balance" in different:
        ledger_lock.hold(changed.pk)
        balance = changed.starting_balance
        changed.participants.update(
            starting_balance=balance, current_balance=balance + F("total_pnl")
        )
    if under_way and different:
        title = f"{changed.name} has changed"
        diff = "".join(
            f"\n{name.replace('_', ' ')}: {before[name]} → {getattr(changed, name)}"
            for name in different
        )
        jobs.defer(
            "tournaments.tell_participants",
            tournament_id=str(changed.pk),
            type="tournament.changed",
            title=title,
            message=f"{title}. The reason: {reason}{diff}",
        )
    return changed
