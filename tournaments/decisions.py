"""What staff decide about a seat: which trading account is its."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import IntegrityError
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.models import User
from dayrade.admin import StaffRequest
from dayrade.admin.columns import address
from dayrade.admin.decisions import DecidingAdmin, Decision, ReasonForm
from dayrade.admin.forms import refusal
from tournaments.models import Participant
from tournaments.services import accounts
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


class AccountDecidingAdmin(DecidingAdmin):
    """Linking a seat with its trading account."""

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
        )
    }
    actions_detail = ["link_account"]

    def possible(self, request: StaffRequest, row: Participant) -> list[str]:
        """Follow the rules of the service."""
        own = row.user_id == request.user.pk
        stays = own or row.tournament.status in OVER or row.trades.exists()
        return [] if stays else ["link_account"]

    def facts(self, request: StaffRequest, row: Participant) -> Iterable[tuple[str, Any]]:
        """Show whose seat it is, and the account that the provider knows the person by."""
        yield "Competitor", row.user
        yield "Tournament", row.tournament
        yield "Zimtra id", row.user.zimtra_id

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
