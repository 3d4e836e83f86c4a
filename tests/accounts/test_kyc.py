"""The check of an identity: its steps, who takes them, and what they leave behind."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from accounts.models import KycStatus, Role, User
from accounts.services import kyc, people
from accounts.services.kyc import EmailUnverifiedError, ProfileIncompleteError
from administration.models import AuditLog
from comms.models import Notification
from dayrade.errors import ConflictError, ForbiddenError, InvalidTransitionError
from tests.audit import forget_audit, unguarded
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

REFUSED = (ConflictError, ForbiddenError)
# What happens to a decision from one state to another: by a moderator, by an admin.
DECISIONS = {
    ("in_review", "approved"): ("done", "done"),
    ("in_review", "rejected"): ("done", "done"),
    ("in_review", "requires_action"): ("done", "done"),
    ("rejected", "in_review"): ("PERMISSION_DENIED", "done"),
}
NEVER = ("INVALID_TRANSITION", "INVALID_TRANSITION")


def person(status, **fields):
    trait = {"pending": {"identified": True}, "approved": {"identified": True, "approved": True}}
    return UserFactory(**trait.get(status, {status: True}), **fields)


def outcome_of(act, **arguments):
    try:
        act(**arguments)
    except REFUSED as error:
        return error.code
    return "done"


@pytest.mark.parametrize(("start", "end"), list(product(KycStatus.values, repeat=2)))
def test_staff_decide_only_what_the_table_has(start, end):
    deciders = UserFactory(moderator=True), UserFactory(admin=True)

    outcomes = []
    for decider in deciders:
        user = person(start)
        outcomes.append(
            outcome_of(kyc.decide, actor=decider, user=user, status=end, reason="Looked at it")
        )
        assert User.objects.get(pk=user.pk).kyc_status == (end if outcomes[-1] == "done" else start)

    assert tuple(outcomes) == DECISIONS.get((start, end), NEVER)


@pytest.mark.parametrize("start", KycStatus.values)
def test_owner_submits_from_the_start_or_when_asked_for_more(start):
    user = person(start)

    outcome = outcome_of(kyc.submit, user=user)

    allowed = start in ("pending", "requires_action")
    assert outcome == ("done" if allowed else "INVALID_TRANSITION")
    assert User.objects.get(pk=user.pk).kyc_status == ("in_review" if allowed else start)


def test_submission_needs_a_verified_address():
    user = UserFactory(identified=True, unverified=True)

    with pytest.raises(EmailUnverifiedError):
        kyc.submit(user=user)


@pytest.mark.parametrize(
    ("empty", "named"),
    [
        ({"first_name": None}, "first_name"),
        ({"last_name": ""}, "last_name"),
        ({"date_of_birth": None, "country": None}, "date_of_birth, country"),
    ],
)
def test_submission_names_what_the_profile_lacks(empty, named):
    user = UserFactory(**{"identified": True} | empty)

    with pytest.raises(ProfileIncompleteError) as refused:
        kyc.submit(user=user)

    assert refused.value.message == f"Fill in your profile first: {named}."


@pytest.mark.parametrize(
    ("role", "status", "offered"),
    [
        (Role.MODERATOR, KycStatus.IN_REVIEW, ["approved", "rejected", "requires_action"]),
        (Role.MODERATOR, KycStatus.REJECTED, []),
        (Role.ADMIN, KycStatus.REJECTED, ["in_review"]),
        (Role.ADMIN, KycStatus.PENDING, []),
    ],
)
def test_choices_are_what_this_person_can_decide(role, status, offered):
    actor, user = UserFactory.build(role=role), UserFactory.build(kyc_status=status)

    assert kyc.choices(actor=actor, user=user) == offered
    assert kyc.choices(actor=user, user=user) == []


def test_approval_is_stamped():
    user, actor = UserFactory(in_review=True), UserFactory(moderator=True)
    before = timezone.now()

    stored = kyc.decide(actor=actor, user=user, status=KycStatus.APPROVED, reason="The names agree")

    assert before <= stored.kyc_approved_at <= timezone.now()


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
def test_nobody_decides_about_themselves(role):
    user = UserFactory(role=role, in_review=True)

    with pytest.raises(ForbiddenError):
        kyc.decide(actor=user, user=user, status=KycStatus.APPROVED, reason="It is me")


@pytest.mark.parametrize(
    "state", [{"role": "user"}, {"is_suspended": True, "suspension_reason": "x"}]
)
def test_right_is_that_of_the_moment_and_not_of_the_page(state):
    actor = UserFactory(moderator=True)
    User.objects.filter(pk=actor.pk).update(**state)

    with pytest.raises(ForbiddenError):
        kyc.decide(
            actor=actor,
            user=UserFactory(in_review=True),
            status=KycStatus.APPROVED,
            reason="Looked at it",
        )


def test_reopening_takes_somebody_who_is_an_admin_still():
    actor, user = UserFactory(admin=True), UserFactory(rejected=True)
    User.objects.filter(pk=actor.pk).update(role=Role.MODERATOR)

    with pytest.raises(ForbiddenError):
        kyc.decide(actor=actor, user=user, status=KycStatus.IN_REVIEW, reason="New papers")


@pytest.mark.parametrize("reason", [" ", "x" * 1001])
def test_decision_needs_a_reason(reason):
    user = UserFactory(in_review=True)

    with pytest.raises(ValidationError):
        kyc.decide(
            actor=UserFactory(moderator=True), user=user, status=KycStatus.APPROVED, reason=reason
        )


def test_each_act_is_one_row_of_the_audit_log():
    user, actor = UserFactory(identified=True), UserFactory(moderator=True)
    forget_audit()

    kyc.submit(user=user)
    kyc.decide(actor=actor, user=user, status=KycStatus.APPROVED, reason=" The names agree ")

    rows = AuditLog.objects.order_by("-action")
    told = [(row.user, row.action, row.new_values["kyc_status"], row.changes) for row in rows]
    assert told == [
        (user, "kyc.submit", "in_review", {"operation": "update", "fields": ["kyc_status"]}),
        (
            actor,
            "kyc.decide",
            "approved",
            {
                "operation": "update",
                "fields": ["kyc_approved_at", "kyc_status"],
                "reason": "The names agree",
            },
        ),
    ]


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("in_review", "approved", "You can enter tournaments."),
        ("in_review", "rejected", "The reason: Too blurred."),
        (
            "in_review",
            "requires_action",
            "Too blurred. Submit your profile again when that is done.",
        ),
        ("rejected", "in_review", "We will tell you the result."),
    ],
)
def test_owner_is_told_and_told_why_where_it_helps(start, end, message):
    user = person(start)

    kyc.decide(actor=UserFactory(admin=True), user=user, status=end, reason="Too blurred.")

    told = Notification.objects.get()
    assert (told.user, told.type, told.message) == (user, f"kyc.{end}", message)


def test_submission_tells_nobody():
    kyc.submit(user=UserFactory(identified=True))

    assert not Notification.objects.exists()


# Within one transaction the clock of the database stands still.
@pytest.mark.django_db(transaction=True)
def test_decision_about_an_earlier_submission_is_refused():
    user, actor = UserFactory(in_review=True), UserFactory(moderator=True)
    seen = User.objects.to_review().get().kyc_since
    kyc.decide(actor=actor, user=user, status=KycStatus.REQUIRES_ACTION, reason="Blurred")
    kyc.submit(user=user)

    outcome = outcome_of(
        kyc.decide, actor=actor, user=user, status=KycStatus.REJECTED, reason="Old", since=seen
    )

    submitted = AuditLog.objects.get(action="kyc.submit")
    assert outcome == "INVALID_TRANSITION"
    assert User.objects.to_review().get().kyc_since == submitted.created_at


def test_decision_about_what_was_seen_is_taken():
    user = UserFactory(in_review=True)
    seen = User.objects.to_review().get().kyc_since

    stored = kyc.decide(
        actor=UserFactory(moderator=True),
        user=user,
        status=KycStatus.REJECTED,
        reason="Not the same person",
        since=seen,
    )

    assert (stored.kyc_status, stored.kyc_approved_at) == (KycStatus.REJECTED, None)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_the_second_is_refused():
    user = UserFactory(in_review=True)
    moderators = UserFactory.create_batch(2, moderator=True)
    together = Barrier(2)

    def decide(actor, status):
        together.wait()
        try:
            return outcome_of(kyc.decide, actor=actor, user=user, status=status, reason="Seen")
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = list(pool.map(decide, moderators, (KycStatus.APPROVED, KycStatus.REJECTED)))

    assert sorted(outcomes) == ["INVALID_TRANSITION", "done"]
    won = (KycStatus.APPROVED, KycStatus.REJECTED)[outcomes.index("done")]
    assert User.objects.get(pk=user.pk).kyc_status == won
    assert AuditLog.objects.filter(action="kyc.decide").count() == 1


def test_queue_is_by_submission_and_not_by_the_last_change():
    first, second = UserFactory.create_batch(2, identified=True)
    kyc.submit(user=first)
    kyc.submit(user=second)
    moved = {first.pk: 2, second.pk: 1}
    for row in AuditLog.objects.filter(action="kyc.submit"):
        at = row.created_at - timedelta(hours=moved[row.entity_id])
        unguarded("UPDATE audit_logs SET created_at = %s WHERE id = %s", [at, row.pk])
    people.update_profile(user=first, changes={"timezone": "Europe/Zurich"})
    UserFactory(approved=True)

    assert list(User.objects.to_review()) == [first, second]


def test_check_that_never_moved_is_as_old_as_the_account():
    user = UserFactory(in_review=True, created_at=timezone.now() - timedelta(days=2))

    assert User.objects.to_review().get().kyc_since == user.created_at


@pytest.mark.parametrize("status", KycStatus.values)
@pytest.mark.parametrize(
    ("change", "part"), [({"last_name": "Byron"}, True), ({"timezone": "UTC"}, False)]
)
def test_identity_stays_as_it_is_looked_at_and_approved(status, change, part):
    user = person(status)

    outcome = outcome_of(people.update_profile, user=user, changes=change)

    locked = part and status in ("in_review", "approved")
    assert outcome == ("IDENTITY_LOCKED" if locked else "done")


def test_same_identity_may_be_sent_again():
    user = UserFactory(in_review=True)

    stored = people.update_profile(user=user, changes={"first_name": user.first_name})

    assert stored.first_name == user.first_name


def test_wrong_state_is_told_before_what_the_profile_lacks():
    with pytest.raises(InvalidTransitionError):
        kyc.submit(user=UserFactory(rejected=True, unverified=True, country=None))
