"""People in the back office: who comes in, what they see, what they may change."""

import pytest
from django.urls import reverse

from accounts.models import KycStatus, Role, User, UserSession
from administration.models import AuditLog
from dayrade.models import RateLimit
from tests.audit import forget_audit
from tests.factories.accounts import PASSWORD, UserFactory, UserSessionFactory

pytestmark = pytest.mark.django_db

LIST = "admin:accounts_user_changelist"
NEW = "admin:accounts_user_add"
CHANGE = "admin:accounts_user_change"


@pytest.fixture
def boss(client):
    user = UserFactory(admin=True, email="boss@example.com")
    client.force_login(user)
    return user


def sign_in(client, email, password=PASSWORD):
    return client.post(reverse("admin:login"), {"username": email, "password": password})


def test_door_counts_with_that_of_the_api(client, anonymous, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login_account": (2, 900)}
    UserFactory(admin=True, email="boss@example.com")
    body = {"email": "Boss@example.com", "password": "wrong"}
    anonymous.post("/api/v1/auth/login", body, content_type="application/json")
    sign_in(client, "boss@example.com", "wrong")

    answer = sign_in(client, " BOSS@example.com")

    assert "Too many attempts. Try again later." in answer.text
    assert "_auth_user_id" not in client.session


def test_door_counts_by_address_too(client, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login_address": (1, 900)}
    UserFactory(admin=True, email="boss@example.com")
    sign_in(client, "nobody@example.com")

    answer = sign_in(client, "boss@example.com")

    assert "Too many attempts. Try again later." in answer.text
    assert RateLimit.objects.filter(key__startswith="login_account:").count() == 1


def form_of(user, **changes):
    """What the browser sends of an account's form."""
    names = ("email", "username", "first_name", "last_name", "avatar_url", "role", "country")
    names += ("zimtra_id", "zimtra_username", "timezone", "date_of_birth", "phone_number")
    values = {name: getattr(user, name) or "" for name in names}
    active = {"is_active": "on"} if user.is_active else {}
    return values | active | changes


def errors_of(response):
    return response.context["adminform"].form.errors


def trail():
    return list(AuditLog.objects.order_by("created_at", "pk").values_list("user", "action"))


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MODERATOR])
def test_staff_sign_in_by_address_regardless_of_case(client, role):
    user = UserFactory(role=role, email="Someone@example.com")
    forget_audit()

    response = sign_in(client, "someone@EXAMPLE.com")

    assert (response.status_code, response.url) == (302, "/admin/")
    assert trail() == [(user.pk, "admin.sign_in")]


@pytest.mark.parametrize(
    "person",
    [
        {"role": Role.USER},
        {"role": Role.ADMIN, "suspended": True},
        {"role": Role.ADMIN, "is_active": False},
    ],
)
def test_others_are_turned_away(client, person):
    user = UserFactory(**person)
    forget_audit()

    response = sign_in(client, user.email)

    assert response.status_code == 200
    assert "_auth_user_id" not in client.session
    row = AuditLog.objects.get()
    assert (row.user, row.action, row.entity_id) == (None, "admin.denied", user.pk)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("boss@example.com", "wrong horse battery"),
        ("nobody@example.com", PASSWORD),
        ("", ""),
        ("boss@example.com\x00", PASSWORD),
    ],
)
def test_wrong_credentials_are_turned_away(client, email, password):
    UserFactory(admin=True, email="boss@example.com")

    response = sign_in(client, email, password)

    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"role": Role.USER}, 302),
        ({"is_active": False}, 302),
        ({"is_suspended": True, "suspension_reason": "Left the company"}, 302),
        ({"role": Role.MODERATOR}, 403),
    ],
)
def test_lost_access_holds_from_the_next_request(client, boss, change, answer):
    log = reverse("admin:administration_auditlog_changelist")
    before = client.get(log).status_code

    User.objects.filter(pk=boss.pk).update(**change)

    assert (before, client.get(log).status_code) == (200, answer)


def test_sign_in_leads_home_without_a_next_page(client):
    UserFactory(admin=True, email="boss@example.com")

    response = client.get(sign_in(client, "boss@example.com").url)

    assert response.status_code == 200


def test_admin_makes_an_account(client, boss):
    fields = {
        "email": "new@EXAMPLE.com",
        "username": "newcomer",
        "role": "moderator",
        "password": "battery staple horse",
    }

    response = client.post(reverse(NEW), fields)

    user = User.objects.get(email="new@example.com")
    assert response.status_code == 302
    assert (user.role, user.email_verified) == (Role.MODERATOR, False)
    assert user.check_password("battery staple horse")
    assert (boss.pk, "user.create") in trail()


