"""Notifications by e-mail."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from accounts.models import User
from comms.models import Delivery, Notification, UnreachableAddress
from comms.senders import NoWayError
from dayrade import mail


class EmailSender:
    """Sends to proven addresses of open accounts that have not come back."""

    def send(self, delivery: Delivery) -> str:
        """Send, and return Brevo's id of the message.

        A repetition that Brevo knows by its key was sent before: its id comes with its events.

        Raises:
            NoWayError: the account is closed, or the address is unproven or unreachable.
            SendingError: the mail could not be handed over.

        """
        expect_way(delivery.user)
        message = written(delivery.notification)
        message.to = [delivery.user.email]
        message.extra_headers["idempotencyKey"] = str(delivery.idempotency_key)
        # Comes back with every event, even before the id is stored.
        setattr(message, "metadata", {"delivery": str(delivery.pk), "round": delivery.rounds})  # noqa: B010  # anymail's
        try:
            return mail.send(message)
        except mail.RepeatedError:
            return ""


def expect_way(user: User) -> None:
    """Expect a person whose address takes mail.

    Raises:
        NoWayError: says why not.

    """
    if not user.is_active:
        raise NoWayError("The account is closed.")
    if not user.email_verified:
        raise NoWayError("The address is not verified.")
    known = UnreachableAddress.objects.filter(user=user, address__iexact=user.email).first()
    if known:
        raise NoWayError(f"The address takes no mail: {known.get_reason_display().lower()}.")


def written(notification: Notification) -> EmailMultiAlternatives:
    """Write the e-mail of a notification."""
    text = notification.message
    if notification.action_url:
        label = notification.action_label or "More"
        text = f"{text}\n\n{label}: {settings.FRONTEND_URL}{notification.action_url}"
    return EmailMultiAlternatives(notification.title, text)
