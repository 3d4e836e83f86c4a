"""The ledger, what follows from it, and figures over time."""

from trading.models.doubts import (
    Break,
    BreakStatus,
    Bust,
    QuarantinedTrade,
    QuarantineStatus,
)
from trading.models.ledger import (
    OrderType,
    Position,
    PositionSide,
    PositionStatus,
    PositionType,
    Side,
    Trade,
)
from trading.models.marks import Mark, Risk, Tally
from trading.models.performance import PerformanceSnapshot

__all__ = [
    "Break",
    "BreakStatus",
    "Bust",
    "Mark",
    "OrderType",
    "PerformanceSnapshot",
    "Position",
    "PositionSide",
    "PositionStatus",
    "PositionType",
    "QuarantineStatus",
    "QuarantinedTrade",
    "Risk",
    "Side",
    "Tally",
    "Trade",
]
