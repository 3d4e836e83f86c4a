"""The second step of signing in: setting it up, using it, losing it."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO

import pyotp
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import TotpDevice, User, UserSession
from accounts.services import back_office, two_step
from administration.models import AuditLog
from comms.models import Notification
from dayrade.errors import ForbiddenError
from tests.factories.accounts import (
    PASSWORD,
    TotpDeviceFactory,
    UserFactory,
    UserSessionFactory,
)

pytestmark = pytest.mark.django_db

PAGE = "/admin/two_step/"
LOGIN = "/admin/login/"


@pytest.fixture
def clock(monkeypatch):
    """Stop the clock amid a step, and return a function that moves it on by seconds."""
    now = int(timezone.now().timestamp())
    moved = [datetime.fromtimestamp(now - now % 30 + 10, UTC)]
    monkeypatch.setattr(timezone, "now", lambda: moved[0])

    def move(seconds):
        moved[0] += timedelta(seconds=seconds)

    return move


@pytest.fixture
def boss():
    return UserFactory(admin=True, email="boss@example.com")


def code_of(secret, seconds=0):
    """Return what an authenticator shows, or will show."""
    return pyotp.TOTP(secret).at(timezone.now() + timedelta(seconds=seconds))


def set_up(user):
    """Set up an authenticator and return its secret; the code of this step is used up."""
    secret = two_step.begin(user=user, password=PASSWORD).secret
    two_step.confirm(user=user, code=code_of(secret))
    AuditLog.objects.all().delete()
    return secret


def trail():
    return list(AuditLog.objects.order_by("action").values_list("action", "user"))


def test_authenticator_that_shows_the_right_code_is_confirmed(clock, boss):
    begun = two_step.begin(user=boss, password=PASSWORD)
    before = two_step.is_set_up(boss)

    two_step.confirm(user=boss, code=code_of(begun.secret))

    assert (before, two_step.is_set_up(boss)) == (False, True)
    assert begun.uri == (
        f"otpauth://totp/Dayrade:boss%40example.com?secret={begun.secret}&issuer=Dayrade"
    )
    assert re.fullmatch("[A-Z2-7]{32}", begun.secret)


def test_no_secret_is_stored(clock, boss):
    secret = set_up(boss)

    with connection.cursor() as cursor:
        cursor.execute("SELECT row(d.*)::text FROM dayrade_totp_devices d")
        (stored,) = cursor.fetchone()
        cursor.execute("SELECT string_agg(row(a.*)::text, '') FROM audit_logs a")
        (logged,) = cursor.fetchone()

    seed = TotpDevice.objects.get().seed
    assert secret not in stored
    assert pyotp.TOTP(secret).digest != seed.bytes
    assert (str(seed) in stored, str(seed) in (logged or "")) == (True, False)


def test_audit_log_holds_no_seed(clock, boss):
    begun = two_step.begin(user=boss, password=PASSWORD)
    two_step.confirm(user=boss, code=code_of(begun.secret))
    seed = str(TotpDevice.objects.get().seed)

    rows = AuditLog.objects.filter(entity_type="dayrade_totp_devices")

    assert sorted(rows.values_list("action", flat=True)) == ["two_step.begin", "two_step.confirm"]
    assert [row for row in rows if seed in f"{row.old_values} {row.new_values}"] == []


def test_secret_depends_on_the_platforms_key(clock, boss, settings):
    secret = set_up(boss)
    settings.SECRET_KEY = "another key"

    assert two_step.check(user=boss, code=code_of(secret, 30)) is False


def test_secret_of_a_key_before_is_known_still(clock, boss, settings):
    secret = set_up(boss)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key"

    assert two_step.check(user=boss, code=code_of(secret, 30)) is True


@pytest.mark.parametrize(
    ("seconds", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_clocks_may_differ_by_a_step(clock, boss, seconds, good):
    secret = set_up(boss)
    TotpDevice.objects.update(last_used_step=0)

    assert two_step.check(user=boss, code=code_of(secret, seconds)) is good


def test_code_is_good_once(clock, boss):
    secret = set_up(boss)
    code = code_of(secret, 30)

    assert [two_step.check(user=boss, code=code) for _ in range(2)] == [True, False]


def test_code_that_confirmed_is_used_up(clock, boss):
    secret = set_up(boss)

    assert two_step.check(user=boss, code=code_of(secret)) is False


def test_code_before_one_that_was_used_is_used_up_too(clock, boss):
    secret = set_up(boss)
    clock(60)
    two_step.check(user=boss, code=code_of(secret))

    assert two_step.check(user=boss, code=code_of(secret, -30)) is False


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "\x00", "abcdef"])
def test_what_is_no_code_is_refused(clock, boss, code):
    set_up(boss)

    assert two_step.check(user=boss, code=code) is False


def test_code_may_be_typed_with_a_space(clock, boss):
    code = code_of(set_up(boss), 30)

    assert two_step.check(user=boss, code=f" {code[:3]} {code[3:]} ") is True


def test_who_has_no_authenticator_has_no_good_code(boss):
    assert two_step.check(user=boss, code="123456") is False


def test_authenticator_being_set_up_signs_nobody_in(clock, boss):
    secret = two_step.begin(user=boss, password=PASSWORD).secret

    assert two_step.check(user=boss, code=code_of(secret)) is False


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_one_code_at_once_one_is_let_in(boss):
    secret = two_step.begin(user=boss, password=PASSWORD).secret
    two_step.confirm(user=boss, code=code_of(secret, -30))
    code = code_of(secret)
    together = threading.Barrier(4)

    def use(_):
        together.wait()
        try:
            return two_step.check(user=boss, code=code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(use, range(4)))

    assert outcomes == [False, False, False, True]


@pytest.mark.django_db(transaction=True)
def test_beginning_twice_at_once_makes_one_device(boss):
    together = threading.Barrier(2)

    def begin(_):
        together.wait()
        try:
            return two_step.begin(user=boss, password=PASSWORD).secret
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        secrets = set(pool.map(begin, range(2)))

    assert TotpDevice.objects.count() == 1
    assert two_step.pending(boss).secret in secrets


def test_wrong_code_confirms_nothing(clock, boss):
    secret = two_step.begin(user=boss, password=PASSWORD).secret

    with pytest.raises(two_step.WrongCodeError):
        two_step.confirm(user=boss, code=code_of(secret, 90))

    assert not two_step.is_set_up(boss)


def test_nothing_is_confirmed_that_has_not_begun(boss):
    with pytest.raises(two_step.NotBegunError):
        two_step.confirm(user=boss, code="123456")


def test_beginning_takes_the_password(boss):
    AuditLog.objects.all().delete()

    with pytest.raises(two_step.WrongCodeError):
        two_step.begin(user=boss, password="wrong horse battery")

    assert not TotpDevice.objects.exists()
    assert trail() == [("two_step.denied", boss.pk)]


def test_beginning_anew_forgets_what_was_shown_before(clock, boss):
    first = two_step.begin(user=boss, password=PASSWORD).secret
    second = two_step.begin(user=boss, password=PASSWORD).secret

    with pytest.raises(two_step.WrongCodeError):
        two_step.confirm(user=boss, code=code_of(first))

    assert first != second


@pytest.mark.parametrize("code", ["", "000000"])
def test_replacing_takes_a_code_of_the_one_that_is_there(clock, boss, code):
    secret = set_up(boss)

    with pytest.raises(two_step.WrongCodeError):
        two_step.begin(user=boss, password=PASSWORD, code=code)

    assert two_step.pending(boss) is None
    assert trail() == [("two_step.denied", boss.pk)]
    assert two_step.check(user=boss, code=code_of(secret, 30))


def test_old_authenticator_is_good_until_the_new_one_is_confirmed(clock, boss):
    old = set_up(boss)
    clock(60)

    new = two_step.begin(user=boss, password=PASSWORD, code=code_of(old)).secret
    meanwhile = two_step.check(user=boss, code=code_of(old, 30))
    two_step.confirm(user=boss, code=code_of(new))
    clock(60)

    assert meanwhile is True
    assert two_step.check(user=boss, code=code_of(old)) is False
    assert two_step.check(user=boss, code=code_of(new)) is True
    assert trail() == [("two_step.begin", boss.pk), ("two_step.confirm", boss.pk)]


def test_setting_up_ends_the_other_sessions_and_tells(clock, boss):
    here, _ = UserSessionFactory.create_batch(2, user=boss)
    secret = two_step.begin(user=boss, password=PASSWORD).secret

    two_step.confirm(user=boss, code=code_of(secret), session=here)

    assert UserSession.objects.filter(is_active=True).get() == here
    told = Notification.objects.get()
    assert (told.user, told.type, told.priority) == (boss, "two_step.confirmed", "high")


def test_admin_takes_an_authenticator_away(boss):
    device = TotpDeviceFactory(user=UserFactory(moderator=True))
    UserSessionFactory(user=device.user)
    AuditLog.objects.all().delete()

    two_step.remove(actor=boss, user=device.user, reason="Lost phone")

    row = AuditLog.objects.get()
    told = Notification.objects.get()
    assert not TotpDevice.objects.exists()
    assert not UserSession.objects.filter(is_active=True).exists()
    assert (row.user, row.action, row.changes["reason"]) == (boss, "two_step.remove", "Lost phone")
    assert (told.user, told.type, told.priority) == (device.user, "two_step.removed", "high")


@pytest.mark.parametrize(
    "person",
    [{"moderator": True}, {"admin": True, "suspended": True}, {"admin": True, "is_active": False}],
)
def test_nobody_but_an_admin_takes_one_away(person):
    device = TotpDeviceFactory()

    with pytest.raises(ForbiddenError):
        two_step.remove(actor=UserFactory(**person), user=device.user, reason="Lost phone")

    assert TotpDevice.objects.get() == device


def test_nobody_takes_their_own_away(boss):
    TotpDeviceFactory(user=boss)

    with pytest.raises(ForbiddenError):
        two_step.remove(actor=boss, user=boss, reason="Lost phone")

    assert TotpDevice.objects.exists()


def test_nothing_is_taken_away_where_there_is_nothing(boss):
    with pytest.raises(two_step.NotBegunError):
        two_step.remove(actor=boss, user=UserFactory(), reason="Lost phone")


def test_command_lets_the_last_admin_in():
    device = TotpDeviceFactory(user__email="last@example.com")
    AuditLog.objects.all().delete()

    call_command("reset_two_step", "LAST@example.com", reason="Lost phone", stdout=StringIO())

    row = AuditLog.objects.get()
    assert not TotpDevice.objects.exists()
    assert (row.user, row.action, row.entity_id) == (None, "two_step.remove", device.pk)
    assert row.changes["reason"] == "Lost phone"


@pytest.mark.parametrize("email", ["nobody@example.com", "boss@example.com"])
def test_command_says_where_there_is_nothing(boss, email):
    with pytest.raises(CommandError):
        call_command("reset_two_step", email, reason="Lost phone")


# The API

API = "/api/v1/auth/login"


def log_in(anonymous, **more):
    return anonymous.post(API, {"email": "boss@example.com", "password": PASSWORD, **more})


def test_api_lets_in_with_the_code(clock, anonymous, boss):
    secret = set_up(boss)

    answer = log_in(anonymous, code=code_of(secret, 30))

    assert answer.status_code == 200
    assert trail() == [("session.open", boss.pk)]


def test_api_asks_for_the_code_after_the_right_password(clock, anonymous, boss):
    set_up(boss)

    answer = log_in(anonymous)

    assert (answer.status_code, answer.json()["error"]) == (401, "TWO_STEP_REQUIRED")
    assert trail() == [("session.denied", None)]
    assert not UserSession.objects.exists()


def test_api_tells_nobody_else_that_there_is_an_authenticator(clock, anonymous, boss):
    secret = set_up(boss)
    code = code_of(secret, 30)

    without = log_in(anonymous, password="wrong")
    answer = log_in(anonymous, password="wrong", code=code)
    wrong = log_in(anonymous, code="000000")

    assert without.json() == answer.json() == wrong.json()
    assert (wrong.status_code, wrong.json()["error"]) == (401, "AUTHENTICATION_FAILED")
    assert trail() == [("session.denied", None)] * 3
    assert two_step.check(user=boss, code=code)


def test_api_takes_a_code_once(clock, anonymous, boss):
    code = code_of(set_up(boss), 30)

    found = [log_in(anonymous, code=code).status_code for _ in range(2)]

    assert found == [200, 401]


def test_code_used_in_the_api_is_used_up_in_the_back_office(clock, anonymous, client, boss):
    code = code_of(set_up(boss), 30)
    log_in(anonymous, code=code)

    response = sign_in(client, code)

    assert back_office.REFUSED in response.text


def test_guesses_of_codes_count_as_attempts(clock, anonymous, boss, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login_account": (2, 900)}
    secret = set_up(boss)
    for _ in range(2):
        log_in(anonymous, code="000000")

    assert log_in(anonymous, code=code_of(secret, 30)).status_code == 429


def test_api_sends_staff_to_set_up_an_authenticator(anonymous, boss, settings):
    settings.STAFF_TWO_STEP = True

    answer = log_in(anonymous)

    assert (answer.status_code, answer.json()["error"]) == (401, "TWO_STEP_SETUP_REQUIRED")
    assert PAGE in answer.json()["message"]
    assert not UserSession.objects.exists()


def test_api_lets_members_in_without_an_authenticator(anonymous, settings):
    settings.STAFF_TWO_STEP = True
    UserFactory(email="boss@example.com")

    assert log_in(anonymous).status_code == 200


def test_former_staff_give_their_code_still(clock, anonymous, boss):
    set_up(boss)
    User.objects.update(role="user")

    assert log_in(anonymous).json()["error"] == "TWO_STEP_REQUIRED"


def test_code_is_optional_where_nothing_is_set_up(anonymous, boss):
    assert log_in(anonymous, code="123456").status_code == 200


# The pages


def sign_in(client, code=""):
    return client.post(LOGIN, {"username": "boss@example.com", "password": PASSWORD, "code": code})


def test_right_code_signs_in(clock, client, boss):
    secret = set_up(boss)

    response = sign_in(client, code_of(secret, 30))

    assert (response.status_code, trail()) == (302, [("admin.sign_in", boss.pk)])


@pytest.mark.parametrize("code", ["", "000000"])
def test_right_password_without_the_right_code_is_refused_as_any(clock, client, boss, code):
    set_up(boss)

    response = sign_in(client, code)

    assert back_office.REFUSED in response.text
    assert trail() == [("admin.denied", None)]
    assert not UserSession.objects.exists()


def test_used_code_signs_nobody_in(clock, client, boss):
    secret = set_up(boss)
    code = code_of(secret, 30)
    sign_in(client, code)
    client.post("/admin/logout/")

    response = sign_in(client, code)

    assert (response.status_code, client.get("/admin/").status_code) == (200, 302)


def test_code_is_not_used_up_by_a_wrong_password(clock, client, boss):
    code = code_of(set_up(boss), 30)
    client.post(LOGIN, {"username": boss.email, "password": "wrong", "code": code})

    assert sign_in(client, code).status_code == 302


def test_staff_without_an_authenticator_see_setting_it_up_alone(client, boss, settings):
    settings.STAFF_TWO_STEP = True
    client.force_login(boss)
    pages = [
        "/admin/",
        "/admin/password_change/",
        reverse("admin:accounts_user_changelist"),
        reverse("admin:accounts_user_change", args=[boss.pk]),
        "/admin/none",
    ]

    led = [client.get(page) for page in pages] + [client.post(page) for page in pages]
    page = client.get(PAGE)

    assert {(response.status_code, response.url) for response in led} == {(302, PAGE)}
    assert page.status_code == 200
    assert reverse("admin:accounts_user_changelist") not in page.text
    assert client.post("/admin/logout/").status_code == 200


def test_staff_with_an_authenticator_see_everything(client, boss, settings):
    settings.STAFF_TWO_STEP = True
    TotpDeviceFactory(user=boss)
    client.force_login(boss)

    assert client.get("/admin/").status_code == 200


def test_authenticator_being_set_up_opens_nothing(client, boss, settings):
    settings.STAFF_TWO_STEP = True
    TotpDeviceFactory(user=boss, begun=True)
    client.force_login(boss)

    assert client.get("/admin/").status_code == 302


def begun(client, **fields):
    return client.post(PAGE, {"password": PASSWORD, **fields})


def test_page_sets_an_authenticator_up(clock, client, boss, settings):
    settings.STAFF_TWO_STEP = True
    client.force_login(boss)
    UserSessionFactory(user=boss)
    secret = begun(client).context["set_up"].secret

    response = client.post(PAGE, {"secret": secret, "code": code_of(secret)})

    assert (response.status_code, response.url) == (302, "/admin/")
    assert two_step.is_set_up(boss)
    assert UserSession.objects.filter(is_active=True).get() == client.staff_session


def test_page_shows_the_secret_in_words_and_as_a_picture(client, boss):
    client.force_login(boss)

    response = begun(client)

    shown = response.context["set_up"]
    assert f">{shown.secret}</code>" in response.text
    assert 'src="data:image/svg+xml' in response.text
    assert "no-store" in response["Cache-Control"]


def test_page_shows_no_secret_before_the_password(client, boss):
    TotpDeviceFactory(user=boss, begun=True)
    client.force_login(boss)
    secret = two_step.pending(boss).secret

    seen = client.get(PAGE).text + begun(client, password="wrong").text
    seen += client.post(PAGE, {"secret": "", "code": "000000"}, follow=True).text

    assert secret not in seen


def test_page_shows_the_secret_again_after_a_wrong_code(client, boss):
    client.force_login(boss)
    secret = begun(client).context["set_up"].secret

    response = client.post(PAGE, {"secret": secret, "code": "000000"})

    assert (response.status_code, response.context["set_up"].secret) == (200, secret)
    assert "This is not the code that the authenticator shows." in response.text


def test_page_begins_again_where_nothing_has_begun(client, boss):
    client.force_login(boss)

    response = client.post(PAGE, {"secret": "x", "code": "000000"})

    assert (response.status_code, response.url) == (302, PAGE)


def test_page_asks_for_a_code_where_there_is_an_authenticator(clock, client, boss):
    secret = set_up(boss)
    client.force_login(boss)

    without = begun(client)
    wrong = begun(client, code="000000")
    right = begun(client, code=code_of(secret, 30))

    assert [bool(each.context["set_up"]) for each in (without, wrong, right)] == [
        False,
        False,
        True,
    ]


def test_page_lets_nobody_guess(client, boss, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login_account": (1, 900)}
    client.force_login(boss)
    begun(client, password="wrong")

    response = begun(client)

    assert (response.status_code, int(response["Retry-After"]) > 890) == (429, True)
    assert not TotpDevice.objects.exists()


def test_page_is_for_staff_alone(client):
    client.force_login(UserFactory())

    assert client.get(PAGE).url.startswith(LOGIN)


def test_menu_leads_to_the_page(client, boss):
    client.force_login(boss)

    content = client.get("/admin/").text

    assert f'href="{PAGE}"' in content
    assert f'href="{reverse("admin:password_change")}"' in content


def take_away(device):
    return reverse("admin:accounts_totpdevice_take_away", args=[device.pk])


def test_admin_takes_one_away_on_its_page(client, boss):
    device = TotpDeviceFactory()
    client.force_login(boss)
    page = client.get(reverse("admin:accounts_totpdevice_change", args=[device.pk]))

    refused = client.post(take_away(device), {"reason": " "})
    before = TotpDevice.objects.exists()
    client.post(take_away(device), {"reason": "Lost phone"})

    assert take_away(device) in page.text
    assert (refused.status_code, before, TotpDevice.objects.exists()) == (200, True, False)
    assert AuditLog.objects.filter(action="two_step.remove", user=boss).count() == 1


def test_admin_is_told_why_one_stays(client, boss):
    device = TotpDeviceFactory(user=boss)
    client.force_login(boss)

    response = client.post(take_away(device), {"reason": "Lost phone"})

    assert "Only another admin may take an authenticator away." in response.text
    assert TotpDevice.objects.get() == device


def test_taking_away_asks_first(client, boss):
    device = TotpDeviceFactory()
    client.force_login(boss)

    response = client.get(take_away(device))

    assert (response.status_code, TotpDevice.objects.count()) == (200, 1)


def test_there_is_nothing_to_take_away_at_a_strange_id(client, boss):
    client.force_login(boss)

    assert client.get(take_away(boss)).status_code == 404


def test_moderator_takes_none_away(client):
    device = TotpDeviceFactory()
    client.force_login(UserFactory(moderator=True))

    response = client.post(take_away(device), {"reason": "Lost phone"})

    assert (response.status_code, TotpDevice.objects.get()) == (403, device)


def test_device_says_whose_it_is():
    device = TotpDeviceFactory(user__username="ada")

    assert str(device) == "Authenticator of ada"


def test_account_that_is_deleted_takes_its_device_along():
    device = TotpDeviceFactory()

    User.objects.filter(pk=device.user_id).delete()

    assert not TotpDevice.objects.exists()
