"""Forms of the decisions about tournaments."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from dayrade.admin.decisions import ReasonForm
from tournaments.models import Participant, Tournament

WEEKS_MAX = 520
CORRECTED = ("disqualify", "reinstate")


class InstantInput(UnfoldAdminTextInputWidget):  # type: ignore[misc]  # the theme has no types
    """A date and time (UTC) in the browser's own picker."""

    input_type = "datetime-local"

    def format_value(self, value: Any) -> str | None:
        """Write it as the picker reads it."""
        return value if value is None or isinstance(value, str) else f"{value:%Y-%m-%dT%H:%M}"


class FreezeForm(ReasonForm):
    """From when on the public board stands still."""

    freeze_at = forms.DateTimeField(
        label="Freeze at (UTC)",
        required=False,
        help_text="Empty: the board never freezes.",
        widget=InstantInput(),
    )
    field_order = ["freeze_at", "reason"]


class CorrectionForm(ReasonForm):
    """Whom a correction disqualifies or lets in again, if anybody."""

    disqualify = forms.CharField(
        label="Disqualify",
        required=False,
        help_text="Username or the seat's ID. Empty: nobody.",
        widget=UnfoldAdminTextInputWidget(),
    )
    reinstate = forms.CharField(
        label="Let in again",
        required=False,
        help_text="Username or the seat's ID. Empty: nobody.",
        widget=UnfoldAdminTextInputWidget(),
    )
    field_order = [*CORRECTED, "reason"]


class CloneForm(ReasonForm):
    """What is a clone's own."""

    name = forms.CharField(max_length=255, widget=UnfoldAdminTextInputWidget())
    slug = forms.CharField(max_length=255, widget=UnfoldAdminTextInputWidget())
    weeks = forms.IntegerField(
        label="Weeks later",
        min_value=1,
        max_value=WEEKS_MAX,
        help_text="Every date moves by as many weeks. They can be changed in the draft.",
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    field_order = ["name", "slug", "weeks", "reason"]


def chosen(tournament: Tournament, typed: dict[str, str]) -> dict[str, Participant]:
    """Return the seats that were typed into fields of a form, by username or id.

    Raises:
        ValidationError: there is none of that name in the tournament.

    """
    found: dict[str, Participant] = {}
    for field, name in typed.items():
        if not name:
            continue
        seat = tournament.participants.select_related("user").meant_by(name)
        if seat is None:
            raise ValidationError({field: "There is no such seat in this tournament."})
        found[field] = seat
    return found
