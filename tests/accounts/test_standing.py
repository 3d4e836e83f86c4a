"""Suspending people and letting them in again: who may, and what it takes along."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.models import User, UserSession
from accounts.services import sessions, standing
from administration.models import AuditLog
from comms.models import Notification
from dayrade.errors import ForbiddenError, InvalidTransitionError, UnauthenticatedError
from tests.audit import forget_audit
from tests.factories.accounts import UserFactory, UserSessionFactory

pytestmark = pytest.mark.django_db

REACH = [
    ({"moderator": True}, {}, True),
    ({"moderator": True}, {"moderator": True}, False),
    ({"moderator": True}, {"admin": True}, False),
    ({"admin": True}, {}, True),
    ({"admin": True}, {"moderator": True}, True),
    ({"admin": True}, {"admin": True}, True),
    ({}, {}, False),
    ({"admin": True, "suspended": True}, {}, False),
    ({"admin": True, "is_active": False}, {}, False),
]


def outcome_of(act, **arguments):
    try:
        act(**arguments)
    except (ForbiddenError, InvalidTransitionError) as error:
        return error.code
    return "done"


def test_suspension_keeps_the_reason_and_ends_every_session():
    session = UserSessionFactory()
    UserSessionFactory(user=session.user)
    other = UserSessionFactory()

    stored = standing.suspend(
        actor=UserFactory(moderator=True), user=session.user, reason="  Two accounts.\n"
    )

    assert (stored.is_suspended, stored.suspension_reason) == (True, "Two accounts.")
    assert UserSession.objects.filter(is_active=True).get() == other


def test_lifting_gives_access_back_but_no_session():
    session = UserSessionFactory()
    actor = UserFactory(moderator=True)
    standing.suspend(actor=actor, user=session.user, reason="Two accounts.")

    stored = standing.lift_suspension(actor=actor, user=session.user, reason="A mistake.")

    assert (stored.is_suspended, stored.suspension_reason) == (False, None)
    assert not UserSession.objects.live().exists()


@pytest.mark.parametrize(("actor", "user", "allowed"), REACH)
def test_who_suspends_whom(actor, user, allowed):
    decider, person = UserFactory(**actor), UserFactory(**user)

    outcome = outcome_of(standing.suspend, actor=decider, user=person, reason="Abuse")

    assert outcome == ("done" if allowed else "PERMISSION_DENIED")
    assert User.objects.get(pk=person.pk).is_suspended == allowed


@pytest.mark.parametrize(("actor", "user", "allowed"), REACH)
def test_who_lifts_whose_suspension(actor, user, allowed):
    decider, person = UserFactory(**actor), UserFactory(**user, suspended=True)

    outcome = outcome_of(standing.lift_suspension, actor=decider, user=person, reason="Appeal")

    assert outcome == ("done" if allowed else "PERMISSION_DENIED")
    assert User.objects.get(pk=person.pk).is_suspended != allowed


@pytest.mark.parametrize("act", [standing.suspend, standing.lift_suspension])
def test_nobody_suspends_themselves_or_lifts_that(act):
    admin = UserFactory(admin=True)

    assert outcome_of(act, actor=admin, user=admin, reason="Holiday") == "PERMISSION_DENIED"


@pytest.mark.parametrize(("role", "user"), [("user", {}), ("moderator", {"moderator": True})])
def test_right_is_that_of_the_moment_and_not_of_the_page(role, user):
    admin = UserFactory(admin=True)
    User.objects.filter(pk=admin.pk).update(role=role)

    outcome = outcome_of(standing.suspend, actor=admin, user=UserFactory(**user), reason="Abuse")

    assert outcome == "PERMISSION_DENIED"


@pytest.mark.parametrize(
    ("act", "state"), [(standing.suspend, {"suspended": True}), (standing.lift_suspension, {})]
)
def test_what_is_so_already_is_refused(act, state):
    user = UserFactory(**state)

    outcome = outcome_of(act, actor=UserFactory(admin=True), user=user, reason="Again")

    assert outcome == "INVALID_TRANSITION"


@pytest.mark.parametrize(
    ("reason", "said"),
    [(" \n ", "Give a reason."), ("x" * 1001, "Use at most 1,000 characters.")],
)
@pytest.mark.parametrize("act", [standing.suspend, standing.lift_suspension])
def test_reason_is_asked_for(act, reason, said):
    with pytest.raises(ValidationError) as refused:
        act(actor=UserFactory(admin=True), user=UserFactory(), reason=reason)

    assert refused.value.message_dict == {"reason": [said]}


def test_longest_reason_is_kept():
    stored = standing.suspend(
        actor=UserFactory(admin=True), user=UserFactory(), reason=f" {'x' * 1000} "
    )

    assert stored.suspension_reason == "x" * 1000


def test_each_act_is_one_row_of_the_audit_log():
    user, actor = UserSessionFactory().user, UserFactory(moderator=True)
    forget_audit()

    standing.suspend(actor=actor, user=user, reason="Abuse")
    standing.lift_suspension(actor=actor, user=user, reason="Appeal")

    rows = AuditLog.objects.order_by("-action")
    told = [(row.user, row.action, row.entity_id, row.changes) for row in rows]
    assert told == [
        (
            actor,
            action,
            user.pk,
            {
                "operation": "update",
                "fields": ["is_suspended", "suspension_reason"],
                "reason": reason,
            },
        )
        for action, reason in (("user.suspend", "Abuse"), ("user.lift_suspension", "Appeal"))
    ]


def test_owner_is_told_why_they_are_suspended_but_not_why_no_more():
    user, actor = UserFactory(), UserFactory(moderator=True)

    standing.suspend(actor=actor, user=user, reason="Two accounts.")
    standing.lift_suspension(actor=actor, user=user, reason="Support believed him.")

    told = Notification.objects.order_by("type").values_list("user", "type", "title", "message")
    assert list(told) == [
        (
            user.pk,
            "user.suspended",
            "Your account is suspended",
            "You cannot sign in until it is lifted. The reason: Two accounts.",
        ),
        (
            user.pk,
            "user.suspension_lifted",
            "Your suspension is lifted",
            "You can sign in again.",
        ),
    ]


def test_refusal_leaves_nothing_behind():
    user = UserSessionFactory().user
    forget_audit()

    outcome_of(standing.suspend, actor=UserFactory(), user=user, reason="Abuse")

    assert UserSession.objects.live().count() == 1
    assert not AuditLog.objects.filter(entity_id=user.pk).exists()
    assert not Notification.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_suspend_each_other_leave_one():
    first, second = UserFactory.create_batch(2, admin=True)
    together = Barrier(2)

    def suspend(actor, user):
        together.wait()
        try:
            return outcome_of(standing.suspend, actor=actor, user=user, reason="Coup")
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = sorted(pool.map(suspend, (first, second), (second, first)))

    assert outcomes == ["PERMISSION_DENIED", "done"]
    assert User.objects.able_to_sign_in().count() == 1


@pytest.mark.django_db(transaction=True)
def test_no_session_opens_beside_a_suspension():
    user, actor = UserFactory(), UserFactory(moderator=True)
    together = Barrier(6)

    def sign_in(_):
        together.wait()
        try:
            sessions.open_session(user=user)
        except UnauthenticatedError:
            return "refused"
        finally:
            connection.close()
        return "opened"

    def suspend():
        together.wait()
        try:
            standing.suspend(actor=actor, user=user, reason="Abuse")
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=6) as pool:
        suspended = pool.submit(suspend)
        outcomes = set(pool.map(sign_in, range(5)))
        suspended.result()

    assert outcomes <= {"opened", "refused"}
    assert not UserSession.objects.filter(is_active=True).exists()


def test_suspended_person_gets_the_mail(mailbox):
    user = UserFactory()

    standing.suspend(actor=UserFactory(moderator=True), user=user, reason="Two accounts.")

    (mail,) = mailbox()
    assert (mail.to, mail.subject) == ([user.email], "Your account is suspended")
    assert "Two accounts." in mail.body
