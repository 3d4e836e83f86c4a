"""What happened in a tournament, told by the four voices of the commentary.

Every line rests on facts of the ledger, which stand beside it in `trigger_data`.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any
from uuid import UUID

from accounts.models import User
from comms.models import Commentary, CommentarySource, Personality, Priority
from dayrade.demo.chance import Chance
from dayrade.demo.contests import Contest
from dayrade.demo.ledger import Run
from market.models import EconomicEvent
from trading.accounting import cents
from trading.models import PerformanceSnapshot, Trade

STREAK = 5
WINS = (
    "{username} takes ${pnl} out of {symbol}, {percent} percent on the position. Ride it!",
    "Look at {username}: ${pnl} on {symbol}. The bulls are awake.",
    "${pnl} in the bank for {username}, all of it from {symbol}. More of that, please!",
)
LOSSES = (
    "{symbol} bites: {username} gives back ${pnl} in one trade. I did warn you.",
    "A hard one for {username}, ${pnl} gone on {symbol}. Mind your stops.",
    "Careful out there. {symbol} has just cost {username} ${pnl}.",
)
LEADS = (
    "A new leader! {username} passes {former} with a profit of ${total_pnl}.",
    "{username} takes the lead from {former}: ${total_pnl}. To the moon!",
)
CLOSES = (
    "The bell. {username} leads with ${total_pnl} after {trades} trades. Patience is a position.",
    "{trades} trades, ${total_pnl}: {username} ends the day in front. The others sleep on it.",
)
STREAKS = ("{username} has won {wins} trades in a row today. Lift-off!",)
RELEASES = (
    "{name}: {actual_value} against {forecast_value} expected. A surprise fades, a trend does not.",
)


class Narrator:
    """Writes lines about one tournament."""

    def __init__(self, chance: Chance, contest: Contest) -> None:
        """Begin with nothing said."""
        self.chance = chance
        self.contest = contest

    def line(
        self,
        personality: Personality,
        event: str,
        texts: Sequence[str],
        *,
        at: datetime,
        facts: dict[str, str],
        user_id: Any = None,
        **fields: Any,
    ) -> Commentary:
        """Say one of the texts about facts, a few seconds after they happened."""
        # A sign is a fact; a voice says "loses" and leaves it out.
        spoken = {name: fact.removeprefix("-") for name, fact in facts.items()}
        said_at = at + timedelta(seconds=self.chance.randint(3, 25))
        fields = {
            "source": CommentarySource.TRADING,
            "is_played": True,
            "played_at": said_at + timedelta(seconds=2),
            "scheduled_at": said_at,
        } | fields
        return Commentary(
            id=self.chance.uuid(),
            tournament=self.contest.tournament,
            personality=personality,
            commentary_text=self.chance.choice(texts).format(**spoken),
            trigger_event=event,
            trigger_data=facts,
            trigger_user_id=user_id,
            created_at=said_at,
            **fields,
        )


def tell(
    chance: Chance,
    at: datetime,
    contest: Contest,
    runs: Sequence[Run],
    releases: Iterable[EconomicEvent],
) -> list[Commentary]:
    """Insert the commentary of a tournament's days and return it."""
    narrator = Narrator(chance, contest)
    competing = [run for run in runs if run.seat.is_active and not run.seat.disqualified]
    lines = [
        *_trades(narrator, competing),
        *_standings(narrator, competing),
        *_releases(narrator, at, releases),
    ]
    # Whoever speaks about the last minutes has spoken by now.
    lines = [line for line in lines if line.played_at is None or line.played_at <= at]
    lines.sort(key=lambda line: line.created_at)
    Commentary.objects.bulk_create(lines)
    return lines


def _trades(narrator: Narrator, runs: Sequence[Run]) -> Iterator[Commentary]:
    """Tell the largest gain and loss of each day, and one streak of wins."""
    names = usernames(runs)
    for day in narrator.contest.days:
        closing = [
            one
            for run in runs
            for one in run.trades
            if one.pnl is not None and day.opens_at <= one.executed_at <= day.closes_at
        ]
        closing.sort(key=lambda one: (one.pnl, one.id))
        if not closing:
            continue
        best, worst = closing[-1], closing[0]
        if best.pnl and best.pnl > 0:
            yield _about(narrator, Personality.BULL, best, names[best.user_id])
        if worst.pnl and worst.pnl < 0:
            yield _about(narrator, Personality.BEAR, worst, names[worst.user_id])
        yield from _streaks(narrator, closing, names)


def _about(narrator: Narrator, personality: Personality, trade: Trade, username: str) -> Commentary:
    won = personality == Personality.BULL
    facts = {
        "username": username,
        "symbol": trade.symbol,
        "pnl": str(trade.pnl),
        "percent": str(cents(trade.pnl_percentage or Decimal(0))),
        "trade_id": str(trade.pk),
    }
    return narrator.line(
        personality,
        "big_win" if won else "big_loss",
        WINS if won else LOSSES,
        at=trade.executed_at,
        facts=facts,
        user_id=trade.user_id,
        priority=Priority.HIGH,
    )


