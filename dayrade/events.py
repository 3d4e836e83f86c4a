"""Events for whoever watches a tournament live.

What is published in a transaction is heard if, and only if, that commits.
"""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from dayrade.db.queries import executed

#: How a statement that does something else as well publishes: what follows are the four values.
INTO = "INSERT INTO dayrade_events (tournament_id, kind, subject_id, data)"
INSERT = f"{INTO} VALUES (%s, %s, %s, %s)"


def publish(tournament_id: UUID, kind: str, *, subject_id: UUID | None = None, **data: Any) -> None:
    """Tell everybody who watches a tournament, in the transaction at hand.

    `kind` is one of dayrade.models.EventKind; `subject_id` is the row that it is about. `data` is
    plain JSON: what was done, and figures that stay true, but no text of a person's and no text
    that could be hidden or taken back.
    """
    executed(INSERT, [tournament_id, kind, subject_id, json.dumps(data)])


def instant(at: datetime) -> str:
    """Write an instant, which is aware, as the API does."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
