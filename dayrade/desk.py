"""The desk of a tournament: what needs attention, its next steps, and the way to all the rest."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince, timeuntil
from django.views.generic import TemplateView

from comms.models import ChatMessage, ChatReport, ReportStatus
from dayrade.admin import StaffRequest, may
from dayrade.admin.columns import address
from tournaments.decisions import words
from tournaments.decisions.tournaments import FREEZABLE, minute
from tournaments.models import Booking, Participant, Result, Tournament, TournamentStatus
from tournaments.rules import Rules
from tournaments.services import freeze, lifecycle, results
from trading.desk import board as boards
from trading.desk.curves import COLOURS, chart
from trading.desk.pages import TournamentPage
from trading.models import Break, Mark, Position, QuarantinedTrade, Trade
from trading.services import board

LEADERS = 10
#: How long ago the ranks were that the desk compares with.
MOVED_WITHIN = timedelta(hours=1)
#: A worker ranks every two seconds; after so long, none does.
RANKED_WITHIN = timedelta(minutes=1)
OVER = (TournamentStatus.COMPLETED, TournamentStatus.CANCELLED)
#: From when on a seat needs its trading account.
NEARLY = (TournamentStatus.REGISTRATION_CLOSED, TournamentStatus.ACTIVE)


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that a person should see to, and the page on which to do so, if there is one."""

    said: str
    url: str = ""
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A page that this person can go to."""

    title: str
    url: str
    variant: str = "default"


class Desk(TournamentPage, TemplateView):  # type: ignore[misc]  # its request is of staff
    """Everything that staff do about a tournament begins here."""

    heading = "Desk of {tournament}"
    template_name = "admin/desk.html"

    @property
    def back(self) -> str:
        """Where all its data are."""
        return address(Tournament, "change", self.tournament.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read what needs attention, and the first places."""
        decides = may(self.request, "decide", Tournament)
        page = board.page(self.tournament, board.Place(limit=LEADERS))
        since = boards.ago(MOVED_WITHIN)
        before, absent, lines = boards.compared(self.tournament, json.loads(page.results), since)
        names = [row["username"] for row in lines]
        leaders = list(zip(boards.seats(lines), names, strict=True))
        context: dict[str, Any] = super().get_context_data(
            attention=[*waiting(self.tournament), *late(self.tournament, timezone.now())],
            facts=list(facts(self.tournament)),
            steps=steps(self.tournament) if decides else [],
            pages=pages(self.tournament, decides=decides),
            lists=lists(self.request, self.tournament),
            seats_list=address(Participant, "changelist"),
            board_url=page_of("board", self.tournament),
            page=page,
            lines=lines,
            before=before,
            absent=absent,
            chart=chart(leaders[: len(COLOURS)]),
        )
        return context | kwargs


def waiting(tournament: Tournament) -> Iterator[Attention]:
    """Count what waits for a person, what keeps the result back first."""
    of = {"tournament": tournament}
    held = Participant.objects.filter(is_active=True, **of)
    nobody = held.none()
    unfit = page_of("mismatches", tournament)
    reports = f"{address(ChatReport, 'changelist')}?status__exact={ReportStatus.OPEN}"
    rows: list[tuple[QuerySet[Any], str, str, str, bool]] = [
        (
            QuarantinedTrade.objects.filter(status="open", **of),
            "refused trade waits",
            "refused trades wait",
            listed(QuarantinedTrade, tournament, status__exact="open"),
            True,
        ),
        (
            Break.objects.filter(status="open", **of),
            "figure of the provider differs",
            "figures of the provider differ",
            listed(Break, tournament, status__exact="open"),
            True,
        ),
        (
            Booking.objects.to_check().filter(**of),
            "booking does not fit",
            "bookings do not fit",
            unfit,
            False,
        ),
        (
            nobody if tournament.status in OVER else held.without_booking(),
            "seat has no booking",
            "seats have no booking",
            unfit,
            False,
        ),
        (
            held.without_account() if tournament.status in NEARLY else nobody,
            "seat has no trading account: its trades will be refused",
            "seats have no trading account: their trades will be refused",
            listed(Participant, tournament, account="missing"),
            False,
        ),
        (
            ChatReport.objects.filter(status=ReportStatus.OPEN, message__tournament=tournament),
            "reported message waits",
            "reported messages wait",
            reports,
            False,
        ),
    ]
    for found, one, many, url, blocks in rows:
        if number := found.count():
            yield Attention(f"{number:,} {one if number == 1 else many}", url, blocks)


