"""What is worth a line: pure functions of what was, what is, and what came in between."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from comms.commentary import speech
from comms.commentary.facts import Event, Fact, Topic

PERCENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on something is worth a line.

    Results are measured in percent of the starting balance.
    """

    big_percent: int
    extreme_percent: int
    streak: int
    burst_messages: int
    burst_seconds: int
    burst_pause: timedelta
    lead_pause: timedelta


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a seat stands; what shares `key` shares a rank. `busts` trades were taken back."""

    participant_id: UUID
    user_id: UUID
    username: str | None
    total_pnl: Decimal
    realized_pnl: Decimal
    total_trades: int
    competes: bool = True
    busts: int = 0

    @property
    def key(self) -> tuple[Decimal, Decimal, int]:
        """What the ranking goes by, the higher the better."""
        return self.total_pnl, self.realized_pnl, -self.total_trades


@dataclass(frozen=True, slots=True)
class Closed:
    """A trade that closed something; `booked_at` is when Dayrade came to know of it."""

    id: UUID
    participant_id: UUID
    user_id: UUID
    username: str
    symbol: str
    pnl: Decimal
    percentage: Decimal
    booked_at: datetime
    starting_balance: Decimal


@dataclass(frozen=True, slots=True)
class Run:
    """The latest closing trades of a seat that all won or all lost, the latest first."""

    participant_id: UUID
    user_id: UUID
    username: str
    trades: Sequence[UUID]
    figures: Sequence[Decimal]
    booked_at: datetime


@dataclass(frozen=True, slots=True)
class Release:
    """A figure of the economic calendar that has come out."""

    id: UUID
    name: str
    country: str
    actual: Decimal
    forecast: Decimal | None
    unit: str | None


def leader(before: Standing | None, after: Standing | None) -> Standing | None:
    """Return who leads: whoever led keeps the lead while nobody stands higher.

    Nobody leads who has not traded.
    """
    if after is None or not after.total_trades:
        return None
    return before if before and before.competes and before.key >= after.key else after


def lead_change(
    before: Standing | None, after: Standing | None, *, at: datetime, currency: str
) -> Fact | None:
    """Compare the leader that was known with the one at the top.

    `before` is as that seat stands now. Whoever shares the first rank has not lost it, and whoever
    does not compete any more was not overtaken.
    """
    leads = leader(before, after)
    if before is None or leads is None or not before.competes or leads is before:
        return None
    if leads.participant_id == before.participant_id or not leads.username:
        return None
    return Fact(
        event=Event.LEAD_CHANGE,
        topic=Topic.LEAD_CHANGE,
        key=f"lead:{leads.participant_id}:{at.isoformat()}",
        at=at,
        data={
            "username": leads.username,
            "total_pnl": str(leads.total_pnl),
            "total_trades": str(leads.total_trades),
            "currency": currency,
        },
        spoken={
            "name": speech.person(leads.username),
            "standing": speech.standing(leads.total_pnl, currency),
        },
        priority="urgent",
        user_id=leads.user_id,
        participant_id=leads.participant_id,
        figures=(Decimal(leads.busts),),
    )


def results(trades: Iterable[Closed], limits: Limits, *, currency: str) -> list[Fact]:
    """Find the wins and losses that are big for what their owners started with."""
    found = [_result(trade, limits, currency) for trade in trades]
    return [fact for fact in found if fact]


def _result(trade: Closed, limits: Limits, currency: str) -> Fact | None:
    share = abs(trade.pnl) / trade.starting_balance
    if share < limits.big_percent * PERCENT or not trade.pnl:
        return None
    won = trade.pnl > 0
    extreme = share >= limits.extreme_percent * PERCENT
    topic = Topic.BIG_WIN if won else Topic.BIG_LOSS
    return Fact(
        event=Event.BIG_WIN if won else Event.BIG_LOSS,
        topic=Topic.EXTREME_WIN if won and extreme else topic,
        key=f"result:{trade.id}",
        at=trade.booked_at,
        data={
            "username": trade.username,
            "symbol": trade.symbol,
            "pnl": str(trade.pnl),
            "pnl_percentage": str(trade.percentage),
            "currency": currency,
            "trade_id": str(trade.id),
        },
        spoken={
            "name": speech.person(trade.username),
            "symbol": speech.words(trade.symbol),
            "pnl": speech.money(trade.pnl, currency),
        },
        priority="high" if extreme else "medium",
        user_id=trade.user_id,
        participant_id=trade.participant_id,
        trades=(trade.id,),
        figures=(trade.pnl,),
    )


def streaks(runs: Iterable[Run], limits: Limits) -> list[Fact]:
    """Find runs of wins or losses that have reached a multiple of the length that counts."""
    return [_streak(run, limits) for run in runs if len(run.trades) >= limits.streak]


def _streak(run: Run, limits: Limits) -> Fact:
    won = run.figures[0] > 0
    level = level_of(len(run.trades), limits)
    return Fact(
        event=Event.WIN_STREAK if won else Event.LOSS_STREAK,
        topic=Topic.WIN_STREAK if won else Topic.LOSS_STREAK,
        key=f"streak:{run.trades[-1]}:{level}",
        at=run.booked_at,
        data={"username": run.username, "trades": str(len(run.trades))},
        spoken={"name": speech.person(run.username), "count": f"{len(run.trades):,}"},
        user_id=run.user_id,
        participant_id=run.participant_id,
        trades=tuple(run.trades),
        figures=tuple(run.figures),
    )


def level_of(length: int, limits: Limits) -> int:
    """Return the last length at which a run was worth a line."""
    return length // limits.streak * limits.streak


def releases(found: Iterable[Release], *, at: datetime) -> list[Fact]:
    """Tell what came out, against what was expected."""
    return [_release(release, at) for release in found]


def _release(release: Release, at: datetime) -> Fact:
    data = {
        "release": release.name,
        "country": release.country,
        "actual": str(release.actual),
        "event_id": str(release.id),
    }
    spoken = {
        "release": speech.words(release.name),
        "actual": speech.number(release.actual, release.unit),
    }
    topic = Topic.RELEASE_ALONE
    if release.unit:
        data["unit"] = release.unit
    if release.forecast is not None:
        data["forecast"] = str(release.forecast)
        spoken["forecast"] = speech.number(release.forecast, release.unit)
        topic = Topic.RELEASE_AS_EXPECTED
        if release.actual != release.forecast:
            above = release.actual > release.forecast
            topic = Topic.RELEASE_ABOVE if above else Topic.RELEASE_BELOW
    return Fact(
        event=Event.ECONOMIC_RELEASE,
        topic=topic,
        key=f"release:{release.id}:{release.actual}",
        at=at,
        data=data,
        spoken=spoken,
        priority="high",
        source="economic",
        subject_id=release.id,
    )


def burst(messages: int, last_at: datetime | None, limits: Limits, *, at: datetime) -> Fact | None:
    """Tell that the chat is busy, unless that was told lately."""
    if messages < limits.burst_messages:
        return None
    if last_at is not None and at < last_at + limits.burst_pause:
        return None
    return Fact(
        event=Event.CHAT_BURST,
        topic=Topic.CHAT_BURST,
        key=f"burst:{at.isoformat()}",
        at=at,
        data={"messages": str(messages), "seconds": str(limits.burst_seconds)},
        spoken={"count": f"{messages:,}", "seconds": f"{limits.burst_seconds:,}"},
        priority="low",
        source="chat",
    )


def correction(
    *, event: str, data: dict[str, object], of: UUID, user_id: UUID | None, at: datetime
) -> Fact | None:
    """Tell that what was spoken does not hold; `data` is what it rested on.

    What a line about the chat rested on is gone by itself: that is no news.
    """
    spoken = data.get("spoken")
    said = spoken if isinstance(spoken, dict) else {}
    subject = said.get("name") or said.get("release")
    if not subject:
        return None
    facts = {"event": event, "commentary_id": str(of)}
    if "username" in data:
        facts["username"] = str(data["username"])
    return Fact(
        event=Event.CORRECTION,
        topic=Topic.CORRECTION,
        key=f"correction:{of}",
        at=at,
        data=facts,
        spoken={"subject": str(subject)},
        priority="high",
        source="economic" if "release" in said else "trading",
        user_id=user_id,
        subject_id=of,
    )