def test_saving_and_going_on_leads_to_the_new_account(client, boss):
    fields = {"email": "new@example.com", "role": "user", "password": "battery staple horse"}

    response = client.post(reverse(NEW), fields | {"_continue": "1"})

    assert response.url == reverse(CHANGE, args=[User.objects.get(email="new@example.com").pk])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "password123"}, "password"),
        ({"email": "BOSS@example.com"}, "__all__"),
        ({"email": "boss@example.com"}, "__all__"),
        ({"username": "a b"}, "__all__"),
        ({"role": "owner"}, "role"),
        ({"email": "a\x00@example.com"}, "email"),
    ],
)
def test_account_that_cannot_be_is_refused_on_the_form(client, boss, fields, field):
    good = {"email": "new@example.com", "role": "user", "password": "battery staple horse"}

    response = client.post(reverse(NEW), good | fields)

    assert response.status_code == 200
    assert field in errors_of(response)
    assert User.objects.count() == 1


def test_taken_address_is_said_once(client, boss):
    fields = {"email": boss.email, "role": "user", "password": "battery staple horse"}

    response = client.post(reverse(NEW), fields)

    assert errors_of(response) == {"__all__": ["An account with this e-mail address exists."]}


def test_admin_changes_an_account(client, boss):
    user = UserFactory(first_name="Ann")
    forget_audit()

    client.post(reverse(CHANGE, args=[user.pk]), form_of(user, first_name="Anna", role="moderator"))

    user.refresh_from_db()
    assert (user.first_name, user.role) == ("Anna", Role.MODERATOR)
    row = AuditLog.objects.get()
    assert (row.user, row.action, row.changes["fields"]) == (
        boss,
        "user.update",
        ["first_name", "role"],
    )


def test_unchanged_form_changes_nothing(client, boss):
    user = UserFactory()
    forget_audit()

    response = client.post(reverse(CHANGE, args=[user.pk]), form_of(user))

    assert (response.status_code, trail()) == (302, [])


@pytest.mark.parametrize("change", [{"role": "user"}, {"is_active": ""}])
def test_own_access_is_refused_in_words(client, boss, change):
    response = client.post(reverse(CHANGE, args=[boss.pk]), form_of(boss, **change))

    boss.refresh_from_db()
    assert errors_of(response)["__all__"] == [
        "Your own role and activity are for another admin to change."
    ]
    assert (boss.role, boss.is_active) == (Role.ADMIN, True)


def test_identity_and_suspension_are_not_in_the_form(client, boss):
    user = UserFactory(kyc_status=KycStatus.IN_REVIEW)
    forged = {"kyc_status": "approved", "is_suspended": "on", "email_verified": ""}

    client.post(reverse(CHANGE, args=[user.pk]), form_of(user, country="France", **forged))

    user.refresh_from_db()
    assert (user.country, user.kyc_status, user.is_suspended, user.email_verified) == (
        "France",
        KycStatus.IN_REVIEW,
        False,
        True,
    )


# Within one transaction the clock of the database stands still.
@pytest.mark.django_db(transaction=True)
def test_form_that_is_behind_is_refused_once(client, boss):
    user = UserFactory(first_name="Ann")
    url = reverse(CHANGE, args=[user.pk])
    seen = user.updated_at.isoformat()
    User.objects.filter(pk=user.pk).update(first_name="Anne")

    stale = client.post(url, form_of(user, country="France", _version=seen))

    user.refresh_from_db()
    assert "Somebody else has changed this" in errors_of(stale)["__all__"][0]
    assert (user.first_name, user.country) == ("Anne", None)
    fresh = stale.content.decode().split('name="_version" value="')[1].split('"')[0]
    assert fresh == user.updated_at.isoformat()


def test_moderator_sees_nothing_personal(client):
    client.force_login(UserFactory(moderator=True))
    user = UserFactory(
        kyc_status=KycStatus.REQUIRES_ACTION,
        phone_number="+15550100",
        date_of_birth="1990-02-03",
        email="visible@example.com",
    )

    seen = client.get(reverse(LIST)).content.decode()
    seen += client.get(reverse(CHANGE, args=[user.pk])).content.decode()

    shown = [
        text
        for text in ("visible@example.com", "Requires Action", "+15550100", "1990", "Show sessions")
        if text in seen
    ]
    assert shown == ["visible@example.com", "Requires Action"]


