"""Drafting tournaments and changing them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from accounts.services import staff
from administration import audit
from dayrade import jobs
from dayrade.db import rows
from dayrade.db.transactions import service
from dayrade.errors import ConflictError
from tournaments import rules
from tournaments.models import Tournament, TournamentStatus
from tournaments.services import ledger_lock

CHANGEABLE = (
    TournamentStatus.DRAFT,
    TournamentStatus.REGISTRATION_OPEN,
    TournamentStatus.REGISTRATION_CLOSED,
)

#: What a clone takes over. The event and the contest at the providers are another one's.
CLONED = (
    "description",
    "division",
    "tournament_type",
    "min_participants",
    "max_participants",
    "entry_fee",
    "prize_pool",
    "currency",
    "starting_balance",
    "trading_symbols",
    "rules",
)
DATES = ("registration_open_date", "registration_close_date", "start_date", "end_date")


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
    rules.validate(fields.get("rules"))
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
    rules.validate(changes.get("rules"))
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


@service
def freeze(
    *, actor: User, tournament: Tournament, freeze_at: datetime | None, reason: str
) -> Tournament:
    """Say from when on the public board stands still, None for never; as `update` otherwise.

    Locks all admins and the tournament.

    Raises:
        ValidationError: there is no reason, or the instant is not while there is trading.
        ForbiddenError: the actor is no admin in good standing any more.
        FrozenError: it is completed or cancelled.

    """
    reason = staff.reasoned(reason)
    staff.expect_admin(actor)
    locked = rows.locked(tournament)
    if freeze_at and not locked.start_date <= freeze_at < locked.end_date:
        raise ValidationError({"freeze_at": "The board can freeze between the start and the end."})
    kept = {name: value for name, value in (locked.rules or {}).items() if name != "freeze_at"}
    if freeze_at:
        kept["freeze_at"] = freeze_at.isoformat().replace("+00:00", "Z")
    return update(actor=actor, tournament=locked, changes={"rules": kept}, reason=reason)


def clone_of(tournament: Tournament) -> dict[str, Any]:
    """Return what a clone takes over; an instant of a freeze belongs to the dates."""
    taken = {name: getattr(tournament, name) for name in CLONED}
    kept = {name: value for name, value in (taken["rules"] or {}).items() if name != "freeze_at"}
    return taken | {"rules": kept or None}


@service
def clone(
    *, actor: User, tournament: Tournament, name: str, slug: str, weeks: int, reason: str
) -> Tournament:
    """Draft a tournament like another one, every date so many weeks later; locks all admins.

    Raises:
        ValidationError: a value is not allowed, or registration would open in the past.
        ForbiddenError: the actor is no admin in good standing any more.
        IntegrityError: the slug is taken (SQLSTATE 23505).

    """
    reason = staff.reasoned(reason)
    audit.acting(actor, "tournament.clone", reason=reason)
    staff.expect_admin(actor)
    later = timedelta(weeks=weeks)
    try:
        fields = clone_of(tournament) | {date: getattr(tournament, date) + later for date in DATES}
        freeze_at = _moved(rules.Rules.read(tournament.rules).freeze_at, later)
    except OverflowError:
        raise ValidationError({"weeks": "It would lie beyond the calendar."}) from None
    if fields["registration_open_date"] <= timezone.now():
        raise ValidationError({"weeks": "Registration would open in the past."})
    if freeze_at:
        fields["rules"] = (fields["rules"] or {}) | {"freeze_at": freeze_at}
    return rows.insert(Tournament(**fields, name=name, slug=slug, created_by=actor))


def _moved(at: datetime | None, later: timedelta) -> str:
    return (at + later).isoformat().replace("+00:00", "Z") if at else ""
