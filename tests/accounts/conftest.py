"""What the tests of accounts share."""

import pytest

from tests.accounts.hashing import Remembering


@pytest.fixture
def hashed(settings):
    """Return the list of the passwords that were hashed."""
    settings.PASSWORD_HASHERS = ["tests.accounts.hashing.Remembering"]
    Remembering.hashed.clear()
    return Remembering.hashed
