"""Notifications by e-mail."""

import logging
from collections.abc import Mapping

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from accounts.models import User
from comms import rendering
from comms.models import Delivery, EmailTemplate, Notification, UnreachableAddress
from comms.senders import NoWayError
from dayrade import mail

logger = logging.getLogger(__name__)

MORE = "More"


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
    """Write the e-mail of a notification, by the template of its type where there is an active one.

    A template that asks for what there is not must keep nobody from being told.
    """
    active = EmailTemplate.objects.filter(template_type=notification.type, is_active=True)
    if template := active.order_by("name", "pk").first():
        try:
            return by_template(template, values_of(notification))
        except rendering.MissingValuesError as error:
            logger.error("e-mail template %s: %s", template.name, error)  # noqa: TRY400  # says it
    return plainly(notification)


def by_template(template: EmailTemplate, values: Mapping[str, str]) -> EmailMultiAlternatives:
    """Fill in a template, or have Brevo fill in its own.

    Raises:
        MissingValuesError: there is no value for something that it declares or uses.

    """
    if template.brevo_template_id and settings.BREVO_API_KEY:
        names = [str(name) for name in template.variables or ()]
        if missing := sorted(name for name in names if not values.get(name)):
            raise rendering.MissingValuesError(f"No value for: {', '.join(missing)}.")
        message = EmailMultiAlternatives()
        # anymail's names; without a subject and a text, Brevo's own count.
        vars(message).update(
            template_id=template.brevo_template_id,
            merge_global_data={name: values[name] for name in names},
        )
        return message
    made = rendering.render(subject=template.subject, content=template.content, values=values)
    return as_message(made)


def plainly(notification: Notification) -> EmailMultiAlternatives:
    """Write an e-mail that says what the application shows."""
    text = notification.message
    if notification.action_url:
        text = f"{text}\n\n{notification.action_label or MORE}: {_address(notification)}"
    subject = " ".join(notification.title.split())
    return as_message(rendering.Rendered(subject, text, rendering.as_html(text)))


def as_message(made: rendering.Rendered) -> EmailMultiAlternatives:
    """Put text and HTML into one message."""
    message = EmailMultiAlternatives(made.subject, made.text)
    message.attach_alternative(made.html, "text/html")
    return message


def values_of(notification: Notification) -> dict[str, str]:
    """Return what a template can fill in; comms.services.templates.SAMPLES has the same names."""
    user, tournament = notification.user, notification.tournament
    return {
        "name": user.get_short_name(),
        "username": user.username or "",
        "title": notification.title,
        "message": notification.message,
        "action_label": notification.action_label or MORE,
        "action_url": _address(notification) if notification.action_url else "",
        "tournament": tournament.name if tournament else "",
        "site": settings.FRONTEND_URL,
    }


def _address(notification: Notification) -> str:
    """Return a path of the front end with the front end before it, and an address as it is."""
    url = notification.action_url or ""
    return f"{settings.FRONTEND_URL}{url}" if url.startswith("/") else url
