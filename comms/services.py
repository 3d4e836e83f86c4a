"""What people do with notifications, and staff with the texts of e-mails."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.mail import EmailMessage

from accounts.models import User
from administration import audit
from comms.models import Channel, EmailTemplate, Notification, Priority
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


@service
def create_template(*, actor: User, fields: Mapping[str, Any]) -> EmailTemplate:
    """Add the text of an e-mail.

    Raises:
        ValidationError: a value is not allowed.
        IntegrityError: the name is taken (SQLSTATE 23505).

    """
    audit.acting(actor, "email_template.create")
    return rows.insert(EmailTemplate(**fields))


@service
def update_template(
    *, actor: User, template: EmailTemplate, changes: Mapping[str, Any]
) -> EmailTemplate:
    """Change the text of an e-mail and return it as stored; locks it.

    Raises:
        ValidationError: a value is not allowed.
        IntegrityError: the name is taken (SQLSTATE 23505).

    """
    audit.acting(actor, "email_template.update")
    return rows.change(rows.locked(template), changes)


@service
def delete_template(*, actor: User, template: EmailTemplate) -> None:
    """Remove the text of an e-mail; the audit log keeps it."""
    audit.acting(actor, "email_template.delete")
    EmailTemplate.objects.filter(pk=template.pk).delete()
