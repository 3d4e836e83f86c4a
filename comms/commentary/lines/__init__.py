"""The lines of the voices, by topic."""

from collections.abc import Mapping, Sequence

from comms.commentary.facts import Topic, Voice
from comms.commentary.lines import bear, bull, rocket, sage

LINES: Mapping[Voice, Mapping[Topic, Sequence[str]]] = {
    Voice.BULL: bull.LINES,
    Voice.BEAR: bear.LINES,
    Voice.SAGE: sage.LINES,
    Voice.ROCKET: rocket.LINES,
}
