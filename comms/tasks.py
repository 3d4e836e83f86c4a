"""The jobs of comms."""

from uuid import UUID

from comms.services import notifications as services
from dayrade import jobs


@jobs.app.task(name="comms.send_notification", queue="mail", retry=jobs.RETRY)
def send_notification(*, notification_id: str) -> None:
    """Send a notification by e-mail."""
    services.send_by_email(notification_id=UUID(notification_id))
