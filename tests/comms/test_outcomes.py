"""Brevo tells what became of e-mails, again and again and in any order."""

import base64
import itertools
import json
import uuid

import pytest

from administration.models import AuditLog
from comms.models import (
    Category,
    Channel,
    Delivery,
    Notification,
    Outcome,
    UnreachableAddress,
)
from comms.services import deliveries, outcomes, preferences
from tests.comms.outbox import state, tell, work
from tests.factories.accounts import UserFactory
from tests.factories.comms import DeliveryFactory, UnreachableAddressFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db

URL = "/api/v1/webhooks/brevo"
SECRET = "a secret of more than 32 characters"
BEARER = {"Authorization": f"Bearer {SECRET}"}
AT = 1795392000123


@pytest.fixture(autouse=True)
def _set_up(settings):
    settings.BREVO_WEBHOOK_SECRET = SECRET


def event(delivery, name="delivered", **changes):
    """Write an event as Brevo does, about what `delivery` was sent as."""
    values = {
        "event": name,
        "email": delivery.user.email,
        "id": 26224,
        "date": "2026-11-23 01:00:00",
        "ts": 1795392000,
        "message-id": delivery.provider_id,
        "ts_event": 1795392000,
        "ts_epoch": AT,
        "subject": "Told",
        "sending_ip": "203.0.113.9",
        "X-Mailin-custom": json.dumps({"delivery": str(delivery.pk), "round": delivery.rounds}),
    }
    return values | changes


def post(client, *events, headers=BEARER):
    body = events[0] if len(events) == 1 else list(events)
    return client.post(URL, body, headers=headers)


def seen(delivery):
    delivery.refresh_from_db()
    told = Notification.objects.get(pk=delivery.notification_id)
    return delivery.status, delivery.outcome, told.email_sent


@pytest.fixture
def sent(brevo):
    """Return what was sent."""
    tell(UserFactory())
    work()
    return Delivery.objects.get()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("deferred", ("sent", "deferred", True)),
        ("soft_bounce", ("sent", "soft_bounce", True)),
        ("delivered", ("sent", "delivered", True)),
        ("unsubscribed", ("sent", "unsubscribed", True)),
        ("hard_bounce", ("sent", "hard_bounce", True)),
        ("spam", ("sent", "spam", True)),
        ("error", ("dead", "failed", False)),
        ("blocked", ("dead", "blocked", False)),
        ("invalid_email", ("dead", "invalid", False)),
        ("request", ("sent", None, True)),
        ("opened", ("sent", None, True)),
        ("novelty", ("sent", None, True)),
    ],
)
def test_event_is_stamped(anonymous, sent, name, expected):
    answer = post(anonymous, event(sent, name))

    assert answer.json() == {"taken": 1 if expected[1] else 0}
    assert seen(sent) == expected
    if expected[1]:
        assert sent.outcome_at.timestamp() == AT / 1000


def test_event_that_comes_again_changes_nothing(anonymous, sent):
    post(anonymous, event(sent, "hard_bounce"))

    again = post(anonymous, event(sent, "hard_bounce", ts_epoch=AT + 5000))

    assert again.json() == {"taken": 0}
    sent.refresh_from_db()
    assert sent.outcome_at.timestamp() == AT / 1000
    assert Notification.objects.filter(type="email.unreachable").count() == 1


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("deferred", "soft_bounce", "delivered"), ("sent", "delivered", True)),
        (("deferred", "delivered", "spam"), ("sent", "spam", True)),
        (("delivered", "error", "blocked"), ("dead", "blocked", False)),
    ],
)
def test_order_in_which_events_come_makes_no_difference(anonymous, sent, names, expected):
    fresh = Delivery.objects.filter(pk=sent.pk).values().get()
    for order in itertools.permutations(names):
        Delivery.objects.filter(pk=sent.pk).update(**fresh)
        UnreachableAddress.objects.all().delete()

        for name in order:
            post(anonymous, event(sent, name))

        assert (order, seen(sent)) == (order, expected)


