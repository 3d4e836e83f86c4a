"""Writing in a chat, changing what one has written, and taking it back."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from administration.models import AuditLog
from comms.models import ChatMessage, ChatRoom
from comms.services import chat
from dayrade.errors import ForbiddenError, TooOftenError
from dayrade.models import RateLimit
from tests.comms.talk import heard, post, room_of, texts
from tests.factories.accounts import UserFactory
from tests.factories.comms import ChatMessageFactory, MuteFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.threads import at_once
from tournaments.models import TournamentStatus
from tournaments.services.lifecycle import transition

pytestmark = pytest.mark.django_db


def test_competitor_says_something(seat):
    message = post(seat, "  Hello\nall ")

    stored = ChatMessage.objects.get()
    assert stored == message
    assert (stored.user, stored.tournament) == (seat.user, seat.tournament)
    assert (stored.message_text, stored.message_type) == ("Hello\nall", "user_message")
    assert (stored.created_at, stored.updated_at) == (message.created_at, message.updated_at)
    assert heard() == [(message.pk, "chat", {"action": "posted"})]


@pytest.mark.parametrize("text", ["", " \n ", "x" * 1001])
def test_text_has_bounds(seat, text):
    with pytest.raises(ValidationError):
        post(seat, text)

    assert texts(seat.tournament) == set()


@pytest.mark.parametrize(
    ("status", "hours_ago", "is_open"),
    [
        (TournamentStatus.DRAFT, 0, False),
        (TournamentStatus.REGISTRATION_OPEN, 0, True),
        (TournamentStatus.REGISTRATION_CLOSED, 0, True),
        (TournamentStatus.ACTIVE, 99, True),
        (TournamentStatus.COMPLETED, 23, True),
        (TournamentStatus.COMPLETED, 25, False),
        (TournamentStatus.CANCELLED, 0, False),
    ],
)
def test_chat_is_open_from_registration_until_a_day_after_the_end(status, hours_ago, is_open):
    at = timezone.now()
    tournament = TournamentFactory(
        active=True,
        at=at - timedelta(days=5),
        end_date=at - timedelta(hours=hours_ago),
        status=status,
    )
    seat = ParticipantFactory(tournament=tournament)

    if is_open:
        post(seat)
    else:
        with pytest.raises(chat.ChatClosedError):
            post(seat)

    assert texts(tournament) == ({"Hello"} if is_open else set())


def test_chats_can_be_switched_off(seat, configured):
    configured("enabled", False)

    with pytest.raises(chat.ChatClosedError):
        post(seat)


@pytest.mark.parametrize("gone", [{"is_active": False}, {"disqualified": True}])
def test_whoever_competes_no_more_says_nothing(gone):
    reason = {"disqualification_reason": "x"} if "disqualified" in gone else {}
    seat = ParticipantFactory(**gone, **reason)

    with pytest.raises(chat.NotAParticipantError):
        post(seat)


def test_seat_elsewhere_is_none_here(seat):
    other = TournamentFactory(active=True)

    with pytest.raises(chat.NotAParticipantError):
        chat.post(user=seat.user, room=room_of(other), text="Hello")


def test_staff_need_no_seat():
    tournament = TournamentFactory(active=True)

    chat.post(user=UserFactory(moderator=True), room=room_of(tournament), text="Hello")

    assert texts(tournament) == {"Hello"}


@pytest.mark.parametrize("everywhere", [True, False])
def test_muted_says_nothing_and_learns_until_when(seat, everywhere):
    at = timezone.now() + timedelta(minutes=5)
    MuteFactory(user=seat.user, ends_at=at, tournament=None if everywhere else seat.tournament)

    with pytest.raises(chat.MutedError) as refused:
        post(seat)

    assert at.isoformat().replace("+00:00", "Z") in refused.value.message
    assert texts(seat.tournament) == set()


def test_mute_holds_where_and_as_long_as_it_is_said(seat):
    past = timezone.now() - timedelta(hours=2)
    MuteFactory(user=seat.user, tournament=TournamentFactory())
    MuteFactory(user=seat.user, muted_at=past, ends_at=past + timedelta(hours=1))
    MuteFactory(user=seat.user, lifted_at=timezone.now(), lifted_by=UserFactory(admin=True))
    MuteFactory()

    post(seat)

    assert texts(seat.tournament) == {"Hello"}


def test_burst_is_let_through_and_then_one_at_a_time(seat, configured):
    configured("burst", 2)
    configured("seconds_per_message", 60)
    post(seat, "1")
    post(seat, "2")

    with pytest.raises(TooOftenError) as refused:
        post(seat, "3")

    assert texts(seat.tournament) == {"1", "2"}
    assert 50 < refused.value.seconds <= 60


def test_line_moves_on_with_time(seat, configured):
    configured("burst", 1)
    configured("seconds_per_message", 60)
    post(seat, "1")
    line = RateLimit.objects.get(key=f"chat:{seat.user_id}")
    line.window_ends_at -= timedelta(seconds=60)
    line.save()

    post(seat, "2")

    assert texts(seat.tournament) == {"1", "2"}


def test_silence_saves_up_no_more_than_a_burst(seat, configured):
    configured("burst", 1)
    configured("seconds_per_message", 60)
    post(seat, "1")
    RateLimit.objects.update(window_ends_at=timezone.now() - timedelta(hours=1))
    post(seat, "2")

    with pytest.raises(TooOftenError):
        post(seat, "3")

    assert texts(seat.tournament) == {"1", "2"}


def test_refusal_costs_nothing(seat, configured):
    configured("burst", 1)
    mute = MuteFactory(user=seat.user)
    with pytest.raises(chat.MutedError):
        post(seat)
    mute.delete()

    post(seat)

    assert texts(seat.tournament) == {"Hello"}


def test_others_are_not_held_up(seat, configured):
    configured("burst", 1)
    other = ParticipantFactory(tournament=seat.tournament)
    post(seat, "1")

    post(other, "2")

    assert texts(seat.tournament) == {"1", "2"}


@pytest.mark.django_db(transaction=True)
def test_no_more_get_through_at_once_than_one_after_the_other(configured):
    seat = ParticipantFactory()
    configured("burst", 3)
    configured("seconds_per_message", 60)

    def attempt():
        try:
            return bool(post(seat))
        except TooOftenError:
            return False

    outcomes = at_once(attempt, 8)

    assert sorted(outcomes) == [False] * 5 + [True] * 3
    assert ChatMessage.objects.count() == 3


@pytest.mark.parametrize("text", ["what a S c 4 m", "see https://evil.example"])
def test_refused_words_are_not_stored(seat, configured, text):
    configured("blocked_words", "scam, spam")

    with pytest.raises(chat.MessageRefusedError):
        post(seat, text)

    assert texts(seat.tournament) == set()


def test_announcement_is_for_staff_at_any_time():
    tournament = TournamentFactory(status=TournamentStatus.CANCELLED)

    message = chat.announce(
        user=UserFactory(moderator=True), room=room_of(tournament), text="See https://example.com"
    )

    assert ChatMessage.objects.get().message_type == "announcement"
    assert heard() == [(message.pk, "chat", {"action": "posted"})]
    with pytest.raises(ForbiddenError):
        chat.announce(user=UserFactory(), room=room_of(tournament), text="Hello")


def test_platform_speaks_in_the_name_of_nobody():
    tournament = TournamentFactory(created_by=UserFactory(admin=True))

    message = chat.tell(tournament=tournament, text="Trading has begun.")

    assert message.message_type == "system_message"
    assert heard() == [(message.pk, "chat", {"action": "posted"})]
    assert chat.tell(tournament=TournamentFactory(), text="x") is None


def test_author_changes_a_message(seat):
    message = post(seat)

    changed = chat.edit(user=seat.user, message=message, text="Goodbye")

    message.refresh_from_db()
    assert changed.message_text == message.message_text == "Goodbye"
    assert heard()[1:] == [(message.pk, "chat", {"action": "edited"})]
    assert ChatRoom.objects.get().revision == 1
    entry = AuditLog.objects.get(entity_id=message.pk)
    assert (entry.action, entry.user) == ("chat_message.edit", seat.user)
    assert (entry.old_values, entry.new_values) == (
        {"message_text": "Hello"},
        {"message_text": "Goodbye"},
    )


def test_change_to_the_same_changes_nothing(seat):
    message = post(seat)

    chat.edit(user=seat.user, message=message, text="Hello ")

    assert len(heard()) == 1


def test_what_was_written_long_ago_stays(seat):
    at = timezone.now() - timedelta(seconds=301)
    message = ChatMessageFactory(user=seat.user, tournament=seat.tournament, created_at=at)

    with pytest.raises(chat.EditWindowOverError):
        chat.edit(user=seat.user, message=message, text="Goodbye")


@pytest.mark.parametrize("blocked", ["mute", "seat", "room", "words"])
def test_change_has_to_be_such_as_could_be_written(seat, configured, blocked):
    message = post(seat)
    expected = {
        "mute": chat.MutedError,
        "seat": chat.NotAParticipantError,
        "room": chat.ChatClosedError,
        "words": chat.MessageRefusedError,
    }[blocked]
    if blocked == "mute":
        MuteFactory(user=seat.user)
    elif blocked == "seat":
        seat.is_active = False
        seat.save()
    elif blocked == "room":
        seat.tournament.status = TournamentStatus.CANCELLED
        seat.tournament.save()
    else:
        configured("blocked_words", "goodbye")

    with pytest.raises(expected):
        chat.edit(user=seat.user, message=message, text="Goodbye")

    message.refresh_from_db()
    assert message.message_text == "Hello"


def test_nobody_changes_or_deletes_what_others_wrote_or_what_is_hidden(seat):
    hidden = ChatMessageFactory(user=seat.user, tournament=seat.tournament, hidden=True)
    of_other = ChatMessageFactory(tournament=seat.tournament)

    for message in (hidden, of_other):
        with pytest.raises(ChatMessage.DoesNotExist):
            chat.edit(user=seat.user, message=message, text="Goodbye")
        with pytest.raises(ChatMessage.DoesNotExist):
            chat.delete(user=seat.user, message=message)

    assert heard() == []


def test_author_takes_a_message_back(seat):
    message = post(seat)

    chat.delete(user=seat.user, message=message)

    message.refresh_from_db()
    assert message.is_moderated
    assert (message.moderated_by, message.moderation_reason) == (seat.user, chat.DELETED)
    assert message.moderated_at is not None
    assert heard()[1:] == [(message.pk, "chat", {"action": "deleted"})]
    assert ChatRoom.objects.get().revision == 1
    assert AuditLog.objects.get(entity_id=message.pk).action == "chat_message.delete"


def test_steps_of_a_tournament_are_said_in_its_chat():
    admin = UserFactory(admin=True)
    tournament = TournamentFactory(status="draft", created_by=admin)

    transition(actor=admin, tournament=tournament, to="registration_open", reason="Early")

    (said,) = ChatMessage.objects.filter(tournament=tournament)
    assert (said.message_type, said.message_text) == (
        "system_message",
        f"Registration for {tournament.name} is open.",
    )
