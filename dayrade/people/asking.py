"""Keeping a person from writing in the chat for a time, from the page about them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from accounts.services import standing
from comms.models import Mute
from comms.services import mutes
from dayrade.admin import may
from dayrade.admin.columns import page_of
from dayrade.admin.decisions import ReasonForm
from dayrade.people.parts import seats_of
from dayrade.privacy.admin import PersonPage

HOUR = 60


class MuteForm(ReasonForm):
    """For how long and where, and why; the service bounds them."""

    minutes = forms.IntegerField(initial=HOUR, widget=UnfoldAdminIntegerFieldWidget)
    where = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)
    field_order = ["minutes", "where", "reason"]


class MutePage(PersonPage):
    """Keeping somebody from writing for a time, in one chat or in all."""

    form_class = MuteForm
    question = "Mute {person}"
    takes_along = "Until then this person can read and cannot write. It can be lifted."
    says = "The person is told this."
    button = "Mute"
    variant = "danger"

    def has_permission(self) -> bool:
        """Let in who decides about mutes."""
        return may(self.request, "decide", Mute)

    def blocks(self) -> list[tuple[str, str]]:
        """Say whom this member of staff cannot mute."""
        if standing.is_within_reach(actor=self.request.user, user=self.person):
            return []
        return [("Only an admin mutes staff, and nobody mutes themselves.", "")]

    def get_form(self, form_class: Any = None) -> ReasonForm:
        """Offer all chats, and those of the person's tournaments."""
        form = super().get_form(form_class)
        self.chats = {str(seat.tournament_id): seat.tournament for seat in seats_of(self.person)}
        offered = [(pk, f"Only {tournament}") for pk, tournament in self.chats.items()]
        field = form.fields["where"]
        field.choices = field.widget.choices = [("", "All chats"), *offered]  # type: ignore[attr-defined]
        return form

    def act(self, *, reason: str, seen: Any, **rest: Any) -> HttpResponseRedirect:
        """Mute, and show the person."""
        mutes.mute(
            actor=self.request.user,
            user=self.person,
            minutes=rest["minutes"],
            reason=reason,
            tournament=self.chats.get(rest["where"]),
        )
        messages.success(self.request, f"{self.person} is muted.")
        return HttpResponseRedirect(page_of(self.person))
