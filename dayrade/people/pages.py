"""The page with all about one person, and that of the sanctions in force."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timesince import timesince
from django.views.generic import TemplateView
from unfold.views import UnfoldSiteViewMixin

from accounts.admin import KYC_COLOURS, ROLE_COLOURS
from accounts.decisions import DECISIONS
from accounts.models import KycReview, KycStatus, User, UserSession
from accounts.reviews import review_page, said, steps
from accounts.services import standing
from administration.models import AuditLog
from comms.models import ChatMessage, ChatReport, Delivery, Mute
from dayrade.admin import StaffRequest, may
from dayrade.admin.columns import address
from dayrade.people import parts, sanctions
from dayrade.people.tables import Cell, Table, moment
from dayrade.privacy.erasure import is_erased
from tournaments.models import Participant
from trading.models import Trade


@dataclass(frozen=True, slots=True)
class Act:
    """A button that leads to the page on which something is decided."""

    name: str
    words: str
    url: str
    variant: str = "default"


@dataclass(frozen=True, slots=True)
class Open:
    """Something about a person that waits for a decision, or holds until somebody lifts it."""

    said: str
    act: Act | None = None


class StaffPage(UnfoldSiteViewMixin, TemplateView):  # type: ignore[misc]  # untyped theme
    """A page of the back office that reads; `of` is the table that one has to be able to view."""

    request: StaffRequest
    permission_required = ()
    of = User

    def has_permission(self) -> bool:
        """Ask the table of roles."""
        return may(self.request, "view", self.of)


class InForce(StaffPage):
    """Everybody who is kept from something now, and the way to let them."""

    title = "Sanctions in force"
    template_name = "admin/in_force.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the three kinds."""
        kinds = [(User, sanctions.suspended), (Mute, sanctions.mutes)]
        kinds.append((Participant, sanctions.disqualified))
        tables = [read() for model, read in kinds if may(self.request, "view", model)]
        context: dict[str, Any] = super().get_context_data(tables=tables)
        return context | kwargs


class Person(StaffPage):
    """All about one person, as far as the role allows."""

    template_name = "admin/person.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the person, once it is clear who asks."""
        if self.has_permission():
            self.person = get_object_or_404(parts.people(), pk=kwargs["pk"])
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read every part that the role may see."""
        self.title = f"All about {self.person}"
        self.seats = parts.seats_of(self.person)
        self.mutes = sanctions.mutes_of(self.person)
        context: dict[str, Any] = super().get_context_data(
            person=self.person,
            labels=list(self.labels()),
            facts=list(self.facts()),
            open=list(self.open()),
            acts=list(self.acts()),
            tables=list(self.tables()),
            steps=[said(step) for step in steps(self.person.pk)],
        )
        return context | kwargs

    def sees(self, model: Any) -> bool:
        """Tell whether this person may view a table."""
        return may(self.request, "view", model)

    def labels(self) -> Iterator[Cell]:
        """Say in a few words how the person stands."""
        person = self.person
        yield Cell(person.get_role_display(), colour=ROLE_COLOURS.get(person.role, ""))
        status = KycStatus(person.kyc_status)
        yield Cell(f"KYC {status.label.lower()}", colour=KYC_COLOURS.get(status, ""))
        if is_erased(person):
            yield Cell("Erased", colour="danger")
        elif not person.is_active:
            yield Cell("Closed", colour="danger")
        if person.is_suspended:
            yield Cell("Suspended", colour="danger")
        if any(sanctions.in_force(mute) for mute in self.mutes):
            yield Cell("Muted", colour="warning")

    def facts(self) -> Iterator[tuple[str, Any]]:
        """Say who it is; what only admins need is left out for others."""
        person, of_admins = self.person, may(self.request, "change", User)
        yield (
            "E-mail address",
            f"{person.email}{'' if person.email_verified else ' (not verified)'}",
        )
        yield "Name", " ".join(filter(None, [person.first_name, person.last_name]))
        yield "Country", person.country
        if person.birth_date_visible_to(self.request.user):
            yield "Date of birth", person.date_of_birth
        if of_admins:
            yield "Phone number", person.phone_number
            yield "Time zone", person.timezone
        yield "Zimtra", " / ".join(filter(None, [person.zimtra_id, person.zimtra_username]))
        yield "KYC", f"{person.get_kyc_status_display()} since {moment(person.kyc_since)}"
        if of_admins:
            yield "Two-step sign-in", "Set up" if person.has_two_step else "Not set up"
        yield "Joined", moment(person.created_at)
        yield "Last sign-in", moment(person.last_login)
        if self.sees(UserSession):
            yield "Last seen", moment(person.seen_at)

    def open(self) -> Iterator[Open]:
        """Say what waits for a decision, with the button for it."""
        person = self.person
        if person.kyc_status == KycStatus.IN_REVIEW and self.sees(KycReview):
            waited = timesince(person.kyc_since, depth=1)
            own = person.pk == self.request.user.pk
            review = Act("review", "Review", review_page(person), "primary")
            yield Open(f"The identity check waits since {waited}.", None if own else review)
        if person.is_suspended:
            yield Open(f"Suspended: {person.suspension_reason}")
        if self.sees(ChatReport):
            for report in parts.open_reports(person):
                page = address(ChatReport, "change", report.pk)
                yield Open(
                    f"Reported for {report.get_reason_display().lower()}: {report.message}",
                    Act("report", "Look at the report", page),
                )
        for mute in filter(sanctions.in_force, self.mutes):
            where = mute.tournament or "all chats"
            until = moment(mute.ends_at)
            lift = Act("lift", "Lift the mute", reverse("admin:comms_mute_lift", args=[mute.pk]))
            reach = standing.is_within_reach(actor=self.request.user, user=person)
            yield Open(f"Muted in {where} until {until}: {mute.reason}", lift if reach else None)

    def acts(self) -> Iterator[Act]:
        """Offer what this member of staff can do now; each leads to a page that asks first."""
        person = self.person
        decides = may(self.request, "decide", User)
        of_users: Any = admin.site.get_model_admin(User)
        for name in of_users.possible(self.request, person) if decides else ():
            decision = DECISIONS[name]
            url = reverse(f"admin:accounts_user_{name}", args=[person.pk])
            yield Act(name, decision.button, url)
        reach = standing.is_within_reach(actor=self.request.user, user=person)
        if reach and may(self.request, "decide", Mute):
            yield Act("mute", "Mute", reverse("admin:person_mute", args=[person.pk]))
        if may(self.request, "change", User):
            yield Act("edit", "Edit", address(User, "change", person.pk))
            yield Act("export", "Export", reverse("admin:privacy_export", args=[person.pk]))
            if not is_erased(person):
                yield Act("erase", "Erase", reverse("admin:privacy_erasure", args=[person.pk]))

    def tables(self) -> Iterator[Table]:
        """Read the tables, but for those that are closed to the role."""
        person, seats = self.person, self.seats
        if self.sees(Participant):
            yield parts.seats(person, seats)
        yield sanctions.timeline(person, seats, self.mutes)
        if self.sees(ChatMessage):
            yield parts.messages(person)
        if self.sees(Trade):
            yield parts.trades(person, seats)
        if self.sees(UserSession):
            yield parts.sessions(person)
        if self.sees(Delivery):
            yield parts.failures(person)
        if self.sees(AuditLog):
            yield parts.audited(person)
