"""Murf's HTTP API, version 1: a text becomes an audio file that Murf serves."""

import math
from collections.abc import Mapping
from typing import Any

from comms.providers import Audio, ProviderError
from comms.providers.posting import posted

NAME = "Murf"
PATH = "/v1/speech/generate"
URL_MAX = 500
SECONDS_MAX = 600
#: What a personality without a voice of its own speaks with.
VOICE = "en-US-natalie"


class Murf:
    """The voices of one account."""

    def __init__(self, *, url: str, key: str, voices: Mapping[str, str]) -> None:
        """Take the API's address, the account's key, and a voice for each personality."""
        self.url = f"{url.rstrip('/')}{PATH}"
        self.headers = {"api-key": key}
        self.voices = voices

    def read(self, *, personality: str, text: str) -> Audio:
        """Ask for an audio file, as SpeechProvider says."""
        answer = posted(
            NAME,
            self.url,
            {"text": text, "voiceId": self.voices.get(personality, VOICE), "format": "MP3"},
            self.headers,
        )
        url = answer.get("audioFile")
        if not isinstance(url, str) or not url.startswith("https://") or len(url) > URL_MAX:
            raise ProviderError(f"{NAME} sent no address.")
        return Audio(url, _seconds(answer.get("audioLengthInSeconds")))


def _seconds(value: Any) -> int:
    """Return whole seconds, rounded up: a voice must not be cut off."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProviderError(f"{NAME} sent no length.")
    if not 0 < value <= SECONDS_MAX:
        raise ProviderError(f"{NAME} sent a length that cannot be.")
    return math.ceil(value)
