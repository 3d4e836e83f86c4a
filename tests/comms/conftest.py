"""People who talk, the configuration of the chat, and a Brevo for what is sent."""

import pytest

from administration import configuration
from dayrade.mail import mailer
from tests.comms.brevo import KEY, Brevo, serving
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


@pytest.fixture
def brevo(settings):
    """A Brevo by which e-mail and text messages leave."""
    with serving(Brevo()) as served:
        settings.BREVO_API_KEY = KEY
        settings.BREVO_URL = served.url
        settings.SMS_SENDER = "Dayrade"
        made = mailer(brevo_api_key=KEY, brevo_url=served.url, folder="", development=False)
        settings.MAILERS = {"default": made}
        yield served
