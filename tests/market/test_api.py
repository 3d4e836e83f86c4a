"""The economic calendar over HTTP."""

import pytest

from administration.models import AuditLog
from market.models import EconomicEvent
from tests.factories.accounts import UserFactory
from tests.factories.market import EconomicEventFactory
from tests.instants import z

pytestmark = pytest.mark.django_db

EVENTS = "/api/v1/economic-events"
BODY = {
    "name": "Payrolls",
    "country": "United States",
    "event_time": "2027-03-05T13:30:00Z",
    "impact_level": "high",
}
FOR_STAFF = ("data_source", "external_event_id")


def shown(event):
    return {
        "id": str(event.pk),
        "name": event.name,
        "description": event.description,
        "country": event.country,
        "event_time": z(event.event_time),
        "timezone": event.timezone,
        "impact_level": event.impact_level,
        "forecast_value": None,
        "actual_value": None,
        "previous_value": None,
        "unit": event.unit,
        "affected_symbols": event.affected_symbols,
        "market_reaction": event.market_reaction,
        "data_source": event.data_source,
        "external_event_id": event.external_event_id,
        "created_at": z(event.created_at),
        "updated_at": z(event.updated_at),
    }


@pytest.fixture
def admin(client_of):
    return client_of(UserFactory(admin=True))


def test_event_is_shown(anonymous, django_assert_num_queries):
    event = EconomicEventFactory()

    with django_assert_num_queries(1):
        answer = anonymous.get(f"{EVENTS}/{event.pk}")

    expected = shown(event)
    assert answer.json() == {name: expected[name] for name in expected if name not in FOR_STAFF}


@pytest.mark.parametrize("rows", [1, 3])
def test_events_take_the_same_queries_for_any_number(anonymous, django_assert_num_queries, rows):
    EconomicEventFactory.create_batch(rows)

    with django_assert_num_queries(2):
        answer = anonymous.get(EVENTS)

    assert answer.json()["count"] == rows


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Rates", "Payrolls"]),
        ({"country": "SWITZERLAND"}, ["Rates"]),
        ({"impact_level": "low"}, ["Rates"]),
        ({"impact_level": "low,high"}, ["Rates", "Payrolls"]),
        ({"from": "2027-03-05T13:30:00Z"}, ["Payrolls"]),
        ({"to": "2027-03-05T13:30:00Z"}, ["Rates"]),
        ({"symbol": "AAPL"}, ["Payrolls"]),
        ({"symbol": "aapl"}, ["Payrolls"]),
        ({"symbol": "AAP"}, []),
        ({"search": "roll"}, ["Payrolls"]),
        ({"ordering": "-event_time"}, ["Payrolls", "Rates"]),
        ({"ordering": "name"}, ["Payrolls", "Rates"]),
        ({"ordering": "-country"}, ["Payrolls", "Rates"]),
    ],
)
def test_events_can_be_filtered_and_ordered(anonymous, query, found):
    EconomicEventFactory(**BODY, affected_symbols=["AAPL", "IBM"])
    EconomicEventFactory(
        name="Rates",
        country="Switzerland",
        impact_level="low",
        event_time="2027-03-05T13:29:59.999999Z",
    )

    answer = anonymous.get(EVENTS, query)

    assert [row["name"] for row in answer.json()["results"]] == found


def test_event_is_created_changed_and_removed(admin):
    created = admin.post(EVENTS, BODY)
    url = created["Location"]

    event = EconomicEvent.objects.get()
    assert (created.status_code, url) == (201, f"{EVENTS}/{event.pk}")
    assert created.json() == shown(event)

    changed = admin.patch(url, {"actual_value": "-1.5", "market_reaction": {"SPY": "-0.4"}})

    event.refresh_from_db()
    assert changed.json() == shown(event) | {"actual_value": "-1.5000"}

    removed = admin.delete(url)

    assert (removed.status_code, removed.content) == (204, b"")
    assert EconomicEvent.objects.count() == 0
    actions = AuditLog.objects.filter(entity_type="economic_events")
    assert {entry.action for entry in actions} == {
        "economic_event.create",
        "economic_event.update",
        "economic_event.delete",
    }


@pytest.mark.parametrize(
    ("change", "details"),
    [
        ({"country": ""}, {"country": ["This field may not be blank."]}),
        ({"timezone": "Mars"}, {"timezone": ["Use a name such as America/New_York."]}),
        ({"impact_level": "huge"}, {"impact_level": ["Choose one of: low, medium, high."]}),
        (
            {"actual_value": "1.00001"},
            {"actual_value": ["Ensure that there are no more than 4 decimal places."]},
        ),
        (
            {"previous_value": ""},
            {"previous_value": ['Write the number as a string, such as "12.50".']},
        ),
        ({"market_reaction": "up"}, {"market_reaction": ["Must be an object."]}),
        ({"id": "x"}, {"id": ["This field is read-only."]}),
    ],
)
def test_event_refuses(admin, change, details):
    answer = admin.post(EVENTS, BODY | change)

    assert answer.status_code == 400
    assert answer.json()["details"] == details
    assert EconomicEvent.objects.count() == 0


def test_event_of_a_source_is_entered_once(admin):
    admin.post(EVENTS, BODY | {"external_event_id": "E1"})

    answer = admin.post(EVENTS, BODY | {"external_event_id": "E1"})

    assert answer.status_code == 409
    assert answer.json()["error"] == "DUPLICATE_ENTRY"
