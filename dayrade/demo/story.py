"""What happened in a tournament, told by the four voices of the commentary.

Every line rests on facts of the ledger, which stand beside it in `trigger_data`; the words are
those that the voices have for a real tournament.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any
from uuid import UUID

from accounts.models import User
from comms.commentary import detectors
from comms.commentary.composing import compose
from comms.commentary.detectors import Closed, Limits, Release, Standing
from comms.commentary.facts import Fact
from comms.models import Commentary, CommentarySource, Personality, Priority
from dayrade.demo.chance import Chance
from dayrade.demo.contests import Contest
from dayrade.demo.ledger import Run
from market.models import EconomicEvent
from trading.models import PerformanceSnapshot, Trade

#: The largest of a day are told, however small they are.
LIMITS = Limits(
    big_percent=0,
    extreme_percent=5,
    streak=5,
    burst_messages=0,
    burst_seconds=0,
    burst_pause=timedelta(0),
    lead_pause=timedelta(0),
)


class Narrator:
    """Writes lines about one tournament."""

    def __init__(self, chance: Chance, contest: Contest) -> None:
        """Begin with nothing said."""
        self.chance = chance
        self.contest = contest
        self.currency = contest.tournament.currency
        self.last: dict[str, str] = {}

    def line(self, fact: Fact, *, at: datetime) -> Commentary:
        """Tell a fact, a few seconds after it happened."""
        said = compose(fact, recent=self.last.values())
        self.last[said.voice] = said.name
        said_at = at + timedelta(seconds=self.chance.randint(3, 25))
        return self.made(
            Personality(said.voice),
            said.text,
            event=fact.event,
            facts=fact.trigger_data,
            source=CommentarySource(fact.source),
            priority=Priority(fact.priority),
            trigger_user_id=fact.user_id,
            created_at=said_at,
            scheduled_at=said_at,
            is_played=True,
            played_at=said_at + timedelta(seconds=2),
        )

    def made(
        self, personality: Personality, text: str, *, event: str, facts: Any, **fields: Any
    ) -> Commentary:
        """Make a line of this tournament."""
        return Commentary(
            id=self.chance.uuid(),
            tournament=self.contest.tournament,
            personality=personality,
            commentary_text=text,
            trigger_event=event,
            trigger_data=facts,
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
    found = [
        *_trades(narrator, competing),
        *_standings(narrator, competing),
        *_releases(releases),
    ]
    found.sort(key=lambda fact: (fact.at, fact.key))
    lines = [narrator.line(fact, at=fact.at) for fact in found]
    # Whoever speaks about the last minutes has spoken by now.
    lines = [line for line in lines if line.played_at is None or line.played_at <= at]
    Commentary.objects.bulk_create(lines)
    return lines


def _trades(narrator: Narrator, runs: Sequence[Run]) -> Iterator[Fact]:
    """Find the largest gain and loss of each day, and the first streak."""
    names = usernames(runs)
    balances = {run.seat.pk: run.seat.starting_balance for run in runs}
    for day in narrator.contest.days:
        closing = [
            _closed(one, names, balances)
            for run in runs
            for one in run.trades
            if one.pnl is not None and day.opens_at <= one.executed_at <= day.closes_at
        ]
        closing.sort(key=lambda one: (one.pnl, one.id))
        extremes = {one.id: one for one in (*closing[:1], *closing[-1:])}
        yield from detectors.results(extremes.values(), LIMITS, currency=narrator.currency)
        yield from _streaks(closing)


def _closed(trade: Trade, names: dict[UUID, str], balances: dict[UUID, Any]) -> Closed:
    return Closed(
        id=trade.pk,
        participant_id=trade.participant_id,
        user_id=trade.user_id,
        username=names[trade.user_id],
        symbol=trade.symbol,
        pnl=trade.pnl or Decimal(0),
        percentage=trade.pnl_percentage or Decimal(0),
        booked_at=trade.executed_at,
        starting_balance=balances[trade.participant_id],
    )


def _streaks(closing: Sequence[Closed]) -> Iterator[Fact]:
    """Find the first person of a day who won or lost a number of closing trades in a row."""
    in_a_row: dict[UUID, list[Closed]] = {}
    for one in sorted(closing, key=lambda one: (one.booked_at, one.id)):
        run = in_a_row.setdefault(one.user_id, [])
        if (run and (run[-1].pnl > 0) != (one.pnl > 0)) or not one.pnl:
            run.clear()
        if one.pnl:
            run.append(one)
        if len(run) == LIMITS.streak:
            latest = list(reversed(run))
            yield from detectors.streaks(
                [
                    detectors.Run(
                        one.participant_id,
                        one.user_id,
                        one.username,
                        [trade.id for trade in latest],
                        [trade.pnl for trade in latest],
                        one.booked_at,
                    )
                ],
                LIMITS,
            )
            return


def _standings(narrator: Narrator, runs: Sequence[Run]) -> Iterator[Fact]:
    """Find the first change of the lead in each day."""
    names = usernames(runs)
    changed: set[Any] = set()
    for (_, before), (board, leader) in pairwise(boards(runs)):
        day = leader.recorded_at.date()
        former = board.get(before.participant_id)
        # Nobody leads while everybody stands at nothing.
        if former is None or day in changed or not before.total_pnl > 0:
            continue
        fact = detectors.lead_change(
            _standing(former, names),
            _standing(leader, names),
            at=leader.recorded_at,
            currency=narrator.currency,
        )
        if fact:
            changed.add(day)
            yield fact


def _standing(shot: PerformanceSnapshot, names: dict[UUID, str]) -> Standing:
    return Standing(
        shot.participant_id,
        shot.user_id,
        names[shot.user_id],
        shot.total_pnl,
        shot.realized_pnl,
        shot.number_of_trades,
    )


def usernames(runs: Sequence[Run]) -> dict[UUID, str]:
    """Return the public name of whoever holds each seat, by their id."""
    return {run.seat.user_id: str(run.seat.user) for run in runs}


def boards(
    runs: Sequence[Run],
) -> Iterator[tuple[dict[UUID, PerformanceSnapshot], PerformanceSnapshot]]:
    """Return every seat, and the first of the board, at every instant of the snapshots."""
    shots = sorted((shot for run in runs for shot in run.snapshots), key=lambda s: s.recorded_at)
    for _, group in groupby(shots, key=lambda shot: shot.recorded_at):
        board = {shot.participant_id: shot for shot in group}
        yield (
            board,
            max(
                board.values(),
                key=lambda shot: (shot.total_pnl, shot.realized_pnl, -shot.number_of_trades),
            ),
        )


def _releases(releases: Iterable[EconomicEvent]) -> Iterator[Fact]:
    """Tell what came out."""
    for event in releases:
        if event.actual_value is not None:
            found = Release(
                event.pk,
                event.name,
                event.country,
                event.actual_value,
                event.forecast_value,
                event.unit,
            )
            yield from detectors.releases([found], at=event.event_time)


def by_hand(chance: Chance, at: datetime, contest: Contest, admin: User) -> None:
    """Insert lines that staff have written, waiting for their moment."""
    narrator = Narrator(chance, contest)
    for personality, text, hours in (
        (Personality.BULL, "A new day, a fresh board to climb. Welcome back!", 12),
        (Personality.BEAR, "The bell is near. Nobody was ever hurt by being flat.", 18),
    ):
        narrator.made(
            personality,
            text,
            event="manual",
            facts={"tournament": contest.tournament.name},
            trigger_user_id=admin.pk,
            source=CommentarySource.MANUAL,
            priority=Priority.LOW,
            scheduled_at=at + timedelta(hours=hours),
        ).save(force_insert=True)
