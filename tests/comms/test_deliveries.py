"""What waits is brought to people once, tried again, and given up in the end."""

import socket
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F

from administration.models import AuditLog
from comms.models import Channel, Delivery, DeliveryStatus, Notification
from comms.models.deliveries import ATTEMPTS, KEPT_FOR, PAUSES
from comms.services import deliveries
from comms.tasks import deliver_due
from dayrade.db.functions import Now
from dayrade.db.transactions import service
from dayrade.errors import ForbiddenError
from dayrade.mail import mailer
from dayrade.privacy import retention
from tests.comms.brevo import KEY
from tests.comms.outbox import pass_time, state, tell, work
from tests.factories.accounts import UserFactory
from tests.factories.comms import DeliveryFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db

DOWN = (503, {"code": "internal_error", "message": "Try again"})
REFUSED = (400, {"code": "invalid_parameter", "message": "email is not valid"})


def queued():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args ->> 'delivery_id' FROM procrastinate_jobs"
            " JOIN dayrade_deliveries d ON d.id::text = args ->> 'delivery_id'"
            " WHERE task_name = 'comms.deliver' AND procrastinate_jobs.status = 'todo'"
        )
        return [key for (key,) in cursor.fetchall()]


def test_notification_and_its_way_are_written_together():
    user = UserFactory()

    notification = tell(user)

    delivery = Delivery.objects.get()
    assert (delivery.notification, delivery.user, delivery.channel) == (notification, user, "email")
    assert state(delivery) == ("waiting", 0, "")
    assert queued() == [str(delivery.pk)]


def test_nothing_is_left_of_what_did_not_happen():
    @service
    def tell_and_fail():
        tell(UserFactory())
        raise LookupError

    with pytest.raises(LookupError):
        tell_and_fail()

    assert (Notification.objects.count(), Delivery.objects.count(), queued()) == (0, 0, [])


def test_sent_mail_is_stamped_with_what_brevo_calls_it(brevo):
    user = UserFactory()
    notification = tell(user)

    work()

    delivery = Delivery.objects.get()
    (mail,) = brevo.mails
    assert [address["email"] for address in mail["to"]] == [user.email]
    assert (mail["subject"], mail["textContent"]) == ("Told", "You are told.")
    assert mail["headers"]["idempotencyKey"] == str(delivery.idempotency_key)
    assert state(delivery) == ("sent", 1, "")
    assert delivery.provider_id == "<2026112300.1@smtp-relay.mailin.fr>"
    notification.refresh_from_db()
    assert (notification.email_sent, notification.email_sent_at) == (True, delivery.sent_at)


def test_what_is_sent_is_not_sent_again(brevo):
    tell(UserFactory())
    work()

    deliveries.attempt(key=Delivery.objects.get().pk)

    assert len(brevo.mails) == 1


def test_failure_is_tried_again_after_growing_pauses(brevo):
    brevo.answers = [DOWN, DOWN]
    tell(UserFactory())
    delivery = Delivery.objects.get()

    seen = []
    for minutes in (0, 1, 3):
        pass_time(minutes)
        work()
        seen.append(state(delivery))

    assert seen == [
        ("waiting", 1, "Brevo answered 503."),
        ("waiting", 2, "Brevo answered 503."),
        ("sent", 3, ""),
    ]


def test_nothing_is_tried_before_its_time(brevo):
    brevo.answers = [DOWN]
    tell(UserFactory())
    work()

    work()
    deliveries.attempt(key=Delivery.objects.get().pk)

    assert brevo.asked == 1


def test_what_always_fails_is_given_up_and_stays_in_the_application(brevo):
    brevo.answers = [DOWN] * 20
    notification = tell(UserFactory())
    delivery = Delivery.objects.get()

    for minutes in (0, *PAUSES):
        pass_time(minutes)
        work()

    assert brevo.asked == ATTEMPTS
    assert state(delivery) == ("dead", ATTEMPTS, "Brevo answered 503.")
    notification.refresh_from_db()
    assert (notification.email_sent, notification.is_read) == (False, False)


def test_what_brevo_will_never_take_is_given_up_at_once(brevo):
    brevo.answers = [REFUSED]
    tell(UserFactory())

    work()

    assert state(Delivery.objects.get()) == ("dead", 1, "Brevo answered 400.")


def test_failure_names_nobody_in_the_log(settings, caplog):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    made = mailer(
        brevo_api_key=KEY,
        brevo_url=f"http://127.0.0.1:{port}/v3",
        folder="",
        development=False,
    )
    settings.MAILERS = {"default": made}
    user = UserFactory()
    tell(user)

    work()

    assert Delivery.objects.get().last_error == "Brevo could not be reached."
    assert "Brevo could not be reached." in caplog.text
    assert user.email not in caplog.text


def test_without_a_way_out_mail_waits(settings):
    settings.MAILERS = {"default": mailer(brevo_api_key="", folder="", development=False)}
    tell(UserFactory())

    work()

    said = "E-mail needs BREVO_API_KEY (see .env.example)."
    assert state(Delivery.objects.get()) == ("waiting", 1, said)


def test_unexpected_failure_counts_and_is_heard_of(settings):
    settings.MAILERS = {"default": {"BACKEND": "tests.comms.outbox.NoSuchBackend"}}
    tell(UserFactory())
    delivery = Delivery.objects.get()

    with pytest.raises(Exception, match="NoSuchBackend"):
        work()

    assert state(delivery)[:2] == ("waiting", 1)
    assert delivery.last_error


