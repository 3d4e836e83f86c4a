"""The jobs of comms."""

from uuid import UUID

from procrastinate import RetryStrategy

from comms.services import deliveries, getstream, speaking, voicing, watching
from dayrade import jobs

#: Of a voice for a line that is soon too old: after 2, 4 and 8 seconds.
SOON = RetryStrategy(max_attempts=4, exponential_wait=2)


@jobs.app.task(name="comms.sync_message", queue="chat", retry=jobs.RETRY)
def sync_message(*, message_id: str) -> None:
    """Make GetStream show a message as it is here."""
    getstream.sync(message_id=UUID(message_id))


@jobs.app.task(name="comms.take_out_message", queue="chat", retry=jobs.RETRY)
def take_out_message(*, getstream_id: str) -> None:
    """Delete at GetStream what was refused here."""
    getstream.take_out(getstream_id=getstream_id)


@jobs.app.periodic(cron="* * * * * */2")
@jobs.app.task(name="comms.commentate", queue="commentary", queueing_lock="comms.commentate")
def commentate(timestamp: int) -> None:
    """Look for what is worth a line, and speak what is due."""
    watching.watch_due()
    speaking.speak_due()


@jobs.app.task(name="comms.word_commentary", queue="providers")
def word_commentary(*, commentary_id: str) -> None:
    """Have a line worded by the text provider."""
    voicing.word(commentary_id=UUID(commentary_id))


@jobs.app.task(name="comms.voice_commentary", queue="providers", retry=SOON)
def voice_commentary(*, commentary_id: str) -> None:
    """Have a line read aloud by the speech provider."""
    voicing.voice(commentary_id=UUID(commentary_id))


@jobs.app.task(name="comms.deliver", queue="mail")
def deliver(*, delivery_id: str) -> None:
    """Try to bring a notification to somebody; what fails is due again by itself."""
    deliveries.attempt(key=UUID(delivery_id))


@jobs.app.periodic(cron="* * * * *")
@jobs.app.task(name="comms.deliver_due", queue="upkeep", queueing_lock="comms.deliver_due")
def deliver_due(timestamp: int) -> None:
    """Queue what is due: another attempt, or one whose job was lost."""
    for key in deliveries.due():
        jobs.defer_alone("comms.deliver", key=f"delivery {key}", delivery_id=str(key))
