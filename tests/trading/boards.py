"""Boards for tests: seats with figures, what a pass leaves behind, and snapshots of all of them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from tests.factories.tournaments import ParticipantFactory
from tests.factories.trading import PerformanceSnapshotFactory
from tournaments.models import Board

REGISTERED = datetime(2026, 3, 1, tzinfo=UTC)


def seat(tournament, name, total="0.00", realized=None, trades=0, **fields):
    """Seat somebody; who is seated later registered later."""
    total = Decimal(total)
    realized = total if realized is None else Decimal(realized)
    order = tournament.participants.count()
    return ParticipantFactory(
        **{
            "tournament": tournament,
            "user__username": name,
            "total_pnl": total,
            "realized_pnl": realized,
            "unrealized_pnl": total - realized,
            "current_balance": Decimal("100000.00") + total,
            "total_trades": trades,
            "registered_at": REGISTERED + timedelta(minutes=order),
        }
        | fields
    )


def milestones(tournament, *, every):
    """Say plainly which milestones a pass leaves, at so many places each."""
    seats = tournament.participants.competing().in_board_order()
    return [
        [
            place,
            str(one.total_pnl),
            str(one.realized_pnl),
            one.total_trades,
            one.registered_at.isoformat(),
            str(one.pk),
        ]
        for place, one in enumerate(seats)
        if place and place % every == 0
    ]


def passed(tournament, *, every, revision=1):
    """Leave behind what a pass would."""
    left = {
        "revision": revision,
        "computed_at": timezone.now(),
        "seats": tournament.participants.competing().count(),
        "milestones": milestones(tournament, every=every),
    }
    return Board.objects.update_or_create(tournament=tournament, defaults=left)[0]


def kept(tournament, at, source="dayrade"):
    """Take a snapshot of everybody who competes."""
    for one in tournament.participants.competing():
        PerformanceSnapshotFactory(
            participant=one,
            recorded_at=at,
            data_source=source,
            total_pnl=one.total_pnl,
            realized_pnl=one.realized_pnl,
            unrealized_pnl=one.unrealized_pnl,
            usd_balance=one.current_balance,
            number_of_trades=one.total_trades,
            total_notional_traded=one.total_volume,
        )


def ranks(seats):
    """Rank seats plainly: by name, in the board's order."""
    in_order = sorted(
        seats,
        key=lambda one: (
            -one.total_pnl,
            -one.realized_pnl,
            one.total_trades,
            one.registered_at,
            one.pk,
        ),
    )
    groups = [(one.total_pnl, one.realized_pnl, one.total_trades) for one in in_order]
    return [
        (groups.index(group) + 1, one.user.username)
        for one, group in zip(in_order, groups, strict=True)
    ]
