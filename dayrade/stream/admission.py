"""Who may watch a tournament, and what they get first; all of it blocks on the database."""

import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.api.authentication import BearerAuthentication
from accounts.models import UserSession
from dayrade.api.queries import Query
from dayrade.models import Event
from dayrade.stream import frames, shapes, tickets
from dayrade.stream.connections import Reader
from tournaments.models import Tournament

POSITION = re.compile(r"[0-9]{1,18}", re.ASCII)
LAST_EVENT_ID = "Last-Event-ID"
# Whoever has missed more reads everything anew, which is less.
REPLAYED_MAX = 1000


class EventsQuery(Query):
    """How a stream is asked for."""

    last_event_id = serializers.CharField(
        required=False,
        max_length=100,
        allow_blank=True,
        help_text="The `id` of the last event you have; the header wins.",
    )
    ticket = serializers.CharField(
        required=False, max_length=500, help_text="Signs you in where you can send no header."
    )


@dataclass(frozen=True, slots=True)
class Admitted:
    """A reader, what it watches, and whether it resumes.

    `after` is the position after which it does, None where what it has missed is not kept.
    """

    reader: Reader
    tournament: Tournament
    resumes: bool
    after: int | None


def admit(http: HttpRequest, slug_or_id: str) -> Admitted:
    """Find out who asks, and for what.

    Raises:
        InvalidFilter: a parameter is unknown or wrong.
        AuthenticationFailed: the token or ticket is worth nothing.
        Http404: there is no such tournament for this caller.

    """
    request = Request(http)
    asked = EventsQuery.read(request)
    found = BearerAuthentication().authenticate(request)
    session = found[1] if found else None
    if session is None and "ticket" in asked:
        session = _of_ticket(asked["ticket"], slug_or_id)
    user: Any = session.user if session else shapes.VIEWERS[shapes.PUBLIC]
    tournament = get_object_or_404(Tournament.objects.visible_to(user).addressed(slug_or_id))
    reader = Reader(
        tournament.pk,
        is_staff=user.is_staff,
        user_id=user.pk,
        session_id=session.pk if session else None,
    )
    last = http.headers.get(LAST_EVENT_ID) or asked.get("last_event_id")
    return Admitted(reader, tournament, bool(last), _followed(last) if last else None)


def _followed(last: str) -> int | None:
    """Return the position of an event's id, where everything after it is kept."""
    if not POSITION.fullmatch(last):
        return None
    position = int(last)
    if position == Event.objects.last_position() or Event.objects.can_be_followed(position):
        return position
    return None


def _of_ticket(ticket: str, slug_or_id: str) -> UserSession:
    tournament = Tournament.objects.addressed(slug_or_id).first()
    session = tournament and tickets.session_of(ticket, tournament_id=tournament.pk)
    if not session:
        raise AuthenticationFailed("The ticket is not good any more; ask for a new one.")
    return session


def opening(admitted: Admitted, position: int) -> bytes:
    """Write what a reader gets first: the state, and what it has missed up to a position.

    A new reader's state has the position as its id, so that it can resume from there at once. Of
    one that resumes it has none: what was missed follows, each with its own.
    """
    state = shapes.state(admitted.tournament, is_staff=admitted.reader.is_staff)
    if not admitted.resumes:
        return frames.hint() + frames.written("state", state, position)
    missed = _missed(admitted, position)
    if missed is None:
        return (
            frames.hint()
            + frames.written("reset", {"reason": "unknown_position"}, position)
            + frames.written("state", state)
        )
    return frames.hint() + frames.written("state", state) + missed


def _missed(admitted: Admitted, position: int) -> bytes | None:
    """Write the events after the reader's last, or return None where they cannot be told."""
    after = admitted.after
    if after is None:
        return None
    key = admitted.reader.tournament_id
    since = Event.objects.placed_after(after).filter(tournament_id=key, position__lte=position)
    found = list(since[: REPLAYED_MAX + 1])
    if len(found) > REPLAYED_MAX:
        return None
    told = shapes.tell(key, found, is_staff=admitted.reader.is_staff)
    return b"".join(frames.frame(one.kind, one.data, one.position) for one in told)
