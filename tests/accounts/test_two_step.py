"""The second step of signing in: setting it up, using it, losing it."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pyotp
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import TotpDevice, User, UserSession
from accounts.services import two_step
from administration.models import AuditLog
from comms.models import Notification
from dayrade.errors import ForbiddenError
from tests.accounts.authenticators import code_of, set_up, trail
from tests.audit import forget_audit
from tests.factories.accounts import (
    PASSWORD,
    TotpDeviceFactory,
    UserFactory,
    UserSessionFactory,
)

pytestmark = pytest.mark.django_db


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
    forget_audit()

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
    forget_audit()

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
    forget_audit()

    call_command("reset_two_step", "LAST@example.com", reason="Lost phone", stdout=StringIO())

    row = AuditLog.objects.get()
    assert not TotpDevice.objects.exists()
    assert (row.user, row.action, row.entity_id) == (None, "two_step.remove", device.pk)
    assert row.changes["reason"] == "Lost phone"


@pytest.mark.parametrize("email", ["nobody@example.com", "boss@example.com"])
def test_command_says_where_there_is_nothing(boss, email):
    with pytest.raises(CommandError):
        call_command("reset_two_step", email, reason="Lost phone")


@pytest.mark.parametrize("reason", [" ", "x" * 1001])
def test_command_asks_for_a_reason(reason):
    device = TotpDeviceFactory()

    with pytest.raises(CommandError):
        call_command("reset_two_step", device.user.email, reason=reason)

    assert TotpDevice.objects.get() == device


def test_device_says_whose_it_is():
    device = TotpDeviceFactory(user__username="ada")

    assert str(device) == "Authenticator of ada"


def test_account_that_is_deleted_takes_its_device_along():
    device = TotpDeviceFactory()

    User.objects.filter(pk=device.user_id).delete()

    assert not TotpDevice.objects.exists()
