"""The arena's economic calendar."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from dayrade.arena import calendar
from tests.dayrade.pages import Page
from tests.factories.market import EconomicEventFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2027, 3, 5, 12, tzinfo=UTC)


def test_calendar_marks_what_is_past_and_what_is_next(anonymous):
    for hours in (-1, 1, 2):
        at = timezone.now() + timedelta(hours=hours)
        EconomicEventFactory(name=f"Release {hours}", event_time=at)

    answer = anonymous.get("/calendar")

    rows = answer.content.decode().split("<tr ")[1:]
    assert [row.partition(">")[0] for row in rows] == ['class="past"', 'class="next"', 'class=""']


def test_release_shows_its_values(anonymous):
    EconomicEventFactory(
        name="Payrolls",
        unit="K",
        forecast_value="180.0000",
        previous_value="-1.2500",
        affected_symbols=["SPY", "IBM"],
    )

    page = Page(anonymous.get("/calendar"))

    assert page.has("Payrolls (K) United States High \u2013 180 \N{MINUS SIGN}1.25 SPY, IBM") == [
        True
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("country=germany", ["Zew"]),
        ("impact_level=low", ["Zew"]),
        ("symbol=ibm", ["Payrolls"]),
        ("search=pay", ["Payrolls"]),
        ("from=2027-03-06", ["Zew"]),
        ("to=2027-03-05", ["Payrolls"]),
        ("from=2027-03-05&to=2027-03-06&country=", ["Payrolls", "Zew"]),
        ("from=2027-03-07", []),
    ],
)
def test_filters_are_those_of_the_api(anonymous, asked, found):
    EconomicEventFactory(name="Payrolls", event_time=NOON, affected_symbols=["IBM"])
    EconomicEventFactory(
        name="Zew", event_time=NOON + timedelta(days=1), country="Germany", impact_level="low"
    )

    page = Page(anonymous.get(f"/calendar?{asked}"))

    assert [name for name in ("Payrolls", "Zew") if name in page.text] == found
    assert page.has("The calendar has nothing that fits.") == [not found]


def test_calendar_begins_a_little_before_today(anonymous):
    for days in (1, 9):
        at = timezone.now() - timedelta(days=days)
        EconomicEventFactory(name=f"Release {days}", event_time=at)

    assert Page(anonymous.get("/calendar")).has("Release 1", "Release 9") == [True, False]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("impact_level=huge", "impact_level: Select a valid choice."),
        ("from=yesterday", "from: Write an instant"),
        ("page=2", "page: Must be a whole number from 1 to 1."),
        (f"symbol={'x' * 11}", "symbol: Ensure this value has at most 10 characters"),
    ],
)
def test_what_the_api_refuses_is_said_above_the_list(anonymous, asked, said):
    answer = anonymous.get(f"/calendar?{asked}")

    assert (answer.status_code, Page(answer).has(said)) == (400, [True])


def test_calendar_goes_page_by_page(anonymous):
    EconomicEventFactory.create_batch(calendar.PAGE_SIZE + 1, event_time=NOON)

    first = Page(anonymous.get("/calendar?from=2027-03-01"))
    second = Page(anonymous.get("/calendar?from=2027-03-01&page=2"))

    assert ["Page 1 of 2" in first.text, "Page 2 of 2" in second.text] == [True, True]
    assert "?from=2027-03-01&page=2" in first.links
