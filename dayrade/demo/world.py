"""The whole demo, in one transaction."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User, UserSession
from administration import audit
from dayrade.db.transactions import service
from dayrade.demo import chat, contests, inbox, ledger, office, people, story
from dayrade.demo.chance import Chance
from dayrade.demo.contests import Contest
from dayrade.demo.ledger import Run
from dayrade.demo.people import Crowd
from dayrade.errors import ConflictError
from tournaments.models import Participant
from tournaments.services import ranking, results

# The audit's name for everything that no person of the demo has done.
ACTION = "demo.load"
COMPETITORS_MIN = 10
WITHDRAWN, DISQUALIFIED = 0.02, 0.02
REASONS = (
    "Traded from two accounts on the same device.",
    "Passed on another competitor's orders before they were filled.",
    "Let somebody else trade on the account.",
)

# Takes how much is done, in percent, and what is being done.
type Progress = Callable[[int, str], None]


class NotEmptyError(ConflictError):
    """There are people in the database: the demo would mix with them."""

    code = "DATABASE_NOT_EMPTY"


@dataclass(frozen=True, slots=True)
class World:
    """What the steps share."""

    chance: Chance
    at: datetime
    crowd: Crowd
    progress: Progress


def is_empty() -> bool:
    """Tell whether the database holds nobody yet, so that the demo may be loaded."""
    return not User.objects.exists()


def silent(done: int, doing: str) -> None:
    """Show no progress."""


@service
def load(*, seed: int, at: datetime, competitors: int = 200, progress: Progress = silent) -> None:
    """Build the demo's world around an instant (aware); the same one for the same arguments.

    The ids are the same as well, except of what a service or a trigger makes: the audit rows and
    the overrides of the configuration. The figures are those that `trading.accounting` gives.

    Raises:
        NotEmptyError: the database has people in it.
        ValueError: fewer competitors than a tournament needs.

    """
    if not is_empty():
        raise NotEmptyError("The database is not empty: the demo needs one without people.")
    if competitors < COMPETITORS_MIN:
        raise ValueError(f"the demo needs {COMPETITORS_MIN} competitors or more")
    chance = Chance(str(seed))
    audit.acting(None, ACTION)
    progress(0, "people")
    world = World(chance, at, people.settle(chance.about("people"), at, competitors), progress)
    admin = world.crowd.admin
    progress(5, "calendar")
    releases = office.calendar(chance.about("calendar"), at, admin)
    office.templates(chance.about("templates"), at, admin)
    office.overrides(admin)

    active = contests.active(chance.about("traded"), at, world.crowd)
    completed = contests.completed(chance.about("traded"), active, world.crowd)
    others = [
        contests.untraded(chance.about(plan.slug), at, world.crowd, plan) for plan in contests.PLANS
    ]
    audit.acting(None, ACTION)
    for contest in others:
        Participant.objects.bulk_create(contest.seats)
    finished = play(world, completed, completed.tournament.end_date, (8, 30))
    finish(completed, finished)
    runs = play(world, active, at, (30, 88))

    progress(88, "talk")
    audit.acting(None, ACTION)
    chat.fill(chance.about("chat"), at, world.crowd, active, 30 + competitors)
    chat.fill(chance.about("old chat"), at, world.crowd, completed, 20 + competitors // 4)
    audit.acting(None, ACTION)
    story.tell(chance.about("story"), at, active, runs, releases)
    story.tell(chance.about("old story"), at, completed, finished, [])
    story.by_hand(chance.about("by hand"), at, active, admin)
    inbox.deliver(chance.about("inbox"), at, world.crowd, [active, completed, *others], runs)
    progress(100, "done")


def play(world: World, contest: Contest, until: datetime, share: tuple[int, int]) -> list[Run]:
    """Let a tournament be traded until an instant, send somebody off, and rank the rest.

    `share` is the part of the progress that it takes.
    """
    chance = world.chance.about(contest.tournament.slug)
    # Whoever visitors sign in as stays.
    rivals = contest.seats[1:]
    count = max(1, round(len(rivals) * WITHDRAWN))
    withdrawn = chance.sample(rivals, count)
    for seat in withdrawn:
        seat.is_active = False
    contest.tournament.current_participants -= count
    contest.tournament.save(update_fields=["current_participants", "updated_at"])
    staying = [seat for seat in rivals if seat.is_active]
    count = max(1, round(len(rivals) * DISQUALIFIED))
    banned = chance.sample(staying, count)
    caught_at = contest.days[-1].opens_at + timedelta(minutes=50)
    stops = {seat.zimtra_account_id or "": caught_at for seat in banned}
    runs: list[Run] = []
    for batch in ledger.trade(chance, contest, until, stops):
        runs += batch
        done = share[0] + (share[1] - share[0]) * len(runs) // len(contest.seats)
        world.progress(done, contest.tournament.name)
    for number, seat in enumerate(banned):
        disqualify(world.crowd.moderator, seat, REASONS[number % len(REASONS)])
    audit.acting(None, ACTION)
    note_best_ranks(contest, runs)
    ranking.refresh(tournament=contest.tournament)
    ranks = dict(
        Participant.objects.filter(tournament=contest.tournament).values_list("pk", "current_rank")
    )
    for run in runs:
        run.seat.current_rank = ranks[run.seat.pk]
    return runs


def note_best_ranks(contest: Contest, runs: list[Run]) -> None:
    """Write the best rank that each seat has held at the end of a trading day."""
    closes = {day.closes_at for day in contest.days}
    boards: dict[datetime, list[tuple[tuple[Any, ...], Participant]]] = {}
    for run in runs:
        for shot in run.snapshots:
            if shot.recorded_at in closes:
                key = (-shot.total_pnl, -shot.realized_pnl, shot.number_of_trades)
                boards.setdefault(shot.recorded_at, []).append((key, run.seat))
    for board in boards.values():
        keys = sorted(key for key, _ in board)
        for key, seat in board:
            rank = bisect_left(keys, key) + 1
            seat.best_rank = min(seat.best_rank or rank, rank)
    Participant.objects.bulk_update([run.seat for run in runs], ["best_rank"])


def disqualify(moderator: User, seat: Participant, reason: str) -> None:
    """Take a seat out of the ranking, as a moderator does."""
    audit.acting(moderator, "participant.disqualify", reason=reason)
    seat.disqualified, seat.disqualification_reason = True, reason
    seat.save(update_fields=["disqualified", "disqualification_reason", "updated_at"])
    UserSession.objects.filter(user_id=seat.user_id).revoke()


def finish(contest: Contest, runs: list[Run]) -> None:
    """Publish the result of a tournament that is over."""
    results.record(contest.tournament, actor=None)
    for run in runs:
        if run.seat.current_rank:
            run.seat.final_rank, run.seat.final_pnl = run.seat.current_rank, run.seat.total_pnl
