"""What staff settle before a result is final: refused trades, and figures that differ."""

import json
from decimal import Decimal
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.models import STAFF_ROLES, Role, User
from accounts.services import staff
from administration import audit
from dayrade.db import rows
from dayrade.db.transactions import service
from dayrade.errors import ConflictError, ForbiddenError
from tournaments.models import Tournament
from trading.models import Break, BreakStatus, QuarantinedTrade, QuarantineStatus
from trading.services import ingest, reconciliation


class DecidedError(ConflictError):
    """It has been settled already."""

    code = "ALREADY_DECIDED"


class RefusedAgainError(ConflictError):
    """The trade is refused as before, or for another reason."""

    code = "TRADE_REFUSED"


def refused_trades(tournament: Tournament) -> list[str]:
    """Say how many refused trades nobody has looked at, if any."""
    count = tournament.quarantine.filter(status=QuarantineStatus.OPEN).count()
    if not count:
        return []
    said = "1 refused trade waits" if count == 1 else f"{count:,} refused trades wait"
    return [f"{said} for a decision."]


def differences(tournament: Tournament) -> list[str]:
    """Say how many figures of the provider differ from ours, if any, as things are now.

    The latest snapshots are looked at again where nothing else stands in the way. Belongs into a
    service.
    """
    reconciliation.settle(tournament)
    still_open = tournament.breaks.filter(status=BreakStatus.OPEN)
    if not still_open.exists():
        reconciliation.settle(tournament, thoroughly=True)
    count = still_open.count()
    if not count:
        return []
    said = (
        "1 figure of the provider differs"
        if count == 1
        else (f"{count:,} figures of the provider differ")
    )
    return [f"{said} from ours: accept what cannot be settled."]


@service
def accept(*, actor: User, difference: Break, reason: str) -> Break:
    """Let a difference stand: our figure counts; locks the staff member and the seat's owner.

    Raises:
        ValidationError: the reason is empty or too long.
        ForbiddenError: the actor is not on the staff any more, or it is their own seat.
        DecidedError: it is settled.

    """
    reason = staff.reasoned(reason)
    audit.acting(actor, "break.accept", reason=reason)
    decider, _ = staff.deciding(actor, difference.participant.user)
    locked = rows.locked(difference)
    if locked.status != BreakStatus.OPEN:
        raise DecidedError("This difference is settled already.")
    return _settle(locked, BreakStatus.ACCEPTED, decider, reason)


@service
def dismiss(*, actor: User, refused: QuarantinedTrade, reason: str) -> QuarantinedTrade:
    """Let a refusal stand; locks the staff member.

    Raises:
        ValidationError: the reason is empty or too long.
        ForbiddenError: the actor is not on the staff any more, or it is a trade of their own.
        DecidedError: it is settled.

    """
    reason = staff.reasoned(reason)
    audit.acting(actor, "refused_trade.dismiss", reason=reason)
    decider = _decider(actor, refused)
    locked = rows.locked(refused)
    if locked.status != QuarantineStatus.OPEN:
        raise DecidedError("This trade is settled already.")
    return _settle(locked, QuarantineStatus.DISMISSED, decider, reason)


@service
def retry(*, actor: User, refused: QuarantinedTrade, reason: str = "") -> QuarantinedTrade:
    """Deliver a refused trade once more, as it came; locks the staff member, then as a delivery.

    Into a completed tournament an admin can book it: it shows once its result is corrected.

    Raises:
        ForbiddenError: the actor is not on the staff any more, or it is a trade of their own.
        DecidedError: it is settled.
        RefusedAgainError: it is refused; the message says why.

    """
    audit.acting(actor, "refused_trade.retry", reason=reason)
    decider = _decider(actor, refused)
    stored = QuarantinedTrade.objects.annotate(text=Cast("payload", TextField())).get(pk=refused.pk)
    if stored.status != QuarantineStatus.OPEN:
        raise DecidedError("This trade is settled already.")
    item = json.loads(stored.text, parse_float=Decimal)
    (verdict,) = ingest.take(
        tournament=stored.tournament, items=[item], after_completion=decider.role == Role.ADMIN
    )
    if verdict.status == "rejected":
        raise RefusedAgainError(f"It is refused again. {verdict.message}")
    # Only now: a delivery comes to the refused trades after everything else.
    return _settle(rows.locked(refused), QuarantineStatus.BOOKED, decider, reason or None)


def is_of(user: User, refused: QuarantinedTrade) -> bool:
    """Tell whether a refused trade names the person's own account."""
    payload: Any = refused.payload
    account = payload.get("zimtra_account_id") if isinstance(payload, dict) else None
    if not isinstance(account, str):
        return False
    seats = refused.tournament.participants.filter(user=user, zimtra_account_id=account)
    return seats.exists()


def _decider(actor: User, refused: QuarantinedTrade) -> User:
    """Lock whoever decides.

    Raises:
        ForbiddenError: no staff, or the trade is of the actor's own account.

    """
    decider = rows.locked(actor)
    if decider.role not in STAFF_ROLES or not decider.may_sign_in:
        raise ForbiddenError("Only staff may do this.")
    if is_of(decider, refused):
        raise ForbiddenError("Nobody decides about themselves.")
    return decider


def _settle[M: (Break, QuarantinedTrade)](
    row: M, status: str, decider: User, reason: str | None
) -> M:
    row.status = status
    row.resolved_at = timezone.now()
    row.resolved_by = decider
    row.reason = reason
    rows.validate(row)
    row.save(update_fields=["status", "resolved_at", "resolved_by", "reason"])
    return row
