"""E-mails that the former release had queued are sent by this one."""

import pytest
from django.core.management import call_command
from django.db import connection

from comms.models import Delivery
from comms.services import deliveries
from tests.factories.comms import NotificationFactory

pytestmark = pytest.mark.django_db(transaction=True)

QUEUE = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, args)
    VALUES ('mail', 'comms.send_notification', jsonb_build_object('notification_id', %s::text))
"""
QUEUED = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'comms.send_notification'"


def test_queued_mail_becomes_a_delivery():
    waiting, sent, _ = NotificationFactory.create_batch(3)
    type(sent).objects.filter(pk=sent.pk).update(email_sent=True, email_sent_at=sent.created_at)
    call_command("migrate", "comms", "0004", verbosity=0)
    with connection.cursor() as cursor:
        for key in (waiting.pk, waiting.pk, sent.pk):
            cursor.execute(QUEUE, [str(key)])

    call_command("migrate", "comms", verbosity=0)

    delivery = Delivery.objects.get()
    assert (delivery.notification, delivery.user, delivery.channel) == (
        waiting,
        waiting.user,
        "email",
    )
    assert deliveries.due() == [delivery.pk]
    with connection.cursor() as cursor:
        cursor.execute(QUEUED)
        assert cursor.fetchone() == (0,)
