"""Who words the commentary, and who reads it aloud: chosen by the settings."""

from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings


class ProviderError(Exception):
    """A provider cannot be reached, or its answer is not what it promises.

    The message names no person: it is logged.
    """


@dataclass(frozen=True, slots=True)
class Audio:
    """A text that was read aloud: where it is, and how many seconds it lasts."""

    url: str
    seconds: int


class TextProvider(Protocol):
    """Anything that words facts."""

    def word(self, *, personality: str, event: str, facts: dict[str, Any], draft: str) -> str:
        """Say what happened as that personality would; `draft` is the built-in line.

        Raises:
            ProviderError: as its class says.

        """


class SpeechProvider(Protocol):
    """Anything that reads a text aloud."""

    def read(self, *, personality: str, text: str) -> Audio:
        """Read a text in the voice of a personality.

        Raises:
            ProviderError: as its class says.

        """


def text_provider() -> TextProvider | None:
    """Return who words the commentary; None where the built-in lines are all there is."""
    from comms.providers.chat_completions import ChatCompletions  # noqa: PLC0415  # for jobs alone

    if not settings.COMMENTARY_TEXT_URL:
        return None
    return ChatCompletions(
        url=settings.COMMENTARY_TEXT_URL,
        key=settings.COMMENTARY_TEXT_KEY,
        model=settings.COMMENTARY_TEXT_MODEL,
    )


def speech_provider() -> SpeechProvider | None:
    """Return who reads the commentary aloud; None where nobody does."""
    from comms.providers.murf import Murf  # noqa: PLC0415  # for jobs alone

    if not settings.COMMENTARY_SPEECH_KEY:
        return None
    return Murf(
        url=settings.COMMENTARY_SPEECH_URL,
        key=settings.COMMENTARY_SPEECH_KEY,
        voices=settings.COMMENTARY_SPEECH_VOICES,
    )
