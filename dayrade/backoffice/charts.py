"""What the charts of the home page draw: of one tournament, and also in words and figures."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Max, Min, QuerySet, When
from django.db.models.functions import TruncHour

from dayrade.db.queries import fetched
from tournaments.models import Participant, Tournament, TournamentStatus

CHOICES_MAX = 50
POINTS_MAX = 60
STEPS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7))
MINUTE = timedelta(minutes=1)
MINUTES = 60
#: Of more trades in the hour, the chart shows the minutes that these reach back to.
TRADES_READ = 20_000
BARS = 12
#: What comes first is looked at first.
LIVE = (
    TournamentStatus.ACTIVE,
    TournamentStatus.REGISTRATION_CLOSED,
    TournamentStatus.REGISTRATION_OPEN,
)
PER_MINUTE = """
    WITH latest AS (
        SELECT executed_at, tournament_id FROM trades
        WHERE executed_at > %(since)s AND executed_at <= %(at)s
        ORDER BY executed_at DESC LIMIT %(most)s
    )
    SELECT date_trunc('minute', executed_at, 'UTC'), count(*),
           count(*) FILTER (WHERE tournament_id = %(tournament)s)
    FROM latest GROUP BY 1 ORDER BY 1
"""
SPREAD = """
    SELECT floor(total_pnl / %(width)s)::bigint, count(*) FROM tournament_participants
    WHERE tournament_id = %(tournament)s AND is_active AND NOT disqualified
    GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Chart:
    """Points in their order, each with its name, and what they show in a sentence."""

    summary: str
    labels: list[str]
    values: list[int]


def live() -> QuerySet[Tournament]:
    """Return the tournaments that trade first, then those that are to."""
    order = Case(*(When(status=status, then=place) for place, status in enumerate(LIVE)))
    return Tournament.objects.filter(status__in=LIVE).order_by(order, "start_date", "pk")


def choices() -> QuerySet[Tournament]:
    """Return the tournaments to choose from."""
    return live()[:CHOICES_MAX]


def charts(tournament: Tournament, at: datetime) -> dict[str, Chart]:
    """Return all charts of a tournament at `at` (aware)."""
    return {
        "participants": participants(tournament, at),
        "trades": trades(tournament, at),
        "spread": spread(tournament),
    }


def participants(tournament: Tournament, at: datetime) -> Chart:
    """Show how many seats were taken by when, of those that are."""
    seats = Participant.objects.filter(tournament=tournament, is_active=True).order_by()
    hours = seats.annotate(hour=TruncHour("registered_at", tzinfo=UTC)).values_list("hour")
    taken = dict(hours.annotate(Count("pk")).order_by("hour"))
    if not taken:
        return Chart("Nobody has registered yet.", [], [])
    first = min(taken)
    until = max(at, *taken)
    step = next((one for one in STEPS if (until - first) / one < POINTS_MAX), None)
    step = step or timedelta(days=math.ceil((until - first) / timedelta(days=1) / POINTS_MAX))
    labels, values, total = [], [], 0
    for place in range((until - first) // step + 1):
        begin = first + place * step
        total += sum(number for hour, number in taken.items() if begin <= hour < begin + step)
        labels.append(f"{begin:%-d %b %H:%M}" if step < STEPS[2] else f"{begin:%-d %b}")
        values.append(total)
    return Chart(
        f"{total:,} of {tournament.max_participants:,} seats are taken,"
        f" the first of them since {first:%-d %b %Y}.",
        labels,
        values,
    )


def trades(tournament: Tournament, at: datetime) -> Chart:
    """Show how many trades were executed in each minute of the last hour that is over."""
    until = at.replace(second=0, microsecond=0)
    since = until - MINUTES * MINUTE
    parameters: dict[str, Any] = {
        "since": since,
        "at": until,
        "most": TRADES_READ,
        "tournament": tournament.pk,
    }
    rows = fetched(PER_MINUTE, parameters)
    if sum(number for _, number, _ in rows) >= TRADES_READ:
        # Of the earliest minute only a part was read.
        since = rows[0][0] + MINUTE
    found = {minute: ours for minute, _, ours in rows}
    minutes = [since + place * MINUTE for place in range((until - since) // MINUTE)]
    values = [found.get(minute, 0) for minute in minutes]
    if not sum(values):
        return Chart("No trade in the last hour.", [], [])
    return Chart(
        f"{sum(values):,} trades in the last {len(values)} minutes,"
        f" {max(values):,} in the busiest of them.",
        [f"{minute:%H:%M}" for minute in minutes],
        values,
    )


def spread(tournament: Tournament) -> Chart:
    """Show how many competitors have a P&L of about how much."""
    seats = Participant.objects.competing().filter(tournament=tournament)
    ends = seats.aggregate(low=Min("total_pnl"), high=Max("total_pnl"))
    low, high = ends["low"], ends["high"]
    if low is None or low == high == 0:
        return Chart("Nobody has gained or lost anything yet.", [], [])
    width = rounded_up((high - low or abs(high)) / BARS)
    found = dict(fetched(SPREAD, {"width": width, "tournament": tournament.pk}))
    places = range(min(found), max(found) + 1)
    lost = seats.filter(total_pnl__lt=0).count()
    return Chart(
        f"From {low:,.2f} to {high:,.2f}; {lost:,} of {sum(found.values()):,} competitors are"
        " below zero.",
        [f"{place * width:,} to {(place + 1) * width:,}" for place in places],
        [found.get(place, 0) for place in places],
    )


def rounded_up(width: Decimal) -> int:
    """Round a width up to 1, 2 or 5 and noughts: its bars begin at round figures."""
    unit = int("1" + "0" * max(width.adjusted(), 0))
    return next(unit * times for times in (1, 2, 5, 10) if unit * times >= width)
