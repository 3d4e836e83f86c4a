"""The ledger, what follows from it, and figures over time."""

from trading.models.ledger import (
    OrderType,
    Position,
    PositionSide,
    PositionStatus,
    PositionType,
    Side,
    Trade,
)
from trading.models.performance import PerformanceSnapshot

__all__ = [
    "OrderType",
    "PerformanceSnapshot",
    "Position",
    "PositionSide",
    "PositionStatus",
    "PositionType",
    "Side",
    "Trade",
]
