"""Telling people what has happened to them."""

from collections.abc import Collection
from uuid import uuid4

from accounts.models import User
from comms.models import Channel, Delivery, Notification, Priority
from comms.services import preferences
from dayrade import jobs
from dayrade.db import rows
from dayrade.db.functions import Now
from dayrade.db.queries import executed
from dayrade.db.transactions import service

TELL_ONCE = """
    INSERT INTO dayrade_telling_keys (id, user_id, key) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING
"""


@service
def notify(
    *,
    user: User,
    type: str,  # noqa: A002  # the column's name
    title: str,
    message: str,
    action_url: str = "",
    priority: str = Priority.MEDIUM,
    key: str = "",
    channels: Collection[str] = tuple(Channel),
) -> Notification | None:
    """Tell a person in the application at once, and otherwise as soon as the transaction stands.

    `channels` are those that it may travel by; in the application it always shows, and the rest is
    the person's choice. What has a `key` is told once: None is for what was told before, and
    whoever tells the same at the same time waits to know.

    Raises:
        ValidationError: a value is not allowed.

    """
    if key and not executed(TELL_ONCE, [uuid4(), user.pk, key]):
        return None
    ways = preferences.ways(user=user, type=type, priority=priority, among=channels)
    notification = rows.insert(
        Notification(
            user=user,
            type=type,
            title=title,
            message=message,
            action_url=action_url or None,
            priority=priority,
            channels=[Channel.IN_APP, *ways],
        )
    )
    for channel in ways:
        delivery = Delivery(notification=notification, user_id=user.pk, channel=channel)
        delivery.save(force_insert=True)
        jobs.defer("comms.deliver", delivery_id=str(delivery.pk))
    return notification


@service
def mark_read(*, user: User, notification: Notification) -> Notification:
    """Note that its owner has opened a notification; the first time counts."""
    Notification.objects.unread().filter(pk=notification.pk, user=user).update(
        is_read=True, read_at=Now()
    )
    notification.refresh_from_db()
    return notification


@service
def mark_all_read(*, user: User) -> int:
    """Note that a person has opened everything, and return how many were unread."""
    return Notification.objects.unread().filter(user=user).update(is_read=True, read_at=Now())
