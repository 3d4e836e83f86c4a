"""What a variable may say; the settings are loaded in a process of their own."""

import pytest

from dayrade.environment import Environment
from tests.live.server import manage, production

NAME = "DAYRADE_OF_A_TEST"


@pytest.mark.parametrize(
    ("said", "value"),
    [("true", True), ("On", True), ("1", True), ("false", False), ("no", False), ("0", False)],
)
def test_switch_is_read(monkeypatch, said, value):
    monkeypatch.setenv(NAME, said)

    assert Environment().bool(NAME, not value) is value


@pytest.mark.parametrize("default", [True, False])
def test_empty_switch_is_its_default(monkeypatch, default):
    monkeypatch.setenv(NAME, "")

    assert Environment().bool(NAME, default) is default


@pytest.mark.parametrize(
    ("name", "said", "line"),
    [
        ("STAFF_TWO_STEP", "ture", "STAFF_TWO_STEP is not true or false"),
        ("PASSWORD_HASHES_AT_ONCE", "0", "PASSWORD_HASHES_AT_ONCE is not a number above 0"),
        ("API_LOGIN_LIMIT_PER_ACCOUNT", "0", "API_LOGIN_LIMIT_PER_ACCOUNT is not a number above 0"),
        ("PASSWORD_HASHES_WAITING", "-1", "PASSWORD_HASHES_WAITING is not a number"),
        ("DATABASE_POOL_SIZE", "many", "DATABASE_POOL_SIZE is not a number"),
        ("DATABASE_REPLICA_MAX_LAG", "0", "DATABASE_REPLICA_MAX_LAG is not a number above 0"),
        ("DATABASE_POOLER", "maybe", "DATABASE_POOLER is not true or false"),
        ("FRONTEND_URL", "example.com", "FRONTEND_URL is not an address with scheme"),
        # Any host is answered for, so none of them can lead the links of e-mails.
        ("ALLOWED_HOSTS", "*", "FRONTEND_URL is not an address with scheme"),
        (
            "AUDIT_HEAD_KEYS",
            "short",
            "AUDIT_HEAD_KEYS is not a list of texts of 32 characters or more",
        ),
        (
            "CONFIGURATION_KEYS",
            "a text of more than thirty-two characters",
            "CONFIGURATION_KEYS is not a list of keys of 32 bytes in base64url",
        ),
        (
            "COMMENTARY_TEXT_URL",
            "http://models.example.com",
            "COMMENTARY_TEXT_URL is not an address that begins with https://",
        ),
        (
            "COMMENTARY_TEXT_URL",
            "https://models.example.com",
            "COMMENTARY_TEXT_MODEL is not the name of a model",
        ),
        (
            "COMMENTARY_SPEECH_URL",
            "ftp://example.com",
            "COMMENTARY_SPEECH_URL is not an address that begins with https://",
        ),
        (
            "COMMENTARY_SPEECH_VOICES",
            "bull",
            "COMMENTARY_SPEECH_VOICES is not a list such as bull=en-US-ken,bear=en-US-charles",
        ),
        ("STREAM_URL", "stream.example.com", "STREAM_URL is not an address with scheme"),
        (
            "REDIS_URL",
            "localhost:6379",
            "REDIS_URL is not an address that begins with redis://",
        ),
        ("STREAM_READERS", "0", "STREAM_READERS is not a number above 0"),
        (
            "BREVO_URL",
            "http://example.com",
            "BREVO_URL is not an address that begins with https://",
        ),
        (
            "BREVO_WEBHOOK_SECRET",
            "short",
            "BREVO_WEBHOOK_SECRET is not a text of 32 characters or more",
        ),
        ("VAPID_PRIVATE_KEY", "key", "VAPID_PRIVATE_KEY is not a key of 32 bytes in base64url"),
        ("LOG_LEVEL", "chatty", "LOG_LEVEL is not DEBUG, INFO, WARNING or ERROR"),
    ],
)
def test_slip_ends_the_start_in_a_line(name, said, line):
    done = manage(production("postgresql:///unused", **{name: said}), "check", check=False)

    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        f"Dayrade cannot start: {line} (see .env.example).\n",
    )
