"""The tournaments of the demo, in every state, division and type, and who has a seat in them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from dayrade.demo.chance import Chance
from dayrade.demo.people import Crowd
from dayrade.demo.prices import SYMBOLS, Day, bars, days, later_weekdays, weekdays
from tournaments.models import (
    Division,
    Participant,
    Tournament,
    TournamentStatus,
    TournamentType,
)
from tournaments.services import drafts

PAST_DAYS, COMING_DAYS, FINISHED_DAYS, GAP_DAYS = 7, 3, 10, 3


@dataclass(slots=True)
class Contest:
    """A tournament, its seats, and the trading days that it has seen."""

    tournament: Tournament
    seats: list[Participant]
    days: list[Day] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """A tournament without trades; the days count from now, the share is of all competitors."""

    name: str
    slug: str
    division: Division
    tournament_type: TournamentType
    status: TournamentStatus
    registration: tuple[int, int]
    trading: tuple[int, int]
    entry_fee: str
    prize_pool: str
    share: float
    description: str


PLANS = (
    Plan(
        "Raider Masters",
        "raider-masters",
        Division.RAIDER,
        TournamentType.CHAMPIONSHIP,
        TournamentStatus.REGISTRATION_OPEN,
        (-6, 9),
        (12, 26),
        "99.00",
        "50000.00",
        0.3,
        "Two weeks among the best, and the largest prize of the season.",
    ),
    Plan(
        "Elevator Rookie Week",
        "elevator-rookie-week",
        Division.ELEVATOR,
        TournamentType.STANDARD,
        TournamentStatus.REGISTRATION_OPEN,
        (-2, 17),
        (19, 26),
        "0.00",
        "1000.00",
        0.12,
        "Free to enter, for people in their first season.",
    ),
    Plan(
        "Crusader Earnings Special",
        "crusader-earnings-special",
        Division.CRUSADER,
        TournamentType.SPECIAL,
        TournamentStatus.REGISTRATION_CLOSED,
        (-20, -1),
        (2, 9),
        "29.00",
        "7500.00",
        0.25,
        "One week in the middle of the earnings season.",
    ),
    Plan(
        "Raider Invitational",
        "raider-invitational",
        Division.RAIDER,
        TournamentType.SPECIAL,
        TournamentStatus.DRAFT,
        (20, 40),
        (45, 59),
        "0.00",
        "25000.00",
        0,
        "By invitation, for the first ten of each division.",
    ),
    Plan(
        "Elevator Championship",
        "elevator-championship",
        Division.ELEVATOR,
        TournamentType.CHAMPIONSHIP,
        TournamentStatus.DRAFT,
        (30, 60),
        (65, 79),
        "19.00",
        "10000.00",
        0,
        "The final of the elevator division.",
    ),
    Plan(
        "Raider Qualifier",
        "raider-qualifier",
        Division.RAIDER,
        TournamentType.STANDARD,
        TournamentStatus.CANCELLED,
        (-40, -20),
        (-17, -10),
        "49.00",
        "5000.00",
        0.04,
        "Cancelled: too few had registered when registration closed.",
    ),
)


def active(chance: Chance, at: datetime, crowd: Crowd) -> Contest:
    """Open the tournament that is being traded; everybody who competes has a seat."""
    file = bars()
    own = chance.about("active")
    past = weekdays((at - timedelta(hours=14, minutes=30, microseconds=1)).date(), PAST_DAYS)
    coming = later_weekdays(past[-1], COMING_DAYS)
    first = _first_row(chance, len(file)) + FINISHED_DAYS + GAP_DAYS
    traded = days(chance.about("active prices"), past, file[first : first + PAST_DAYS])
    tournament = _create(
        own,
        crowd,
        len(crowd.competitors),
        name="Crusader Championship",
        slug="crusader-championship",
        description="Ten trading days, five symbols, one board.",
        division=Division.CRUSADER,
        tournament_type=TournamentType.CHAMPIONSHIP,
        status=TournamentStatus.ACTIVE,
        start_date=traded[0].opens_at,
        end_date=traded[0].closes_at + (coming[-1] - past[0]),
        registration_open_date=traded[0].opens_at - timedelta(days=21),
        registration_close_date=traded[0].opens_at - timedelta(days=1),
        entry_fee="49.00",
        prize_pool="25000.00",
        zimtra_tournament_id="ZT-2002",
        ticketsource_event_id="TS-2002",
    )
    return Contest(tournament, _seats(own, tournament, crowd.competitors), traded)


def completed(chance: Chance, before: Contest, crowd: Crowd) -> Contest:
    """Open the tournament that was over shortly before another began."""
    file = bars()
    own = chance.about("completed")
    first = _first_row(chance, len(file))
    dates = weekdays(before.days[0].opens_at.date(), FINISHED_DAYS + GAP_DAYS + 1)
    traded = days(
        chance.about("completed prices"), dates[:FINISHED_DAYS], file[first : first + FINISHED_DAYS]
    )
    users = _some(own, crowd, 0.4)
    tournament = _create(
        own,
        crowd,
        len(users),
        name="Elevator Sprint",
        slug="elevator-sprint",
        description="Two weeks for those on their way up.",
        division=Division.ELEVATOR,
        tournament_type=TournamentType.STANDARD,
        status=TournamentStatus.COMPLETED,
        start_date=traded[0].opens_at,
        end_date=traded[-1].closes_at,
        registration_open_date=traded[0].opens_at - timedelta(days=14),
        registration_close_date=traded[0].opens_at - timedelta(days=1),
        entry_fee="19.00",
        prize_pool="5000.00",
        zimtra_tournament_id="ZT-2001",
        ticketsource_event_id="TS-2001",
    )
    return Contest(tournament, _seats(own, tournament, users), traded)


def untraded(chance: Chance, at: datetime, crowd: Crowd, plan: Plan) -> Contest:
    """Open a tournament in which nobody has traded."""
    noon = at.replace(hour=12, minute=0, second=0, microsecond=0)
    opens, closes = (noon + timedelta(days=day) for day in plan.registration)
    begins, ends = (noon + timedelta(days=day, hours=2.5) for day in plan.trading)
    users = _some(chance, crowd, plan.share) if plan.share else []
    tournament = _create(
        chance,
        crowd,
        len(users),
        **{
            name: getattr(plan, name)
            for name in (
                "name",
                "slug",
                "description",
                "division",
                "tournament_type",
                "status",
                "entry_fee",
                "prize_pool",
            )
        },
        start_date=begins,
        end_date=ends,
        registration_open_date=opens,
        registration_close_date=closes,
        created_at=min(opens, at) - timedelta(days=7),
    )
    return Contest(tournament, _seats(chance, tournament, users, at))


def _first_row(chance: Chance, rows: int) -> int:
    span = FINISHED_DAYS + GAP_DAYS + PAST_DAYS
    return chance.about("first row").randrange(rows - span + 1)


def _some(chance: Chance, crowd: Crowd, share: float) -> list[User]:
    """Draw competitors in their own order; the one whom visitors sign in as is among them."""
    count = max(2, round(len(crowd.competitors) * share))
    drawn = chance.sample(range(1, len(crowd.competitors)), count - 1)
    return [crowd.competitors[number] for number in (0, *sorted(drawn))]


def _create(chance: Chance, crowd: Crowd, seats: int, **fields: Any) -> Tournament:
    """Draft a tournament as an admin does, in the state that the demo wants it in."""
    return drafts.create(
        actor=crowd.admin,
        fields={
            "id": chance.uuid(),
            "max_participants": max(50, -(-seats // 50) * 50),
            "current_participants": seats,
            "trading_symbols": list(SYMBOLS),
            "rules": {"trades_public": True},
            "created_at": fields["registration_open_date"] - timedelta(days=7),
        }
        | fields,
    )


def _seats(
    chance: Chance, tournament: Tournament, users: list[User], until: datetime | None = None
) -> list[Participant]:
    """Seat people at instants within the registration's window, and up to `until`."""
    opens, closes = tournament.registration_open_date, tournament.registration_close_date
    window = min(closes, until or closes) - opens
    seats = []
    for number, user in enumerate(users, 1):
        registered = opens + window * chance.random()
        booked = chance.hits(0.3)
        seats.append(
            Participant(
                id=chance.uuid(),
                tournament=tournament,
                user=user,
                registered_at=registered,
                created_at=registered,
                registration_source="ticketsource" if booked else "web",
                ticketsource_booking_id=f"TS-{tournament.slug}-{number:04d}" if booked else None,
                zimtra_account_id=f"ZA-{number:04d}",
            )
        )
    return seats