@pytest.mark.parametrize(
    ("person", "why"),
    [
        ({"is_active": False}, "The account is closed."),
        ({"unverified": True}, "The address is not verified."),
    ],
)
def test_who_cannot_be_mailed_is_skipped(brevo, person, why):
    notification = tell(UserFactory(**person))

    work()

    assert state(Delivery.objects.get()) == ("skipped", 1, why)
    assert brevo.asked == 0
    notification.refresh_from_db()
    assert not notification.email_sent


def test_repetition_within_half_an_hour_reaches_nobody(brevo):
    """A worker was killed after Brevo's answer and before the stamp."""
    tell(UserFactory())
    delivery = Delivery.objects.get()
    work()
    Delivery.objects.update(status=DeliveryStatus.WAITING, sent_at=None, next_attempt_at=Now())

    work()

    assert len(brevo.mails) == 1
    assert state(delivery) == ("sent", 2, "")


def test_who_kills_every_worker_is_given_up():
    delivery = DeliveryFactory(attempts=ATTEMPTS)

    work()

    assert state(delivery) == ("dead", ATTEMPTS, deliveries.KILLED)


@pytest.mark.django_db(transaction=True)
def test_workers_that_come_at_once_send_once(brevo):
    tell(UserFactory())
    key = Delivery.objects.get().pk

    at_once(lambda: deliveries.attempt(key=key), 6)

    assert brevo.asked == 1
    assert Delivery.objects.get().attempts == 1


@pytest.mark.django_db(transaction=True)
def test_same_thing_told_at_once_is_told_once():
    user = UserFactory()

    told = at_once(lambda: tell(user, key="seat 1"), 6)

    assert len([each for each in told if each]) == 1
    assert (Notification.objects.count(), Delivery.objects.count()) == (1, 1)


def test_key_is_one_of_a_person():
    first, second = UserFactory.create_batch(2)

    told = [tell(first, key="seat 1"), tell(second, key="seat 1"), tell(first, key="seat 2")]

    assert all(told)
    assert tell(first, key="seat 1") is None


def test_channels_are_narrowed_by_whoever_tells():
    notification = tell(UserFactory(), channels=[])

    assert (notification.channels, Delivery.objects.count()) == ([Channel.IN_APP], 0)


@pytest.mark.django_db(transaction=True)
def test_lost_job_is_queued_again_once():
    delivery = DeliveryFactory()

    deliver_due(0)
    deliver_due(60)

    assert queued() == [str(delivery.pk)]


def dead(**values):
    return DeliveryFactory(status=DeliveryStatus.DEAD, attempts=8, last_error="Away", **values)


def test_admin_has_the_dead_sent_anew(brevo):
    admin = UserFactory(admin=True)
    rows = [dead(), dead(), DeliveryFactory(sent=True)]

    count = deliveries.resend(actor=admin, deliveries=[row.pk for row in rows], reason="Brevo back")
    work()

    assert (count, len(brevo.mails)) == (2, 2)
    assert [state(row) for row in rows] == [("sent", 1, ""), ("sent", 1, ""), ("sent", 1, "")]
    keys = {mail["headers"]["idempotencyKey"] for mail in brevo.mails}
    assert keys == {str(row.idempotency_key) for row in rows[:2]}
    logged = AuditLog.objects.filter(action="delivery.resend")
    assert set(logged.values_list("user", "changes__reason")) == {(admin.pk, "Brevo back")}
    assert set(logged.values_list("entity_id", flat=True)) == {rows[0].pk, rows[1].pk}


def test_what_was_sent_anew_is_a_new_message_to_brevo():
    row = dead()
    before = row.idempotency_key

    deliveries.resend(actor=UserFactory(admin=True), deliveries=[row.pk], reason="Again")

    row.refresh_from_db()
    assert row.idempotency_key != before


def test_what_is_on_its_way_is_left_alone():
    row = DeliveryFactory()

    with pytest.raises(deliveries.NotDeadError):
        deliveries.resend(actor=UserFactory(admin=True), deliveries=[row.pk], reason="Again")

    assert state(row) == ("waiting", 0, "")


def test_only_an_admin_has_it_sent_anew():
    row = dead()

    with pytest.raises(ForbiddenError):
        deliveries.resend(actor=UserFactory(moderator=True), deliveries=[row.pk], reason="Again")

    assert state(row)[0] == "dead"


def test_sending_anew_needs_a_reason():
    with pytest.raises(ValidationError):
        deliveries.resend(actor=UserFactory(admin=True), deliveries=[dead().pk], reason=" ")


def test_old_deliveries_are_forgotten_but_what_waits():
    old = {"created_at": Now() - KEPT_FOR - timedelta(hours=1)}
    waits, sent, recent = DeliveryFactory(), DeliveryFactory(sent=True), DeliveryFactory(sent=True)
    Delivery.objects.filter(pk__in=[waits.pk, sent.pk]).update(**old)
    (rule,) = [rule for rule in retention.RULES if rule.name == "deliveries"]

    assert retention.purge(rule) == 1
    assert set(Delivery.objects.all()) == {waits, recent}
    assert Notification.objects.count() == 3


def test_stamp_of_an_earlier_round_is_ignored(brevo):
    """Staff had it sent anew while the provider was slow to answer."""
    row = DeliveryFactory()
    late = deliveries._claimed(row.pk)  # noqa: SLF001
    Delivery.objects.update(rounds=F("rounds") + 1)

    deliveries._stamp(late, "<late@example.com>")  # noqa: SLF001

    assert state(row)[0] == "waiting"
