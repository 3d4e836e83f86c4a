"""What staff settle before a result is final: refused trades, and figures that differ."""

import json
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, TextField
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

#: The most that are settled at once: a list of thousands is settled in a few goes.
AT_ONCE = 5_000


class DecidedError(ConflictError):
    """It has been settled already."""

    code = "ALREADY_DECIDED"


class RefusedAgainError(ConflictError):
    """The trade is refused as before, or for another reason."""

    code = "TRADE_REFUSED"


def refused_trades(tournament: Tournament, *, settle: bool = True) -> list[str]:
    """Say how many refused trades nobody has looked at, if any; there is nothing to settle."""
    count = tournament.quarantine.filter(status=QuarantineStatus.OPEN).count()
    if not count:
        return []
    said = "1 refused trade waits" if count == 1 else f"{count:,} refused trades wait"
    return [f"{said} for a decision."]


def differences(tournament: Tournament, *, settle: bool = True) -> list[str]:
    """Say how many figures of the provider differ from ours, if any, as things are now.

    The latest snapshots are looked at again where nothing else stands in the way. To `settle`
    writes what was found, and belongs into a service; else nothing is written.
    """
    count = _settled(tournament) if settle else reconciliation.remaining(tournament)
    if not count:
        return []
    said = (
        "1 figure of the provider differs"
        if count == 1
        else (f"{count:,} figures of the provider differ")
    )
    return [f"{said} from ours: accept what cannot be settled."]


def _settled(tournament: Tournament) -> int:
    """Settle what can be, and count what is left."""
    reconciliation.settle(tournament)
    still_open = tournament.breaks.filter(status=BreakStatus.OPEN)
    if not still_open.exists():
        reconciliation.settle(tournament, thoroughly=True)
    return still_open.count()


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
def dismiss_all(
    *, actor: User, refused: QuerySet[QuarantinedTrade], reason: str
) -> tuple[int, int]:
    """Let many refusals stand for one reason; return how many, and how many open ones are left.

    What is settled already is passed over; trades of the actor's own account are left, and what
    is more than AT_ONCE, the latest. Locks the staff member and the rows.

    Raises:
        ValidationError: the reason is empty or too long.
        ForbiddenError: the actor is not on the staff any more.

    """
    reason = staff.reasoned(reason)
    audit.acting(actor, "refused_trade.dismiss", reason=reason)
    decider = _staff_member(actor)
    own = set(decider.seats.values_list("tournament_id", "zimtra_account_id"))
    still_open = refused.filter(status=QuarantineStatus.OPEN)
    first = still_open.order_by("received_at", "pk").values_list("pk", "tournament_id", "payload")
    others = [
        key for key, tournament, payload in first if (tournament, _account(payload)) not in own
    ]
    return _settle_all(still_open, others, QuarantineStatus.DISMISSED, decider, reason)


@service
def accept_all(*, actor: User, differences: QuerySet[Break], reason: str) -> tuple[int, int]:
    """Let many differences stand for one reason; as `dismiss_all`, and it raises the same."""
    reason = staff.reasoned(reason)
    audit.acting(actor, "break.accept", reason=reason)
    decider = _staff_member(actor)
    still_open = differences.filter(status=BreakStatus.OPEN)
    others = still_open.exclude(participant__user=decider).order_by("found_at", "pk")
    keys = list(others.values_list("pk", flat=True))
    return _settle_all(still_open, keys, BreakStatus.ACCEPTED, decider, reason)


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
    account = _account(refused.payload)
    if account is None:
        return False
    seats = refused.tournament.participants.filter(user=user, zimtra_account_id=account)
    return seats.exists()


def _account(payload: Any) -> str | None:
    """Return the account that a refused trade names, if it names one."""
    account = payload.get("zimtra_account_id") if isinstance(payload, dict) else None
    return account if isinstance(account, str) else None


def _staff_member(actor: User) -> User:
    """Lock whoever decides.

    Raises:
        ForbiddenError: they are not on the staff any more.

    """
    decider = rows.locked(actor)
    if decider.role not in STAFF_ROLES or not decider.may_sign_in:
        raise ForbiddenError("Only staff may do this.")
    return decider


def _decider(actor: User, refused: QuarantinedTrade) -> User:
    """Lock whoever decides about a refused trade.

    Raises:
        ForbiddenError: no staff, or the trade is of the actor's own account.

    """
    decider = _staff_member(actor)
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


def _settle_all(
    still_open: QuerySet[Any], keys: list[Any], status: str, decider: User, reason: str
) -> tuple[int, int]:
    """Settle the first of the rows that are open once they are locked; count them and the rest."""
    model = still_open.model
    wanted = model._default_manager.filter(pk__in=keys[:AT_ONCE], status="open").order_by("pk")
    locked = list(wanted.select_for_update(no_key=True).values_list("pk", flat=True))
    done = model._default_manager.filter(pk__in=locked).update(
        status=status, resolved_at=timezone.now(), resolved_by=decider, reason=reason
    )
    return done, still_open.count()
