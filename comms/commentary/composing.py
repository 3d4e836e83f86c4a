"""Who tells a fact, and with which line: the same for the same fact, as long as it is fresh."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from comms.commentary.facts import Fact, Topic, Voice
from comms.commentary.lines import LINES

SPEAKERS: Mapping[Topic, Sequence[Voice]] = {
    topic: tuple(voice for voice in Voice if topic in LINES[voice]) for topic in Topic
}


@dataclass(frozen=True, slots=True)
class Line:
    """What a voice says; `name` is the line's own, whatever figures fill it."""

    voice: Voice
    name: str
    text: str


def compose(fact: Fact, *, recent: Collection[str] = ()) -> Line:
    """Tell a fact, by chance that depends on the fact alone.

    `recent` are the names of lines that would be a repetition; where all of them would, the first
    choice stands.
    """
    seed = int.from_bytes(sha256(f"{fact.topic}\n{fact.key}".encode()).digest()[:8])
    speakers = SPEAKERS[fact.topic]
    voice = speakers[seed % len(speakers)]
    lines = LINES[voice][fact.topic]
    first = seed // len(speakers) % len(lines)
    places = [(first + step) % len(lines) for step in range(len(lines))]
    named = {place: f"{voice}.{fact.topic}.{place}" for place in places}
    chosen = next((place for place in places if named[place] not in recent), first)
    return Line(voice, named[chosen], lines[chosen].format(**fact.spoken))
