"""Moderation in the back office."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from comms.models import ChatMessage, ChatReport, Mute
from comms.services import chat
from tests.factories.accounts import UserFactory
from tests.factories.comms import ChatMessageFactory, ChatReportFactory, MuteFactory
from tests.factories.tournaments import ParticipantFactory
from tests.factories.trading import PositionFactory, TradeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator(client):
    user = UserFactory(moderator=True)
    client.force_login(user)
    return user


def page(row, action="change"):
    name = {ChatMessage: "chatmessage", ChatReport: "chatreport", Mute: "mute"}[type(row)]
    if action == "change":
        return reverse(f"admin:comms_{name}_change", args=[row.pk])
    return reverse(f"admin:comms_{name}_{action}", args=[row.pk])


def offered(client, row):
    actions = client.get(page(row)).context["actions_detail"]
    return [entry["path"].rstrip("/").rpartition("/")[2] for entry in actions]


def decide(client, row, action, **fields):
    return client.post(page(row, action), {"reason": "Insult"} | fields, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_moderator_hides_a_message_and_shows_it_again(client, moderator):
    message = ChatMessageFactory()

    hidden = decide(client, message, "hide")
    message.refresh_from_db()
    was_hidden = message.is_moderated
    restored = decide(client, message, "restore")
    message.refresh_from_db()

    assert (said(hidden), was_hidden) == (["The message is hidden."], True)
    assert (said(restored), message.is_moderated) == (["The message is shown again."], False)


def test_buttons_follow_the_rules(client, moderator):
    taken_back = ChatMessageFactory()
    chat.delete(user=taken_back.user, message=taken_back)
    past = timezone.now() - timedelta(hours=1)

    assert offered(client, ChatMessageFactory()) == ["hide", "mute"]
    assert offered(client, ChatMessageFactory(hidden=True)) == ["restore", "mute"]
    assert offered(client, taken_back) == ["mute"]
    assert offered(client, ChatMessageFactory(user=moderator)) == []
    assert offered(client, ChatMessageFactory(user=UserFactory(admin=True))) == ["hide"]
    assert offered(client, ChatReportFactory()) == ["uphold", "dismiss", "mute"]
    assert offered(
        client,
        ChatReportFactory(status="upheld", resolved_at=timezone.now(), resolved_by=moderator),
    ) == ["mute"]
    assert offered(client, MuteFactory()) == ["lift"]
    assert offered(client, MuteFactory(user=UserFactory(admin=True))) == []
    assert offered(client, MuteFactory(muted_at=past, ends_at=past + timedelta(minutes=1))) == []
    assert offered(client, MuteFactory(lifted_at=timezone.now(), lifted_by=moderator)) == []


def test_second_moderator_is_told_who_was_first(client, moderator):
    first = UserFactory(moderator=True)
    message = ChatMessageFactory(hidden=True, moderated_by=first)

    response = decide(client, message, "hide")

    assert said(response)[0].startswith(f"It was hidden by {first} at ")


@pytest.mark.parametrize("everywhere", [True, False])
def test_author_is_muted_beside_a_message_or_a_report(client, moderator, everywhere):
    report = ChatReportFactory()
    message = ChatMessageFactory()
    fields = {"minutes": 5} | ({"everywhere": "on"} if everywhere else {})

    for row in (report, message):
        response = decide(client, row, "mute", **fields)
        assert said(response) == ["The author is muted."]

    expected = {
        (each.user, None if everywhere else each.tournament) for each in (report.message, message)
    }
    assert {(mute.user, mute.tournament) for mute in Mute.objects.all()} == expected


def test_time_of_a_mute_is_bounded_on_the_form(client, moderator):
    response = decide(client, ChatMessageFactory(), "mute", minutes=0)

    assert response.context["form"].errors == {"minutes": ["Choose 1 to 43,200 minutes."]}


@pytest.mark.parametrize(("action", "hidden"), [("uphold", True), ("dismiss", False)])
def test_report_is_decided(client, moderator, action, hidden):
    report = ChatReportFactory()

    decide(client, report, action)

    report.refresh_from_db()
    assert report.resolved_by == moderator
    assert report.message.is_moderated is hidden


def test_mute_is_lifted(client, moderator):
    mute = MuteFactory()

    response = decide(client, mute, "lift")

    mute.refresh_from_db()
    assert mute.lifted_by == moderator
    assert said(response) == [f"{mute.user} can write again."]


def test_who_speaks_stands_beside_a_message(client, moderator):
    seat = ParticipantFactory(
        current_rank=3, total_pnl="1234.50", realized_pnl="1234.50", current_balance="101234.50"
    )
    PositionFactory(participant=seat, symbol="IBM")
    TradeFactory(participant=seat, symbol="AAPL")
    message = ChatMessageFactory(user=seat.user, tournament=seat.tournament)
    earlier = ChatMessageFactory(user=seat.user)
    decide(client, earlier, "hide")
    decide(client, earlier, "mute", minutes=5)

    asked = client.get(page(message, "hide"))
    facts = dict(asked.context["facts"])
    content = client.get(page(message)).content.decode()

    assert facts["Message"] == message.message_text
    assert facts["Standing"] == "Rank 3, 1,234.50 P&L"
    assert "IBM" in facts["Open positions"]
    assert "AAPL" in facts["Last fills"]
    sanctions = facts["Earlier sanctions"].splitlines()
    assert sorted(line.partition(": ")[2] for line in sanctions) == [
        "message hidden (Insult)",
        "muted (Insult)",
    ]
    assert [text for text in ("1,234.50", "IBM", "muted (Insult)") if text in content] == [
        "1,234.50",
        "IBM",
        "muted (Insult)",
    ]


def test_whoever_has_no_seat_has_no_standing(client, moderator):
    asked = client.get(page(ChatMessageFactory(), "hide"))

    assert dict(asked.context["facts"])["Standing"] == "No seat"
