"""The charts of the home page: what they show, in figures and in words."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from dayrade.backoffice import charts
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import TradeFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 9, 15, 30, 20, tzinfo=UTC)


@pytest.fixture
def tournament():
    return TournamentFactory(active=True, max_participants=50)


def seat(tournament, *, pnl=0, at=AT, **fields):
    return ParticipantFactory(
        tournament=tournament,
        total_pnl=Decimal(pnl),
        realized_pnl=Decimal(pnl),
        current_balance=100_000 + Decimal(pnl),
        registered_at=at,
        **fields,
    )


def traded(tournament, *seconds):
    owner = seat(tournament)
    for ago in seconds:
        TradeFactory(participant=owner, executed_at=AT - timedelta(seconds=ago))


def shown(chart):
    return list(zip(chart.labels, chart.values, strict=True))


def test_participants_are_added_up_hour_by_hour_at_first(tournament):
    for hours in (3, 3, 1):
        seat(tournament, at=AT - timedelta(hours=hours))
    seat(tournament, at=AT - timedelta(hours=2), is_active=False)

    chart = charts.participants(tournament, AT)

    assert shown(chart) == [
        ("9 Mar 12:00", 2),
        ("9 Mar 13:00", 2),
        ("9 Mar 14:00", 3),
        ("9 Mar 15:00", 3),
    ]
    assert chart.summary == "3 of 50 seats are taken, the first of them since 9 Mar 2026."


@pytest.mark.parametrize(
    ("days", "points", "second"), [(14, 57, "23 Feb 21:00"), (50, 51, "19 Jan")]
)
def test_participants_of_many_days_are_no_more_points(tournament, days, points, second):
    seat(tournament, at=AT - timedelta(days=days))
    seat(tournament)

    chart = charts.participants(tournament, AT)

    assert (len(chart.values), chart.labels[1]) == (points, second)
    assert (chart.values[0], chart.values[-1]) == (1, 2)


def test_participants_of_years_are_no_more_points(tournament):
    seat(tournament, at=AT - timedelta(days=1000))

    chart = charts.participants(tournament, AT)

    assert len(chart.values) == 59


def test_trades_are_counted_for_each_whole_minute(tournament):
    traded(tournament, 10, 25, 30, 90, 3599, 3700)
    traded(TournamentFactory(active=True), 30)

    chart = charts.trades(tournament, AT)

    assert len(chart.values) == 60
    assert [pair for pair in shown(chart) if pair[1]] == [("14:30", 1), ("15:28", 1), ("15:29", 2)]
    assert chart.summary == "4 trades in the last 60 minutes, 2 in the busiest of them."


def test_more_trades_than_are_read_leave_whole_minutes(tournament, monkeypatch):
    monkeypatch.setattr(charts, "TRADES_READ", 3)
    traded(tournament, 30, 90, 150, 155)

    chart = charts.trades(tournament, AT)

    assert shown(chart) == [("15:28", 1), ("15:29", 1)]


def test_spread_counts_competitors_by_round_amounts(tournament):
    for pnl in ("-1100.00", "-0.01", "0.00", "99.99", "100.00"):
        seat(tournament, pnl=pnl)
    seat(tournament, pnl="9000.00", is_active=False)

    chart = charts.spread(tournament)

    assert [pair for pair in shown(chart) if pair[1]] == [
        ("-1,100 to -1,000", 1),
        ("-100 to 0", 1),
        ("0 to 100", 2),
        ("100 to 200", 1),
    ]
    assert len(chart.values) == 13
    assert chart.summary == ("From -1,100.00 to 100.00; 2 of 5 competitors are below zero.")


@pytest.mark.parametrize("pnl", ["0.40", "-7.00"])
def test_spread_of_one_is_one_bar(tournament, pnl):
    seat(tournament, pnl=pnl)

    assert charts.spread(tournament).values == [1]


@pytest.mark.parametrize("name", ["participants", "trades", "spread"])
def test_chart_of_nothing_says_so(tournament, name):
    chart = charts.charts(tournament, AT)[name]

    assert (chart.labels, chart.values) == ([], [])
    assert chart.summary in {
        "Nobody has registered yet.",
        "No trade in the last hour.",
        "Nobody has gained or lost anything yet.",
    }


@pytest.mark.parametrize(
    ("width", "rounded"),
    [("0.3", 1), ("1", 1), ("1.1", 2), ("17", 20), ("49", 50), ("51", 100), ("6000", 10_000)],
)
def test_widths_are_round(width, rounded):
    assert charts.rounded_up(Decimal(width)) == rounded


def test_those_that_trade_come_first_and_nothing_that_is_over():
    coming = TournamentFactory(status="registration_open")
    running = TournamentFactory(active=True)
    TournamentFactory(status="completed")
    TournamentFactory(draft=True)

    assert list(charts.choices()) == [running, coming]


def test_charts_are_of_the_tournament_that_is_chosen(client):
    client.force_login(UserFactory(moderator=True))
    first, second = TournamentFactory(active=True), TournamentFactory(status="registration_open")
    over = TournamentFactory(status="completed")
    seat(first, pnl=5)
    asked = {"": first, str(second.pk): second, str(over.pk): None}

    answers = {
        name: client.get(reverse("admin:charts"), {"tournament": name}).json()["charts"]
        for name in asked
    }

    seats = {
        name: chart.get("participants", {}).get("summary", "") for name, chart in answers.items()
    }
    assert {name: said.partition(",")[0] for name, said in seats.items()} == {
        "": "1 of 100 seats are taken",
        str(second.pk): "Nobody has registered yet.",
        str(over.pk): "",
    }


def test_charts_without_a_tournament_are_none(client):
    client.force_login(UserFactory(moderator=True))

    assert client.get(reverse("admin:charts")).json() == {"charts": {}}
