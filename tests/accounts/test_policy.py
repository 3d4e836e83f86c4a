"""The rules of a password, alone and at every door."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import Role, User
from accounts.services import sessions
from dayrade.demo.people import SIGN_INS
from tests.factories.accounts import PASSWORD, UserFactory

GOOD = "battery staple horse"
SHORT = "Use 10 characters or more."
SHORT_FOR_STAFF = "Use 15 characters or more."
LONG = "Use 1,000 characters at most."
COMMON = "This password is too common."
OWN = "Use more than the words that belong to Dayrade."


def complaints(password, **fields):
    try:
        validate_password(password, User(**fields))
    except ValidationError as error:
        return error.messages
    return []


@pytest.mark.parametrize(
    "password",
    [
        "kqzvwxjmpf",
        "zqj" * 4,
        "k" * 9 + "q",
        "8391047265",
        "83910472-abc",
        "  spaces are characters  ",
        "π" * 9 + "ß",
        "dayrade has good weather",
        "kq" + "x" * 998,
    ],
)
def test_password_needs_length_and_nothing_else(password):
    assert complaints(password) == []


@pytest.mark.parametrize(
    ("password", "role", "said"),
    [
        ("kqzvwxjmp", Role.USER, SHORT),
        ("kqzv", Role.USER, SHORT),
        ("kqzvwxjmpfbnty", Role.MODERATOR, SHORT_FOR_STAFF),
        ("kqzvwxjmpfbnty", Role.ADMIN, SHORT_FOR_STAFF),
        ("kq" + "x" * 999, Role.USER, LONG),
        ("basketball", Role.USER, COMMON),
        ("BasketBall", Role.USER, COMMON),
        ("12basketball!", Role.USER, COMMON),
        ("basketball-2026", Role.USER, COMMON),
        ("monkeymonkey", Role.USER, COMMON),
        ("1234" * 7, Role.USER, COMMON),
        ("monkeymonkeymonkey99", Role.ADMIN, COMMON),
        ("aaaaaaaaaaaaaaaaaaaa", Role.ADMIN, COMMON),
        ("π" * 10, Role.USER, COMMON),
        (" " * 10, Role.USER, COMMON),
        ("zq" * 5, Role.USER, COMMON),
        ("dayrade-2026", Role.USER, OWN),
        ("DayTrader-Admin-1", Role.ADMIN, OWN),
    ],
)
def test_password_that_is_tried_first_is_refused(password, role, said):
    assert complaints(password, role=role) == [said]


def test_staff_may_use_what_is_long_enough():
    assert complaints("kqzvwxjmpfbntyw", role=Role.ADMIN) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": "ada.lovelace@example.com"}, "email"),
        ({"username": "ada-lovelace"}, "username"),
        ({"first_name": "Adalovelace"}, "first name"),
        ({"last_name": "Ada Lovelace"}, "last name"),
    ],
)
def test_password_is_not_like_its_person(fields, said):
    assert complaints("ada-lovelace1", **fields) == [f"The password is too similar to the {said}."]


def test_passwords_of_the_demo_keep_the_rules():
    assert complaints(SIGN_INS[0].password, role=Role.ADMIN) == []


@pytest.mark.parametrize(
    ("role", "length", "refused"),
    [
        (Role.USER, 10, False),
        (Role.MODERATOR, 14, True),
        (Role.ADMIN, 14, True),
        (Role.ADMIN, 15, False),
    ],
)
def test_staff_with_a_short_password_have_to_reset_it(role, length, refused):
    user = UserFactory.build(role=role)

    try:
        sessions.expect_length(user=user, password="x" * length)
    except sessions.ResetRequiredError as error:
        outcome = (error.code, error.message)
    else:
        outcome = None

    said = (
        "Your role asks for a password of 15 characters or more."
        " Ask for a link to choose a new one."
    )
    assert outcome == (("PASSWORD_RESET_REQUIRED", said) if refused else None)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["auth/login", "auth/register"])
def test_too_long_a_password_is_not_hashed(anonymous, hashed, path):
    body = {"email": "ada@example.com", "password": "x" * 1001}

    answer = anonymous.post(f"/api/v1/{path}", body)

    assert answer.json()["details"] == {
        "password": ["Ensure this field has no more than 1000 characters."]
    }
    assert hashed == []


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["current_password", "new_password"])
def test_change_hashes_nothing_that_is_too_long(client_of, hashed, field):
    client = client_of(UserFactory())
    hashed.clear()
    body = {"current_password": PASSWORD, "new_password": GOOD} | {field: "x" * 1001}

    answer = client.post("/api/v1/auth/password/change", body)

    assert answer.json()["details"] == {
        field: ["Ensure this field has no more than 1000 characters."]
    }
    assert hashed == []


@pytest.mark.django_db
def test_door_of_the_back_office_hashes_nothing_that_is_too_long(client, hashed):
    user = UserFactory(admin=True)
    hashed.clear()

    answer = client.post(reverse("admin:login"), {"username": user.email, "password": "x" * 1001})

    assert answer.context["form"].errors["password"] == [LONG]
    assert hashed == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "role", "said"),
    [
        ("kqzvwxjmpfbnty", Role.MODERATOR, [SHORT_FOR_STAFF]),
        ("new.comer@example", Role.USER, ["The password is too similar to the email."]),
        ("x" * 1001, Role.USER, ["Ensure this value has at most 1000 characters (it has 1001)."]),
    ],
)
def test_account_of_the_back_office_keeps_the_rules(client, password, role, said):
    client.force_login(UserFactory(admin=True))
    fields = {"email": "new.comer@example.com", "role": role, "password": password}

    answer = client.post(reverse("admin:accounts_user_add"), fields)

    assert answer.context["adminform"].form.errors == {"password": said}
    assert not User.objects.filter(email="new.comer@example.com").exists()


def own(client, old, new):
    fields = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(reverse("admin:password_change"), fields)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("kqzvwxjmpfbnty", [SHORT_FOR_STAFF]),
        ("basketball-2026", [COMMON]),
    ],
)
def test_own_password_of_the_back_office_keeps_the_rules(client, new, said):
    user = UserFactory(admin=True)
    client.force_login(user)

    answer = own(client, PASSWORD, new)

    assert answer.context["form"].errors == {"new_password2": said}
    assert user.check_password(PASSWORD)


@pytest.mark.django_db
def test_own_password_of_the_back_office_hashes_nothing_that_is_too_long(client, hashed):
    client.force_login(UserFactory(admin=True))
    hashed.clear()

    answer = own(client, "x" * 1001, "y" * 1001)

    assert set(answer.context["form"].errors) == {"old_password", "new_password1", "new_password2"}
    assert hashed == []


@pytest.mark.django_db
def test_own_password_of_the_back_office_is_counted(client, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"password_check": (1, 900)}
    user = UserFactory(admin=True)
    client.force_login(user)
    wrong = own(client, "wrong horse battery", GOOD).context["form"].errors

    answer = own(client, PASSWORD, GOOD)

    assert wrong == {"old_password": ["This is not your password."]}
    assert answer.context["form"].errors == {
        "old_password": ["Too many attempts. Try again later."]
    }
    assert answer.status_code == 429
    assert 890 <= int(answer["Retry-After"]) <= 900


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "said"), [("kqzvwxjmpfbnty", SHORT_FOR_STAFF), ("basketball-2026", COMMON)]
)
def test_create_superuser_keeps_the_rules(monkeypatch, password, said):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", password)

    with pytest.raises(CommandError, match=said):
        call_command("createsuperuser", email="ada@example.com", interactive=False)

    assert not User.objects.exists()


@pytest.mark.django_db
def test_create_superuser_takes_a_good_password(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", GOOD)

    call_command("createsuperuser", email="ada@example.com", interactive=False)

    assert User.objects.get().check_password(GOOD)
