"""The second step of signing in on the pages of the back office."""

import pytest
from django.urls import reverse

from accounts.models import TotpDevice, UserSession
from accounts.services import back_office, two_step
from administration.models import AuditLog
from tests.accounts.authenticators import code_of, set_up, trail
from tests.audit import forget_audit
from tests.factories.accounts import (
    PASSWORD,
    TotpDeviceFactory,
    UserFactory,
    UserSessionFactory,
)

pytestmark = pytest.mark.django_db

PAGE = "/admin/two_step/"
LOGIN = "/admin/login/"


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
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"password_check": (1, 900)}
    client.force_login(boss)
    begun(client, password="wrong")

    response = begun(client)

    assert (response.status_code, int(response["Retry-After"]) > 890) == (429, True)
    assert not TotpDevice.objects.exists()


def test_page_lets_nobody_guess_at_a_new_one_either(client, boss, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"password_check": (2, 900)}
    client.force_login(boss)
    secret = begun(client).context["set_up"].secret
    client.post(PAGE, {"secret": secret, "code": "000000"})

    response = client.post(PAGE, {"secret": secret, "code": code_of(secret)})

    assert (response.status_code, int(response["Retry-After"]) > 890) == (429, True)
    assert not two_step.is_set_up(boss)


def test_wrong_code_of_a_new_one_is_recorded(client, boss):
    client.force_login(boss)
    secret = begun(client).context["set_up"].secret
    forget_audit()

    client.post(PAGE, {"secret": secret, "code": "000000"})

    assert trail() == [("two_step.denied", boss.pk)]


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


def test_own_one_is_for_another_admin_to_take_away(client, boss):
    device = TotpDeviceFactory(user=boss)
    client.force_login(boss)
    page = client.get(reverse("admin:accounts_totpdevice_change", args=[device.pk]))

    response = client.post(take_away(device), {"reason": "Lost phone"})

    assert take_away(device) not in page.text
    assert (response.status_code, TotpDevice.objects.get()) == (403, device)


def test_taking_away_asks_first(client, boss):
    device = TotpDeviceFactory()
    client.force_login(boss)

    response = client.get(take_away(device))

    assert (response.status_code, TotpDevice.objects.count()) == (200, 1)


def test_there_is_nothing_to_take_away_at_a_strange_id(client, boss):
    client.force_login(boss)

    response = client.get(take_away(boss))

    assert response.url == reverse("admin:accounts_totpdevice_changelist")


def test_moderator_takes_none_away(client):
    device = TotpDeviceFactory()
    client.force_login(UserFactory(moderator=True))

    response = client.post(take_away(device), {"reason": "Lost phone"})

    assert (response.status_code, TotpDevice.objects.get()) == (403, device)
