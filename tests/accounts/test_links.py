"""The links in e-mails: what opens them, and what they say."""

import re
import time

import pytest
from django.core.signing import TimestampSigner, b62_encode
from django.utils import timezone

from accounts import links
from accounts.links import Kind
from accounts.models import User
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

LINKS = [Kind.VERIFY_EMAIL, Kind.RESET_PASSWORD]
UNVERIFIED = {"email_verified": False, "email_verified_at": None}


def refused(kind, token):
    try:
        links.find(kind, token)
    except links.BadLinkError:
        return True
    return False


def aged(monkeypatch, seconds):
    """Sign from now on as it was done that long ago."""
    at = b62_encode(int(time.time()) - seconds)
    monkeypatch.setattr(TimestampSigner, "timestamp", lambda _: at)


@pytest.mark.parametrize("kind", LINKS)
def test_link_finds_its_person(kind):
    user = UserFactory(**UNVERIFIED)
    UserFactory()

    assert links.find(kind, links.token(kind, user)) == user


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (Kind.VERIFY_EMAIL, {"email": "new@example.com"}),
        (Kind.VERIFY_EMAIL, {"email_verified": True, "email_verified_at": timezone.now()}),
        (Kind.VERIFY_EMAIL, {"is_active": False}),
        (Kind.VERIFY_EMAIL, {"is_suspended": True, "suspension_reason": "Abuse"}),
        (Kind.RESET_PASSWORD, {"email": "new@example.com"}),
        (Kind.RESET_PASSWORD, {"password": "another hash"}),
        (Kind.RESET_PASSWORD, {"is_active": False}),
        (Kind.RESET_PASSWORD, {"is_suspended": True, "suspension_reason": "Abuse"}),
    ],
)
def test_link_dies_with_the_state_that_it_was_made_for(kind, change):
    user = UserFactory(**UNVERIFIED)
    token = links.token(kind, user)

    User.objects.filter(pk=user.pk).update(**change)

    assert refused(kind, token)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (Kind.VERIFY_EMAIL, {"password": "another hash"}),
        (Kind.RESET_PASSWORD, {"email_verified": True, "email_verified_at": timezone.now()}),
        (Kind.RESET_PASSWORD, {"last_login": timezone.now()}),
    ],
)
def test_link_outlives_other_changes(kind, change):
    user = UserFactory(**UNVERIFIED)
    token = links.token(kind, user)

    User.objects.filter(pk=user.pk).update(**change)

    assert not refused(kind, token)


@pytest.mark.parametrize(
    ("kind", "seconds", "dead"),
    [
        (Kind.VERIFY_EMAIL, 72 * 3600 - 60, False),
        (Kind.VERIFY_EMAIL, 72 * 3600 + 1, True),
        (Kind.RESET_PASSWORD, 3600 - 60, False),
        (Kind.RESET_PASSWORD, 3600 + 1, True),
    ],
)
def test_link_has_a_lifetime(monkeypatch, kind, seconds, dead):
    user = UserFactory(**UNVERIFIED)
    aged(monkeypatch, seconds)

    assert refused(kind, links.token(kind, user)) is dead


@pytest.mark.parametrize("kind", LINKS)
def test_lifetime_is_configured(settings, monkeypatch, kind):
    settings.EMAIL_LINK_HOURS = settings.PASSWORD_RESET_MINUTES = 1
    aged(monkeypatch, 3601)

    assert refused(kind, links.token(kind, UserFactory(**UNVERIFIED)))


def test_link_of_one_kind_is_none_of_another():
    # The states that the two hash are the same text here: only the purpose tells them apart.
    user = UserFactory(**UNVERIFIED)
    User.objects.filter(pk=user.pk).update(password="False")
    user.refresh_from_db()

    assert refused(Kind.RESET_PASSWORD, links.token(Kind.VERIFY_EMAIL, user))
    assert refused(Kind.VERIFY_EMAIL, links.token(Kind.RESET_PASSWORD, user))


