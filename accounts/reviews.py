"""The queue of identities: one person after the other, each decided about on one page."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.timesince import timesince
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget

from accounts.decisions import BY_STATUS, DECISIONS, PersonDecidingAdmin
from accounts.models import KycReview, KycStatus, User
from accounts.services import kyc
from administration.models import AuditLog
from dayrade.admin import StaffRequest
from dayrade.admin.columns import MINUTE, address, instant, page_of
from dayrade.admin.decisions import Beside, Decision, ReasonForm

STEPS_SHOWN = 10
OFFERED = (KycStatus.APPROVED, KycStatus.REQUIRES_ACTION, KycStatus.REJECTED)
CHOICES = [
    (status, f"{decision.button}: {decision.takes_along}")
    for status, decision in ((status, DECISIONS[BY_STATUS[status]]) for status in OFFERED)
]
#: Reasons that are given often; who is decided about reads them as they stand.
COMMON = (
    "The details are complete and agree with each other.",
    "Spell your name as in your passport.",
    "Your birth date cannot be right: correct it.",
    "You are not old enough to take part.",
    "These are not the details of a real person.",
    "You have another account.",
)


class Choices(UnfoldAdminRadioSelectWidget):  # type: ignore[misc]  # untyped theme
    """Radio buttons whose words are never cut: they say what each decision takes along."""

    # Forms find the templates of apps alone.
    option_template_name = "accounts/radio_option.html"


class ReviewForm(ReasonForm):
    """What is decided, and why: a common reason, one's own words, or both."""

    status = forms.TypedChoiceField(
        label="Decision",
        coerce=KycStatus,
        choices=CHOICES,
        widget=Choices,
    )
    common = forms.ChoiceField(
        label="Common reasons",
        choices=[("", "None of these"), *((said, said) for said in COMMON)],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    field_order = ["status", "common", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for one's own words only where no common reason is chosen."""
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False
        self.fields["reason"].label = "In your own words"
        self.fields["reason"].widget.attrs["rows"] = 3
        # What was submitted stands above, and is read first.
        del self.fields["status"].widget.attrs["autofocus"]

    def clean(self) -> dict[str, Any]:
        """Put both reasons together.

        Raises:
            ValidationError: there is neither.

        """
        sent: dict[str, Any] = super().clean() or self.cleaned_data
        parts = (sent.pop("common", ""), sent.get("reason", ""))
        sent["reason"] = " ".join(part for part in parts if part)
        if not sent["reason"]:
            raise ValidationError({"reason": "Choose a common reason, or write one."})
        return sent


def _review(actor: User, row: User, *, status: KycStatus, reason: str, seen: Any) -> None:
    kyc.decide(actor=actor, user=row, status=status, reason=reason, since=seen)


REVIEW = Decision(
    title="Identity of {row}",
    button="Decide, and go on with the next",
    takes_along="Compare what was submitted, and decide. The person is told at once.",
    says="The person is told this, unless you approve. It stays in the audit log.",
    done="{row}: {status.label}.",
    act=_review,
    form=ReviewForm,
)


def years(born: date, on: date) -> int:
    """Return how old somebody is on a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def steps(pk: Any) -> "QuerySet[AuditLog]":
    """Return the steps of a person's check until now, the latest first."""
    found = AuditLog.objects.filter(entity_id=pk, action__in=("kyc.submit", "kyc.decide"))
    return found.select_related("user").order_by("-created_at", "-pk")[:STEPS_SHOWN]


def said(step: AuditLog) -> str:
    """Write a step in one line: when, what, by whom, and why."""
    at = formats.date_format(step.created_at, MINUTE)
    status = KycStatus((step.new_values or {})["kyc_status"]).label.lower()
    by = "" if step.user_id in (None, step.entity_id) else f" by {step.user}"
    reason = (step.changes or {}).get("reason")
    return f"{at} UTC: {status}{by}{f' ({reason})' if reason else ''}"


@display(description="Waiting")  # type: ignore[untyped-decorator]
def since(row: KycReview) -> str:
    """Show for how long a person has been waiting."""
    return timesince(row.kyc_since, depth=1)


@display(description="Earlier steps")  # type: ignore[untyped-decorator]
def earlier(row: KycReview) -> str:
    """List the steps of the check until now, the latest first."""
    return format_html_join(
        "", '<div class="mb-1">{}</div>', ((said(step),) for step in steps(row.pk))
    )


@display(description="Name")  # type: ignore[untyped-decorator]
def name(row: KycReview) -> str:
    """Lead to the page on which it is decided."""
    return format_html('<a class="font-semibold text-link" href="{}">{}</a>', review_page(row), row)


def review_page(row: User) -> str:
    """Return where somebody is decided about."""
    return reverse("admin:accounts_kycreview_review", args=[row.pk])


@admin.register(KycReview)
class KycReviewAdmin(PersonDecidingAdmin):
    """The queue of identities: who has waited longest stands first."""

    decisions = PersonDecidingAdmin.decisions | {"review": REVIEW}
    actions_detail = ["review", "approve", "require_action", "reject"]
    list_display = [
        name,
        since,
        "date_of_birth",
        "country",
        "email",
        instant("kyc_since", "Submitted"),
    ]
    list_display_links = None
    sortable_by: tuple[str, ...] = ()
    search_fields = ["email", "username", "first_name", "last_name"]
    search_help_text = "E-mail address, name or username"
    audited = True
    fieldsets = [
        ("Identity", {"fields": ["first_name", "last_name", "date_of_birth", "country"]}),
        (
            "Account",
            {"fields": ["email", "email_verified", "username", "created_at", "is_suspended"]},
        ),
        ("Review", {"fields": [instant("kyc_since", "Submitted"), since, earlier]}),
    ]
    readonly_fields = [*fieldsets[2][1]["fields"]]

    def get_queryset(self, request: StaffRequest) -> QuerySet[Any]:
        """Show who waits."""
        waiting: QuerySet[Any] = KycReview.objects.to_review()
        return waiting

    def get_ordering(self, request: StaffRequest) -> tuple[str, ...]:
        """Show first who has waited longest."""
        return ("kyc_since",)

    def possible(self, request: StaffRequest, row: User) -> list[str]:
        """Offer the review to whoever may decide."""
        found = super().possible(request, row)
        return ["review", *found] if BY_STATUS[KycStatus.APPROVED] in found else found

    def facts(self, request: StaffRequest, row: User) -> Iterable[tuple[str, Any]]:
        """Show what was submitted, how old the person is, and the earlier steps."""
        for title, value in super().facts(request, row):
            yield title, value
            if title == "Date of birth" and row.date_of_birth:
                yield "Age", f"{years(row.date_of_birth, timezone.now().date())} years"
        yield "Username", row.username
        yield "Joined", formats.date_format(row.created_at, MINUTE)
        yield "Earlier steps", "\n".join(map(said, steps(row.pk)))

    def beside(self, request: StaffRequest, row: User, name: str) -> Beside:
        """Say how many wait, and offer to leave this one for later."""
        found = super().beside(request, row, name)
        if name != "review":
            return found
        about = ("All about this person", page_of(row))
        others = KycReview.objects.to_review().exclude(pk=row.pk).count()
        if not others:
            return Beside(facts=found.facts, elsewhere=[about])
        facts = [*found.facts, ("Waiting besides", f"{others:,}")]
        return Beside(facts=facts, elsewhere=[("Skip", self.onward(request, row)), about])

    def after(self, row: Any) -> str:
        """Go back to the queue."""
        return address(KycReview, "changelist")

    def onward(self, request: StaffRequest, row: Any) -> str:
        """Go on with who has waited next longest; from the end, with the first again."""
        waiting = KycReview.objects.to_review().exclude(pk=request.user.pk)
        follower = row and waiting.exclude(pk=row.pk).filter(kyc_since__gte=row.kyc_since).first()
        found = follower or waiting.first()
        return review_page(found) if found else self.after(row)

    def missing(self, request: StaffRequest, object_id: str) -> str:
        """Say who was faster."""
        try:
            last = steps(object_id).first()
        except ValidationError:
            last = None
        if last is None:
            return super().missing(request, object_id)
        return f"This is decided already. {said(last)}"

    @action(description="Review", variant=ActionVariant.PRIMARY, permissions=["decide"])  # type: ignore[untyped-decorator]
    def review(self, request: StaffRequest, object_id: str) -> Any:
        """Decide about an identity, and go on with the next one."""
        return self.ask(request, object_id, "review")
