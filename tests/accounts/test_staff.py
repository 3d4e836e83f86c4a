"""What admins do with accounts, and what they cannot."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts import backends
from accounts.models import Role, User, UserSession
from accounts.services import people
from dayrade.errors import ForbiddenError
from tests.factories.accounts import UserFactory, UserSessionFactory


@pytest.mark.django_db
def test_new_address_is_unverified():
    user = UserFactory(email="old@example.com")

    stored = people.update_by_staff(
        actor=UserFactory(admin=True), user=user, changes={"email": " new@EXAMPLE.com"}
    )

    assert (stored.email, stored.email_verified, stored.email_verified_at) == (
        "new@example.com",
        False,
        None,
    )


@pytest.mark.django_db
def test_same_address_stays_verified():
    user = UserFactory(email="old@example.com")

    stored = people.update_by_staff(
        actor=UserFactory(admin=True), user=user, changes={"email": "old@EXAMPLE.com"}
    )

    assert stored.email_verified is True


@pytest.mark.django_db
def test_closed_account_gets_no_session_back():
    session = UserSessionFactory()
    admin = UserFactory(admin=True)
    people.update_by_staff(actor=admin, user=session.user, changes={"is_active": False})

    people.update_by_staff(actor=admin, user=session.user, changes={"is_active": True})

    assert not UserSession.objects.live().exists()


@pytest.mark.django_db
def test_other_changes_leave_the_sessions():
    session = UserSessionFactory()

    people.update_by_staff(
        actor=UserFactory(admin=True), user=session.user, changes={"country": "Ghana"}
    )

    assert UserSession.objects.live().get() == session


@pytest.mark.django_db
@pytest.mark.parametrize(
    "actor",
    [{"moderator": True}, {"admin": True, "suspended": True}, {"admin": True, "is_active": False}],
)
def test_only_an_admin_in_good_standing_changes_accounts(actor):
    person = UserFactory(**actor)
    user = UserFactory()

    with pytest.raises(ForbiddenError):
        people.update_by_staff(actor=person, user=user, changes={"country": "France"})
    with pytest.raises(ForbiddenError):
        people.create_by_staff(actor=person, password="x", fields={"email": "a@example.com"})


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_demote_each_other_leave_one():
    first, second = UserFactory.create_batch(2, admin=True)
    together = Barrier(2)

    def demote(actor, user):
        together.wait()
        try:
            people.update_by_staff(actor=actor, user=user, changes={"role": Role.USER})
        except ForbiddenError:
            return "refused"
        finally:
            connection.close()
        return "demoted"

    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = sorted(pool.map(demote, (first, second), (second, first)))

    assert outcomes == ["demoted", "refused"]
    assert User.objects.filter(role=Role.ADMIN).count() == 1


@pytest.mark.parametrize(
    ("role", "permission", "granted"),
    [
        (Role.ADMIN, "comms.delete_emailtemplate", True),
        (Role.ADMIN, "trading.change_trade", False),
        (Role.MODERATOR, "comms.view_chatmessage", True),
        (Role.MODERATOR, "administration.view_auditlog", False),
        (Role.USER, "tournaments.view_tournament", False),
    ],
)
def test_permissions_follow_from_the_role(role, permission, granted):
    user = UserFactory.build(role=role)

    assert (permission in user.get_all_permissions()) == granted


def test_permissions_of_one_row_are_not_given():
    user = UserFactory.build(moderator=True)

    assert user.get_user_permissions(obj=user) == set()


@pytest.mark.parametrize("state", [{"suspended": True}, {"is_active": False}])
def test_who_cannot_sign_in_has_no_permission(state):
    user = UserFactory.build(admin=True, **state)

    assert backends.RoleBackend().get_all_permissions(user) == set()
