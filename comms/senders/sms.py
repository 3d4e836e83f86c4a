"""Notifications as text messages, through Brevo."""

import re
from typing import Any

import requests
from django.conf import settings

from comms.models import Delivery
from comms.senders import NoWayError
from dayrade import mail

#: Characters of a message: two parts, as every part is paid for.
LENGTH = 300
NUMBER = re.compile(r"(?:\+|00)([1-9][0-9]{6,14})", re.ASCII)
BETWEEN_DIGITS = re.compile(r"[\s()./-]+")


class SmsSender:
    """Sends to the telephone of an open account."""

    def send(self, delivery: Delivery) -> str:
        """Send, and return Brevo's id of the message.

        Raises:
            NoWayError: the account is closed, or its number is none that can be called from abroad.
            SendingError: Brevo refused it or could not be reached.

        """
        if not delivery.user.is_active:
            raise NoWayError("The account is closed.")
        number = dialled(delivery.user.phone_number or "")
        if number is None:
            raise NoWayError("There is no telephone number with its country code.")
        said = f"{delivery.notification.title}: {delivery.notification.message}"
        return self.post(
            {
                "sender": settings.SMS_SENDER,
                "recipient": number,
                "content": " ".join(said.split())[:LENGTH],
                "type": "transactional",
                "unicodeEnabled": not said.isascii(),
            }
        )

    def post(self, body: dict[str, Any]) -> str:
        """Hand a message to Brevo.

        Raises:
            SendingError: Brevo refused it or could not be reached.

        """
        url = f"{settings.BREVO_URL.rstrip('/')}/transactionalSMS/send"
        try:
            answer = requests.post(
                url,
                json=body,
                headers={"api-key": settings.BREVO_API_KEY},
                timeout=mail.TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException:
            raise mail.refusal(None) from None
        if not answer.ok or answer.is_redirect:
            raise mail.refusal(answer)
        try:
            return str(answer.json()["messageId"])
        except (ValueError, KeyError, TypeError):
            # It was taken all the same.
            return ""


def dialled(number: str) -> str | None:
    """Return a number as it is dialled from abroad, without plus, or None."""
    found = NUMBER.fullmatch(BETWEEN_DIGITS.sub("", number))
    return found[1] if found else None
