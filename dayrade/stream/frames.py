"""Server-sent events as bytes."""

import json
import random
from typing import Any

HEARTBEAT = b":\n\n"
RETRY_MS = (1_000, 4_000)


def frame(kind: str, data: str, position: int | None = None) -> bytes:
    """Write an event; `data` is JSON, which has no line ends."""
    named = "" if position is None else f"id: {position}\n"
    return f"{named}event: {kind}\ndata: {data}\n\n".encode()


def written(kind: str, data: dict[str, Any], position: int | None = None) -> bytes:
    """Write an event of our own."""
    return frame(kind, json.dumps(data), position)


def hint() -> bytes:
    """Say when to come back after a loss: everybody at another moment."""
    return f"retry: {random.randint(*RETRY_MS)}\n\n".encode()  # noqa: S311  # jitter


def ending(reason: str) -> bytes:
    """Say why this is the last event: `restart`, `session`, `slow`."""
    return hint() + written("end", {"reason": reason})
