"""What happened, as a line of commentary rests on it: figures are exact decimal texts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID


class Event(StrEnum):
    """What is worth a line."""

    LEAD_CHANGE = "lead_change"
    BIG_WIN = "big_win"
    BIG_LOSS = "big_loss"
    WIN_STREAK = "win_streak"
    LOSS_STREAK = "loss_streak"
    ECONOMIC_RELEASE = "economic_release"
    CHAT_BURST = "chat_burst"
    CORRECTION = "correction"
    MANUAL = "manual"


class Topic(StrEnum):
    """How an event is talked about: each has lines of its own."""

    LEAD_CHANGE = "lead_change"
    BIG_WIN = "big_win"
    EXTREME_WIN = "extreme_win"
    BIG_LOSS = "big_loss"
    WIN_STREAK = "win_streak"
    LOSS_STREAK = "loss_streak"
    RELEASE_ABOVE = "release_above"
    RELEASE_BELOW = "release_below"
    RELEASE_AS_EXPECTED = "release_as_expected"
    RELEASE_ALONE = "release_alone"
    CHAT_BURST = "chat_burst"
    CORRECTION = "correction"


class Voice(StrEnum):
    """The four personalities."""

    BULL = "bull"
    BEAR = "bear"
    SAGE = "sage"
    ROCKET = "rocket"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened in a tournament.

    `key` names it within its tournament: of one key there is one line, however often it is found.
    `at` is when Dayrade came to know of it. `data` is exact; `spoken` has the same things as they
    are read aloud, by the names that the lines use. It rests on `trades`, whose P&L was `figures`
    (in the same order), or on `subject_id`. A lead rests on all trades of a seat but `figures`.
    """

    event: Event
    topic: Topic
    key: str
    at: datetime
    data: Mapping[str, str]
    spoken: Mapping[str, str]
    priority: str = "medium"
    source: str = "trading"
    user_id: UUID | None = None
    participant_id: UUID | None = None
    trades: tuple[UUID, ...] = ()
    figures: tuple[Decimal, ...] = field(default=())
    subject_id: UUID | None = None

    @property
    def trigger_data(self) -> dict[str, Any]:
        """All that the line may mention, as it is stored beside it."""
        return {**self.data, "spoken": dict(self.spoken)}
