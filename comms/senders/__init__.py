"""What takes a notification to a person, behind one interface."""

from typing import Protocol

from comms.models import Channel, Delivery


class NoWayError(Exception):
    """There is nothing to send to, and another attempt would find nothing either."""


class Sender(Protocol):
    """Brings notifications by one channel."""

    def send(self, delivery: Delivery) -> str:
        """Hand a notification over and return what the provider calls it, or "".

        Raises:
            NoWayError: the person cannot be reached this way.
            SendingError: the provider refused it or could not be reached.

        """


def of(channel: str) -> Sender:
    """Return what brings notifications by this channel.

    It is imported by the job that needs it: what signs and encrypts push messages takes a second.
    """
    if channel == Channel.EMAIL:
        from comms.senders.email import EmailSender  # noqa: PLC0415

        return EmailSender()
    if channel == Channel.SMS:
        from comms.senders.sms import SmsSender  # noqa: PLC0415

        return SmsSender()
    from comms.senders.push import PushSender  # noqa: PLC0415

    return PushSender()
