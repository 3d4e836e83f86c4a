"""Telling people what has happened to them."""

from uuid import UUID

from django.core.mail import EmailMessage

from accounts.models import User
from comms.models import Channel, Notification, Priority
from dayrade import jobs, mail
from dayrade.db import rows
from dayrade.db.functions import Now
from dayrade.db.transactions import service


@service
def notify(
    *,
    user: User,
    type: str,  # noqa: A002  # the column's name
    title: str,
    message: str,
    action_url: str = "",
    priority: str = Priority.MEDIUM,
) -> Notification:
    """Tell a person in the application at once, and by e-mail as soon as the transaction stands.

    Raises:
        ValidationError: a value is not allowed.

    """
    notification = rows.insert(
        Notification(
            user=user,
            type=type,
            title=title,
            message=message,
            action_url=action_url or None,
            priority=priority,
            channels=[Channel.IN_APP, Channel.EMAIL],
        )
    )
    jobs.defer("comms.send_notification", notification_id=str(notification.pk))
    return notification


@service
def send_by_email(*, notification_id: UUID) -> None:
    """Send a notification, unless it was sent, or to a closed or unproven address.

    Locks the notification, so that two workers send it once.
    """
    waiting = Notification.objects.mailable().select_for_update(no_key=True, of=("self",))
    notification = waiting.select_related("user").filter(pk=notification_id).first()
    if notification is None:
        return
    mail.send(EmailMessage(notification.title, notification.message, to=[notification.user.email]))
    Notification.objects.filter(pk=notification.pk).update(email_sent=True, email_sent_at=Now())


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
