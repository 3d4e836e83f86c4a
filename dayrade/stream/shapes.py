"""Events as whoever watches hears them: in the shapes, and by the rules, of the API's reads.

They are written when they are shown: a message that has been hidden meanwhile has no text here,
whatever its event says.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import Error as DatabaseError
from django.utils.dateparse import parse_datetime
from rest_framework.renderers import JSONRenderer

from accounts.models import Role, User
from comms.api.chat import ChatMessageViewSet
from comms.api.commentary import CommentaryViewSet
from comms.models import ChatMessage, Commentary
from dayrade import events
from dayrade.models import Event, EventKind
from tournaments.models import Board, Participant, Tournament
from tournaments.services import freeze

logger = logging.getLogger("dayrade.stream")

OWN = (
    "total_pnl",
    "realized_pnl",
    "unrealized_pnl",
    "current_balance",
    "total_trades",
    "winning_trades",
    "losing_trades",
    "total_volume",
)
PUBLIC, STAFF = False, True
# Whose eyes everybody else of the kind has.
VIEWERS: dict[bool, Any] = {PUBLIC: AnonymousUser(), STAFF: User(role=Role.MODERATOR)}


@dataclass(frozen=True, slots=True)
class Told:
    """An event as one kind of viewer hears it; `data` is a JSON object."""

    position: int
    kind: str
    data: str


class Teller:
    """Writes the events of one tournament for one kind of viewer, with few queries for many."""

    def __init__(self, tournament: Tournament, found: Sequence[Event], *, is_staff: bool) -> None:
        """Take what has been published, in its order."""
        self.tournament = tournament
        self.found = found
        self.viewer = VIEWERS[is_staff]
        self.cut = freeze.cut(tournament, self.viewer)

    def tell(self) -> list[Told]:
        """Return what this viewer may hear."""
        writers = {
            EventKind.LEADERBOARD: self.leaderboard,
            EventKind.CHAT: self.chat,
            EventKind.COMMENTARY: self.commentary,
            EventKind.STATUS: self.status,
        }
        told = []
        for event in self.found:
            try:
                data = writers[EventKind(event.kind)](event)
                text = JSONRenderer().render(data).decode()
            except DatabaseError:
                raise
            except Exception:
                # One that nobody can read would hold up all that follow, for everybody.
                logger.exception("event %s cannot be told", event.pk)
                continue
            if data is not None and event.position is not None:
                told.append(Told(event.position, event.kind, text))
        return told

    def is_cut(self, at: datetime) -> bool:
        """Tell whether something happened after facts have stopped for the viewer."""
        return self.cut is not None and at > self.cut

    def leaderboard(self, event: Event) -> Any:
        """Write a revision, with the names that its lines have now."""
        data = event.data
        if self.is_cut(parse_datetime(data["computed_at"]) or event.created_at):
            return None
        lines = [
            {
                "rank": line["rank"],
                "previous_rank": line["previous_rank"],
                "participant": line["participant"],
                **self.people.get(line["participant"], {}),
                **{name: line[name] for name in OWN},
            }
            for line in data["top"]
        ]
        return {"tournament": self.tournament.slug, **data, "top": lines}

    def chat(self, event: Event) -> Any:
        """Write a message as the list of the chat has it, or that it is gone from there."""
        action, key = event.data["action"], event.subject_id
        told = {"action": action, "id": str(key)}
        if message := self.messages.get(key):
            return told | {"message": message}
        known = self.known_messages.get(key)
        if action == "deleted" or known is None:
            return told | {"action": "deleted"}
        is_hidden, created_at = known
        return told | {"action": "hidden"} if is_hidden and not self.is_cut(created_at) else None

    def commentary(self, event: Event) -> Any:
        """Write a line as the list of the commentary has it, or that it is taken back."""
        action, key = event.data["action"], event.subject_id
        told = {"action": action, "id": str(key)}
        if action != "retracted":
            line = self.lines.get(key)
            return told | {"commentary": line} if line else None
        created_at = self.known_lines.get(key)
        return None if created_at and self.is_cut(created_at) else told

    def status(self, event: Event) -> Any:
        """Write a step."""
        return {"tournament": self.tournament.slug, **event.data}

    def subjects(self, kind: EventKind) -> list[UUID]:
        """Return the rows that events of a kind are about."""
        return [event.subject_id for event in self.found if event.kind == kind and event.subject_id]

    @cached_property
    def people(self) -> dict[str, dict[str, Any]]:
        """What the board shows of the people behind the seats of all lines."""
        seats = {
            line["participant"]
            for event in self.found
            if event.kind == EventKind.LEADERBOARD
            for line in event.data["top"]
        }
        known = Participant.objects.filter(pk__in=seats).select_related("user")
        return {
            str(seat.pk): {
                "username": seat.user.username,
                "avatar_url": seat.user.avatar_url,
                "country": seat.user.country,
            }
            for seat in known
        }

    @cached_property
    def messages(self) -> dict[Any, Any]:
        """The messages that the viewer may read."""
        return self.shown(ChatMessageViewSet, self.subjects(EventKind.CHAT))

    @cached_property
    def known_messages(self) -> dict[Any, tuple[bool, datetime]]:
        """Whether the messages that there are are hidden, and when they were written."""
        there = ChatMessage.objects.filter(pk__in=self.subjects(EventKind.CHAT))
        rows = there.values_list("pk", "is_moderated", "created_at")
        return {key: (is_hidden, created_at) for key, is_hidden, created_at in rows}

    @cached_property
    def lines(self) -> dict[Any, Any]:
        """The lines of commentary that the viewer may hear."""
        return self.shown(CommentaryViewSet, self.subjects(EventKind.COMMENTARY))

    @cached_property
    def known_lines(self) -> dict[Any, datetime]:
        """When the lines that there are were made."""
        there = Commentary.objects.filter(pk__in=self.subjects(EventKind.COMMENTARY))
        return dict(there.values_list("pk", "created_at"))

    def shown(self, viewset: Any, keys: Iterable[UUID]) -> dict[Any, Any]:
        """Return rows as a list of the API shows them to the viewer."""
        view = viewset()
        view.request = SimpleNamespace(user=self.viewer, auth=None, method="GET", query_params={})
        view.kwargs = {"tournament": str(self.tournament.pk)}
        view.format_kwarg, view.action = None, "list"
        view.found = self.tournament
        rows = list(view.get_queryset().filter(pk__in=list(keys)))
        shown = view.get_serializer(rows, many=True).data
        return {row.pk: data for row, data in zip(rows, shown, strict=True)}


def tell(key: UUID, found: Sequence[Event], *, is_staff: bool) -> list[Told]:
    """Write the events of a tournament for one kind of viewer."""
    visible = Tournament.objects.visible_to(VIEWERS[is_staff])
    tournament = visible.filter(pk=key).first()
    return [] if tournament is None else Teller(tournament, found, is_staff=is_staff).tell()


def state(tournament: Tournament, *, is_staff: bool) -> dict[str, Any]:
    """Write how a tournament stands now, for whoever begins to watch."""
    is_frozen = freeze.cut(tournament, VIEWERS[is_staff]) is not None
    board = None if is_frozen else Board.objects.filter(tournament=tournament).first()
    return {
        "tournament": tournament.slug,
        "status": tournament.status,
        "frozen": is_frozen,
        "revision": board.revision if board else None,
        "computed_at": events.instant(board.computed_at) if board else None,
    }


def own_lines(key: UUID, people: Sequence[UUID]) -> dict[UUID, str]:
    """Return the seats of people on the board of a tournament, as JSON, in one query."""
    seats = Participant.objects.competing().filter(tournament_id=key, user_id__in=people)
    names = ["pk", "user_id", "current_rank", *OWN]
    lines = {}
    for seat, person, rank, *figures in seats.values_list(*names):
        told = {"rank": rank, "participant": str(seat)}
        told |= {
            name: figure if isinstance(figure, int) else str(figure)
            for name, figure in zip(OWN, figures, strict=True)
        }
        lines[person] = json.dumps(told)
    return lines
