"""Numbers and times in a few words."""

from datetime import timedelta

#: What waits or happens is counted no further.
COUNTED = 10_000
UNITS = (
    (timedelta(days=1), "day", "days"),
    (timedelta(hours=1), "h", "h"),
    (timedelta(minutes=1), "min", "min"),
)


def counted(number: int, most: int) -> str:
    """Write a number that was counted no further than one beyond `most`."""
    return f"{most:,}+" if number > most else f"{number:,}"


def in_words(time: timedelta) -> str:
    """Round a time down to what a person counts it in."""
    for unit, one, many in UNITS:
        if (number := time // unit) > 0:
            return f"{number:,} {one if number == 1 else many}"
    return "under 1 min"
