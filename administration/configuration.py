"""The typed registry of configuration: what may be set, to what, and what it is by default.

A key is declared here; `system_configuration` holds only what differs from the default.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection

from administration import audit
from administration.models import SystemConfiguration
from dayrade.db import rows
from dayrade.db.transactions import service

if TYPE_CHECKING:
    from accounts.models import User

MASK = "********"
VALUE = "SELECT value::text FROM system_configuration WHERE key = %s"
#: A category's stored values as one JSON object, for a statement that reads something else as well.
STORED = "SELECT jsonb_object_agg(key, value)::text FROM system_configuration WHERE category = %s"


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that can be configured.

    `check` returns what is wrong with a value of the right type, or "". A public key is shown to
    everybody; the value of a sensitive one to nobody.
    """

    name: str
    type: type
    default: Any
    category: str
    description: str
    is_public: bool = False
    is_sensitive: bool = False
    requires_restart: bool = False
    check: Callable[[Any], str] = lambda _: ""


@dataclass(frozen=True, slots=True)
class Setting:
    """A declared key and its value, as staff see it."""

    key: str
    value: Any
    default: Any
    type: str
    category: str
    description: str
    is_public: bool
    is_sensitive: bool
    requires_restart: bool
    is_overridden: bool
    updated_at: datetime | None
    updated_by: UUID | None


def filled(value: str) -> str:
    """Refuse an empty text."""
    return "" if value.strip() else "must not be empty"


def at_least(low: int) -> Callable[[Any], str]:
    """Refuse numbers below `low`."""
    return lambda value: "" if value >= low else f"must be {low} or more"


def number(name: str, default: int, description: str, *, low: int = 1) -> Key:
    """Declare a whole number; its category is the first word of its name."""
    return Key(name, int, default, name.partition(".")[0], description, check=at_least(low))


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
            check=at_least(1),
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
            check=at_least(0),
        ),
        Key(
            "chat.burst",
            int,
            5,
            "chat",
            "Messages that one person may send at once.",
            check=at_least(1),
        ),
        Key(
            "chat.seconds_per_message",
            int,
            3,
            "chat",
            "Seconds for which a person who has used up the burst waits for the next message.",
            check=at_least(1),
        ),
        Key(
            "chat.edit_seconds",
            int,
            300,
            "chat",
            "Seconds for which somebody may change what they have written.",
            is_public=True,
            check=at_least(0),
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


@service
def set_value(*, actor: "User", key: Key, value: Any) -> SystemConfiguration:
    """Override a key's default and return the stored row.

    One statement inserts or updates: between two, the key could be reset.

    Raises:
        ValidationError: the value has the wrong type or is not allowed.

    """
    audit.acting(actor, "configuration.set")
    # A bool is an int to Python, not to a person.
    if type(value) is not key.type:
        raise ValidationError({"value": [f"Must be a {key.type.__name__}."]})
    if wrong := key.check(value):
        raise ValidationError({"value": [f"The value {wrong}."]})
    fields = {
        "value": value,
        "description": key.description,
        "category": key.category,
        "is_sensitive": key.is_sensitive,
        "requires_restart": key.requires_restart,
        "updated_by": actor,
    }
    row = SystemConfiguration(key=key.name, **fields)
    rows.validate(row)
    SystemConfiguration.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["key"], update_fields=list(fields)
    )
    return SystemConfiguration.objects.get(key=key.name)


@service
def reset(*, actor: "User", key: Key) -> None:
    """Return a key to its default."""
    audit.acting(actor, "configuration.reset")
    SystemConfiguration.objects.filter(key=key.name).delete()


def current() -> dict[str, Any]:
    """Return the value of every declared key."""
    stored = dict(SystemConfiguration.objects.values_list("key", "value"))
    return {name: stored.get(name, key.default) for name, key in REGISTRY.items()}


def value(name: str) -> Any:
    """Return the value of one declared key, by its index and without a row of the model."""
    with connection.cursor() as cursor:
        cursor.execute(VALUE, [name])
        stored = cursor.fetchone()
    return json.loads(stored[0]) if stored else REGISTRY[name].default


def values(category: str) -> dict[str, Any]:
    """Return the values of a category's declared keys by their names without it, at one query."""
    with connection.cursor() as cursor:
        cursor.execute(STORED, [category])
        (stored,) = cursor.fetchone()
    return with_defaults(category, stored)


def with_defaults(category: str, stored: str | None) -> dict[str, Any]:
    """Return what `values` does from the JSON of STORED."""
    found = json.loads(stored) if stored else {}
    return {
        name.removeprefix(f"{category}."): found.get(name, key.default)
        for name, key in REGISTRY.items()
        if key.category == category
    }


def setting(key: Key) -> Setting:
    """Return one key with its value."""
    return _setting(key, SystemConfiguration.objects.filter(key=key.name).first())


def settings() -> list[Setting]:
    """Return every declared key with its value, in the order of declaration."""
    stored = {row.key: row for row in SystemConfiguration.objects.all()}
    return [_setting(key, stored.get(name)) for name, key in REGISTRY.items()]


def _setting(key: Key, row: SystemConfiguration | None) -> Setting:
    def shown(value: Any) -> Any:
        return MASK if key.is_sensitive else value

    return Setting(
        key=key.name,
        value=shown(row.value if row else key.default),
        default=shown(key.default),
        type=key.type.__name__,
        category=key.category,
        description=key.description,
        is_public=key.is_public,
        is_sensitive=key.is_sensitive,
        requires_restart=key.requires_restart,
        is_overridden=row is not None,
        updated_at=row.updated_at if row else None,
        updated_by=row.updated_by_id if row else None,
    )


def public() -> dict[str, Any]:
    """Return the values that everybody may read."""
    return {name: value for name, value in current().items() if REGISTRY[name].is_public}
