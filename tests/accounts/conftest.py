"""What the tests of accounts share."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests.accounts.hashing import Remembering
from tests.factories.accounts import UserFactory


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
    """Return an admin."""
    return UserFactory(admin=True, email="boss@example.com")


@pytest.fixture
def hashed(settings):
    """Return the list of the passwords that were hashed."""
    settings.PASSWORD_HASHERS = ["tests.accounts.hashing.Remembering"]
    Remembering.hashed.clear()
    return Remembering.hashed
