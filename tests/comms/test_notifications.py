"""Notifications are read once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from comms.models import Notification
from comms.services import notifications as services
from tests.factories.accounts import UserFactory
from tests.factories.comms import NotificationFactory

pytestmark = pytest.mark.django_db


def test_first_reading_counts():
    # Before this transaction: all that happens within it has one instant.
    first = timezone.now() - timedelta(hours=1)
    notification = NotificationFactory(is_read=True, read_at=first)

    again = services.mark_read(user=notification.user, notification=notification)

    assert (again.is_read, again.read_at) == (True, first)


def test_nobody_reads_for_another_person():
    notification = NotificationFactory()

    services.mark_read(user=UserFactory(), notification=notification)

    assert list(Notification.objects.unread()) == [notification]


def test_mark_all_read_counts_what_was_unread_and_leaves_others_alone():
    user = UserFactory()
    services.mark_read(user=user, notification=NotificationFactory(user=user))
    NotificationFactory.create_batch(2, user=user)
    others = NotificationFactory()

    counts = services.mark_all_read(user=user), services.mark_all_read(user=user)

    assert counts == (2, 0)
    assert list(Notification.objects.unread()) == [others]


OTHERS = [f"idx_notifications_{name}" for name in ("user_id", "is_read", "created_at")]


@pytest.mark.parametrize(
    "unread",
    [
        lambda rows: rows.order_by("-created_at", "-pk").values("pk")[:50],
        lambda rows: rows.values("user").annotate(count=Count("pk")).values("count"),
    ],
)
def test_unread_are_found_by_their_index(unread):
    rows = unread(Notification.objects.filter(user=UserFactory()).unread())

    with connection.cursor() as cursor:
        # In the small table of a test any index, and none, is as good.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"DROP INDEX {', '.join(OTHERS)}")
    plan = rows.explain()

    assert "dayrade_notifications_unread" in plan
    assert "Filter" not in plan
    assert "Sort" not in plan
