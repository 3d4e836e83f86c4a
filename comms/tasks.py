"""The jobs of comms."""

from django.core.mail import EmailMessage

from comms.models import Notification
from dayrade import jobs
from dayrade.db.functions import Now
from dayrade.db.transactions import service


@jobs.app.task(name="comms.send_notification", queue="mail", retry=jobs.RETRY)
@service
def send_notification(*, notification_id: str) -> None:
    """Send a notification by e-mail, unless it was sent, or to a closed or unproven address.

    Locks the notification, so that two workers send it once.
    """
    waiting = Notification.objects.mailable().select_for_update(no_key=True, of=("self",))
    notification = waiting.select_related("user").filter(pk=notification_id).first()
    if notification is None:
        return
    EmailMessage(notification.title, notification.message, to=[notification.user.email]).send()
    Notification.objects.filter(pk=notification.pk).update(email_sent=True, email_sent_at=Now())
