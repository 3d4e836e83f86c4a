"""Where messages go besides: GetStream, if there is a key for it."""

from uuid import UUID

from django.conf import settings

from dayrade import jobs


def is_on() -> bool:
    """Tell whether messages are kept equal at GetStream."""
    return bool(settings.GETSTREAM_API_KEY)


def defer_sync(message_id: UUID) -> None:
    """Queue the job that makes GetStream show a message as it is here, in this transaction."""
    if is_on():
        jobs.defer("comms.sync_message", message_id=str(message_id))
