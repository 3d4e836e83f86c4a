"""What an address may hold: anything else is no route, and never reaches the database."""

from typing import Any


class Word:
    """A path segment that matches `regex`."""

    regex = ""

    def to_python(self, value: str) -> str:
        """Take it as it is."""
        return value

    def to_url(self, value: Any) -> str:
        """Write it as it is."""
        return str(value)


class SlugOrId(Word):
    """A tournament's slug or id."""

    regex = "[A-Za-z0-9-]{1,255}"


class Username(Word):
    """The public name of a person."""

    regex = "[A-Za-z0-9][A-Za-z0-9_-]{2,49}"


class Key(Word):
    """The key of a configuration."""

    regex = r"[a-z0-9_.]{1,100}"


BY_NAME = {"slug_or_id": SlugOrId, "username": Username, "key": Key}