def test_hashes_and_tokens_are_on_no_page(client, boss):
    session = UserSessionFactory()
    row = reverse("admin:accounts_usersession_change", args=[session.pk])

    seen = "".join(
        client.get(url).content.decode()
        for url in (
            reverse(LIST),
            reverse(CHANGE, args=[session.user.pk]),
            reverse("admin:accounts_usersession_changelist"),
            row,
        )
    )

    secrets = (session.user.password, session.session_token, session.refresh_token)
    assert [secret for secret in secrets if secret in seen] == []


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("ANN@example.com", ["ann"]),
        ("ann", ["ann"]),
        ("Z-1", ["ann"]),
        ("anna", ["anna"]),
        ("an", ["ann", "anna"]),
        ("Smi", ["anna"]),
        ("Smith Anna", ["anna"]),
        ("Smith ann", ["anna"]),
        ("Smith bob", []),
        ("100%", []),
        ("nn", []),
        ("Smith", ["anna"]),
        ("nobody", []),
    ],
)
def test_search_prefers_the_person_meant(client, boss, term, found):
    UserFactory(email="ann@example.com", username="ann", zimtra_id="Z-1")
    UserFactory(
        email="anna@example.com", username="anna", last_name="Smith", zimtra_username="Tape-9"
    )

    rows = client.get(reverse(LIST), {"q": term}).context["cl"].result_list

    assert sorted(row.username for row in rows) == found


@pytest.mark.parametrize(
    ("standing", "found"),
    [("good", ["boss"]), ("suspended", ["bad"]), ("closed", ["gone"]), ("", None)],
)
def test_standing_filters_people(client, standing, found):
    client.force_login(UserFactory(admin=True, username="boss"))
    UserFactory(username="bad", suspended=True)
    UserFactory(username="gone", is_active=False)

    rows = client.get(reverse(LIST), {"standing": standing}).context["cl"].result_list

    assert sorted(row.username for row in rows) == (found or ["bad", "boss", "gone"])


def test_own_password_is_changed_by_the_service_and_ends_the_other_sessions(client, boss):
    UserSessionFactory(user=boss)
    fields = {
        "old_password": PASSWORD,
        "new_password1": "battery staple horse",
        "new_password2": "battery staple horse",
    }

    response = client.post(reverse("admin:password_change"), fields, follow=True)

    boss.refresh_from_db()
    assert response.status_code == 200
    assert boss.check_password("battery staple horse")
    assert UserSession.objects.live().get() == client.staff_session
    assert (boss.pk, "user.change_password") in trail()
    assert client.get(reverse("admin:index")).status_code == 200


def test_session_is_found_by_whose_it_is(client, boss):
    session = UserSessionFactory()
    UserSessionFactory()
    url = reverse("admin:accounts_usersession_changelist")

    by_name = client.get(url, {"q": session.user.username}).context["cl"].result_list
    by_link = client.get(url, {"user__id__exact": session.user.pk}).context["cl"].result_list

    assert (list(by_name), list(by_link)) == ([session], [session])


def test_session_shows_its_device_in_words(client, boss):
    UserSessionFactory(user_agent="Mozilla/5.0", device_info={"browser": "Firefox"})
    UserSessionFactory()

    response = client.get(reverse("admin:accounts_usersession_changelist"))

    content = response.content.decode()
    assert ("Firefox" in content, "Mozilla/5.0" in content) == (True, False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "term", ["lovel", "ADA love", "ada.l", "countess", "Z-Ada", "ada lovelace"]
)
def test_people_are_found_by_how_their_words_begin(client, term):
    ada = UserFactory(
        email="ada.lovelace@example.com",
        username="the_countess",
        first_name="Ada",
        last_name="Lovelace",
        zimtra_username="z-ada",
    )
    UserFactory(first_name="Adam", last_name="Smith", email="a@example.com")
    client.force_login(UserFactory(admin=True))

    response = client.get(reverse("admin:accounts_user_changelist"), {"q": term})

    assert list(response.context["cl"].result_list) == [ada]


@pytest.mark.django_db
@pytest.mark.parametrize("term", ["ovelace", "@", "'", "\\", "& !", ":*", "x" * 3000])
def test_people_are_not_found_by_other_parts_nor_by_signs(client, term):
    UserFactory(first_name="Ada", last_name="Lovelace")
    client.force_login(UserFactory(admin=True))

    response = client.get(reverse("admin:accounts_user_changelist"), {"q": term})

    assert list(response.context["cl"].result_list) == []


@pytest.mark.django_db
def test_person_is_found_by_id(client):
    ada = UserFactory()
    client.force_login(UserFactory(admin=True))

    response = client.get(reverse("admin:accounts_user_changelist"), {"q": str(ada.pk)})

    assert list(response.context["cl"].result_list) == [ada]
