"""Looking for what is worth a line, and for what no longer holds."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from administration import audit, configuration
from comms.commentary import detectors
from comms.commentary.detectors import Closed, Limits, Release, Run, Standing
from comms.commentary.facts import Fact
from comms.models import CommentaryState
from comms.services import commentary
from comms.services import commentary_sql as sql
from dayrade.db.queries import fetched, fetched_one
from dayrade.db.transactions import service
from tournaments.models import Tournament, TournamentStatus
from tournaments.rules import Rules

logger = logging.getLogger("dayrade.commentary")
#: More than this a look does not tell of one kind; nobody could listen to it.
AT_ONCE = 10
#: How far back a run is followed, in lengths that are worth a line.
REACH = 12
FOREVER = datetime.max.replace(tzinfo=UTC)
BUSTED = "A trade that it rested on was taken back."
CHANGED = "The figures that it rested on have changed."


def watch_due() -> int:
    """Look at every tournament that goes on, and return how many lines that made.

    Any number may run at once. One whose look fails is logged and looked at again.
    """
    values = configuration.current()
    made = 0
    for tournament in Tournament.objects.raw(sql.DUE):
        try:
            made += watch(tournament=tournament, values=values)
        except Exception:
            logger.exception("look failed: %s", tournament.slug)
    return made


@service
def watch(*, tournament: Tournament, values: dict[str, Any] | None = None) -> int:
    """Look at what came since the last look, unless somebody else does; return the lines made.

    What no longer holds is taken back first. While the board is frozen nothing is looked at: what
    happens then is told by nobody. Locks the state of the tournament's commentary.
    """
    audit.acting(None, "commentary.watch")
    state = commentary.state_of(tournament)
    # As it is by now: whoever listed it may have taken long.
    tournament = Tournament.objects.get(pk=tournament.pk)
    if state is None or commentary.is_frozen(tournament):
        return 0
    (horizon,) = fetched_one(sql.HORIZON)
    _take_back(tournament, state.seen_until)
    values = values or configuration.current()
    made = 0
    if values["commentary.enabled"] and tournament.status == TournamentStatus.ACTIVE:
        at = timezone.now()
        found = _Look(tournament, state, values, at).facts()
        made = len(commentary.tell(tournament, found, at=at))
    state.seen_until = max(state.seen_until, horizon)
    state.save(update_fields=["seen_until", "leader", "leader_at", "burst_at"])
    return made


def _take_back(tournament: Tournament, since: datetime) -> None:
    """Withdraw what rests on trades that were taken back, or on figures that have changed."""
    parameters = {"tournament": str(tournament.pk), "since": since}
    for key, busted in fetched(sql.UNTRUE, parameters):
        commentary.take_back(key, reason=BUSTED if busted else CHANGED)
    for (key,) in fetched(sql.REVISED, parameters):
        commentary.take_back(key, reason=CHANGED)


class _Look:
    """One look at a tournament."""

    def __init__(
        self,
        tournament: Tournament,
        state: CommentaryState,
        values: dict[str, Any],
        at: datetime,
    ) -> None:
        self.tournament, self.state, self.values, self.at = tournament, state, values, at
        self.limits = limits(values)
        oldest = at - timedelta(seconds=values["commentary.max_age_seconds"])
        self.parameters = {
            "tournament": str(tournament.pk),
            "since": max(state.seen_until, oldest),
            "until": Rules.read(tournament.rules).freeze_at or FOREVER,
            "now": at,
            "limit": AT_ONCE,
        }

    def facts(self) -> list[Fact]:
        """Return what is worth a line, the most telling first."""
        return [*self.lead(), *self.results(), *self.streaks(), *self.releases(), *self.burst()]

    def lead(self) -> list[Fact]:
        state, pause = self.state, self.limits.lead_pause
        if state.leader_id and state.leader_at and self.at < state.leader_at + pause:
            return []
        top = fetched(sql.LEADER, [self.tournament.pk])
        after = Standing(*top[0]) if top else None
        former = fetched(sql.FORMER, [self.parameters["since"], state.leader_id])
        before = Standing(*former[0]) if former else None
        leads = detectors.leader(before, after)
        if leads:
            state.leader_id = leads.participant_id
        fact = detectors.lead_change(before, after, at=self.at, currency=self.tournament.currency)
        if fact is None:
            return []
        state.leader_at = self.at
        return [fact]

    def results(self) -> list[Fact]:
        found = fetched(sql.RESULTS, self.parameters | {"percent": self.limits.big_percent})
        trades = [Closed(*row) for row in found]
        return detectors.results(trades, self.limits, currency=self.tournament.currency)

    def streaks(self) -> list[Fact]:
        length = self.limits.streak
        parameters = self.parameters | {"streak": length, "reach": length * REACH}
        return detectors.streaks([Run(*row) for row in fetched(sql.RUNS, parameters)], self.limits)

    def releases(self) -> list[Fact]:
        age = timedelta(seconds=self.values["commentary.release_age_seconds"])
        found = fetched(sql.RELEASES, self.parameters | {"earliest": self.at - age})
        return detectors.releases([Release(*row) for row in found], at=self.at)

    def burst(self) -> list[Fact]:
        since = self.at - timedelta(seconds=self.limits.burst_seconds)
        (messages,) = fetched_one(sql.BURST, [self.tournament.pk, since])
        fact = detectors.burst(messages, self.state.burst_at, self.limits, at=self.at)
        if fact is None:
            return []
        self.state.burst_at = self.at
        return [fact]


def limits(values: dict[str, Any]) -> Limits:
    """Read from the configuration what is worth a line."""
    return Limits(
        big_percent=values["commentary.big_result_percent"],
        extreme_percent=values["commentary.extreme_result_percent"],
        streak=values["commentary.streak_length"],
        burst_messages=values["commentary.burst_messages"],
        burst_seconds=values["commentary.burst_seconds"],
        burst_pause=timedelta(seconds=values["commentary.burst_pause_seconds"]),
        lead_pause=timedelta(seconds=values["commentary.lead_pause_seconds"]),
    )
