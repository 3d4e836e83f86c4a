"""Taking a trade back: it stays in the ledger beside its reversing entry, and counts no more."""

from uuid import UUID, uuid5

from django.utils import timezone

from accounts.models import Role, User
from accounts.services import staff
from administration import audit
from dayrade import notices
from dayrade.db import rows
from dayrade.db.queries import executed
from dayrade.db.transactions import service
from dayrade.errors import ConflictError, ForbiddenError
from tournaments.models import Participant, Tournament, TournamentStatus
from tournaments.services import ledger_lock
from trading.models import Bust, Side, Trade
from trading.services import books, reconciliation
from trading.services.books import Pair

NAMESPACE = UUID("0f3c5a52-2a4f-5f7b-8f5e-3f6f0f8a9b47")
# A trade that related to it points elsewhere once its symbol is folded again.
UNBOOK = """
    UPDATE trades SET position_type = NULL, pnl = NULL, pnl_percentage = NULL,
        related_trade_id = NULL
    WHERE id = %s
"""


class BustedError(ConflictError):
    """The trade is busted."""

    code = "ALREADY_BUSTED"


class ReversalError(ConflictError):
    """It is the reversing entry of a bust, which cannot be taken back."""

    code = "IS_REVERSAL"


class CancelledError(ConflictError):
    """The tournament was cancelled: nothing follows from its trades."""

    code = "TOURNAMENT_CANCELLED"


@service
def bust(*, actor: User, trade: Trade, reason: str) -> Bust:
    """Take a trade back, let every figure follow, and tell its owner.

    Locks whoever decides, the owner, the tournament, its ledger, and then the seat. The result of
    a completed tournament stays as it was published until somebody corrects it.

    Raises:
        ValidationError: the reason is empty or too long.
        ForbiddenError: the actor is not on the staff any more, it is their own trade, or the
            tournament is completed and they are no admin.
        CancelledError: the tournament is cancelled.
        BustedError: it is busted.
        ReversalError: it is the reversing entry of a bust.

    """
    reason = staff.reasoned(reason)
    audit.acting(actor, "trade.bust", reason=reason)
    decider, owner = staff.deciding(actor, trade.user)
    tournament = rows.locked(Tournament(pk=trade.tournament_id))
    if tournament.status == TournamentStatus.CANCELLED:
        raise CancelledError(f"{tournament} is cancelled: nothing follows from its trades.")
    if tournament.status == TournamentStatus.COMPLETED and decider.role != Role.ADMIN:
        raise ForbiddenError("Only an admin busts trades of a completed tournament.")
    ledger_lock.hold(tournament.pk)
    rows.locked(Participant(pk=trade.participant_id))
    if Bust.objects.filter(trade=trade).exists():
        raise BustedError("This trade is busted.")
    if Bust.objects.filter(reversal=trade).exists():
        raise ReversalError("This is the reversing entry of a bust.")
    done = Bust.objects.create(
        trade=trade, reversal=_reverse(trade), reason=reason, busted_by=decider
    )
    executed(UNBOOK, [trade.pk])
    pair = Pair(str(trade.participant_id), trade.symbol)
    books.refold([pair], books.marks_of(tournament.pk))
    reconciliation.settle(tournament)
    notices.notify(
        user=owner,
        type="trade.busted",
        title=f"A trade of yours in {tournament} is busted",
        message=f"Your trade ({trade}) counts no more. The reason: {reason}",
        action_url=f"/tournaments/{tournament.slug}",
        priority="high",
    )
    return done


def _reverse(trade: Trade) -> Trade:
    """Book the entry that stands against a trade; its id follows from the trade's."""
    return Trade.objects.create(
        id=uuid5(NAMESPACE, str(trade.pk)),
        tournament_id=trade.tournament_id,
        user_id=trade.user_id,
        participant_id=trade.participant_id,
        symbol=trade.symbol,
        side=Side.SELL if trade.side == Side.BUY else Side.BUY,
        quantity=trade.quantity,
        price=trade.price,
        executed_at=trade.executed_at,
        order_type=trade.order_type,
        trade_value=trade.trade_value,
        commission=0,
        net_amount=trade.trade_value,
        related_trade=trade,
        created_at=timezone.now(),
    )
