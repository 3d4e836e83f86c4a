"""What is configured: the declared keys with what overrides their defaults.

Reads come from the process's memory, which is at most a second old; sensitive values are stored
encrypted, and only `value` reads them.
"""

import json
import logging
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from types import EllipsisType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings as project
from django.core.exceptions import ValidationError
from django.db import connection

from administration import audit, vault
from administration.models import SystemConfiguration
from administration.registry import REGISTRY, Key
from dayrade.db import rows
from dayrade.db.queries import executed, fetched_one
from dayrade.db.transactions import service
from dayrade.errors import ConflictError

if TYPE_CHECKING:
    from accounts.models import User

__all__ = ["REGISTRY", "Key"]

logger = logging.getLogger("dayrade.configuration")

MASK = "********"
# Everything stored, and whether everybody may know it: not what this transaction alone has written,
# or what an older snapshot or a replica shows.
READ = """
    SELECT (SELECT jsonb_object_agg(key, jsonb_build_array(is_sensitive, value))::text
            FROM system_configuration),
           current_setting('transaction_isolation') = 'read committed'
           AND coalesce(current_setting('dayrade.configuring', true), '') = ''
           AND NOT pg_is_in_recovery()
"""
CONFIGURING = "SELECT set_config('dayrade.configuring', 'yes', true)"
#: A category's stored values as one JSON object, for a statement that reads something else as
#: well; without the sensitive ones.
STORED = """
    SELECT jsonb_object_agg(key, value)::text FROM system_configuration
    WHERE category = %s AND NOT is_sensitive
"""


class ChangedMeanwhileError(ConflictError):
    """Somebody else has changed the value since it was looked at."""

    code = "CHANGED_MEANWHILE"


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


class Memory:
    """What is stored, as this process read it last.

    It is never older than `settings.CONFIGURATION_READ_SECONDS`, counted from before it was asked
    for; 0 keeps nothing.
    """

    def __init__(self) -> None:
        """Know nothing."""
        self.lock = threading.Lock()
        self.good_until = 0.0
        self.kept: dict[str, tuple[bool, Any]] = {}
        self.turn = 0

    def read(self) -> dict[str, tuple[bool, Any]]:
        """Return whether each stored value is sensitive, and the value, by key."""
        with self.lock:
            asked_at, turn = time.monotonic(), self.turn
            if asked_at < self.good_until:
                return self.kept
        stored, is_everybodys = fetched_one(READ)
        found = json.loads(stored) if stored else {}
        if is_everybodys:
            with self.lock:
                # What was forgotten meanwhile may be what was just read.
                if turn == self.turn:
                    self.kept = found
                    self.good_until = asked_at + project.CONFIGURATION_READ_SECONDS
        return found

    def forget(self) -> None:
        """Read anew at the next question."""
        with self.lock:
            self.turn += 1
            self.good_until = 0.0


memory = Memory()


