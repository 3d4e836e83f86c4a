"""Announcements of staff to everybody who competes."""

import uuid

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.urls import reverse

from administration.models import AuditLog
from comms.models import ChatMessage, Notification
from comms.services import announcing
from comms.services.announcing import Audience
from dayrade.errors import ForbiddenError, TooOftenError
from tests.factories.accounts import UserFactory
from tests.factories.comms import (
    PreferenceFactory,
    PushSubscriptionFactory,
    UnreachableAddressFactory,
)
from tests.factories.tournaments import ParticipantFactory, TournamentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tournament():
    return TournamentFactory(active=True, name="Cup")


@pytest.fixture
def boss():
    return UserFactory(admin=True)


def announce(actor, tournament, **changes):
    asked = {"text": "The final is at nine.", "reason": "It moved", "key": uuid.uuid4()}
    return announcing.announce(actor=actor, tournament=tournament, **asked | changes)


def test_announcement_reaches_the_chat_and_everybody_with_a_seat(tournament, boss, mailbox):
    seated = ParticipantFactory(tournament=tournament).user
    ParticipantFactory(tournament=tournament, is_active=False)
    ParticipantFactory()

    message = announce(boss, tournament, text=" The final is at nine. ")
    mailbox()

    told = Notification.objects.get()
    row = AuditLog.objects.get(action="tournament.announce", entity_id=tournament.pk)
    assert (message.user, message.message_type) == (boss, "announcement")
    assert message.message_text == "The final is at nine."
    assert (told.user, told.type, told.title, told.message) == (
        seated,
        "tournament.announcement",
        "News of Cup",
        "The final is at nine.",
    )
    assert (row.user, row.changes) == (
        boss,
        {"reason": "It moved", "text": "The final is at nine."},
    )


def test_announcement_is_sent_once(tournament, boss):
    key = uuid.uuid4()
    announce(boss, tournament, key=key)

    with pytest.raises(announcing.AlreadyAnnouncedError):
        announce(boss, tournament, key=key)

    assert ChatMessage.objects.count() == 1


def test_tournament_has_enough_announcements_after_a_few(tournament, boss, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"announcement": (1, 600)}
    announce(boss, tournament)

    with pytest.raises(TooOftenError) as refused:
        announce(boss, tournament)
    announce(boss, TournamentFactory(active=True))

    assert refused.value.seconds > 0
    assert ChatMessage.objects.filter(tournament=tournament).count() == 1


@pytest.mark.parametrize("changes", [{"text": " "}, {"text": "x" * 1001}, {"reason": " "}])
def test_announcement_needs_words_and_a_reason(tournament, boss, changes):
    with pytest.raises(ValidationError):
        announce(boss, tournament, **changes)


def test_only_admins_announce(tournament):
    with pytest.raises(ForbiddenError):
        announce(UserFactory(moderator=True), tournament)


def test_audience_is_counted_by_what_people_chose(tournament, settings):
    settings.VAPID_PRIVATE_KEY = settings.SMS_SENDER = settings.BREVO_API_KEY = "x"
    people = [
        ParticipantFactory(
            tournament=tournament, user__approved=True, user__phone_number="+49301234"
        ).user
        for _ in range(4)
    ]
    ParticipantFactory(tournament=tournament, user__unverified=True)
    ParticipantFactory(tournament=tournament, is_active=False)
    PreferenceFactory(user=people[0], category="tournaments", channel="email", enabled=False)
    PreferenceFactory(user=people[1], category="trades", channel="email", enabled=False)
    PreferenceFactory(user=people[1], category="tournaments", channel="sms", enabled=True)
    UnreachableAddressFactory(user=people[2], address=people[2].email.upper())
    UnreachableAddressFactory(user=people[3], address="former@example.com")
    for person in people[:2]:
        PushSubscriptionFactory(user=person)
    PreferenceFactory(user=people[1], category="tournaments", channel="push", enabled=False)

    found = announcing.audience(tournament)

    assert found == Audience(people=5, email=2, push=1, sms=1)


def test_channels_that_are_not_set_up_reach_nobody(tournament, settings):
    settings.VAPID_PRIVATE_KEY = settings.SMS_SENDER = ""
    seat = ParticipantFactory(tournament=tournament, user__phone_number="+49301234")
    PushSubscriptionFactory(user=seat.user)
    PreferenceFactory(user=seat.user, category="tournaments", channel="sms", enabled=True)

    found = announcing.audience(tournament)

    assert (found.push, found.sms) == (0, 0)


def page(tournament):
    return reverse("admin:tournament_announcement", args=[tournament.pk])


def test_page_shows_who_gets_what_before_it_is_sent(client, boss, tournament):
    client.force_login(boss)
    ParticipantFactory(tournament=tournament, user__approved=True)
    key = client.get(page(tournament)).context["form"]["key"].value()
    sent = {"text": "At nine.", "reason": "It moved", "key": key}

    shown = client.post(page(tournament), sent)
    table = shown.context["table"]
    other = client.post(page(tournament), sent | {"text": "At ten.", "previewed": table.digest})
    done = client.post(page(tournament), sent | {"previewed": table.digest})
    again = client.post(page(tournament), sent | {"previewed": table.digest})

    assert (table.title, table.note) == ("1 person gets this", "News of Cup\nAt nine.")
    assert table.rows == [
        ("Notification in the application", "1"),
        ("E-mail", "1"),
        ("Push message", "0"),
        ("Text message", "0"),
        ("Chat of the tournament", "Whoever watches"),
    ]
    assert other.context["table"].note == "News of Cup\nAt ten."
    assert done["Location"] == reverse("admin:tournament_desk", args=[tournament.pk])
    assert [str(one) for one in get_messages(done.wsgi_request)] == ["It is announced."]
    assert again.context["form"].non_field_errors() == ["This was announced already."]
    assert [row.message_text for row in ChatMessage.objects.all()] == ["At nine."]


def test_page_is_for_admins(client, tournament):
    client.force_login(UserFactory(moderator=True))

    assert [
        client.get(page(tournament)).status_code,
        client.post(page(tournament)).status_code,
    ] == [
        403,
        403,
    ]
