"""Series of a seat: stored rows alone, thinned out where there are too many."""

import json
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import RequestFactory

from tests.factories.tournaments import ParticipantFactory
from tests.factories.trading import PerformanceSnapshotFactory
from trading.api.serializers import PointSerializer
from trading.models import PerformanceSnapshot
from trading.services.series import series

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def drawn(seat, figures, source="dayrade"):
    """Store a snapshot a minute with these total P&Ls."""
    rows = [
        PerformanceSnapshotFactory.build(
            participant=seat,
            tournament=seat.tournament,
            user=seat.user,
            data_source=source,
            recorded_at=NOON + timedelta(minutes=number),
            total_pnl=figure,
            realized_pnl=figure,
        )
        for number, figure in enumerate(figures)
    ]
    return PerformanceSnapshot.objects.bulk_create(rows)


def asked(seat, most, **bounds):
    """Return the minutes and figures of a series."""
    points = json.loads(series(participant=seat.pk, most=most, **bounds))
    return [
        ((datetime.fromisoformat(p["recorded_at"]) - NOON) // timedelta(minutes=1), p["total_pnl"])
        for p in points
    ]


def url(seat, query):
    path = f"/api/v1/tournaments/{seat.tournament.slug}/participants/{seat.pk}/performance"
    return f"{path}?{query}"


def thinned(figures, most):
    """Return what is to be left, found the long way."""
    stored = list(enumerate(figures))
    if len(stored) <= most:
        return stored
    inner, buckets = stored[1:-1], (most - 2) // 2
    groups = {}
    for place, point in enumerate(inner):
        groups.setdefault(place * buckets // len(inner), []).append(point)
    left = {stored[0], stored[-1]}
    for group in groups.values() if buckets else ():
        left |= {
            min(group, key=lambda point: (point[1], point[0])),
            min(group, key=lambda point: (-point[1], point[0])),
        }
    return sorted(left)


@pytest.mark.parametrize(
    ("stored", "most"),
    [(0, 2), (1, 2), (2, 2), (3, 2), (3, 3), (9, 3), (9, 4), (10, 9), (10, 10), (60, 4), (97, 40)],
)
def test_series_keeps_the_extremes_of_each_stretch(stored, most):
    chance = random.Random(stored * most)
    figures = [Decimal(chance.randint(-300, 300)) / 100 for _ in range(stored)]
    seat = ParticipantFactory()
    drawn(seat, figures)

    found = asked(seat, most)

    assert found == [(minute, f"{figure:.2f}") for minute, figure in thinned(figures, most)]
    assert len(found) <= most
    assert found == asked(seat, most)


def test_first_last_highest_and_lowest_stay():
    figures = [Decimal(number % 7) for number in range(50)]
    figures[20], figures[31] = Decimal("-99.99"), Decimal("99.99")
    seat = ParticipantFactory()
    drawn(seat, figures)

    found = asked(seat, 4)

    assert found == [(0, "0.00"), (20, "-99.99"), (31, "99.99"), (49, "0.00")]


def test_of_equal_figures_the_earliest_stays():
    seat = ParticipantFactory()
    drawn(seat, [Decimal(0)] * 10)

    assert asked(seat, 4) == [(0, "0.00"), (1, "0.00"), (9, "0.00")]


@pytest.mark.parametrize("most", [10, 2000])
def test_series_is_what_the_serializer_writes(most):
    chance = random.Random(7)
    seat = ParticipantFactory()
    for number in range(10):
        realized = Decimal(chance.randint(-(10**14), 10**14)) / 100
        unrealized = Decimal(chance.randint(-(10**14), 10**14)) / 100
        PerformanceSnapshotFactory(
            participant=seat,
            data_source="dayrade",
            recorded_at=NOON + timedelta(seconds=number, microseconds=(0, 120_000, 7)[number % 3]),
            total_pnl=realized + unrealized,
            realized_pnl=realized,
            unrealized_pnl=unrealized,
            usd_balance=Decimal(chance.randint(-(10**15), 10**15)) / 100,
            number_of_trades=chance.randint(0, 2**31 - 1),
            total_shares_traded=chance.randint(0, 2**63 - 1),
            number_of_stocks_traded=chance.randint(0, 2**31 - 1),
            total_notional_traded=Decimal(chance.randint(0, 10**20 - 1)) / 100,
        )
    stored = PerformanceSnapshot.objects.order_by("recorded_at")

    found = json.loads(series(participant=seat.pk, most=most))

    context = {"request": RequestFactory().get("/")}
    written = PointSerializer(stored, many=True, context=context).data
    assert [list(point.items()) for point in found] == [list(point.items()) for point in written]


@pytest.mark.parametrize("most", [3, 100])
def test_only_own_snapshots_of_the_seat_count(most):
    seat, other = ParticipantFactory(), ParticipantFactory()
    drawn(seat, [Decimal(1), Decimal(2), Decimal(3)])
    drawn(seat, [Decimal(90)] * 4, "zimtra")
    drawn(seat, [Decimal(91)] * 4, "on_demand")
    drawn(other, [Decimal(92)] * 4)

    assert asked(seat, most) == [(0, "1.00"), (1, "2.00"), (2, "3.00")]


@pytest.mark.parametrize("most", [2, 100])
def test_bounds_hold_before_anything_is_left_out(most):
    seat = ParticipantFactory()
    drawn(seat, [Decimal(number) for number in range(6)])
    at = [NOON + timedelta(minutes=number) for number in range(6)]

    assert asked(seat, most, since=at[4]) == [(4, "4.00"), (5, "5.00")]
    assert asked(seat, most, before=at[2]) == [(0, "0.00"), (1, "1.00")]
    assert asked(seat, most, until=at[1]) == [(0, "0.00"), (1, "1.00")]
    assert asked(seat, most, since=at[2], before=at[4], until=at[5]) == [(2, "2.00"), (3, "3.00")]


def test_everybody_may_draw_a_series(anonymous):
    seat = ParticipantFactory()
    drawn(seat, [Decimal(1), Decimal(2)])

    answer = anonymous.get(url(seat, "points=2"))

    points = json.loads(series(participant=seat.pk, most=2))
    assert answer.json() == {"results": points}
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-cache"
    assert set(points[0]) == {"recorded_at", *PointSerializer.Meta.fields}


def test_series_of_a_stretch(anonymous):
    seat = ParticipantFactory()
    drawn(seat, [Decimal(number) for number in range(5)])

    query = "points=9&from=2026-03-02T12:01:00Z&to=2026-03-02T12:03:00Z"
    answer = anonymous.get(url(seat, query))

    assert [point["total_pnl"] for point in answer.json()["results"]] == ["1.00", "2.00"]


def test_series_takes_two_queries(anonymous, django_assert_num_queries):
    seat = ParticipantFactory()
    drawn(seat, [Decimal(1)])

    with django_assert_num_queries(2):
        answer = anonymous.get(url(seat, "points=500"))

    assert len(answer.json()["results"]) == 1


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("points=1", ["points"]),
        ("points=2001", ["points"]),
        ("points=", ["points"]),
        ("points=x", ["points"]),
        ("points=%2B5", ["points"]),
        ("points=5.0", ["points"]),
        ("points=%D9%A5", ["points"]),
        ("points=99999999999", ["points"]),
        ("points=5&points=6", ["points"]),
        ("points=5&cursor=x&page_size=1", ["cursor", "page_size"]),
        ("points=5&from=noon", ["from"]),
        ("points=5&to=2026-03-02", ["to"]),
    ],
)
def test_parameters_that_cannot_be_meant_are_named(anonymous, query, names):
    answer = anonymous.get(url(ParticipantFactory(), query))

    assert answer.status_code == 400
    assert answer.json()["error"] == "INVALID_FILTER"
    assert list(answer.json()["details"]) == names
