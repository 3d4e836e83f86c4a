"""Hiding messages and showing them again, reports, and mutes."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from administration.models import AuditLog
from comms.models import ChatMessage, ChatReport, ChatRoom, Mute, Notification
from comms.services import chat, moderation, mutes
from dayrade.errors import ConflictError, ForbiddenError
from dayrade.models import Event
from tests.factories.accounts import UserFactory
from tests.factories.comms import ChatMessageFactory, ChatReportFactory, MuteFactory
from tests.threads import while_uncommitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator():
    return UserFactory(moderator=True)


@pytest.fixture
def message():
    return ChatMessageFactory()


def actions():
    return [data["action"] for data in Event.objects.order_by("pk").values_list("data", flat=True)]


def test_moderator_hides_a_message(moderator, message):
    hidden = moderation.hide(actor=moderator, message=message, reason=" Insult ")

    message.refresh_from_db()
    assert hidden == message
    assert message.is_moderated
    assert (message.moderated_by, message.moderation_reason) == (moderator, "Insult")
    assert actions() == ["hidden"]
    assert ChatRoom.objects.get(tournament=message.tournament).revision == 1
    entry = AuditLog.objects.get(entity_id=message.pk)
    assert (entry.action, entry.user) == ("chat_message.hide", moderator)
    assert entry.changes["reason"] == "Insult"


def test_second_moderator_is_told_who_was_first(moderator, message):
    moderation.hide(actor=moderator, message=message, reason="Insult")

    with pytest.raises(moderation.AlreadyHiddenError) as refused:
        moderation.hide(actor=UserFactory(moderator=True), message=message, reason="Spam")

    assert str(moderator) in refused.value.message
    assert actions() == ["hidden"]


def test_first_moderator_may_say_it_again(moderator, message):
    moderation.hide(actor=moderator, message=message, reason="Insult")

    again = moderation.hide(actor=moderator, message=message, reason="Spam")

    assert again.moderation_reason == "Insult"
    assert actions() == ["hidden"]


@pytest.mark.django_db(transaction=True)
def test_of_two_moderators_at_once_one_hides():
    first, second = UserFactory.create_batch(2, moderator=True)
    message = ChatMessageFactory()

    def late():
        try:
            return moderation.hide(actor=second, message=message, reason="Spam")
        except ConflictError as error:
            return error

    _, outcome, waited = while_uncommitted(
        lambda: moderation.hide(actor=first, message=message, reason="Insult"), late
    )

    assert waited
    assert isinstance(outcome, moderation.AlreadyHiddenError)
    assert str(first) in outcome.message
    message.refresh_from_db()
    assert (message.moderated_by, message.moderation_reason) == (first, "Insult")
    assert actions() == ["hidden"]


def test_moderator_shows_a_message_again(moderator):
    message = ChatMessageFactory(hidden=True, moderated_by=UserFactory(moderator=True))

    moderation.restore(actor=moderator, message=message, reason="It was harmless")

    message.refresh_from_db()
    assert not message.is_moderated
    assert (message.moderated_by, message.moderation_reason, message.moderated_at) == (None,) * 3
    assert actions() == ["restored"]
    assert ChatRoom.objects.get().revision == 1
    assert AuditLog.objects.get(entity_id=message.pk).action == "chat_message.restore"


def test_showing_again_is_done_once(moderator):
    message = ChatMessageFactory(hidden=True)
    moderation.restore(actor=moderator, message=message, reason="Harmless")

    moderation.restore(actor=moderator, message=message, reason="Harmless")
    with pytest.raises(moderation.NotHiddenError) as refused:
        moderation.restore(actor=UserFactory(moderator=True), message=message, reason="Harmless")

    assert str(moderator) in refused.value.message
    assert actions() == ["restored"]


def test_what_is_not_hidden_cannot_be_shown_again(moderator, message):
    with pytest.raises(moderation.NotHiddenError):
        moderation.restore(actor=moderator, message=message, reason="Harmless")


def test_what_its_author_took_back_stays_away(moderator, message):
    chat.delete(user=message.user, message=message)

    with pytest.raises(moderation.DeletedByAuthorError):
        moderation.restore(actor=moderator, message=message, reason="Interesting")
    with pytest.raises(moderation.AlreadyHiddenError) as refused:
        moderation.hide(actor=moderator, message=message, reason="Insult")

    assert "its author" in refused.value.message


@pytest.mark.parametrize("act", [moderation.hide, moderation.restore])
def test_only_staff_moderate_and_never_themselves(moderator, act):
    hidden = act is moderation.restore
    message = ChatMessageFactory(hidden=hidden)
    own = ChatMessageFactory(hidden=hidden, user=moderator)

    for actor, of in ((UserFactory(), message), (moderator, own)):
        with pytest.raises(ForbiddenError):
            act(actor=actor, message=of, reason="x")
    with pytest.raises(ValidationError):
        act(actor=moderator, message=message, reason=" ")

    assert actions() == []


def test_person_reports_a_message(message):
    user = UserFactory()

    report = moderation.report(user=user, message=message, reason="abuse", comment=" He insults ")

    stored = ChatReport.objects.get()
    assert stored == report
    assert (stored.user, stored.message, stored.reason) == (user, message, "abuse")
    assert (stored.comment, stored.status) == ("He insults", "open")


def test_person_reports_a_message_once_and_never_their_own(message):
    user = UserFactory()
    moderation.report(user=user, message=message, reason="spam")

    with pytest.raises(moderation.AlreadyReportedError):
        moderation.report(user=user, message=message, reason="abuse")
    with pytest.raises(moderation.OwnMessageError):
        moderation.report(user=message.user, message=message, reason="abuse")

    assert ChatReport.objects.get().reason == "spam"


def test_upholding_hides_the_message_and_settles_all_its_reports(moderator, message):
    report, other = ChatReportFactory.create_batch(2, message=message)
    elsewhere = ChatReportFactory()

    moderation.decide(actor=moderator, report=report, uphold=True, reason="Insult")

    message.refresh_from_db()
    assert (message.is_moderated, message.moderation_reason) == (True, "Insult")
    for each in (report, other):
        each.refresh_from_db()
        assert (each.status, each.resolved_by) == ("upheld", moderator)
    elsewhere.refresh_from_db()
    assert elsewhere.status == "open"
    assert actions() == ["hidden"]
    trail = AuditLog.objects.filter(entity_id=report.pk)
    assert [entry.action for entry in trail] == ["chat_report.uphold"]


def test_dismissing_leaves_the_message(moderator, message):
    report = ChatReportFactory(message=message)

    moderation.decide(actor=moderator, report=report, uphold=False, reason="Harmless")

    message.refresh_from_db()
    report.refresh_from_db()
    assert (message.is_moderated, report.status) == (False, "dismissed")
    assert actions() == []


def test_report_of_what_is_hidden_already_can_be_upheld(moderator):
    message = ChatMessageFactory(hidden=True)
    report = ChatReportFactory(message=message)

    moderation.decide(actor=moderator, report=report, uphold=True, reason="Insult")

    message.refresh_from_db()
    assert message.moderation_reason == "Abuse"
    assert actions() == []


def test_report_is_decided_once_by_staff_not_by_the_author(moderator):
    report = ChatReportFactory()
    own = ChatReportFactory(message=ChatMessageFactory(user=moderator))
    moderation.decide(actor=moderator, report=report, uphold=False, reason="Harmless")

    with pytest.raises(moderation.AlreadyDecidedError) as refused:
        moderation.decide(
            actor=UserFactory(moderator=True), report=report, uphold=True, reason="Insult"
        )
    for actor, of in ((moderator, own), (UserFactory(), own)):
        with pytest.raises(ForbiddenError):
            moderation.decide(actor=actor, report=of, uphold=True, reason="x")

    assert str(moderator) in refused.value.message
    assert not ChatMessage.objects.filter(is_moderated=True).exists()


def test_hiding_a_message_upholds_its_reports(moderator):
    report = ChatReportFactory()

    moderation.hide(actor=moderator, message=report.message, reason="Insult")

    report.refresh_from_db()
    assert (report.status, report.resolved_by) == ("upheld", moderator)


@pytest.mark.parametrize("everywhere", [True, False])
def test_moderator_mutes_a_person_for_a_time(moderator, message, everywhere):
    tournament = None if everywhere else message.tournament

    made = mutes.mute(
        actor=moderator, user=message.user, minutes=5, reason="Insults", tournament=tournament
    )

    stored = Mute.objects.get()
    assert stored == made
    assert (stored.user, stored.muted_by, stored.tournament) == (
        message.user,
        moderator,
        tournament,
    )
    assert stored.ends_at - stored.muted_at == timedelta(minutes=5)
    notice = Notification.objects.get()
    assert (notice.user, notice.type) == (message.user, "chat.muted")
    assert "Insults" in notice.message
    entry = AuditLog.objects.get(entity_id=made.pk)
    assert (entry.action, entry.user, entry.changes["reason"]) == (
        "user.mute",
        moderator,
        "Insults",
    )


@pytest.mark.parametrize(
    ("actor", "user"), [("moderator", "moderator"), ("moderator", "admin"), ("user", "user")]
)
def test_mutes_are_for_whom_staff_may_sanction(actor, user):
    made = {"moderator": {"moderator": True}, "admin": {"admin": True}, "user": {}}

    with pytest.raises(ForbiddenError):
        mutes.mute(
            actor=UserFactory(**made[actor]), user=UserFactory(**made[user]), minutes=5, reason="x"
        )

    assert not Mute.objects.exists()


@pytest.mark.parametrize("wrong", [{"minutes": 0}, {"minutes": 43_201}, {"reason": " "}])
def test_mute_has_a_reason_and_a_time(moderator, wrong):
    with pytest.raises(ValidationError):
        mutes.mute(actor=moderator, user=UserFactory(), **{"minutes": 5, "reason": "x"} | wrong)


@pytest.mark.django_db(transaction=True)
def test_of_two_mutes_at_once_one_holds():
    first, second = UserFactory.create_batch(2, moderator=True)
    user = UserFactory()

    def late():
        try:
            return mutes.mute(actor=second, user=user, minutes=60, reason="Spam")
        except ConflictError as error:
            return error

    _, outcome, waited = while_uncommitted(
        lambda: mutes.mute(actor=first, user=user, minutes=5, reason="Insults"), late
    )

    assert waited
    assert isinstance(outcome, mutes.AlreadyMutedError)
    assert str(first) in outcome.message
    assert Mute.objects.get().muted_by == first


def test_person_can_be_muted_anew_and_elsewhere(moderator, message):
    past = timezone.now() - timedelta(hours=1)
    MuteFactory(user=message.user, muted_at=past, ends_at=past + timedelta(minutes=1))
    MuteFactory(user=message.user, tournament=message.tournament)

    mutes.mute(actor=moderator, user=message.user, minutes=5, reason="Insults")

    assert Mute.objects.in_force().count() == 2


def test_mute_is_lifted_once(moderator):
    mute = MuteFactory()

    mutes.lift(actor=moderator, mute=mute, reason="He has apologised")
    mutes.lift(actor=moderator, mute=mute, reason="He has apologised")
    with pytest.raises(mutes.NotMutedError) as refused:
        mutes.lift(actor=UserFactory(admin=True), mute=mute, reason="x")

    mute.refresh_from_db()
    assert mute.lifted_by == moderator
    assert str(moderator) in refused.value.message
    assert not Mute.objects.in_force().exists()
    assert [notice.type for notice in Notification.objects.all()] == ["chat.unmuted"]
    assert AuditLog.objects.get(entity_id=mute.pk, action="user.unmute").user == moderator


def test_mute_that_has_ended_cannot_be_lifted(moderator):
    past = timezone.now() - timedelta(hours=1)
    mute = MuteFactory(muted_at=past, ends_at=past + timedelta(minutes=1))

    with pytest.raises(mutes.NotMutedError):
        mutes.lift(actor=moderator, mute=mute, reason="x")
