"""Tokens: how much chance is in them, and what a forged one is worth."""

import base64
import re
from uuid import uuid4

import pytest
from django.core.signing import Signer

from accounts import tokens

SESSION = uuid4()


def chance(token):
    """Return the bits of a token's random part."""
    return len(base64.urlsafe_b64decode(token + "=")) * 8


def test_session_token_has_256_bits():
    drawn = {tokens.new_session_token() for _ in range(100)}

    assert len(drawn) == 100
    assert {chance(token) for token in drawn} == {256}


def test_refresh_token_has_256_bits_beside_the_session():
    drawn = [tokens.new_refresh_token(SESSION).split(".") for _ in range(100)]

    assert len({random for _, random, _ in drawn}) == 100
    assert {(session, chance(random)) for session, random, _ in drawn} == {(SESSION.hex, 256)}


def test_refresh_token_names_its_session():
    assert tokens.session_of(tokens.new_refresh_token(SESSION)) == SESSION


def test_refresh_token_is_known_after_the_key_was_changed(settings):
    token = tokens.new_refresh_token(SESSION)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the next key of the platform"

    assert tokens.session_of(token) == SESSION


@pytest.mark.parametrize(
    "forged",
    [
        "",
        ".",
        "..",
        "x",
        SESSION.hex,
        "é.ü.ß",
        f"{SESSION.hex}.{'A' * 43}.{'A' * 43}",
        Signer(sep=".").sign(f"{SESSION.hex}.{'A' * 43}"),
        Signer(key="another key", salt=tokens.SALT, sep=".").sign(f"{SESSION.hex}.{'A' * 43}"),
        tokens.new_refresh_token(SESSION).replace(SESSION.hex, uuid4().hex),
        tokens.new_refresh_token(SESSION)[:-1],
        tokens.new_refresh_token(SESSION) + ".",
        " " + tokens.new_refresh_token(SESSION),
    ],
    ids=range(13),
)
def test_forged_refresh_token_names_nothing(forged):
    assert tokens.session_of(forged) is None


def test_hash_is_sha256_in_hexadecimal():
    assert re.fullmatch("[0-9a-f]{64}", tokens.hashed("x"))
    assert tokens.hashed("abc").startswith("ba7816bf")
