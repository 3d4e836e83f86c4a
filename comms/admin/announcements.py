"""The page on which staff tell everybody in a tournament something."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase, HttpResponseRedirect
from unfold.widgets import UnfoldAdminTextareaWidget

from comms.services import announcing, chat
from dayrade.admin.decisions import ReasonForm, Table
from tournaments.models import Tournament
from trading.desk.pages import TournamentQuestion


class AnnouncementForm(ReasonForm):
    """What to say, and why; `key` tells one announcement from the same words said again."""

    text = forms.CharField(
        max_length=chat.TEXT_MAX, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4})
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ["text", "reason"]


class Announce(TournamentQuestion):
    """Say something to everybody with a seat, after a look at what they get."""

    heading = "Announcement to the competitors of {tournament}"
    form_class = AnnouncementForm
    takes_along = (
        "It stands in the chat at once, in your name, and everybody with a seat gets it as a"
        " notification by the ways they have chosen. What is sent cannot be called back."
    )
    button = "Announce"
    look = "Show who gets what"
    variant = "danger"
    says = "For the audit log. Nobody else is told this."

    def get_initial(self) -> dict[str, Any]:
        """Choose what tells this announcement from any other."""
        return super().get_initial() | {"key": uuid4()}

    def act(self, form: AnnouncementForm) -> HttpResponseBase:
        """Show who gets what; announce just what was looked at."""
        asked = form.cleaned_data
        table = preview(self.tournament, asked["text"])
        if self.request.POST.get("previewed") != table.digest:
            return self.render_to_response(self.get_context_data(form=form, table=table))
        announcing.announce(
            actor=self.request.user,
            tournament=self.tournament,
            text=asked["text"],
            reason=asked["reason"],
            key=asked["key"],
        )
        messages.success(self.request, "It is announced.")
        return HttpResponseRedirect(self.back)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Let it be looked at before it is sent."""
        return super().get_context_data(previews=True) | kwargs


def preview(tournament: Tournament, text: str) -> Table:
    """Show what people get, and how many of them get it by which way."""
    found = announcing.audience(tournament)
    people = "1 person gets this" if found.people == 1 else f"{found.people:,} people get this"
    return Table(
        title=people,
        names=["By", "People"],
        rows=[
            ("Notification in the application", f"{found.people:,}"),
            ("E-mail", f"{found.email:,}"),
            ("Push message", f"{found.push:,}"),
            ("Text message", f"{found.sms:,}"),
            ("Chat of the tournament", "Whoever watches"),
        ],
        note=f"{announcing.TITLE.format(tournament)}\n{text.strip()}",
    )
