"""The economic calendar in the back office."""

from decimal import Decimal

import pytest
from django.urls import reverse

from administration.models import AuditLog
from market.models import EconomicEvent
from tests.audit import forget_audit
from tests.factories.accounts import UserFactory
from tests.factories.market import EconomicEventFactory

pytestmark = pytest.mark.django_db

NEW = "admin:market_economicevent_add"
CHANGE = "admin:market_economicevent_change"
DELETE = "admin:market_economicevent_delete"

FORM = {
    "name": "Payrolls",
    "country": "United States",
    "event_time_0": "2026-03-06",
    "event_time_1": "13:30:00",
    "timezone": "UTC",
    "impact_level": "high",
    "forecast_value": "150",
    "affected_symbols": "SPY,QQQ",
    "market_reaction": "",
    "data_source": "bls",
    "external_event_id": "7",
}


@pytest.fixture
def boss(client):
    user = UserFactory(admin=True)
    client.force_login(user)
    forget_audit()
    return user


def trail():
    return list(AuditLog.objects.order_by("created_at").values_list("user", "action"))


def test_admin_enters_an_event(client, boss):
    client.post(reverse(NEW), FORM)

    event = EconomicEvent.objects.get()
    assert (event.affected_symbols, event.forecast_value) == (["SPY", "QQQ"], Decimal(150))
    assert trail() == [(boss.pk, "economic_event.create")]


def test_event_of_a_source_is_entered_once(client, boss):
    EconomicEventFactory(data_source="bls", external_event_id="7")

    response = client.post(reverse(NEW), FORM)

    assert response.context["adminform"].form.errors == {
        "__all__": ["This event of that source is in the calendar."]
    }


def test_admin_changes_an_event(client, boss):
    client.post(reverse(NEW), FORM)
    event = EconomicEvent.objects.get()

    client.post(reverse(CHANGE, args=[event.pk]), FORM | {"actual_value": "142"})

    event.refresh_from_db()
    assert event.actual_value == Decimal(142)
    assert (boss.pk, "economic_event.update") in trail()


def test_admin_takes_an_event_out(client, boss):
    event = EconomicEventFactory()

    asked = client.get(reverse(DELETE, args=[event.pk])).content.decode()
    client.post(reverse(DELETE, args=[event.pk]), {"post": "yes"})

    assert str(event) in asked
    assert EconomicEvent.objects.count() == 0
    assert (boss.pk, "economic_event.delete") in trail()


@pytest.mark.django_db
@pytest.mark.parametrize("term", ["retail", "sales unit", "R-1"])
def test_releases_are_found_by_words_and_by_their_source(client, term):
    found = EconomicEventFactory(
        name="Retail Sales", country="United States", external_event_id="R-1"
    )
    EconomicEventFactory(name="Payrolls", country="United Kingdom")
    client.force_login(UserFactory(admin=True))

    response = client.get(reverse("admin:market_economicevent_changelist"), {"q": term})

    assert list(response.context["cl"].result_list) == [found]
