"""People choose how they are told; what protects them cannot be switched off."""

import pytest
from django.core.exceptions import ValidationError

from comms.categories import FIXED
from comms.models import Category, Channel, Preference
from comms.services import preferences
from tests.comms.outbox import tell
from tests.factories.accounts import UserFactory
from tests.factories.comms import PushSubscriptionFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/notifications/preferences"
TRADES_BY_MAIL = (Category.TRADES, Channel.EMAIL)


@pytest.fixture
def everything(settings):
    """Every channel leads out, and return a person who can be reached by each."""
    settings.BREVO_API_KEY, settings.SMS_SENDER = "key", "Dayrade"
    settings.VAPID_PRIVATE_KEY = "key"
    user = UserFactory(phone_number="+353 1 555 0100")
    PushSubscriptionFactory(user=user)
    return user


def channels(user, kind="trade.busted", **values):
    return tell(user, type=kind, **values).channels


def choose(user, *pairs, enabled=False):
    preferences.choose(user=user, choices=dict.fromkeys(pairs, enabled))


def test_without_a_choice_everything_but_text_messages(everything):
    assert channels(everything) == ["in_app", "email", "push"]


def test_who_asks_for_text_messages_gets_them(everything):
    choose(everything, (Category.TRADES, Channel.SMS), enabled=True)

    assert channels(everything) == ["in_app", "email", "push", "sms"]


def test_choice_holds_for_its_category(everything):
    choose(everything, TRADES_BY_MAIL)

    assert channels(everything) == ["in_app", "push"]
    assert channels(everything, "result.corrected") == ["in_app", "email", "push"]
    assert channels(UserFactory()) == ["in_app", "email"]


def test_urgent_is_mailed_but_rings_nothing_that_was_silenced(everything):
    choose(everything, TRADES_BY_MAIL, (Category.TRADES, Channel.PUSH))

    assert channels(everything, priority="urgent") == ["in_app", "email"]


def test_unknown_type_is_other(everything):
    choose(everything, (Category.OTHER, Channel.EMAIL))

    assert channels(everything, "novelty.seen") == ["in_app", "push"]


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        ({"VAPID_PRIVATE_KEY": ""}, ["in_app", "email", "sms"]),
        ({"SMS_SENDER": ""}, ["in_app", "email", "push"]),
    ],
)
def test_channel_that_is_not_set_up_is_not_tried(everything, settings, lost, expected):
    choose(everything, (Category.TRADES, Channel.SMS), enabled=True)
    for name, value in lost.items():
        setattr(settings, name, value)

    assert channels(everything) == expected


def test_nothing_is_stored_of_what_is_so_anyhow():
    user = UserFactory()

    preferences.choose(user=user, choices=preferences.of(user))

    assert not Preference.objects.exists()


def test_choosing_again_takes_the_place_of_what_was_chosen():
    user = UserFactory()
    choose(user, TRADES_BY_MAIL)

    choose(user, (Category.RESULTS, Channel.EMAIL))

    off = {pair for pair, enabled in preferences.of(user).items() if not enabled}
    by_default = {(category, Channel.SMS) for category in Category}
    assert off == by_default | {(Category.RESULTS, Channel.EMAIL)}


@pytest.mark.parametrize("pair", sorted(FIXED))
def test_what_protects_people_cannot_be_switched_off(pair):
    user = UserFactory()

    with pytest.raises(ValidationError, match="always"):
        choose(user, pair)

    assert preferences.of(user)[pair]


def test_security_is_mailed_even_where_a_row_says_no(everything):
    Preference.objects.create(user=everything, category="security", channel="email", enabled=False)

    assert channels(everything, "password.changed") == ["in_app", "email", "push"]


def test_owner_reads_and_chooses(client_of):
    user = UserFactory()
    chosen = {"category": "trades", "channel": "email", "enabled": False}

    answer = client_of(user).put(URL, {"preferences": [chosen]})

    rows = answer.json()["preferences"]
    assert answer.status_code == 200
    assert len(rows) == len(Category) * len(Channel)
    assert chosen | {"fixed": False} in rows
    assert {"category": "security", "channel": "email", "enabled": True, "fixed": True} in rows
    assert client_of(user).get(URL).json() == answer.json()


@pytest.mark.parametrize(
    ("row", "details"),
    [
        (
            {"category": "security", "channel": "email", "enabled": False},
            {"preferences": ["Security: these notifications are always sent by e-mail."]},
        ),
        (
            {"category": "trades", "channel": "in_app", "enabled": False},
            {"preferences": ["Trades: notifications are always shown in the application."]},
        ),
        (
            {"category": "novelty", "channel": "email", "enabled": "no"},
            {
                "preferences": {
                    "0": {
                        "category": [f"Choose one of: {', '.join(Category.values)}."],
                        "enabled": ["Must be true or false."],
                    }
                }
            },
        ),
    ],
)
def test_refusal_says_what_cannot_be(client_of, row, details):
    answer = client_of(UserFactory()).put(URL, {"preferences": [row]})

    assert (answer.status_code, answer.json()["error"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["details"] == details
    assert not Preference.objects.exists()


def test_one_thing_is_chosen_once(client_of):
    row = {"category": "trades", "channel": "email", "enabled": False}

    answer = client_of(UserFactory()).put(URL, {"preferences": [row, row | {"enabled": True}]})

    assert answer.json()["details"] == {"preferences": ["Name each category and channel once."]}