def test_batch_of_events_is_taken(anonymous, sent):
    other = DeliveryFactory(sent=True)

    answer = post(anonymous, event(sent), event(other, "soft_bounce"), "junk", None)

    assert (answer.status_code, answer.json()) == (200, {"taken": 2})
    assert (seen(sent)[1], seen(other)[1]) == ("delivered", "soft_bounce")


def test_event_about_what_is_not_stamped_yet_stamps_it(anonymous):
    """A worker was killed after Brevo's answer and before the stamp."""
    waiting = DeliveryFactory(attempts=1)

    post(anonymous, event(waiting, **{"message-id": "<first@smtp-relay.mailin.fr>"}))

    assert seen(waiting) == ("sent", "delivered", True)
    assert waiting.provider_id == "<first@smtp-relay.mailin.fr>"
    assert waiting.sent_at == waiting.outcome_at


def test_stamp_does_not_take_back_what_brevo_has_said(anonymous):
    waiting = DeliveryFactory()
    claimed = deliveries._claimed(waiting.pk)  # noqa: SLF001
    post(anonymous, event(waiting, "blocked", **{"message-id": "<x@y>"}))

    deliveries._stamp(claimed, "<x@y>")  # noqa: SLF001

    assert seen(waiting) == ("dead", "blocked", False)


def test_event_of_an_earlier_round_is_of_another_message(anonymous):
    row = DeliveryFactory(rounds=1)
    old = {"delivery": str(row.pk), "round": 0}

    answer = post(
        anonymous, event(row, **{"X-Mailin-custom": json.dumps(old), "message-id": "<old@x>"})
    )

    assert answer.json() == {"taken": 0}
    assert state(row)[0] == "waiting"


def test_event_is_known_by_its_message_alone(anonymous, sent):
    told = event(sent)
    del told["X-Mailin-custom"]

    assert post(anonymous, told).json() == {"taken": 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"message-id": "<nobody@x>", "X-Mailin-custom": None},
        {"message-id": "<n@x>", "X-Mailin-custom": json.dumps({"delivery": str(uuid.uuid4())})},
        {"message-id": "<n@x>", "X-Mailin-custom": "[" * 10_000},
        {"message-id": "<n@x>", "X-Mailin-custom": '{"delivery": 1, "round": "x"}'},
        {"message-id": "", "X-Mailin-custom": None},
        {"message-id": "\0", "X-Mailin-custom": None},
        {"message-id": 7, "X-Mailin-custom": None},
        {"email": None},
    ],
)
def test_what_is_not_ours_is_answered_like_the_rest(anonymous, sent, changes):
    answer = post(anonymous, event(sent, **changes))

    assert (answer.status_code, answer.json()) == (200, {"taken": 0})
    assert seen(sent) == ("sent", None, True)


@pytest.mark.parametrize("at", [None, "soon", 10**30, -(10**30), True])
def test_instant_that_cannot_be_read_is_now(anonymous, sent, at):
    post(anonymous, event(sent, ts_epoch=at))

    assert seen(sent) == ("sent", "delivered", True)


@pytest.mark.parametrize(("name", "reason"), [("hard_bounce", "hard_bounce"), ("spam", "spam")])
def test_nothing_more_is_sent_to_an_address_that_takes_nothing(
    anonymous, sent, brevo, name, reason
):
    post(anonymous, event(sent, name))

    tell(sent.user, title="Later")
    work()

    marked = UnreachableAddress.objects.get()
    assert (marked.user, marked.address, marked.reason) == (sent.user, sent.user.email, reason)
    assert len(brevo.mails) == 1
    later = Delivery.objects.get(notification__title="Later")
    assert state(later) == ("skipped", 1, f"The address takes no mail: {name.replace('_', ' ')}.")
    notice = Notification.objects.get(type="email.unreachable")
    assert (notice.user, notice.channels) == (sent.user, ["in_app"])