def _streaks(
    narrator: Narrator, closing: Sequence[Trade], names: dict[UUID, str]
) -> Iterator[Commentary]:
    """Tell of the first person of a day who won a number of closing trades in a row."""
    in_a_row: dict[Any, int] = {}
    for one in sorted(closing, key=lambda one: (one.executed_at, one.id)):
        won = one.pnl is not None and one.pnl > 0
        in_a_row[one.user_id] = in_a_row.get(one.user_id, 0) + 1 if won else 0
        if in_a_row[one.user_id] == STREAK:
            facts = {"username": names[one.user_id], "wins": str(STREAK)}
            yield narrator.line(
                Personality.ROCKET,
                "streak",
                STREAKS,
                at=one.executed_at,
                facts=facts,
                user_id=one.user_id,
            )
            return


def _standings(narrator: Narrator, runs: Sequence[Run]) -> Iterator[Commentary]:
    """Tell who leads at the end of each day, and the first change of the lead in it."""
    names = usernames(runs)
    board = list(leaders(runs))
    closes = [day.closes_at for day in narrator.contest.days]
    changed: set[Any] = set()
    for before, leader in pairwise(board):
        day = leader.recorded_at.date()
        # Nobody leads while everybody stands at nothing.
        if leader.user_id == before.user_id or day in changed or not before.total_pnl > 0:
            continue
        changed.add(day)
        facts = {
            "username": names[leader.user_id],
            "former": names[before.user_id],
            "total_pnl": str(leader.total_pnl),
        }
        yield narrator.line(
            Personality.ROCKET,
            "lead_change",
            LEADS,
            at=leader.recorded_at,
            facts=facts,
            user_id=leader.user_id,
            priority=Priority.URGENT,
        )
    for leader in board:
        if leader.recorded_at in closes and leader.total_pnl > 0:
            facts = {
                "username": names[leader.user_id],
                "total_pnl": str(leader.total_pnl),
                "trades": str(leader.number_of_trades),
            }
            yield narrator.line(
                Personality.SAGE,
                "day_close",
                CLOSES,
                at=leader.recorded_at,
                facts=facts,
                user_id=leader.user_id,
            )


def usernames(runs: Sequence[Run]) -> dict[UUID, str]:
    """Return the public name of whoever holds each seat, by their id."""
    return {run.seat.user_id: str(run.seat.user) for run in runs}


def leaders(runs: Sequence[Run]) -> Iterator[PerformanceSnapshot]:
    """Return the first of the board at every instant of the snapshots."""
    shots = sorted((shot for run in runs for shot in run.snapshots), key=lambda s: s.recorded_at)
    for _, group in groupby(shots, key=lambda shot: shot.recorded_at):
        yield max(
            group, key=lambda shot: (shot.total_pnl, shot.realized_pnl, -shot.number_of_trades)
        )


def _releases(
    narrator: Narrator, at: datetime, releases: Iterable[EconomicEvent]
) -> Iterator[Commentary]:
    """Tell what came out, and keep a line ready for what comes next."""
    coming = True
    for event in releases:
        if event.actual_value is not None:
            facts = {
                "name": event.name,
                "actual_value": _plain(event.actual_value),
                "forecast_value": _plain(event.forecast_value),
            }
            yield narrator.line(
                Personality.SAGE,
                "economic_release",
                RELEASES,
                at=event.event_time,
                facts=facts,
                source=CommentarySource.ECONOMIC,
            )
        elif coming and event.event_time > at:
            coming = False
            facts = {"name": event.name, "forecast_value": _plain(event.forecast_value)}
            yield narrator.line(
                Personality.BEAR,
                "economic_release_ahead",
                ("{name} is next, {forecast_value} expected. Nobody was ever hurt by being flat.",),
                at=at,
                facts=facts,
                source=CommentarySource.ECONOMIC,
                is_played=False,
                played_at=None,
                scheduled_at=event.event_time - timedelta(minutes=10),
            )


def _plain(value: Decimal | None) -> str:
    """Write a number without the zeros that a column adds."""
    return "nothing" if value is None else f"{value.normalize():f}"


def by_hand(chance: Chance, at: datetime, contest: Contest, admin: User) -> None:
    """Insert a line that staff have written, waiting for the next opening."""
    narrator = Narrator(chance, contest)
    narrator.line(
        Personality.BULL,
        "manual",
        ("A new day, a fresh board to climb. Welcome back to {tournament}!",),
        at=at,
        facts={"tournament": contest.tournament.name},
        user_id=admin.pk,
        source=CommentarySource.MANUAL,
        is_played=False,
        played_at=None,
        scheduled_at=at + timedelta(hours=12),
        priority=Priority.LOW,
    ).save(force_insert=True)