def late(tournament: Tournament, now: datetime) -> Iterator[Attention]:
    """Say what should have happened by now."""
    following = lifecycle.TRANSITIONS[tournament.status]
    date = lifecycle.DATES.get(following[0]) if following else None
    if date and getattr(tournament, date) <= now:
        said = words.DATE_NAMES[date]
        since = timesince(getattr(tournament, date), now, depth=1)
        yield Attention(f"{said}: that was due {since} ago, and has not happened.")
    if tournament.status == TournamentStatus.ACTIVE:
        budget = timedelta(seconds=Rules.read(tournament.rules).staleness_seconds)
        old = Mark.objects.filter(tournament=tournament, as_of__lt=now - budget).count()
        if old:
            yield Attention(f"Prices that have become old: {old:,}.", listed(Mark, tournament))
        ranked = getattr(tournament, "board", None)
        if ranked is None:
            yield Attention("The board was not ranked yet: does a worker run?")
        elif now - ranked.computed_at > RANKED_WITHIN:
            ago = timesince(ranked.computed_at, now, depth=1)
            yield Attention(f"The board was last ranked {ago} ago: does a worker run?")
    too_few = tournament.min_participants - tournament.current_participants
    if tournament.status == TournamentStatus.REGISTRATION_OPEN and too_few > 0:
        yield Attention(
            f"{too_few:,} more have to register, or it is cancelled when registration closes."
        )
    if tournament.status == TournamentStatus.COMPLETED and (other := results.differing(tournament)):
        yield Attention(
            f"Final figures that are not the published ones: {other:,}.",
            address(Tournament, "restore", tournament.pk),
        )


def facts(tournament: Tournament) -> Iterator[tuple[str, str]]:
    """Say where the tournament is in its life, and when the next step is."""
    now = timezone.now()
    for date, said in words.DATE_NAMES.items():
        at = getattr(tournament, date)
        near = (
            f"in {timeuntil(at, now, depth=1)}"
            if at > now
            else f"{timesince(at, now, depth=1)} ago"
        )
        yield said, f"{minute(at)} ({near})"
    taken = f"{tournament.current_participants:,} of {tournament.max_participants:,}"
    yield "Seats taken", taken
    frozen_at = Rules.read(tournament.rules).freeze_at
    stands = freeze.cut(tournament, AnonymousUser(), at=now) is not None
    yield (
        "Public board",
        "Never freezes"
        if frozen_at is None
        else f"{'Stands still since' if stands else 'Freezes'} {minute(frozen_at)}",
    )


def steps(tournament: Tournament) -> list[Step]:
    """Return the steps of its life that can be taken; each asks for a reason first."""
    offered = lifecycle.TRANSITIONS[tournament.status]
    found = [
        Step(
            words.STEPS[name][1],
            address(Tournament, name, tournament.pk),
            "danger" if name == "cancel" else "primary",
        )
        for name, to in words.ACTIONS.items()
        if to in offered
    ]
    if tournament.status in FREEZABLE:
        found.insert(-1, Step("Freeze the board", address(Tournament, "freeze", tournament.pk)))
    if tournament.status == TournamentStatus.COMPLETED:
        correct = address(Tournament, "correct", tournament.pk)
        found.append(Step("Correct the result", correct, "danger"))
    return found


def pages(tournament: Tournament, *, decides: bool) -> list[Step]:
    """Return the pages about the whole of it."""
    found = [
        Step("Board", page_of("board", tournament)),
        Step("Seats and bookings", page_of("mismatches", tournament)),
    ]
    if decides:
        found += [
            Step("Announce", page_of("announcement", tournament)),
            Step("Export", page_of("export", tournament)),
            Step("Clone", address(Tournament, "clone", tournament.pk)),
        ]
    return found


def lists(request: StaffRequest, tournament: Tournament) -> list[Step]:
    """Return the lists of its rows that this person may read."""
    models: list[tuple[type[Model], str]] = [
        (Participant, "Participants"),
        (Booking, "Bookings"),
        (Trade, "Trades"),
        (Position, "Positions"),
        (QuarantinedTrade, "Refused trades"),
        (Break, "Differences"),
        (ChatMessage, "Chat"),
        (Result, "Results"),
    ]
    return [
        Step(title, listed(model, tournament))
        for model, title in models
        if may(request, "view", model)
    ]


def listed(model: type[Model], tournament: Tournament, **query: str) -> str:
    """Return where the list of a tournament's rows is."""
    chosen = urlencode({"tournament__id__exact": tournament.pk} | query)
    return f"{address(model, 'changelist')}?{chosen}"


def page_of(name: str, tournament: Tournament) -> str:
    """Return where another page about the tournament is."""
    return reverse(f"admin:tournament_{name}", args=[tournament.pk])
