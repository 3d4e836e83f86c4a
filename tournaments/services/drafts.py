"""Drafting tournaments and changing them."""

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from administration import audit
from dayrade.db import rows
from dayrade.db.transactions import service
from dayrade.errors import ConflictError
from tournaments.models import Tournament, TournamentStatus

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
def update(*, actor: User, tournament: Tournament, changes: Mapping[str, Any]) -> Tournament:
    """Change a tournament that has not begun, and return it as stored.

    Locks the tournament.

    Raises:
        FrozenError: it is active, completed or cancelled.
        ValidationError: a value is not allowed.
        IntegrityError: the slug or the Zimtra id is taken (SQLSTATE 23505).

    """
    audit.acting(actor, "tournament.update")
    locked = rows.locked(tournament)
    if locked.status not in CHANGEABLE:
        raise FrozenError(f"{locked} is {locked.get_status_display().lower()}: it is frozen.")
    return rows.change(locked, changes)
