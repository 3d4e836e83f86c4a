"""Rows of a tournament for files: who competes, what was traded, and how the board stands."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import Rank

from accounts.models import User
from accounts.services import staff
from administration import audit
from dayrade.db.queries import executed, fetched_one
from dayrade.db.transactions import service, snapshot
from tournaments.models import Participant, Tournament, TournamentStatus
from trading.models import Trade

AT_ONCE = 2_000
# When a tournament's trades began and ended, by the index of each seat's.
SPAN = """
    SELECT min(first.executed_at), max(last.executed_at)
    FROM tournament_participants seat
    CROSS JOIN LATERAL (
        SELECT executed_at FROM trades WHERE participant_id = seat.id
        ORDER BY executed_at, id LIMIT 1
    ) first
    CROSS JOIN LATERAL (
        SELECT executed_at FROM trades WHERE participant_id = seat.id
        ORDER BY executed_at DESC, id DESC LIMIT 1
    ) last
    WHERE seat.tournament_id = %s
"""


class Kind(models.TextChoices):
    """What can be exported of a tournament."""

    PARTICIPANTS = "participants"
    TRADES = "trades"
    BOARD = "board"


#: The columns of each file by name, and where their values are.
COLUMNS: Mapping[str, Mapping[str, str]] = {
    Kind.PARTICIPANTS: {
        "participant": "id",
        "username": "user__username",
        "email": "user__email",
        "is_active": "is_active",
        "disqualified": "disqualified",
        "disqualification_reason": "disqualification_reason",
        "registered_at": "registered_at",
        "registration_source": "registration_source",
        "ticketsource_booking_id": "ticketsource_booking_id",
        "zimtra_account_id": "zimtra_account_id",
        "starting_balance": "starting_balance",
        "current_balance": "current_balance",
        "total_pnl": "total_pnl",
        "realized_pnl": "realized_pnl",
        "unrealized_pnl": "unrealized_pnl",
        "total_trades": "total_trades",
        "winning_trades": "winning_trades",
        "losing_trades": "losing_trades",
        "total_volume": "total_volume",
        "current_rank": "current_rank",
        "best_rank": "best_rank",
        "final_rank": "final_rank",
        "final_pnl": "final_pnl",
    },
    Kind.TRADES: {
        "trade": "id",
        "participant": "participant_id",
        "username": "user__username",
        "symbol": "symbol",
        "side": "side",
        "quantity": "quantity",
        "price": "price",
        "commission": "commission",
        "trade_value": "trade_value",
        "net_amount": "net_amount",
        "pnl": "pnl",
        "pnl_percentage": "pnl_percentage",
        "position_type": "position_type",
        "order_type": "order_type",
        "executed_at": "executed_at",
        "zimtra_trade_id": "zimtra_trade_id",
        "zimtra_order_id": "zimtra_order_id",
        "is_busted": "is_busted",
        "is_reversal": "is_reversal",
    },
    Kind.BOARD: {
        "rank": "rank",
        "participant": "id",
        "username": "user__username",
        "total_pnl": "total_pnl",
        "realized_pnl": "realized_pnl",
        "unrealized_pnl": "unrealized_pnl",
        "current_balance": "current_balance",
        "total_trades": "total_trades",
        "winning_trades": "winning_trades",
        "losing_trades": "losing_trades",
        "total_volume": "total_volume",
    },
}
#: The board of a completed tournament is its result.
FINAL = {"rank": "final_rank", "total_pnl": "final_pnl"}


@dataclass(frozen=True, slots=True)
class Export:
    """The names of a file's columns, and its rows, which are read as they are taken."""

    names: list[str]
    rows: Iterator[tuple[Any, ...]]


def export(*, actor: User, tournament: Tournament, kind: str, reason: str) -> Export:
    """Return rows of a tournament for a file, after it is recorded who asked for them, and why.

    Raises:
        ValidationError: the reason is empty or too long.
        ForbiddenError: the actor is no admin in good standing any more.

    """
    _record(actor, tournament, kind, reason)
    columns = dict(COLUMNS[kind])
    if kind == Kind.BOARD and tournament.status == TournamentStatus.COMPLETED:
        columns |= FINAL
    if kind == Kind.TRADES:
        return Export(list(columns), _trades(tournament, columns.values()))
    rows = _seats(tournament, kind).values_list(*columns.values())
    return Export(list(columns), rows.iterator(chunk_size=AT_ONCE))


@service
def _record(actor: User, tournament: Tournament, kind: str, reason: str) -> None:
    reason = staff.reasoned(reason)
    staff.expect_admin(actor)
    audit.record(
        actor,
        "tournament.export",
        entity_type="tournaments",
        entity_id=tournament.pk,
        details={"reason": reason, "what": kind},
    )


def _trades(tournament: Tournament, columns: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    """Read trades by key, a page at a time: a million are more than one statement may take."""
    first, last = fetched_one(SPAN, [tournament.pk])
    trades = Trade.objects.filter(tournament=tournament).with_busts()
    found = trades.order_by("executed_at", "pk").values_list("executed_at", "pk", *columns)
    # The bounds are the index's: without them the first page would begin at the oldest trade of
    # all tournaments, and the last would go on to the newest.
    page = found.filter(executed_at__range=(first, last))
    more = first is not None
    while more:
        some = _read(page)
        yield from (row[2:] for row in some)
        more = len(some) == AT_ONCE
        if more:
            executed_at, key = some[-1][:2]
            earlier = Q(executed_at=executed_at, pk__lte=key)
            page = found.filter(executed_at__range=(executed_at, last)).exclude(earlier)


@snapshot
def _read(page: QuerySet[Any, tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Read a page by a plan for its own values: one for any would sort all trades each time."""
    executed("SET LOCAL plan_cache_mode = force_custom_plan")
    return list(page[:AT_ONCE])


def _seats(tournament: Tournament, kind: str) -> QuerySet[Any]:
    """Return the seats in the order in which they are read."""
    seats = Participant.objects.filter(tournament=tournament)
    if kind == Kind.PARTICIPANTS:
        return seats.order_by("registered_at", "pk")
    if tournament.status == TournamentStatus.COMPLETED:
        final = seats.filter(final_rank__isnull=False)
        return final.order_by("final_rank", "registered_at", "pk")
    ranked = seats.competing().annotate(
        rank=Window(Rank(), order_by=[F("total_pnl") * -1, F("realized_pnl") * -1, "total_trades"])
    )
    return ranked.in_board_order()
