"""The board of a tournament, a page at a time: in JSON that PostgreSQL writes.

Four boards have one shape. The live one follows the index of the seats in the board's order and
starts from a milestone of the last pass, so that a page far down costs what the first one costs.
That of an instant is the last snapshot of the whole field at or before it; the public board of a
frozen tournament is that of its freeze. The board of a completed tournament is its result.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from dayrade.db import arrays, queries
from dayrade.db.transactions import snapshot
from dayrade.errors import ConflictError
from tournaments.models import Participant, Tournament, TournamentStatus
from tournaments.rules import Rules
from tournaments.services import freeze
from trading.services import board_sql

# The most seats that one read walks over: more than lie between two milestones, however many
# have moved since the pass that left them.
REACH = 10_000


class NoSeatError(ConflictError):
    """The person around whom the board is asked for does not compete, or did not then."""

    code = "NO_SEAT"


class BoardNotRankedError(ConflictError):
    """The place lies too far down for a board that no pass has ranked yet."""

    code = "BOARD_NOT_RANKED"


@dataclass(frozen=True, slots=True)
class Place:
    """What part of a board is asked for: some rows from an offset, or those around a seat."""

    offset: int = 0
    limit: int = 50
    around: UUID | None = None
    window: int = 5


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a board; `results` is a JSON array.

    `revision` and `computed_at` are those of the last pass, or of no pass and the snapshot's
    instant for the board `as_of` an instant.
    """

    revision: int | None
    computed_at: datetime | None
    frozen: bool
    count: int
    results: str = field(repr=False)
    as_of: datetime | None = None


def page(
    tournament: Tournament,
    place: Place,
    *,
    cut: datetime | None = None,
    as_of: datetime | None = None,
    at: datetime | None = None,
) -> Page:
    """Return a part of the board as somebody may see it.

    `cut` is where facts stop for the viewer (see `freeze.cut`), `as_of` an instant of the past,
    `at` now. All are aware.

    Raises:
        NoSeatError: there is nobody of that seat on the board.
        BoardNotRankedError: no pass has ranked so large a board yet.

    """
    instant = min(filter(None, (cut, as_of)), default=None)
    if instant is not None:
        return _kept(tournament, place, instant, frozen=cut is not None)
    if tournament.status == TournamentStatus.COMPLETED:
        return _final(tournament, place)
    return _live(tournament, place, at or timezone.now())


@snapshot
def _live(tournament: Tournament, place: Place, at: datetime) -> Page:
    """Read the board as it is: where to start and what stands there, at one instant."""
    values: dict[str, Any] = {"tournament": tournament.pk, "reach": REACH}
    values |= _where(place) | _staleness(tournament, at)
    start = fetched(board_sql.AROUND_START if place.around else board_sql.START, values)
    if place.around and start["id"] is None:
        raise NoSeatError("This person has no seat on the board.")
    count = _count(tournament, start, values)
    values |= board_sql.milestone(start["milestone"])
    if place.around:
        values |= {name: start[name] for name in ("total", "realized", "trades", "at", "id")}
        values["before"], values["after"] = place.window, place.window + 1
        found = fetched(board_sql.AROUND, values)
    else:
        values["skip"] = place.offset - values["m_place"]
        if place.offset < count and values["skip"] > REACH:
            raise BoardNotRankedError("The board has not been ranked so far down yet.")
        found = fetched(board_sql.PAGE, values) if place.offset < count else {"results": "[]"}
    return Page(start["revision"], start["computed_at"], False, count, found["results"])


def _count(tournament: Tournament, start: dict[str, Any], values: dict[str, Any]) -> int:
    """Count the seats on the board: those of the last pass, for before it the field may grow."""
    if start["seats"] is not None and tournament.status == TournamentStatus.ACTIVE:
        return int(start["seats"])
    counted: int = fetched(board_sql.COUNT, values)["count"]
    return counted if counted < REACH else tournament.current_participants


def _kept(tournament: Tournament, place: Place, instant: datetime, *, frozen: bool) -> Page:
    """Read the board that was kept at or before an instant; without one nobody stands there."""
    kept = freeze.board_at(tournament, instant)
    values = {
        "tournament": tournament.pk,
        "kept": kept,
        "source": freeze.OWN_SNAPSHOTS,
        "frozen": frozen,
    }
    found = _whole(board_sql.KEPT, values, place)
    return replace(found, computed_at=kept, as_of=instant, frozen=frozen)


def _final(tournament: Tournament, place: Place) -> Page:
    """Read the published result."""
    values = {"tournament": tournament.pk}
    start = fetched(board_sql.REVISION, values)
    found = _whole(board_sql.FINAL, values, place)
    return replace(found, revision=start["revision"], computed_at=start["computed_at"])


def _whole(query: str, values: dict[str, Any], place: Place) -> Page:
    """Read a part of a board that does not move."""
    found = fetched(query, values | _where(place))
    if place.around and found["results"] == "[]":
        raise NoSeatError("This person has no seat on the board.")
    return Page(None, None, False, found["count"], found["results"])


def _where(place: Place) -> dict[str, Any]:
    return {
        "offset": place.offset,
        "limit": place.limit,
        "around": place.around,
        "window": place.window,
    }


def _staleness(tournament: Tournament, at: datetime) -> dict[str, Any]:
    """Say since when a mark is fresh; once a tournament is not active, none ages."""
    budget = timedelta(seconds=Rules.read(tournament.rules).staleness_seconds)
    return {
        "fresh_since": at - budget,
        "ages": tournament.status == TournamentStatus.ACTIVE,
    }


def fetched(query: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return the one row of a query by the names of its columns."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        names = [column.name for column in cursor.description or ()]
        row: tuple[Any, ...] = cursor.fetchone() or ()
    return dict(zip(names, row, strict=True))


def ranks_at(
    tournament: Tournament, seats: Iterable[UUID], instant: datetime
) -> tuple[datetime | None, dict[UUID, int]]:
    """Return where seats stood on the last board kept at or before an instant, and its instant.

    Whoever is disqualified since takes no rank from others; a seat that was out has none. None is
    for no board that old.
    """
    kept = freeze.board_at(tournament, instant)
    if kept is None:
        return None, {}
    values = {
        "tournament": tournament.pk,
        "kept": kept,
        "source": freeze.OWN_SNAPSHOTS,
        "seats": arrays.plain(seats),
    }
    return kept, dict(queries.fetched(board_sql.RANKS_AT, values))


def seat_of(tournament: Tournament, **person: Any) -> UUID | None:
    """Return the seat of a person, named as in a query: `user` or `user__username`."""
    seats = Participant.objects.filter(tournament=tournament, **person)
    found: UUID | None = seats.values_list("pk", flat=True).first()
    return found
