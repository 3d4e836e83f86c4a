"""What the provider delivers, through the API."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.dayrade.principals import signing
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.trading.ledgers import item
from trading.models import Mark, PerformanceSnapshot, Trade

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider():
    return signing(settings.INGEST_SECRETS[0])


def send(client, what, **body):
    return client.post(f"/api/v1/ingest/{what}", body)


def figures(seat):
    return {
        "zimtra_account_id": seat.zimtra_account_id,
        "as_of": timezone.now().isoformat(),
        "total_pnl": "0.00",
        "realized_pnl": "0.00",
        "unrealized_pnl": "0.00",
        "usd_balance": "100000.00",
        "number_of_trades": 0,
        "total_shares_traded": 0,
        "number_of_stocks_traded": 0,
        "total_notional_traded": "0.00",
    }


def test_trades_are_booked(provider):
    seat = ParticipantFactory()
    first = item("T1", seat, "buy", 100, "187.2500")
    sent = [first, item("T2", seat, "sell", 0, "1"), first]

    response = send(provider, "trades", tournament=seat.tournament.slug, trades=sent)

    assert (response.status_code, response.json()) == (
        200,
        {
            "accepted": 1,
            "duplicates": 1,
            "rejected": 1,
            "results": [
                {
                    "zimtra_trade_id": "T1",
                    "status": "accepted",
                    "error": None,
                    "message": None,
                },
                {
                    "zimtra_trade_id": "T2",
                    "status": "rejected",
                    "error": "OUT_OF_RANGE",
                    "message": "quantity must be from 1 to 2147483647.",
                },
                {
                    "zimtra_trade_id": "T1",
                    "status": "duplicate",
                    "error": None,
                    "message": None,
                },
            ],
        },
    )
    assert Trade.objects.get().zimtra_trade_id == "T1"


def test_prices_are_taken(provider):
    TournamentFactory(active=True)
    at = timezone.now().isoformat()
    sent = [{"symbol": "AAPL", "price": "1.5", "as_of": at}, {"symbol": "AAPL"}]

    response = send(provider, "prices", prices=sent)

    assert (response.status_code, response.json()) == (
        200,
        {
            "accepted": 1,
            "duplicates": 0,
            "rejected": 1,
            "results": [
                {"symbol": "AAPL", "status": "accepted", "error": None, "message": None},
                {
                    "symbol": "AAPL",
                    "status": "rejected",
                    "error": "MISSING_FIELD",
                    "message": "price is missing.",
                },
            ],
        },
    )
    assert str(Mark.objects.get().price) == "1.5000"


def test_prices_may_name_a_tournament(provider):
    named, _ = TournamentFactory.create_batch(2, active=True)
    sent = [{"symbol": "AAPL", "price": "1.5", "as_of": timezone.now().isoformat()}]

    send(provider, "prices", tournament=named.slug, prices=sent)

    assert Mark.objects.get().tournament == named


def test_performance_is_kept(provider):
    seat = ParticipantFactory()

    response = send(
        provider, "performance", tournament=seat.tournament.slug, performance=[figures(seat)]
    )

    assert (response.status_code, response.json()) == (
        200,
        {
            "accepted": 1,
            "duplicates": 0,
            "rejected": 0,
            "results": [
                {
                    "zimtra_account_id": seat.zimtra_account_id,
                    "status": "accepted",
                    "error": None,
                    "message": None,
                }
            ],
        },
    )
    assert PerformanceSnapshot.objects.get().participant == seat


@pytest.mark.parametrize("name", ["slug", "pk", "zimtra_tournament_id"])
def test_tournament_has_three_names(provider, name):
    seat = ParticipantFactory(tournament__zimtra_tournament_id="Z 1/2")
    sent = [item("T1", seat, "buy", 100, "1")]

    response = send(provider, "trades", tournament=str(getattr(seat.tournament, name)), trades=sent)

    assert response.json()["accepted"] == 1


@pytest.mark.parametrize("what", ["trades", "prices", "performance"])
@pytest.mark.parametrize("name", ["nowhere", "a-draft", "00000000-0000-4000-8000-000000000000"])
def test_unknown_tournament_is_not_found(provider, what, name):
    TournamentFactory(draft=True, slug="a-draft")

    response = send(provider, what, **{"tournament": name, what: [{}]})

    assert (response.status_code, response.json()["error"]) == (404, "NOT_FOUND")


REQUIRED = "This field is required."
NAME = "Must be a slug or an id."


@pytest.mark.parametrize("what", ["trades", "prices", "performance"])
@pytest.mark.parametrize(
    ("items", "details"),
    [
        (None, REQUIRED),
        ({}, "Must be a list."),
        ("x", "Must be a list."),
        ([], "Send 1 to 5,000 items; these are 0."),
        ([{}] * 5001, "Send 1 to 5,000 items; these are 5,001."),
    ],
)
def test_delivery_without_items_is_refused(provider, what, items, details):
    response = send(provider, what, **{"tournament": "any", what: items})

    assert (response.status_code, response.json()["error"], response.json()["details"]) == (
        400,
        "VALIDATION_ERROR",
        {what: [details]},
    )


def test_unknown_field_is_refused_by_name(provider):
    response = send(provider, "prices", price=[], tournament="any")

    assert (response.status_code, response.json()["details"]) == (
        400,
        {"price": ["Unknown field."], "prices": [REQUIRED]},
    )


@pytest.mark.parametrize("what", ["trades", "prices", "performance"])
@pytest.mark.parametrize("name", [7, "", "x" * 256, ["a"], {}, True])
def test_name_of_a_tournament_is_a_text(provider, what, name):
    response = send(provider, what, **{"tournament": name, what: [{}]})

    assert (response.status_code, response.json()["details"]) == (400, {"tournament": [NAME]})


@pytest.mark.parametrize("what", ["trades", "performance"])
@pytest.mark.parametrize("more", [{}, {"tournament": None}])
def test_tournament_is_required(provider, what, more):
    response = send(provider, what, **{what: [{}]}, **more)

    assert (response.status_code, response.json()["details"]) == (400, {"tournament": [REQUIRED]})


@pytest.mark.parametrize("what", ["trades", "prices", "performance"])
@pytest.mark.parametrize("odd", [None, 1, "x", [], [[]]])
def test_odd_item_is_refused_by_itself(provider, what, odd):
    tournament = TournamentFactory(active=True)

    response = send(provider, what, **{"tournament": tournament.slug, what: [odd, {}]})

    found = [verdict["error"] for verdict in response.json()["results"]]
    assert (response.status_code, found) == (200, ["INVALID_ITEM", "MISSING_FIELD"])


def test_largest_delivery_is_taken(provider):
    TournamentFactory(active=True, trading_symbols=None)
    at = timezone.now() - timedelta(seconds=5)
    sent = [{"symbol": f"S{n}", "price": 1, "as_of": at.isoformat()} for n in range(5000)]

    response = send(provider, "prices", prices=sent)

    assert response.json()["accepted"] == 5000


def test_provider_is_not_counted(provider, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"write": (1, 60)}
    TournamentFactory(active=True)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        answers = [send(provider, "prices", prices=[{}]).status_code for _ in range(3)]

    assert answers == [200] * 3
    assert [query for query in queries if "dayrade_rate_limits" in query["sql"]] == []
