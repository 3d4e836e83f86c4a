"""What can be configured: each key with its type, its default, and what it may be.

`system_configuration` holds only what differs from the default.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

NOUNS = {bool: "bool", int: "int", str: "str", list: "list of texts", dict: "JSON object"}
INTEGER_MAX = 2_147_483_647
TEXT_MAX = 10_000
LIST_MAX = 1000


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that can be configured.

    `type` is bool, int, str, list (of texts) or dict. `low` and `high` bound a number; `check`
    returns what else is wrong with a value, or "". A public key is shown to everybody; the value
    of a sensitive one, which is a text, to nobody.
    """

    name: str
    type: type
    default: Any
    category: str
    description: str
    is_public: bool = False
    is_sensitive: bool = False
    requires_restart: bool = False
    low: int = 0
    high: int = INTEGER_MAX
    check: Callable[[Any], str] = lambda _: ""

    def __post_init__(self) -> None:
        """Refuse a declaration that would show a secret.

        Raises:
            ValueError: it is sensitive, and public or no text.

        """
        if self.is_sensitive and (self.is_public or self.type is not str):
            raise ValueError(f"{self.name}: what is sensitive is a text, and not public")

    def wrong(self, value: Any) -> str:
        """Say what is wrong with a value, or return ""; never says the value."""
        # A bool is an int to Python, not to a person.
        if type(value) is not self.type or not are_texts(value):
            return f"Must be a {NOUNS[self.type]}."
        said = self.out_of_bounds(value) or self.check(value)
        return f"The value {said}." if said else ""

    def out_of_bounds(self, value: Any) -> str:
        """Say how a value of the right type is too small or too large, or return ""."""
        if self.type is int:
            if value < self.low:
                return f"must be {self.low} or more"
            return f"must be {self.high} or less" if value > self.high else ""
        if self.type is bool:
            return ""
        size = len(value) if self.type is not dict else len(json.dumps(value))
        most = LIST_MAX if self.type is list else TEXT_MAX
        return f"must have a length of {most:,} or less" if size > most else ""


def are_texts(value: Any) -> bool:
    """Tell whether a list has texts alone; anything else is not asked."""
    return not isinstance(value, list) or all(type(each) is str for each in value)


def filled(value: str) -> str:
    """Refuse an empty text."""
    return "" if value.strip() else "must not be empty"


def number(name: str, default: int, description: str, *, low: int = 1) -> Key:
    """Declare a whole number; its category is the first word of its name."""
    return Key(name, int, default, name.partition(".")[0], description, low=low)


REGISTRY: Mapping[str, Key] = {
    key.name: key
    for key in (
        Key(
            "site.name",
            str,
            "Dayrade",
            "site",
            "The name that visitors read.",
            is_public=True,
            check=filled,
        ),
        Key(
            "site.announcement",
            str,
            "",
            "site",
            "A line shown above every page; empty shows none.",
            is_public=True,
        ),
        Key(
            "site.support_email",
            str,
            "support@example.com",
            "site",
            "Where visitors write for help.",
            is_public=True,
            check=filled,
        ),
        Key(
            "registration.enabled",
            bool,
            True,
            "registration",
            "Whether anybody may register for any tournament.",
            is_public=True,
        ),
        Key(
            "leaderboard.page_size",
            int,
            100,
            "leaderboard",
            "Rows of one page of the board.",
            is_public=True,
            low=1,
        ),
        Key(
            "chat.enabled",
            bool,
            True,
            "chat",
            "Whether anybody may write in the chats; staff announce all the same.",
            is_public=True,
        ),
        Key(
            "chat.hours_after_end",
            int,
            24,
            "chat",
            "Hours for which a chat stays open after its tournament has ended.",
            is_public=True,
            low=0,
        ),
        Key(
            "chat.burst",
            int,
            5,
            "chat",
            "Messages that one person may send at once.",
            low=1,
        ),
        Key(
            "chat.seconds_per_message",
            int,
            3,
            "chat",
            "Seconds for which a person who has used up the burst waits for the next message.",
            low=1,
        ),
        Key(
            "chat.edit_seconds",
            int,
            300,
            "chat",
            "Seconds for which somebody may change what they have written.",
            is_public=True,
            low=0,
        ),
        Key(
            "chat.blocked_words",
            str,
            "",
            "chat",
            "Words that no message may have, separated by commas.",
        ),
        Key(
            "chat.links_allowed",
            bool,
            False,
            "chat",
            "Whether messages may have links to any site.",
            is_public=True,
        ),
        Key(
            "chat.link_sites",
            str,
            "",
            "chat",
            "Sites, separated by commas, to which messages may link where links are not allowed.",
        ),
        Key(
            "commentary.enabled",
            bool,
            True,
            "commentary",
            "Whether the voices speak by themselves; what staff say is said all the same.",
        ),
        number(
            "commentary.big_result_percent",
            1,
            "From how much of the starting balance on a trade's result is worth a line.",
        ),
        number(
            "commentary.extreme_result_percent",
            5,
            "From how much of the starting balance on a trade's result is an extreme.",
        ),
        number(
            "commentary.streak_length",
            5,
            "How many wins or losses in a row are worth a line, and each multiple of it.",
            low=2,
        ),
        number(
            "commentary.lead_pause_seconds",
            20,
            "How long after a change of the lead the next one is told.",
            low=0,
        ),
        number("commentary.burst_messages", 60, "How many chat messages make a burst."),
        number("commentary.burst_seconds", 60, "Within how many seconds they make one."),
        number(
            "commentary.burst_pause_seconds",
            600,
            "How long after a burst the next one is not told.",
            low=0,
        ),
        number(
            "commentary.release_age_seconds",
            900,
            "How long after its hour an economic release is still told.",
        ),
        number(
            "commentary.max_age_seconds",
            90,
            "How long a line waits before it is too old to say.",
        ),
        number(
            "commentary.manual_max_age_seconds",
            900,
            "How long a line of staff waits before it is too old to say.",
        ),
        number(
            "commentary.pause_seconds",
            3,
            "The silence after a line; an urgent line does without.",
            low=0,
        ),
        number(
            "commentary.lines_per_minute",
            4,
            "How many lines a voice speaks in a minute; an urgent line is not counted out.",
        ),
    )
}
