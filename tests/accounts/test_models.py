"""People: names, roles and how they are made."""

import pytest

from accounts.models import Role, User
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_create_superuser_makes_a_verified_admin():
    user = User.objects.create_superuser("Ada@EXAMPLE.com", "a fairly long one")

    user.refresh_from_db()
    assert (user.email, user.role, user.email_verified) == ("Ada@example.com", Role.ADMIN, True)
    assert user.check_password("a fairly long one")


def test_create_user_without_a_password_cannot_sign_in():
    user = User.objects.create_user("ada@example.com")

    assert not user.has_usable_password()
    assert user.role == Role.USER


def test_natural_key_is_the_address_regardless_of_case():
    user = UserFactory(email="ada@example.com")

    assert User.objects.get_by_natural_key("ADA@example.COM") == user


@pytest.mark.parametrize(
    ("traits", "staff", "superuser"),
    [
        ({}, False, False),
        ({"moderator": True}, True, False),
        ({"admin": True}, True, True),
        ({"admin": True, "suspended": True}, False, False),
    ],
)
def test_role_decides_who_is_staff(traits, staff, superuser):
    user = UserFactory.build(**traits)

    assert (user.is_staff, user.is_superuser) == (staff, superuser)


def test_person_is_called_by_what_is_known():
    assert str(User(email="ada@example.com")) == "ada@example.com"
    assert str(User(email="ada@example.com", username="ada")) == "ada"
    assert User(username="ada", first_name="Ada", last_name="King").get_full_name() == "Ada King"
    assert User(username="ada").get_full_name() == "ada"
    assert User(username="ada", first_name="Ada").get_short_name() == "Ada"
