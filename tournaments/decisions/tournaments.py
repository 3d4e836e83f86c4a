"""What staff decide about a tournament: the steps of its life, its freeze, its result, a clone."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db import IntegrityError
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import formats, timezone
from unfold.decorators import action
from unfold.enums import ActionVariant

from accounts.models import User
from dayrade.admin import StaffRequest
from dayrade.admin.columns import MINUTE, address
from dayrade.admin.decisions import Beside, DecidingAdmin, Decision, Table
from dayrade.admin.forms import refusal
from tournaments.decisions import words
from tournaments.decisions.forms import CloneForm, CorrectionForm, FreezeForm, chosen
from tournaments.models import Tournament, TournamentStatus
from tournaments.rules import Rules
from tournaments.services import drafts, lifecycle, results
from tournaments.services.sanctions import MOVES_SHOWN

FREEZABLE = (*drafts.CHANGEABLE, TournamentStatus.ACTIVE)


def _move(to: str, actor: User, row: Tournament, *, reason: str, seen: Any) -> None:
    lifecycle.transition(actor=actor, tournament=row, to=to, reason=reason)


def _freeze(actor: User, row: Tournament, *, freeze_at: Any, reason: str, seen: Any) -> None:
    drafts.freeze(actor=actor, tournament=row, freeze_at=freeze_at, reason=reason)


def _correct(actor: User, row: Tournament, *, reason: str, seen: Any, **typed: str) -> None:
    results.correct(actor=actor, tournament=row, reason=reason, **chosen(row, typed))


def _preview(actor: User, row: Tournament, *, reason: str, seen: Any, **typed: str) -> Table:
    found = results.preview(actor=actor, tournament=row, reason=reason, **chosen(row, typed))
    left_out = len(found) - MOVES_SHOWN
    return Table(
        title=f"Result {row.results.count() + 1} changes {len(found):,} of the seats",
        names=["Competitor", "Rank", "New rank", "P&L", "New P&L"],
        rows=[
            (one.username, one.rank, one.new_rank, money(one.pnl), money(one.new_pnl))
            for one in found[:MOVES_SHOWN]
        ],
        note=f"And {left_out:,} more." if left_out > 0 else "",
    )


def _put_back(actor: User, row: Tournament, *, reason: str, seen: Any) -> None:
    results.put_back(actor=actor, tournament=row, reason=reason)


def _clone(actor: User, row: Tournament, *, seen: Any, **asked: Any) -> Tournament:
    try:
        return drafts.clone(actor=actor, tournament=row, **asked)
    except IntegrityError as error:
        raise refusal(error, Tournament) from error


def money(value: Any) -> str | None:
    """Write an amount, or nothing where there is none."""
    return None if value is None else formats.number_format(value, 2)


def minute(value: Any) -> str:
    """Write an instant to the minute."""
    return f"{formats.date_format(value, MINUTE)} UTC"


def step(name: str) -> Decision:
    """Return the decision to take a step of the life."""
    title, button, takes_along, done = words.STEPS[name]
    return Decision(
        title=title,
        button=button,
        takes_along=takes_along,
        says="Everybody with a seat is sent this.",
        done=done,
        act=partial(_move, words.ACTIONS[name]),
        variant="danger" if name in ("cancel", "complete") else "primary",
    )


DECISIONS = {name: step(name) for name in words.STEPS} | {
    "freeze": Decision(
        title="Freeze the board of {row}",
        button="Set the freeze",
        takes_along=words.FREEZE,
        says="For the audit log. Once it is active, everybody with a seat is sent this as well.",
        done="The freeze is set.",
        act=_freeze,
        form=FreezeForm,
    ),
    "correct": Decision(
        title="Correct the result of {row}",
        button="Publish the correction",
        takes_along=words.CORRECTION,
        says="Everybody whom it moves is sent this, and the result shows it.",
        done="The correction is published.",
        act=_correct,
        preview=_preview,
        form=CorrectionForm,
        variant="danger",
    ),
    "restore": Decision(
        title="Restore the final figures of {row}",
        button="Restore",
        takes_along=words.RESTORE,
        says="For the audit log. Nobody is told this.",
        done="Every seat has what the result says.",
        act=_put_back,
        variant="danger",
    ),
    "clone": Decision(
        title="Clone {row}",
        button="Clone",
        takes_along=words.CLONE,
        says="For the audit log. Nobody is told this.",
        done="This is the clone: check it before registration opens by its date.",
        act=_clone,
        form=CloneForm,
        follows=True,
    ),
}


class TournamentDecidingAdmin(DecidingAdmin):
    """The life of a tournament, and what is done to its result; admins decide, the table says."""

    decisions = DECISIONS
    actions_detail = [
        "desk",
        "board",
        "open_registration",
        "close_registration",
        "start",
        "complete",
        {
            "title": "More",
            "items": ["freeze", "correct", "restore", "clone", "draft_alike", "export", "cancel"],
        },
    ]

    def possible(self, request: StaffRequest, row: Tournament) -> list[str]:
        """Follow the rules of the services."""
        steps = lifecycle.TRANSITIONS[row.status]
        found = ["desk", "board", "clone", "draft_alike", "export"]
        found += [name for name, to in words.ACTIONS.items() if to in steps]
        if row.status in FREEZABLE:
            found.append("freeze")
        if row.status == TournamentStatus.COMPLETED:
            found.append("correct")
            if results.differing(row):
                found.append("restore")
        return found

    def beside(self, request: StaffRequest, row: Tournament, name: str) -> Beside:
        """Show what will happen, and what is in the way."""
        facts: list[tuple[str, Any]] = [("Status", row.get_status_display())]
        if name in words.ACTIONS:
            facts += steps_facts(row, words.ACTIONS[name])
            return Beside(facts=facts, blocks=list(blocks(row, words.ACTIONS[name])))
        if name == "freeze":
            frozen_at = Rules.read(row.rules).freeze_at
            facts += [
                ("Freezes at present", minute(frozen_at) if frozen_at else "Never"),
                ("Trading begins", minute(row.start_date)),
                ("Trading ends", minute(row.end_date)),
            ]
        if name in ("correct", "restore"):
            facts.append(("Results", f"{row.results.count()} published"))
        if name == "restore":
            facts.append(("Seats that differ", results.differing(row)))
        if name == "clone":
            facts += [(said, minute(getattr(row, date))) for date, said in words.DATE_NAMES.items()]
        kept_back = blocks(row, TournamentStatus.COMPLETED) if name == "correct" else ()
        return Beside(facts=facts, blocks=list(kept_back))

    def initial(self, row: Tournament) -> dict[str, Any]:
        """Begin with the freeze that is set, and with a name for a clone."""
        frozen_at = Rules.read(row.rules).freeze_at
        return super().initial(row) | {"freeze_at": frozen_at, "name": row.name}

    def after(self, row: Tournament | None) -> str:
        """Go on with its desk."""
        if row is None:
            return address(Tournament, "changelist")
        return reverse("admin:tournament_desk", args=[row.pk])

    def get_changeform_initial_data(self, request: StaffRequest) -> dict[str, Any]:
        """Begin a new draft like another one, without its name and dates."""
        alike = request.GET.get("like", "")
        row = self.get_object(request, alike) if alike else None
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        return initial if row is None else drafts.clone_of(row)

    @action(description="Desk", variant=ActionVariant.PRIMARY, permissions=["view"])  # type: ignore[untyped-decorator]
    def desk(self, request: StaffRequest, object_id: str) -> Any:
        """Go to what needs attention, and to every page about it."""
        return HttpResponseRedirect(reverse("admin:tournament_desk", args=[object_id]))

    @action(description="Board", permissions=["view"])  # type: ignore[untyped-decorator]
    def board(self, request: StaffRequest, object_id: str) -> Any:
        """Go to the board as it is."""
        return HttpResponseRedirect(reverse("admin:tournament_board", args=[object_id]))

    @action(description="Export", permissions=["decide"])  # type: ignore[untyped-decorator]
    def export(self, request: StaffRequest, object_id: str) -> Any:
        """Go to the exports."""
        return HttpResponseRedirect(reverse("admin:tournament_export", args=[object_id]))

    @action(  # type: ignore[untyped-decorator]
        description="Open registration", variant=ActionVariant.PRIMARY, permissions=["decide"]
    )
    def open_registration(self, request: StaffRequest, object_id: str) -> Any:
        """Open registration before its date."""
        return self.ask(request, object_id, "open_registration")

    @action(  # type: ignore[untyped-decorator]
        description="Close registration", variant=ActionVariant.PRIMARY, permissions=["decide"]
    )
    def close_registration(self, request: StaffRequest, object_id: str) -> Any:
        """Close registration before its date."""
        return self.ask(request, object_id, "close_registration")

    @action(description="Start", variant=ActionVariant.PRIMARY, permissions=["decide"])  # type: ignore[untyped-decorator]
    def start(self, request: StaffRequest, object_id: str) -> Any:
        """Begin trading before its date."""
        return self.ask(request, object_id, "start")

    @action(description="Complete", variant=ActionVariant.PRIMARY, permissions=["decide"])  # type: ignore[untyped-decorator]
    def complete(self, request: StaffRequest, object_id: str) -> Any:
        """End trading before its date and publish the result."""
        return self.ask(request, object_id, "complete")

    @action(
        description="Cancel the tournament", variant=ActionVariant.DANGER, permissions=["decide"]
    )  # type: ignore[untyped-decorator]
    def cancel(self, request: StaffRequest, object_id: str) -> Any:
        """End it without a result."""
        return self.ask(request, object_id, "cancel")

    @action(description="Freeze", permissions=["decide"])  # type: ignore[untyped-decorator]
    def freeze(self, request: StaffRequest, object_id: str) -> Any:
        """Say from when on the public board stands still."""
        return self.ask(request, object_id, "freeze")

    @action(description="Correct the result", permissions=["decide"])  # type: ignore[untyped-decorator]
    def correct(self, request: StaffRequest, object_id: str) -> Any:
        """Publish another result."""
        return self.ask(request, object_id, "correct")

    @action(description="Restore the final figures", permissions=["decide"])  # type: ignore[untyped-decorator]
    def restore(self, request: StaffRequest, object_id: str) -> Any:
        """Make final what the result says."""
        return self.ask(request, object_id, "restore")

    @action(description="Clone, weeks later", permissions=["decide"])  # type: ignore[untyped-decorator]
    def clone(self, request: StaffRequest, object_id: str) -> Any:
        """Draft one like it, some weeks later."""
        return self.ask(request, object_id, "clone")

    @action(description="Draft one like it", permissions=["decide"])  # type: ignore[untyped-decorator]
    def draft_alike(self, request: StaffRequest, object_id: str) -> Any:
        """Go to the form of a new draft, filled in but for name and dates."""
        return HttpResponseRedirect(f"{address(Tournament, 'add')}?like={object_id}")


def steps_facts(row: Tournament, to: TournamentStatus) -> Iterator[tuple[str, Any]]:
    """Say who has a seat, who is told what, and which dates a step moves."""
    field = f"{row.current_participants:,} of {row.max_participants:,}"
    yield "Seats taken", f"{field}, at least {row.min_participants:,}"
    told = f"{row.current_participants:,} people" if row.current_participants else ""
    if row.current_participants == 1:
        told = "1 person"
    said = lifecycle.TOLD[to].format(row.name)
    yield "Is told", f"{told}: “{said}”" if told else "Nobody: no seat is taken"
    for date, at in lifecycle.passed_over(row, to, timezone.now()).items():
        yield words.DATE_NAMES[date], f"{minute(getattr(row, date))}, from then on {minute(at)}"
    if to in (TournamentStatus.COMPLETED, TournamentStatus.CANCELLED):
        yield "Open positions", f"{row.positions.filter(status='open').count():,}"
    if to == TournamentStatus.COMPLETED:
        yield "Becomes final", "Rank and P&L of every seat that competes: result 1"


def blocks(row: Tournament, to: TournamentStatus) -> Iterator[tuple[str, str]]:
    """Say what is in the way of a step, each with the page on which it is settled."""
    if to == TournamentStatus.REGISTRATION_CLOSED and row.current_participants < (
        row.min_participants
    ):
        missing = row.min_participants - row.current_participants
        yield f"{missing:,} more have to register: wait for the date, or cancel it.", ""
    if to == TournamentStatus.COMPLETED:
        for path, said in results.check(tournament=row):
            queue = words.QUEUES.get(path)
            page = reverse(f"admin:{queue}_changelist") if queue else ""
            yield said, f"{page}?tournament__id__exact={row.pk}&status__exact=open" if page else ""
