"""Text messages through Brevo, to whoever has asked for them."""

import pytest

from comms.models import Category, Channel, Delivery
from comms.senders.sms import LENGTH, dialled
from comms.services import preferences
from tests.comms.outbox import state, tell, work
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def reader(**values):
    """Return somebody who wants text messages."""
    user = UserFactory(**{"phone_number": "+353 1 555 0100"} | values)
    preferences.choose(user=user, choices={(Category.OTHER, Channel.SMS): True})
    return user


def by_sms():
    return Delivery.objects.get(channel=Channel.SMS)


def test_message_is_sent_to_the_number(brevo):
    notification = tell(reader(), title="Told", message="You\nare told.", channels=["sms"])

    work()

    assert brevo.texts == [
        {
            "sender": "Dayrade",
            "recipient": "35315550100",
            "content": "Told: You are told.",
            "type": "transactional",
            "unicodeEnabled": False,
        }
    ]
    assert state(by_sms()) == ("sent", 1, "")
    assert by_sms().provider_id == "1511882900176221"
    notification.refresh_from_db()
    assert (notification.email_sent, notification.push_sent) == (False, False)


def test_long_message_is_cut(brevo):
    tell(reader(), message="é" * 1000, channels=["sms"])

    work()

    (text,) = brevo.texts
    assert (len(text["content"]), text["unicodeEnabled"]) == (LENGTH, True)


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        ((402, {"code": "not_enough_credits"}), ("waiting", 1, "Brevo answered 402.")),
        ((400, {"code": "invalid_parameter"}), ("dead", 1, "Brevo answered 400.")),
        ((302, {}), ("waiting", 1, "Brevo answered 302.")),
        ((201, []), ("sent", 1, "")),
    ],
)
def test_answer_of_brevo_decides(brevo, answer, seen):
    brevo.answers = [answer]
    tell(reader(), channels=["sms"])

    work()

    assert state(by_sms()) == seen
    assert brevo.asked == 1


def test_unreachable_brevo_is_tried_again(brevo, settings):
    settings.BREVO_URL = "http://127.0.0.1:9/v3"
    tell(reader(), channels=["sms"])

    work()

    assert state(by_sms()) == ("waiting", 1, "Brevo could not be reached.")


@pytest.mark.parametrize(
    ("person", "why"),
    [
        ({"phone_number": "555 0100"}, "There is no telephone number with its country code."),
        ({"is_active": False}, "The account is closed."),
    ],
)
def test_who_cannot_be_reached_is_skipped(brevo, person, why):
    tell(reader(**person), channels=["sms"])

    work()

    assert state(by_sms()) == ("skipped", 1, why)
    assert brevo.asked == 0


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+353 (1) 555-0100", "35315550100"),
        ("0035315550100", "35315550100"),
        ("+0123456789", None),
        ("+1234", None),
        ("+35315550100x1", None),
        ("", None),
    ],
)
def test_number_is_dialled_from_abroad(number, expected):
    assert dialled(number) == expected
