"""A seat whose person talks, and the configuration of the chat."""

import pytest

from administration import configuration
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import ParticipantFactory


@pytest.fixture
def seat():
    return ParticipantFactory()


@pytest.fixture
def configured():
    """Return a function that overrides what is configured for the chats."""
    admin = UserFactory(admin=True)

    def configure(name, value):
        key = configuration.REGISTRY[f"chat.{name}"]
        configuration.set_value(actor=admin, key=key, value=value)

    return configure
