"""The rules of one tournament: the declared keys of its `rules` column, with types and defaults."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime

SECONDS_MIN, SECONDS_MAX = 1, 86_400
YEARS = range(1900, 9999)


def flag(value: Any) -> str:
    """Say what is wrong with a boolean."""
    return "" if isinstance(value, bool) else "must be true or false"


def seconds(value: Any) -> str:
    """Say what is wrong with a number of seconds."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if whole and SECONDS_MIN <= value <= SECONDS_MAX:
        return ""
    return f"must be a whole number of seconds from {SECONDS_MIN} to {SECONDS_MAX}"


def instant(value: Any) -> str:
    """Say what is wrong with an instant, or with none."""
    if value is None:
        return ""
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
        # There is a calendar before and after it, in UTC too.
        fits = (
            found is not None and found.tzinfo is not None and found.astimezone(UTC).year in YEARS
        )
    except (ValueError, OverflowError):
        fits = False
    return "" if fits else "must be an instant such as 2027-03-12T20:00:00Z"


CHECKS: Mapping[str, Callable[[Any], str]] = {
    "kyc_required": flag,
    "trades_public": flag,
    "freeze_at": instant,
    "snapshot_seconds": seconds,
    "staleness_seconds": seconds,
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for a tournament.

    `freeze_at` stops every public outlet of standings at that instant until the result is
    published. Snapshots are taken every `snapshot_seconds`; a mark older than
    `staleness_seconds` is shown as stale.
    """

    kyc_required: bool = True
    trades_public: bool = False
    freeze_at: datetime | None = None
    snapshot_seconds: int = 60
    staleness_seconds: int = 120

    @classmethod
    def read(cls, stored: Mapping[str, Any] | None) -> "Rules":
        """Read a tournament's column; what it leaves out has its default."""
        known = {key: value for key, value in (stored or {}).items() if key in CHECKS}
        if freeze_at := known.pop("freeze_at", None):
            known["freeze_at"] = parse_datetime(freeze_at)
        return cls(**known)


def validate(stored: Mapping[str, Any] | None) -> None:
    """Check what somebody wants to store.

    Raises:
        ValidationError: an unknown rule, or a value of the wrong kind; the messages name it.

    """
    if stored is not None and not isinstance(stored, Mapping):
        raise ValidationError({"rules": ["Give the rules by their names, in braces."]})
    wrong = [f"Unknown rule: {key}." for key in stored or {} if key not in CHECKS]
    for key, value in (stored or {}).items():
        if key in CHECKS and (said := CHECKS[key](value)):
            wrong.append(f"{key} {said}.")
    if wrong:
        raise ValidationError({"rules": wrong})
