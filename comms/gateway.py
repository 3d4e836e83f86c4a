"""Where messages go besides: GetStream, if there is a key for it."""

from typing import Any, Protocol
from uuid import UUID

from django.conf import settings

from comms.models import ChatMessage, MessageType
from dayrade import jobs

CHANNEL_TYPE = "messaging"
SECONDS = 8
#: Who says at GetStream what the platform says.
PLATFORM = "dayrade"
NOT_FOUND = 404


class GatewayError(Exception):
    """GetStream did not do it; it is worth another try."""


class Gateway(Protocol):
    """Shows messages elsewhere as they are here; each may be done again."""

    def show(self, message: ChatMessage) -> None:
        """Let a message stand there with its text."""

    def take_out(self, message_id: str) -> None:
        """Let a message stand there no more; `message_id` is GetStream's."""


def is_on() -> bool:
    """Tell whether messages are kept equal at GetStream."""
    return bool(settings.GETSTREAM_API_KEY)


def defer_sync(message_id: UUID) -> None:
    """Queue the job that makes GetStream show a message as it is here, in this transaction."""
    if is_on():
        jobs.defer("comms.sync_message", message_id=str(message_id))


def channel_of(message: ChatMessage) -> str:
    """Return the id of the channel that is a tournament's chat."""
    return str(message.tournament_id)


class GetStream:
    """GetStream by its own client, which is loaded here and not before: it is large."""

    def __init__(self) -> None:
        """Take the application that the settings name."""
        import getstream  # noqa: PLC0415  # seconds, and a hundred megabytes
        from getstream import exceptions, models  # noqa: PLC0415  # as above

        self.models: Any = models
        self.error: Any = exceptions.StreamApiException
        self.any_error: Any = exceptions.StreamException
        self.client: Any = getstream.Stream(
            api_key=settings.GETSTREAM_API_KEY,
            api_secret=settings.GETSTREAM_API_SECRET,
            base_url=settings.GETSTREAM_URL,
            request_timeout=SECONDS,
            connect_timeout=SECONDS,
        )

    def show(self, message: ChatMessage) -> None:
        """Send a message, or change the one that is there; one that was taken out comes back.

        Raises:
            GatewayError: GetStream does not answer, or refuses.

        """
        try:
            if message.getstream_message_id is None:
                self._send(message)
            else:
                self._update(message, message.getstream_message_id)
        except self.any_error as error:
            raise failed(error) from None

    def take_out(self, message_id: str) -> None:
        """Delete a message; one that is not there is as good.

        Raises:
            GatewayError: GetStream does not answer, or refuses.

        """
        try:
            self.client.chat.delete_message(message_id)
        except self.any_error as error:
            if getattr(error, "status_code", None) != NOT_FOUND:
                raise failed(error) from None

    def _send(self, message: ChatMessage) -> None:
        person = self._person(message)
        self.client.upsert_users(person)
        channel = channel_of(message)
        self.client.chat.get_or_create_channel(
            CHANNEL_TYPE, channel, data=self.models.ChannelInput(created_by_id=person.id)
        )
        try:
            self.client.chat.send_message(
                CHANNEL_TYPE, channel, self._content(message, str(message.pk)), skip_push=True
            )
        except self.error:
            # It may have been sent by a job that did not live to say so.
            self._update(message, str(message.pk))

    def _update(self, message: ChatMessage, message_id: str) -> None:
        content = self._content(message, message_id)
        try:
            self.client.chat.update_message(message_id, content)
        except self.error:
            self.client.chat.undelete_message(message_id, self._person(message).id)
            self.client.chat.update_message(message_id, content)

    def _content(self, message: ChatMessage, message_id: str) -> Any:
        return self.models.MessageRequest(
            id=message_id,
            text=message.message_text,
            user_id=self._person(message).id,
            custom={"message_type": str(message.message_type)},
        )

    def _person(self, message: ChatMessage) -> Any:
        if message.message_type in (MessageType.SYSTEM_MESSAGE, MessageType.COMMENTARY):
            return self.models.UserRequest(id=PLATFORM, name="Dayrade")
        return self.models.UserRequest(id=str(message.user_id), name=str(message.user.username))


def failed(error: Exception) -> GatewayError:
    """Say what went wrong without the text of a message, which an error may quote."""
    status = getattr(error, "status_code", None)
    said = f"answered {status}" if status else "could not be reached"
    return GatewayError(f"GetStream {said}.")
