"""The jobs of comms."""

from uuid import UUID

from comms.services import getstream
from comms.services import notifications as services
from dayrade import jobs


@jobs.app.task(name="comms.send_notification", queue="mail", retry=jobs.RETRY)
def send_notification(*, notification_id: str) -> None:
    """Send a notification by e-mail."""
    services.send_by_email(notification_id=UUID(notification_id))


@jobs.app.task(name="comms.sync_message", queue="chat", retry=jobs.RETRY)
def sync_message(*, message_id: str) -> None:
    """Make GetStream show a message as it is here."""
    getstream.sync(message_id=UUID(message_id))


@jobs.app.task(name="comms.take_out_message", queue="chat", retry=jobs.RETRY)
def take_out_message(*, getstream_id: str) -> None:
    """Delete at GetStream what was refused here."""
    getstream.take_out(getstream_id=getstream_id)
