"""The queue of the moderation desk: which messages stand in it, and what a row shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from accounts.models import User
from accounts.services import standing
from administration import configuration
from comms.desk import sql
from comms.models import MessageType, ReportReason
from comms.services import chat
from comms.services.reviewing import WORDS, Seen
from dayrade.db.queries import fetched, fetched_one
from dayrade.events import instant

PAGE = 50
#: What is waiting is counted no further.
COUNTED = 1000
NOBODY = "(no username)"


class Row(NamedTuple):
    """A message as the statement of the rows reads it, in its columns' order."""

    id: UUID
    created_at: datetime
    message_text: str
    message_type: str
    is_moderated: bool
    moderation_reason: str | None
    moderated_at: datetime | None
    moderated_by: UUID | None
    moderator: str | None
    tournament_id: UUID
    tournament: str
    user_id: UUID
    author: str | None
    role: str
    is_suspended: bool
    muted_until: datetime | None
    reports: int
    open: list[str]
    changes: int
    action: str | None
    last_by: UUID | None
    decider: str | None
    last_reason: str | None
    last_at: datetime | None

    @property
    def is_taken_back(self) -> bool:
        """Whether its author has hidden it, here or at GetStream."""
        elsewhere = self.moderation_reason == chat.DELETED_ELSEWHERE
        return self.is_moderated and (
            self.moderated_by == self.user_id or (self.moderated_by is None and elsewhere)
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages somebody looks at: a view, of one tournament or one person, or of all."""

    view: str = "reported"
    tournament: UUID | None = None
    person: UUID | None = None
    before: tuple[datetime, UUID] | None = None

    def parameters(self) -> dict[str, Any]:
        """Return what the statements of the queue take."""
        at, key = self.before or (None, None)
        hours = configuration.values(chat.CATEGORY)["hours_after_end"] if self.is_of_all else 0
        return {
            "after_end": timedelta(hours=hours),
            "tournament": self.tournament,
            "person": self.person,
            "before_at": at,
            "before_id": key,
            "limit": PAGE + 1,
        }

    @property
    def is_of_all(self) -> bool:
        """Whether it is the messages of all open chats."""
        return self.tournament is None and self.person is None

    def where(self) -> str:
        """Return the condition on a message."""
        said = [sql.HIDDEN] if self.view == "hidden" else []
        if self.person is not None and self.tournament is not None:
            said.append("tournament_id = %(tournament)s")
        if self.before is not None:
            said.append(sql.BEFORE)
        return " AND ".join(said) or sql.ANY

    def newest(self) -> str:
        """Return the statement that finds the newest messages."""
        if self.person is not None:
            return sql.OF_PERSON.format(where=self.where())
        rooms = sql.ROOM if self.tournament is not None else sql.ROOMS
        return sql.NEWEST.format(rooms=rooms, where=self.where())

    def reported(self) -> str:
        """Return the statement that finds what waits for a decision."""
        return sql.REPORTED.format(joined=sql.IN_ROOM if self.tournament is not None else "")


@dataclass(frozen=True, slots=True)
class Page:
    """What is reported, the newest messages, and whether there are more, older ones."""

    reported: list[Row]
    newest: list[Row]
    more: bool


def page(actor: User, wanted: Wanted) -> Page:
    """Read what is reported, where that is asked for, and the newest messages."""
    parameters = wanted.parameters() | {"actor": actor.pk}
    reported = []
    if wanted.view == "reported" and wanted.before is None and wanted.person is None:
        reported = _read(sql.rows(wanted.reported()), parameters)[:PAGE]
    newest = _read(sql.rows(wanted.newest()), parameters)
    return Page(reported, newest[:PAGE], len(newest) > PAGE)


def named(actor: User, keys: Sequence[UUID | str]) -> list[Row]:
    """Read the messages of these ids, in their order."""
    return _read(sql.rows(sql.NAMED), {"ids": list(keys), "actor": actor.pk}) if keys else []


def waiting() -> int:
    """Count the open reports, no further than COUNTED + 1."""
    return int(fetched_one(sql.COUNT_OPEN, {"counted": COUNTED + 1})[0])


def now() -> str:
    """Return the database's clock, by which instants are compared."""
    at: datetime = fetched_one(sql.NOW)[0]
    return instant(at)


def _read(statement: str, parameters: dict[str, Any]) -> list[Row]:
    return [Row(*found) for found in fetched(statement, parameters)]


def possible(actor: User, row: Row) -> list[str]:
    """Return what this moderator can do about a message now, by the rules of the services."""
    author = User(pk=row.user_id, role=row.role)
    found = []
    if row.user_id != actor.pk and not row.is_taken_back:
        found.append("restore" if row.is_moderated else "hide")
    if row.user_id != actor.pk and row.open:
        found.append("dismiss")
    if standing.is_within_reach(actor=actor, user=author):
        found.append("mute")
        if row.muted_until:
            found.append("unmute")
        if not row.is_suspended:
            found.append("suspend")
    return found


def shown(actor: User, row: Row) -> dict[str, Any]:
    """Write a row for the page; nothing of a person but what everybody knows of them."""
    return {
        "id": str(row.id),
        "at": instant(row.created_at),
        "text": row.message_text,
        "type": MessageType(row.message_type).label,
        "is_user": row.message_type == MessageType.USER_MESSAGE,
        "hidden": _hidden(row),
        "tournament": {"id": str(row.tournament_id), "name": row.tournament},
        "author": {
            "id": str(row.user_id),
            "name": row.author or NOBODY,
            "role": row.role,
            "suspended": row.is_suspended,
            "muted_until": row.muted_until and instant(row.muted_until),
        },
        "reports": [ReportReason(reason).label for reason in row.open],
        "last": _last(actor, row),
        "seen": str(Seen(row.changes, row.reports)),
        "can": possible(actor, row),
    }


def _hidden(row: Row) -> dict[str, Any] | None:
    if row.moderated_at is None:
        return None
    by = "its author" if row.is_taken_back else row.moderator or "somebody"
    return {"by": by, "at": instant(row.moderated_at), "reason": row.moderation_reason or ""}


def _last(actor: User, row: Row) -> dict[str, Any] | None:
    """Write what was done last, where it still tells something that the row does not."""
    if row.last_at is None:
        return None
    by = "you" if row.last_by == actor.pk else row.decider or "somebody"
    return {
        "by": "its author" if row.last_by == row.user_id else by,
        "what": WORDS.get(row.action or "", "changed").removesuffix(" by its author"),
        "why": row.last_reason or "",
        "at": instant(row.last_at),
    }