@pytest.mark.parametrize("kind", LINKS)
def test_forged_links_are_refused_without_a_query(django_assert_num_queries, kind):
    token = links.token(kind, UserFactory(**UNVERIFIED))
    other = UserFactory(**UNVERIFIED)
    name, _, rest = token.partition(".")
    forged = ["", ".", "x", "é", name, rest, f"{other.pk.hex}.{rest}", token[:-1], f"{token}x"]

    with django_assert_num_queries(0):
        assert [one for one in forged if not refused(kind, one)] == []


def test_link_of_a_person_who_is_gone_is_refused():
    user = UserFactory()
    token = links.token(Kind.RESET_PASSWORD, user)

    user.delete()

    assert refused(Kind.RESET_PASSWORD, token)


@pytest.mark.parametrize("kind", LINKS)
def test_link_outlives_a_new_secret_key(settings, kind):
    token = links.token(kind, UserFactory(**UNVERIFIED))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret key that is as long as it should be"

    assert not refused(kind, token)

    settings.SECRET_KEY_FALLBACKS = []
    assert refused(kind, token)


@pytest.mark.parametrize(
    ("kind", "path", "subject", "lifetime"),
    [
        (Kind.VERIFY_EMAIL, "verify-email", "Confirm your e-mail address", "72 hours"),
        (Kind.RESET_PASSWORD, "reset-password", "Choose a new password", "1 hour"),
    ],
)
def test_message_holds_a_link_that_works(settings, kind, path, subject, lifetime):
    settings.FRONTEND_URL = "https://play.example.com"
    user = UserFactory(**UNVERIFIED)

    message = links.message(kind, user)

    (token,) = re.findall(
        rf"^https://play\.example\.com/{path}#token=(\S+)$", message.body, re.MULTILINE
    )
    assert links.find(kind, token) == user
    assert (message.subject, message.to, message.cc, message.bcc) == (subject, [user.email], [], [])
    assert f"The link works once, within {lifetime}." in message.body


@pytest.mark.parametrize(
    ("minutes", "words"), [(30, "30 minutes"), (60, "1 hour"), (90, "90 minutes"), (120, "2 hours")]
)
def test_lifetime_is_told_in_words(settings, minutes, words):
    settings.PASSWORD_RESET_MINUTES = minutes

    assert f"within {words}." in links.message(Kind.RESET_PASSWORD, UserFactory()).body


def test_known_address_is_told_how_to_come_in(settings):
    settings.FRONTEND_URL = "https://play.example.com"

    message = links.message(Kind.KNOWN_ADDRESS, UserFactory())

    assert message.subject == "You have an account already"
    assert "Sign in with it at https://play.example.com" in message.body
    assert "token=" not in message.body


def test_known_address_that_is_not_verified_is_sent_the_link_again():
    message = links.message(Kind.KNOWN_ADDRESS, UserFactory(**UNVERIFIED))

    assert message.subject == "Confirm your e-mail address"
    assert "/verify-email#token=" in message.body


def test_verified_address_is_not_asked_to_verify():
    assert links.message(Kind.VERIFY_EMAIL, UserFactory()) is None


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("state", [{"is_active": False}, {"suspended": True}])
def test_closed_and_suspended_accounts_get_no_mail(kind, state):
    assert links.message(kind, UserFactory(**UNVERIFIED, **state)) is None


@pytest.mark.parametrize("kind", list(Kind))
def test_no_word_of_a_message_is_anybodys_choice(kind):
    words = "Buy\r\nBcc: eve@example.com"
    plain = UserFactory(**UNVERIFIED)
    named = User(
        pk=plain.pk,
        email=plain.email,
        password=plain.password,
        first_name=words,
        last_name=words,
        username=words,
        country=words,
    )

    def without_link(user):
        message = links.message(kind, user)
        return message.subject, re.sub(r"token=\S+", "", message.body), message.message().keys()

    assert without_link(named) == without_link(plain)
    assert "eve@" not in links.message(kind, named).message().as_string()
