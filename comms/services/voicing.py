"""Making more of a line that waits: another wording, and a voice."""

import logging
from hashlib import sha256
from uuid import UUID

from django.conf import settings

from administration import audit
from comms.commentary.facts import Event
from comms.commentary.provenance import unfounded
from comms.models import Commentary, CommentaryFact
from comms.providers import Audio, ProviderError, speech_provider, text_provider
from dayrade import jobs
from dayrade.db import rows
from dayrade.db.transactions import service

logger = logging.getLogger("dayrade.commentary")


def word(*, commentary_id: UUID) -> None:
    """Let the text provider word a line that waits; the line stands as it is wherever that fails.

    A text with a number or a name that its facts do not have is refused. No transaction is open
    while the provider is asked. Whatever comes of it, the line goes on to be read aloud.
    """
    line = Commentary.objects.waiting().filter(pk=commentary_id).first()
    provider = text_provider()
    text = None
    if line is not None and provider is not None and _may_be_worded(line):
        try:
            text = provider.word(
                personality=line.personality,
                event=str(line.trigger_event),
                facts=line.trigger_data or {},
                draft=line.commentary_text,
            )
        except ProviderError as error:
            logger.warning("line %s keeps its wording: %s", commentary_id, error)
        else:
            if wrong := unfounded(text, line.trigger_data or {}):
                logger.warning(
                    "line %s keeps its wording: %d unfounded words", commentary_id, len(wrong)
                )
                text = None
    _settle(commentary_id=commentary_id, text=text)


def _may_be_worded(line: Commentary) -> bool:
    """Leave what staff said, and what takes something back, as it stands."""
    return line.trigger_event not in (Event.CORRECTION, Event.MANUAL) and bool(line.trigger_data)


@service
def _settle(*, commentary_id: UUID, text: str | None) -> None:
    """Write another wording where the line still waits, and have it read aloud."""
    audit.acting(None, "commentary.word")
    locked = rows.locked(Commentary(pk=commentary_id))
    if text and Commentary.objects.waiting().filter(pk=locked.pk).exists():
        rows.change(locked, {"commentary_text": text})
        name = f"text.{sha256(text.encode()).hexdigest()[:32]}"
        CommentaryFact.objects.filter(commentary=locked).update(line=name)
    if settings.COMMENTARY_SPEECH_KEY:
        jobs.defer("comms.voice_commentary", commentary_id=str(commentary_id))


def voice(*, commentary_id: UUID) -> None:
    """Have a line read aloud, once; not where it was withdrawn or erased.

    Raises:
        ProviderError: the provider failed; the job tries again.

    """
    lines = Commentary.objects.filter(retraction__isnull=True, audio_generated=False)
    line = lines.filter(pk=commentary_id).first()
    provider = speech_provider()
    if line is None or provider is None or not line.commentary_text:
        return
    audio = provider.read(personality=line.personality, text=line.commentary_text)
    _attach(line=line, audio=audio)


@service
def _attach(*, line: Commentary, audio: Audio) -> None:
    """Write where the audio is, unless the line says something else by now."""
    locked = rows.locked(line)
    if locked.commentary_text != line.commentary_text or locked.audio_generated:
        return
    rows.change(
        locked,
        {"audio_url": audio.url, "audio_duration": audio.seconds, "audio_generated": True},
    )
