"""A trade as the provider reports it; pure: no database and no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any
from uuid import UUID

from trading import feed
from trading.accounting import BUY, SELL
from trading.feed import Refusal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
SIDES = (BUY, SELL)
ORDER_TYPES = ("market", "limit", "stop")
# The bound of the ledger's numeric(15,2).
VALUE_MAX = Decimal(10) ** 13
UNKNOWN_FIELD = "UNKNOWN_FIELD"
FIELDS = frozenset(
    (
        "zimtra_trade_id",
        "zimtra_order_id",
        "zimtra_account_id",
        "symbol",
        "side",
        "quantity",
        "price",
        "commission",
        "order_type",
        "executed_at",
    )
)
NO_COMMISSION = Decimal("0.00")


@dataclass(slots=True)
class Report:
    """A fill that makes sense by itself; amounts as the ledger stores them."""

    zimtra_trade_id: str
    zimtra_order_id: str | None
    zimtra_account_id: str
    symbol: str
    side: str
    quantity: int
    price: Decimal
    commission: Decimal
    order_type: str
    executed_at: datetime


def read(item: Mapping[str, Any]) -> Report | Refusal:
    """Read one item of a delivery, or say what is wrong with it."""
    if not item.keys() <= FIELDS:
        name = min(item.keys() - FIELDS)[: feed.ID_MAX]
        return Refusal(UNKNOWN_FIELD, f"{name} is no field of a trade.")
    order = item.get("zimtra_order_id")
    commission = item.get("commission")
    values = (
        feed.identifier(item, "zimtra_trade_id"),
        None if order is None else feed.identifier(item, "zimtra_order_id"),
        feed.identifier(item, "zimtra_account_id"),
        feed.symbol(item),
        _one_of(item, "side", SIDES),
        feed.whole(item, "quantity", low=1),
        feed.number(item, "price", 10, 4, above=0),
        NO_COMMISSION if commission is None else feed.number(item, "commission", 8, 2),
        "market" if item.get("order_type") is None else _one_of(item, "order_type", ORDER_TYPES),
        feed.instant(item, "executed_at"),
    )
    for value in values:
        if type(value) is Refusal:
            return value
    report = Report(*values)  # type: ignore[arg-type]  # none of them is a refusal any more
    if report.commission < 0:
        return Refusal(feed.OUT_OF_RANGE, "commission must be 0 or more.")
    if report.quantity * report.price >= VALUE_MAX:
        return Refusal(feed.OUT_OF_RANGE, "quantity times price is out of range.")
    return report


def _one_of(item: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str | Refusal:
    value = item.get(name)
    if value in allowed:
        return str(value)
    if value is None:
        return Refusal(feed.MISSING, f"{name} is missing.")
    return Refusal(feed.INVALID, f"{name} must be one of {', '.join(allowed)}.")


def trade_id(tournament_id: UUID, report: Report) -> str:
    """Return the id that this trade has however often and in whatever order it is delivered.

    It begins with the instant in milliseconds, so that new rows stand together in the index, and
    goes on with a hash: version 8 of RFC 9562.
    """
    milliseconds = (report.executed_at - EPOCH) // MILLISECOND
    digest = blake2b(
        report.zimtra_trade_id.encode(), key=tournament_id.bytes, digest_size=10
    ).digest()
    tail = int.from_bytes(digest)
    high, low = tail >> 68 & 0xFFF, tail & 0x3FFF_FFFF_FFFF_FFFF
    digits = f"{milliseconds << 80 | 0x8 << 76 | high << 64 | 0b10 << 62 | low:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