def test_new_address_is_sent_to(anonymous, sent, brevo):
    post(anonymous, event(sent, "hard_bounce"))
    sent.user.email = "new@example.com"
    sent.user.save()

    tell(sent.user)
    work()

    assert [mail["to"][0]["email"] for mail in brevo.mails][1:] == ["new@example.com"]


def test_bounce_of_a_former_address_marks_nothing(anonymous, sent):
    post(anonymous, event(sent, "hard_bounce", email="former@example.com"))

    assert seen(sent) == ("sent", "hard_bounce", True)
    assert not UnreachableAddress.objects.exists()


def test_mark_follows_the_address(anonymous, sent):
    UnreachableAddressFactory(user=sent.user, address="former@example.com")

    post(anonymous, event(sent, "spam"))

    marked = UnreachableAddress.objects.get()
    assert (marked.address, marked.reason) == (sent.user.email, Outcome.SPAM)


def test_admin_lifts_a_mark(sent, anonymous, brevo):
    post(anonymous, event(sent, "hard_bounce"))
    admin = UserFactory(admin=True)

    outcomes.lift(actor=admin, unreachable=UnreachableAddress.objects.get(), reason="Asked for it")
    tell(sent.user)
    work()

    assert len(brevo.mails) == 2
    logged = AuditLog.objects.get(action="email_address.lift")
    assert (logged.user, logged.old_values["address"]) == (admin, "[redacted]")


def test_who_unsubscribes_gets_what_protects_them_and_nothing_else(anonymous, sent):
    post(anonymous, event(sent, "unsubscribed"))

    by_mail = {
        category
        for (category, channel), enabled in preferences.of(sent.user).items()
        if enabled and channel == Channel.EMAIL
    }
    assert by_mail == {Category.SECURITY}
    assert not UnreachableAddress.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_same_event_at_once_is_taken_once(anonymous):
    row = DeliveryFactory(sent=True)
    told = outcomes.Event(Outcome.SPAM, row.provider_id, row.user.email, row.created_at)

    taken = at_once(lambda: outcomes.take(told), 5)

    assert sorted(taken) == [False] * 4 + [True]
    assert Notification.objects.filter(type="email.unreachable").count() == 1


def basic(user, word):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{word}".encode()).decode()}


def test_secret_may_stand_in_the_address_of_the_webhook(anonymous, sent):
    assert post(anonymous, event(sent), headers=basic("brevo", SECRET)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Token {SECRET}"},
        {"Authorization": "Basic ???"},
        basic(SECRET, ""),
        basic("brevo", "é"),
    ],
)
def test_without_the_secret_nothing_is_taken(anonymous, sent, headers):
    answer = post(anonymous, event(sent), headers=headers)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert seen(sent) == ("sent", None, True)


@pytest.mark.parametrize(("place", "status"), [(0, 200), (1, 200), (2, 401)])
def test_secret_before_is_taken_as_well(anonymous, sent, settings, place, status):
    secrets = [SECRET, SECRET[::-1], "another one"]
    settings.BREVO_WEBHOOK_FALLBACKS = [secrets[1]]

    answer = post(anonymous, event(sent), headers={"Authorization": f"Bearer {secrets[place]}"})

    assert answer.status_code == status


@pytest.mark.parametrize("word", ["", "x"])
def test_without_a_secret_of_ours_the_webhook_is_off(anonymous, sent, settings, word):
    settings.BREVO_WEBHOOK_SECRET = ""

    answer = post(anonymous, event(sent), headers={"Authorization": f"Bearer {word}"})

    assert answer.status_code == 401
    assert seen(sent) == ("sent", None, True)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"\xff", 400), (b"[" * 100_000, 400), (b" " * 3_000_000, 413)],
)
def test_body_is_bounded_json(anonymous, body, status):
    answer = anonymous.post(URL, body, content_type="application/json", headers=BEARER)

    assert answer.status_code == status
