"""What staff decide about people: suspensions, identity checks, sessions, authenticators."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils import formats
from unfold.decorators import action
from unfold.enums import ActionVariant

from accounts.models import KycStatus, Role, TotpDevice, User, UserSession
from accounts.services import kyc, standing, two_step
from dayrade.admin import StaffRequest
from dayrade.admin.columns import MINUTE, address, page_of
from dayrade.admin.decisions import DecidingAdmin, Decision

TOLD = "The person is told this."
OWN = "For the audit log. The person is not told this, but an export of their data holds it."


def _suspend(actor: User, row: User, *, reason: str, seen: Any) -> None:
    standing.suspend(actor=actor, user=row, reason=reason)


def _lift(actor: User, row: User, *, reason: str, seen: Any) -> None:
    standing.lift_suspension(actor=actor, user=row, reason=reason)


def _decide(status: str, actor: User, row: User, *, reason: str, seen: Any) -> None:
    kyc.decide(actor=actor, user=row, status=status, reason=reason, since=seen)


def _end_sessions(actor: User, row: User, *, reason: str, seen: Any) -> None:
    standing.end_sessions(actor=actor, user=row, reason=reason)


def _end_session(actor: User, row: UserSession, *, reason: str, seen: Any) -> None:
    standing.end_session(actor=actor, session=row, reason=reason)


def _take_away(actor: User, row: TotpDevice, *, reason: str, seen: Any) -> None:
    two_step.remove(actor=actor, user=row.user, reason=reason)


DECISIONS = {
    "suspend": Decision(
        title="Suspend {row}",
        button="Suspend",
        takes_along=(
            "Every session of this person ends at once, and they cannot sign in, register or chat."
            " Their past results stand."
        ),
        says=TOLD,
        done="{row} is suspended.",
        act=_suspend,
        variant="danger",
    ),
    "end_sessions": Decision(
        title="End the sessions of {row}",
        button="End the sessions",
        takes_along=(
            "Every session of this person ends at once, in the back office too. They can sign in"
            " again, and are told that an admin has done this."
        ),
        says=OWN,
        done="{row} has to sign in again.",
        act=_end_sessions,
        variant="danger",
    ),
    "lift_suspension": Decision(
        title="Lift the suspension of {row}",
        button="Lift the suspension",
        takes_along="This person can sign in again. Sessions that have ended stay ended.",
        says=OWN,
        done="{row} can sign in again.",
        act=_lift,
    ),
    "approve": Decision(
        title="Approve the identity of {row}",
        button="Approve",
        takes_along=(
            "This person can enter tournaments. An approval cannot be taken back, and name, birth"
            " date and country are fixed from then on."
        ),
        says=OWN,
        done="The identity of {row} is approved.",
        act=partial(_decide, KycStatus.APPROVED),
    ),
    "require_action": Decision(
        title="Ask {row} for more",
        button="Ask for more",
        takes_along="This person can change their profile and submit it again.",
        says=f"{TOLD} Say what they have to do.",
        done="{row} is asked for more.",
        act=partial(_decide, KycStatus.REQUIRES_ACTION),
    ),
    "reject": Decision(
        title="Reject the identity of {row}",
        button="Reject",
        takes_along="This person cannot submit again; only an admin can reopen the check.",
        says=TOLD,
        done="The identity of {row} is rejected.",
        act=partial(_decide, KycStatus.REJECTED),
        variant="danger",
    ),
    "reopen": Decision(
        title="Reopen the identity check of {row}",
        button="Reopen",
        takes_along="This person waits for a decision again, at the end of the queue.",
        says=OWN,
        done="The identity check of {row} is open again.",
        act=partial(_decide, KycStatus.IN_REVIEW),
    ),
}
END_SESSION = Decision(
    title="End this session of {row.user}",
    button="End the session",
    takes_along=(
        "This person has to sign in again on this device, and is told that an admin has done this."
        " Their other sessions go on."
    ),
    says=OWN,
    done="The session of {row.user} has ended.",
    act=_end_session,
    variant="danger",
)
TAKE_AWAY = Decision(
    title="Take away: {row}",
    button="Take away",
    takes_along=(
        "Make sure that it is this person who asks for it. All their sessions end, they are told,"
        " and they sign in with their password alone until they have set up another one."
    ),
    says=OWN,
    done="{row.user} can sign in without an authenticator, and sets up a new one.",
    act=_take_away,
    variant="danger",
)
BY_STATUS = {
    KycStatus.APPROVED: "approve",
    KycStatus.REQUIRES_ACTION: "require_action",
    KycStatus.REJECTED: "reject",
    KycStatus.IN_REVIEW: "reopen",
}


class PersonDecidingAdmin(DecidingAdmin):
    """Suspensions and identity checks, one person at a time: each needs a look and a reason."""

    decisions = DECISIONS
    actions_detail = [*BY_STATUS.values(), "suspend", "lift_suspension", "end_sessions"]

    def get_queryset(self, request: StaffRequest) -> QuerySet[Any]:
        """Read since when a check is where it is; a list of people does not show that."""
        people: QuerySet[Any] = super().get_queryset(request)
        of_one = request.resolver_match and "object_id" in request.resolver_match.kwargs
        return people.with_kyc_since() if of_one else people  # type: ignore[attr-defined]

    def possible(self, request: StaffRequest, row: User) -> list[str]:
        """Follow the rules of the services."""
        statuses = kyc.choices(actor=request.user, user=row)
        found = [BY_STATUS[KycStatus(status)] for status in statuses]
        if standing.is_within_reach(actor=request.user, user=row):
            found.append("lift_suspension" if row.is_suspended else "suspend")
        if request.user.role == Role.ADMIN and row.sessions.open().exists():
            found.append("end_sessions")
        return found

    def facts(self, request: StaffRequest, row: User) -> Iterable[tuple[str, Any]]:
        """Show what a decision rests on."""
        yield "Name", " ".join(filter(None, [row.first_name, row.last_name]))
        if row.birth_date_visible_to(request.user):
            born = row.date_of_birth
            yield "Date of birth", formats.date_format(born) if born else None
        yield "Country", row.country
        yield "E-mail address", f"{row.email}{'' if row.email_verified else ' (not verified)'}"
        since = formats.date_format(row.kyc_since, MINUTE)
        yield "Identity check", f"{row.get_kyc_status_display()} since {since}"

    def seen(self, row: User) -> Any:
        """Return since when the check is where it is."""
        return row.kyc_since

    def after(self, row: User | None) -> str:
        """Go on with the person."""
        return page_of(row) if row else address(self.model, "changelist")

    @action(description="Approve", variant=ActionVariant.SUCCESS, permissions=["decide"])  # type: ignore[untyped-decorator]
    def approve(self, request: StaffRequest, object_id: str) -> Any:
        """Approve an identity."""
        return self.ask(request, object_id, "approve")

    @action(description="Ask for more", variant=ActionVariant.WARNING, permissions=["decide"])  # type: ignore[untyped-decorator]
    def require_action(self, request: StaffRequest, object_id: str) -> Any:
        """Ask somebody for more."""
        return self.ask(request, object_id, "require_action")

    @action(description="Reject", variant=ActionVariant.DANGER, permissions=["decide"])  # type: ignore[untyped-decorator]
    def reject(self, request: StaffRequest, object_id: str) -> Any:
        """Reject an identity."""
        return self.ask(request, object_id, "reject")

    @action(description="Reopen the check", permissions=["decide"])  # type: ignore[untyped-decorator]
    def reopen(self, request: StaffRequest, object_id: str) -> Any:
        """Reopen a rejected check."""
        return self.ask(request, object_id, "reopen")

    @action(description="Suspend", permissions=["decide"])  # type: ignore[untyped-decorator]
    def suspend(self, request: StaffRequest, object_id: str) -> Any:
        """Suspend somebody."""
        return self.ask(request, object_id, "suspend")

    @action(description="Lift the suspension", permissions=["decide"])  # type: ignore[untyped-decorator]
    def lift_suspension(self, request: StaffRequest, object_id: str) -> Any:
        """Let somebody in again."""
        return self.ask(request, object_id, "lift_suspension")

    @action(description="End the sessions", permissions=["decide"])  # type: ignore[untyped-decorator]
    def end_sessions(self, request: StaffRequest, object_id: str) -> Any:
        """Make somebody sign in again."""
        return self.ask(request, object_id, "end_sessions")
