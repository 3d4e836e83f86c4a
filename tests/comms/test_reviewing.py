"""Deciding about messages as they were looked at."""

import uuid

import pytest
from django.core.exceptions import ValidationError

from comms.models import ChatMessage
from comms.services import chat, moderation, reviewing
from comms.services.reviewing import Seen
from dayrade.db.queries import fetched_one
from dayrade.errors import ConflictError, ForbiddenError
from tests.comms.talk import post
from tests.factories.accounts import UserFactory
from tests.factories.comms import ChatMessageFactory, ChatReportFactory
from tests.threads import while_uncommitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator():
    return UserFactory(moderator=True, username="ada")


@pytest.fixture
def colleague():
    return UserFactory(moderator=True, username="cleo")


@pytest.fixture
def message():
    return ChatMessageFactory()


def seen(message, by=None):
    """Return how the message looks to somebody who has done nothing about it, or to `by`."""
    values = {"message": message.pk, "actor": by.pk if by else uuid.uuid4()}
    changes, reports, *_ = fetched_one(reviewing.STATE, values)
    return Seen(changes, reports)


def stored(message):
    return ChatMessage.objects.get(pk=message.pk)


def test_what_is_as_it_was_seen_is_hidden_and_shown_again(moderator, message):
    reviewing.hide(actor=moderator, message=message, reason="Spam", seen=seen(message))
    hidden = stored(message).moderation_reason
    reviewing.restore(
        actor=moderator, message=message, reason="Harmless", seen=seen(message, moderator)
    )

    assert (hidden, stored(message).is_moderated) == ("Spam", False)


def test_second_moderator_is_told_what_the_first_decided_and_why(moderator, colleague, message):
    before = seen(message)
    reviewing.hide(actor=colleague, message=message, reason="Insult", seen=before)

    with pytest.raises(reviewing.ChangedError) as refused:
        reviewing.hide(actor=moderator, message=message, reason="Spam", seen=before)

    at = f"{stored(message).moderated_at:%H:%M:%S}"
    assert refused.value.message == f"It was hidden by cleo at {at} UTC: Insult"
    assert stored(message).moderation_reason == "Insult"


def test_what_came_back_to_how_it_was_has_been_decided_too(moderator, colleague, message):
    before = seen(message)
    reviewing.hide(actor=moderator, message=message, reason="Insult", seen=before)
    reviewing.restore(
        actor=colleague, message=message, reason="Harmless", seen=seen(message, colleague)
    )

    with pytest.raises(reviewing.ChangedError) as refused:
        reviewing.hide(actor=moderator, message=message, reason="Spam", seen=before)

    assert refused.value.message.startswith("It was shown again by cleo at ")
    assert not stored(message).is_moderated


def test_own_change_is_known(moderator, message):
    before = seen(message)
    reviewing.hide(actor=moderator, message=message, reason="Insult", seen=before)

    reviewing.restore(actor=moderator, message=message, reason="A slip", seen=before)

    assert not stored(message).is_moderated


def test_message_that_its_author_has_changed_is_looked_at_again(moderator, seat):
    message = post(seat, "Hello")
    before = seen(message)
    chat.edit(user=seat.user, message=message, text="Hello, all")

    with pytest.raises(reviewing.ChangedError) as refused:
        reviewing.hide(actor=moderator, message=message, reason="Spam", seen=before)

    assert refused.value.message.startswith("It was changed by its author at ")


def test_reports_are_dismissed_together(moderator, message):
    reports = ChatReportFactory.create_batch(2, message=message)

    reviewing.dismiss(actor=moderator, message=message, reason="Harmless", seen=seen(message))

    for report in reports:
        report.refresh_from_db()
    assert {(report.status, report.resolved_by) for report in reports} == {("dismissed", moderator)}


def test_dismissal_by_another_is_told_to_who_would_hide(moderator, colleague, message):
    ChatReportFactory(message=message)
    before = seen(message)
    reviewing.dismiss(actor=colleague, message=message, reason="Harmless", seen=before)

    with pytest.raises(reviewing.ChangedError) as refused:
        reviewing.hide(actor=moderator, message=message, reason="Spam", seen=before)

    said = "It was left as it is, and its reports dismissed by cleo at "
    assert refused.value.message.startswith(said)
    assert refused.value.message.endswith(": Harmless")


def test_report_that_nobody_has_looked_at_is_not_dismissed(moderator, message):
    ChatReportFactory(message=message)
    before = seen(message)
    late = ChatReportFactory(message=message)

    with pytest.raises(reviewing.ChangedError):
        reviewing.dismiss(actor=moderator, message=message, reason="Harmless", seen=before)

    late.refresh_from_db()
    assert late.status == "open"


def test_late_report_does_not_keep_from_hiding(moderator, message):
    before = seen(message)
    ChatReportFactory(message=message)

    reviewing.hide(actor=moderator, message=message, reason="Spam", seen=before)

    assert stored(message).is_moderated


def test_nothing_is_dismissed_where_nothing_is_open(moderator, message):
    with pytest.raises(moderation.AlreadyDecidedError):
        reviewing.dismiss(actor=moderator, message=message, reason="Harmless", seen=seen(message))


@pytest.mark.parametrize("act", [reviewing.hide, reviewing.restore, reviewing.dismiss])
def test_only_staff_decide_and_never_about_themselves(moderator, message, act):
    own = ChatMessageFactory(user=moderator)

    for actor, of in ((UserFactory(), message), (moderator, own)):
        with pytest.raises(ForbiddenError):
            act(actor=actor, message=of, reason="x", seen=seen(of))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "first",
    [reviewing.hide, reviewing.dismiss],
    ids=["hide", "dismiss"],
)
def test_of_two_moderators_at_once_the_second_is_told(first):
    ada, cleo = UserFactory(moderator=True), UserFactory(moderator=True, username="cleo")
    message = ChatReportFactory().message
    before = seen(message)

    def late():
        try:
            return reviewing.hide(actor=ada, message=message, reason="Spam", seen=before)
        except ConflictError as error:
            return error

    _, outcome, waited = while_uncommitted(
        lambda: first(actor=cleo, message=message, reason="First", seen=before), late
    )

    assert waited
    assert isinstance(outcome, reviewing.ChangedError)
    assert " by cleo at " in outcome.message
    assert outcome.message.endswith("UTC: First")
    expected = "First" if first is reviewing.hide else None
    assert stored(message).moderation_reason == expected


def test_what_was_seen_is_written_and_read():
    assert Seen.parse(str(Seen(3, 12))) == Seen(3, 12)


@pytest.mark.parametrize("text", ["", ".", "a", "1.b", "-1.0", "1" * 30, "1 .2"])
def test_what_we_have_not_written_is_refused(text):
    with pytest.raises(ValidationError):
        Seen.parse(text)