@service
def set_value(
    *,
    actor: "User",
    key: Key,
    value: Any,
    reason: str = "",
    seen: datetime | EllipsisType | None = ...,
) -> SystemConfiguration:
    """Override a key's default and return the stored row; a sensitive value is stored encrypted.

    One statement inserts or updates: between two, the key could be reset. With `seen`, the instant
    at which what was looked at had been stored (None: the default), it has to be that still.

    Raises:
        ValidationError: the value has the wrong type or is not allowed.
        ChangedMeanwhileError: it is not as it was seen.
        NoKeyError: it is sensitive, and there is no key to encrypt it with.

    """
    audit.acting(actor, "configuration.set", reason=reason)
    if wrong := key.wrong(value):
        raise ValidationError({"value": [wrong]})
    _expect(key, seen)
    fields = {
        "value": vault.sealed(key.name, value) if key.is_sensitive else value,
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
    _tell()
    return SystemConfiguration.objects.get(key=key.name)


@service
def reset(
    *, actor: "User", key: Key, reason: str = "", seen: datetime | EllipsisType | None = ...
) -> None:
    """Return a key to its default; `seen` is as for `set_value`.

    Raises:
        ChangedMeanwhileError: it is not as it was seen.

    """
    audit.acting(actor, "configuration.reset", reason=reason)
    _expect(key, seen)
    SystemConfiguration.objects.filter(key=key.name).delete()
    _tell()


@service
def rotate_keys() -> tuple[int, list[str]]:
    """Encrypt sensitive values under the first key; return how many, and the keys it could not.

    Also those that were stored before their key was declared sensitive. Locks all of them.

    Raises:
        NoKeyError: there is no key to encrypt with.

    """
    audit.acting(None, "configuration.rotate_keys")
    stored = SystemConfiguration.objects.select_for_update(no_key=True).order_by("key")
    done, unreadable = 0, []
    for row in stored:
        key = REGISTRY.get(row.key)
        is_plain = not row.is_sensitive and key is not None and key.is_sensitive
        if not (row.is_sensitive or is_plain) or (row.is_sensitive and vault.is_newest(row.value)):
            continue
        try:
            value = row.value if is_plain else vault.opened(row.key, row.value)
        except vault.UnreadableValueError:
            unreadable.append(row.key)
            continue
        row.value, row.is_sensitive = vault.sealed(row.key, value), True
        row.save(update_fields=["value", "is_sensitive", "updated_at"])
        done += 1
    _tell()
    return done, unreadable


def _expect(key: Key, seen: datetime | EllipsisType | None) -> None:
    if seen is ...:
        return
    stored = SystemConfiguration.objects.select_for_update(no_key=True).filter(key=key.name)
    if stored.values_list("updated_at", flat=True).first() != seen:
        raise ChangedMeanwhileError(
            "Somebody else has changed this since you opened it: look at it again."
        )


def _tell() -> None:
    """Keep what this transaction has written out of the memory until it is committed."""
    executed(CONFIGURING)
    connection.on_commit(memory.forget)


def current() -> dict[str, Any]:
    """Return the value of every declared key that is not sensitive."""
    stored = memory.read()
    return {name: _of(key, stored) for name, key in REGISTRY.items() if not key.is_sensitive}


def value(name: str) -> Any:
    """Return the value of one declared key; a sensitive one in plain, for use and not for show.

    Raises:
        UnreadableValueError: it is sensitive, and none of the keys that there are fits.

    """
    key, stored = REGISTRY[name], memory.read()
    if name not in stored or not key.is_sensitive:
        return _of(key, stored)
    is_encrypted, found = stored[name]
    # Stored before the key was declared sensitive: rotate_configuration_keys encrypts it.
    return vault.opened(name, found) if is_encrypted else found


def values(category: str) -> dict[str, Any]:
    """Return what `current` does of a category, by the names without it."""
    return {
        name.removeprefix(f"{category}."): found
        for name, found in current().items()
        if REGISTRY[name].category == category
    }


def _of(key: Key, stored: dict[str, tuple[bool, Any]]) -> Any:
    is_encrypted, found = stored.get(key.name, (False, key.default))
    # What was sensitive once, and is not declared so any more, stays unread.
    return key.default if is_encrypted else found


def with_defaults(category: str, stored: str | None) -> dict[str, Any]:
    """Return what `values` does from the JSON of STORED."""
    found = json.loads(stored) if stored else {}
    return {
        name.removeprefix(f"{category}."): found.get(name, key.default)
        for name, key in REGISTRY.items()
        if key.category == category and not key.is_sensitive
    }


def in_trouble() -> dict[str, str]:
    """Say by key which sensitive values cannot be read, and which are not encrypted."""
    found = {}
    for row in SystemConfiguration.objects.order_by("key"):
        key = REGISTRY.get(row.key)
        if row.is_sensitive:
            try:
                vault.opened(row.key, row.value)
            except vault.UnreadableValueError:
                found[row.key] = "cannot be read with CONFIGURATION_KEYS"
        elif key is not None and key.is_sensitive:
            found[row.key] = "is stored in plain: run rotate_configuration_keys"
    return found


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
