"""What somebody changes about themselves while their account goes."""

import pytest

from accounts.models import TotpDevice, User
from accounts.services import kyc, passwords, people, standing, two_step
from administration.models import AuditLog
from dayrade.errors import UnauthenticatedError
from dayrade.privacy import erasure
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

ACTS = {
    "profile": lambda user: people.update_profile(user=user, changes={"phone_number": "044 000"}),
    "identity": lambda user: kyc.submit(user=user),
    "password": lambda user: passwords.change_password(
        user=user, current_password=PASSWORD, new_password="analytical engine 5"
    ),
    "authenticator": lambda user: two_step.begin(user=user, password=PASSWORD),
    "its code": lambda user: two_step.confirm(user=user, code="000000"),
}


def erased(user, admin):
    erasure.erase(actor=admin, person=user, reason="They asked for it")


def closed(user, admin):
    people.update_by_staff(actor=admin, user=user, changes={"is_active": False})


def suspended(user, admin):
    standing.suspend(actor=admin, user=user, reason="Two accounts")


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("end", [erased, closed, suspended])
def test_request_that_has_begun_changes_nothing_of_an_account_that_is_gone(act, end, boss):
    user = UserFactory(identified=True)
    end(User.objects.get(pk=user.pk), boss)
    before = User.objects.values().get(pk=user.pk)
    rows = AuditLog.objects.count()

    with pytest.raises(UnauthenticatedError, match="sign in again"):
        ACTS[act](user)

    assert User.objects.values().get(pk=user.pk) == before
    assert (TotpDevice.objects.exists(), AuditLog.objects.count()) == (False, rows)
