"""Staff see what was not delivered, and have it sent anew."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from comms.models import Delivery, DeliveryStatus, UnreachableAddress
from tests.factories.accounts import UserFactory
from tests.factories.comms import (
    DeliveryFactory,
    PushSubscriptionFactory,
    UnreachableAddressFactory,
)

pytestmark = pytest.mark.django_db

LIST = "admin:comms_delivery_changelist"
DEAD = {"status": DeliveryStatus.DEAD, "attempts": 8, "last_error": "Brevo answered 503."}


@pytest.fixture
def boss(client):
    user = UserFactory(admin=True)
    client.force_login(user)
    return user


def statuses():
    return list(Delivery.objects.order_by("created_at", "pk").values_list("status", flat=True))


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def select(client, rows, **values):
    chosen = {"action": "resend_selected", "_selected_action": [str(row.pk) for row in rows]}
    return client.post(reverse(LIST), chosen | values)


def decide(client, rows, reason):
    asked = select(client, rows)
    seen = asked.context["form"]["seen"].value().isoformat(" ")[:26]
    return select(client, rows, decided="1", reason=reason, seen=seen)


def test_what_was_given_up_is_listed(client, boss):
    DeliveryFactory.create_batch(2, **DEAD)
    DeliveryFactory(sent=True)

    response = client.get(reverse(LIST) + "?status__exact=dead")

    assert len(response.context["cl"].result_list) == 2
    assert "Brevo answered 503." in response.content.decode()


@pytest.mark.parametrize(("status", "offered"), [("dead", 1), ("skipped", 1), ("waiting", 0)])
def test_sending_anew_is_offered_for_what_has_ended(client, boss, status, offered):
    row = DeliveryFactory(status=status)

    response = client.get(reverse("admin:comms_delivery_change", args=[row.pk]))

    assert len(response.context["actions_detail"]) == offered


def test_one_is_sent_anew(client, boss):
    row = DeliveryFactory(**DEAD)

    url = reverse("admin:comms_delivery_resend", args=[row.pk])
    response = client.post(url, {"reason": "Brevo is back"})

    assert said(response) == ["It is on its way again."]
    assert statuses() == ["waiting"]


def test_many_are_asked_about_once(client, boss):
    rows = DeliveryFactory.create_batch(3, **DEAD)

    response = select(client, rows[:2])

    assert response.context["facts"] == [("Still open", "2"), ("Email", "2")]
    assert response.content.decode().count('name="_selected_action"') == 2
    assert statuses() == ["dead"] * 3


def test_many_are_sent_anew(client, boss):
    rows = DeliveryFactory.create_batch(3, **DEAD)

    response = decide(client, rows[:2], reason="Brevo is back")

    assert said(response) == ["On their way again: 2."]
    assert sorted(statuses()) == ["dead", "waiting", "waiting"]


def test_many_need_a_reason(client, boss):
    response = decide(client, [DeliveryFactory(**DEAD)], reason=" ")

    assert response.context["form"].errors == {"reason": ["This field is required."]}
    assert statuses() == ["dead"]


def test_what_arrived_is_not_sent_anew(client, boss):
    response = decide(client, [DeliveryFactory(sent=True)], reason="Again")

    assert said(response) == ["On their way again: 0."]
    assert statuses() == ["sent"]


def test_moderators_see_no_deliveries(client):
    client.force_login(UserFactory(moderator=True))
    row = DeliveryFactory(**DEAD)

    assert select(client, [row], reason="Again").status_code == 403
    assert statuses() == ["dead"]


def test_admin_has_an_address_tried_again(client, boss):
    row = UnreachableAddressFactory()

    client.post(reverse("admin:comms_unreachableaddress_lift", args=[row.pk]), {"reason": "Asked"})

    assert not UnreachableAddress.objects.exists()


def test_nobody_is_shown_what_writes_to_a_browser(client, boss):
    row = PushSubscriptionFactory()

    pages = [
        reverse("admin:comms_pushsubscription_changelist"),
        reverse("admin:comms_pushsubscription_change", args=[row.pk]),
    ]
    content = "".join(client.get(url).content.decode() for url in pages)

    assert [value for value in (row.endpoint, row.p256dh, row.auth) if value in content] == []


def test_no_more_are_sent_anew_than_at_once(client, boss, monkeypatch):
    monkeypatch.setattr("comms.admin.deliveries.AT_ONCE", 2)
    rows = DeliveryFactory.create_batch(3, **DEAD)

    response = decide(client, rows, reason="Brevo is back")

    left = "1 of them are left: do it again, or look at them one by one."
    assert said(response) == ["On their way again: 2.", left]
    assert sorted(statuses()) == ["dead", "waiting", "waiting"]
