"""What staff decide about a seat: its trading account, and whether it is ranked."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import IntegrityError
from django.http import HttpResponseRedirect
from django.utils import formats
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.models import User
from dayrade.admin import StaffRequest, may
from dayrade.admin.columns import address
from dayrade.admin.decisions import Beside, DecidingAdmin, Decision, ReasonForm, Table
from dayrade.admin.forms import refusal
from tournaments.models import Participant, Tournament, TournamentStatus
from tournaments.services import accounts, sanctions
from tournaments.services.sanctions import OVER


class AccountForm(ReasonForm):
    """An account, and why; the service says what an account looks like."""

    zimtra_account_id = forms.CharField(
        label="Zimtra account",
        required=False,
        help_text="Nothing takes the account away.",
        widget=UnfoldAdminTextInputWidget(),
    )
    field_order = ["zimtra_account_id", "reason"]


def _link(actor: User, row: Participant, *, zimtra_account_id: str, reason: str, seen: Any) -> None:
    try:
        accounts.link(actor=actor, seat=row, zimtra_account_id=zimtra_account_id, reason=reason)
    except IntegrityError as error:
        raise refusal(error, Participant) from error


def _disqualify(actor: User, row: Participant, *, reason: str, seen: Any) -> None:
    sanctions.disqualify(actor=actor, seat=row, reason=reason)


def _lift(actor: User, row: Participant, *, reason: str, seen: Any) -> None:
    sanctions.lift(actor=actor, seat=row, reason=reason)


def moves(row: Participant) -> Table:
    """Show who would move if the seat's disqualification were turned around."""
    found = sanctions.preview(seat=row, disqualified=not row.disqualified)
    left_out = found.count - len(found.moves)
    words = {0: "No rank changes.", 1: "1 rank changes"}
    return Table(
        title=words.get(found.count, f"{found.count:,} ranks change"),
        names=["Competitor", "Rank", "New rank"],
        rows=[(move.username, move.rank, move.new_rank) for move in found.moves],
        note=f"And {left_out:,} more." if left_out else "",
    )


class SeatDecidingAdmin(DecidingAdmin):
    """Linking a seat with its trading account, disqualifying it, and letting it in again."""

    decisions = {
        "link_account": Decision(
            title="Zimtra account of {row}",
            button="Link",
            takes_along=(
                "Trades that are delivered for this account from now on are this seat's. Those"
                " that were refused before are booked from Refused trades, by Try again."
            ),
            says="For the audit log. Nobody is told this.",
            done="The account is linked.",
            act=_link,
            form=AccountForm,
        ),
        "disqualify": Decision(
            title="Disqualify {row}",
            button="Disqualify",
            takes_along=(
                "The seat loses its rank at once and everybody below moves up. Its trades stay,"
                " and its place is not given to anybody else. This can be lifted."
            ),
            says="The competitor is told this, and everybody who reads the seat.",
            done="The seat is disqualified.",
            act=_disqualify,
            variant="danger",
        ),
        "lift": Decision(
            title="Let {row} in again",
            button="Let in again",
            takes_along="The seat is ranked again by its figures, and everybody below moves down.",
            says="The competitor is told this.",
            done="The seat is ranked again.",
            act=_lift,
        ),
    }
    actions_detail = ["link_account", "disqualify", "lift", "correct"]

    def possible(self, request: StaffRequest, row: Participant) -> list[str]:
        """Follow the rules of the services; once it is over, a result is corrected by admins."""
        if row.user_id == request.user.pk:
            return []
        status = row.tournament.status
        if status in OVER:
            of_result = status == TournamentStatus.COMPLETED and self.may_correct(request)
            return ["correct"] if of_result else []
        found = ["lift" if row.disqualified else "disqualify"]
        return found if row.trades.exists() else ["link_account", *found]

    def may_correct(self, request: StaffRequest) -> bool:
        """Ask the table of roles about the tournament, whose result it is."""
        return may(request, "decide", Tournament)

    def facts(self, request: StaffRequest, row: Participant) -> Iterable[tuple[str, Any]]:
        """Show whose seat it is, and how it stands."""
        yield "Competitor", row.user
        yield "Tournament", row.tournament

    def beside(self, request: StaffRequest, row: Participant, name: str) -> Beside:
        """Show the account that the provider knows the person by, or who moves."""
        facts = list(self.facts(request, row))
        if name == "link_account":
            return Beside(facts=[*facts, ("Zimtra id", row.user.zimtra_id)])
        facts.append(("P&L", formats.number_format(row.total_pnl, 2)))
        if row.disqualified:
            facts.append(("Disqualified for", row.disqualification_reason))
        return Beside(facts=facts, table=moves(row))

    def initial(self, row: Participant) -> dict[str, Any]:
        """Begin with the account that is stored, else with the person's."""
        account = row.zimtra_account_id or row.user.zimtra_id
        return super().initial(row) | {"zimtra_account_id": account}

    def after(self, row: Participant | None) -> str:
        """Go on with the seat."""
        return address(Participant, "change", row.pk) if row else address(Participant, "changelist")

    @action(description="Link account", variant=ActionVariant.PRIMARY, permissions=["decide"])  # type: ignore[untyped-decorator]
    def link_account(self, request: StaffRequest, object_id: str) -> Any:
        """Say which trading account is the seat's."""
        return self.ask(request, object_id, "link_account")

    @action(description="Disqualify", variant=ActionVariant.DANGER, permissions=["decide"])  # type: ignore[untyped-decorator]
    def disqualify(self, request: StaffRequest, object_id: str) -> Any:
        """Take a seat out of the ranking."""
        return self.ask(request, object_id, "disqualify")

    @action(description="Let in again", permissions=["decide"])  # type: ignore[untyped-decorator]
    def lift(self, request: StaffRequest, object_id: str) -> Any:
        """Let a seat be ranked again."""
        return self.ask(request, object_id, "lift")

    @action(description="Correct the result", permissions=["decide"])  # type: ignore[untyped-decorator]
    def correct(self, request: StaffRequest, object_id: str) -> Any:
        """Go to the correction of the tournament's result, with this seat chosen."""
        row = self.get_object(request, object_id)
        if row is None or "correct" not in self.possible(request, row):
            return self.gone(request, row, "This cannot be done now.")
        page = address(Tournament, "correct", row.tournament_id)
        field = "reinstate" if row.disqualified else "disqualify"
        return HttpResponseRedirect(f"{page}?{field}={row.pk}")
