"""Deliveries for tests, and what a ledger has come to."""

from datetime import timedelta

from trading.models import Position, Risk, Tally, Trade

MOVED = (
    "realized_pnl",
    "unrealized_pnl",
    "total_pnl",
    "current_balance",
    "total_trades",
    "winning_trades",
    "losing_trades",
    "total_volume",
    "current_rank",
    "best_rank",
)
KEPT_OUT = {"id", "created_at", "updated_at", "last_updated_at"}


def item(name, seat, side, quantity, price, *, minutes=0, at=None, symbol="AAPL", **others):
    """Return a trade as the provider would send it, `minutes` after the start."""
    executed_at = at or seat.tournament.start_date + timedelta(minutes=minutes)
    return {
        "zimtra_trade_id": name,
        "zimtra_account_id": seat.zimtra_account_id,
        "symbol": symbol,
        "side": side,
        "quantity": quantity,
        "price": price,
        "commission": "1.00",
        "executed_at": executed_at.isoformat(),
    } | others


def state(tournament):
    """Return every trade, position and figure of a tournament, without what depends on when."""
    columns = [field.attname for field in Trade._meta.fields if field.attname not in KEPT_OUT]
    held = [field.attname for field in Position._meta.fields if field.attname not in KEPT_OUT]
    return {
        "trades": list(tournament.trades.order_by("pk").values("id", *columns)),
        "positions": list(tournament.positions.order_by("participant", "symbol").values(*held)),
        "figures": list(tournament.participants.order_by("pk").values("id", *MOVED)),
        "tallies": list(
            Tally.objects.filter(participant__tournament=tournament).order_by("pk").values()
        ),
        "risks": list(
            Risk.objects.filter(participant__tournament=tournament).order_by("pk").values()
        ),
    }
