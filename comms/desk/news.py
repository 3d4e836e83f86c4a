"""What has happened since a page of the desk last asked: the question that it asks each second."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.models import User
from comms.desk import queue, sql
from comms.desk.queue import Wanted
from dayrade.db.queries import fetched_one
from dayrade.events import instant

#: Longer no decision takes from its first statement to its commit.
MARGIN = timedelta(seconds=20)
#: What comes at once beyond these is read anew as a whole.
DECISIONS_MAX = 200
NEW_MAX = 99
SHORT = 8
# Where a page shows nothing, everything is new.
BEFORE_ALL, NOBODYS = datetime.min.replace(tzinfo=UTC), UUID(int=0)
ACTIONS = {
    "chat_message.hide": "hid",
    "chat_message.restore": "showed again",
    "chat_message.edit": "changed",
    "chat_message.delete": "took back",
    "chat_report.uphold": "hid",
    "chat_report.dismiss": "dismissed the reports of",
    "user.mute": "muted",
    "user.unmute": "lifted the mute of",
    "user.suspend": "suspended",
    "user.lift_suspension": "lifted the suspension of",
}


@dataclass(frozen=True, slots=True)
class Since:
    """When a page asked last, what it knows from shortly before that, and its newest message."""

    at: datetime
    known: list[str]
    newest: tuple[datetime, UUID] | None


def news(actor: User, wanted: Wanted, since: Since) -> dict[str, Any]:
    """Return who has decided what, the messages that this changed, and how many are new.

    With `stale` there is too much of it: the page has to be read anew.
    """
    at, new, waiting, decisions, reports = fetched_one(
        sql.NEWS.format(where=where(wanted)), parameters(wanted, since)
    )
    decisions, reports = json.loads(decisions), json.loads(reports)
    changed = {one["message_id"] for one in [*decisions, *reports]} - {None}
    return {
        "at": instant(at),
        "new": new,
        "waiting": waiting,
        "stale": max(len(decisions), len(reports)) > DECISIONS_MAX,
        "decisions": [_written(actor, one) for one in decisions],
        "reports": [one["id"][:SHORT] for one in reports],
        # A person's standing shows beside all that they have said; the page asks for what it shows.
        "people": sorted({one["person_id"] for one in decisions} - {None}),
        "rows": [
            queue.shown(actor, row) for row in queue.named(actor, sorted(changed)[:DECISIONS_MAX])
        ],
    }


def where(wanted: Wanted) -> str:
    """Return the condition on new messages; nobody but staff writes in a chat that is closed."""
    said = [wanted.where()]
    if wanted.person is not None:
        said.append("user_id = %(person)s")
    elif wanted.tournament is not None:
        said.append("tournament_id = %(tournament)s")
    return " AND ".join(said)


def parameters(wanted: Wanted, since: Since) -> dict[str, Any]:
    """Return what the statement of the news takes."""
    newest_at, newest_id = since.newest or (BEFORE_ALL, NOBODYS)
    return {
        "person": wanted.person,
        "tournament": wanted.tournament,
        "newest_at": newest_at,
        "newest_id": newest_id,
        "most": NEW_MAX + 1,
        "counted": queue.COUNTED + 1,
        "since": since.at - MARGIN,
        "known": since.known,
        "actions": list(ACTIONS),
        "limit": DECISIONS_MAX + 1,
    }


def _written(actor: User, one: dict[str, Any]) -> dict[str, Any]:
    is_own = one["user_id"] == str(actor.pk)
    return {
        "id": one["id"][:SHORT],
        "by": "you" if is_own else one["username"] or "somebody",
        "own": is_own,
        "what": ACTIONS[one["action"]],
        "why": one["reason"] or "",
        "message": one["message_id"],
        "person": one["person_id"],
    }
