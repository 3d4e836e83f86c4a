"""GetStream's copy of the chats: kept equal by jobs, and heard of by its webhook."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from comms import gateway
from comms.models import ChatMessage
from comms.services import chat, getstream, moderation
from dayrade.models import Event
from tests.comms.stream import KEY, SECRET, Application, serving
from tests.comms.talk import heard, post
from tests.factories.accounts import UserFactory
from tests.factories.comms import ChatMessageFactory, MuteFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.threads import while_uncommitted

pytestmark = pytest.mark.django_db

WEBHOOK = "/api/v1/webhooks/getstream"


@pytest.fixture
def there(settings):
    application = Application()
    with serving(application) as url:
        settings.GETSTREAM_API_KEY, settings.GETSTREAM_API_SECRET = KEY, SECRET
        settings.GETSTREAM_URL = url
        yield application


@pytest.fixture
def signed(settings, anonymous):
    """Return a function that sends an event as GetStream does."""
    settings.GETSTREAM_API_KEY, settings.GETSTREAM_API_SECRET = KEY, SECRET

    def send(event, signature=None, body=None):
        content = json.dumps(event) if body is None else body
        right = hmac.new(SECRET.encode(), content.encode(), hashlib.sha256).hexdigest()
        return anonymous.generic(
            "POST",
            WEBHOOK,
            content,
            content_type="application/json",
            headers={"X-Signature": right if signature is None else signature},
        )

    return send


def shown(there):
    return {key: each["text"] for key, each in there.messages.items() if not each["deleted"]}


def event_of(kind, seat, at=None, **message):
    return {
        "type": kind,
        "created_at": (at or timezone.now()).isoformat(),
        "cid": f"messaging:{seat.tournament_id}",
        "channel_type": "messaging",
        "channel_id": str(seat.tournament_id),
        "message": {"id": "theirs-1", "text": "Hello", "user": {"id": str(seat.user_id)}} | message,
    }


def queued(task):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [task]
        )
        return [json.loads(args) if isinstance(args, str) else args for (args,) in cursor]


def test_message_is_shown_there_as_it_is_here(there, seat, mailbox):
    message = post(seat)
    mailbox()

    assert shown(there) == {str(message.pk): "Hello"}
    assert there.channels == {("messaging", str(seat.tournament_id))}
    assert there.users == {str(seat.user_id): seat.user.username}
    message.refresh_from_db()
    assert message.getstream_message_id == str(message.pk)
    assert message.channel_id == str(seat.tournament_id)

    chat.edit(user=seat.user, message=message, text="Goodbye")
    mailbox()

    assert shown(there) == {str(message.pk): "Goodbye"}

    moderator = UserFactory(moderator=True)
    moderation.hide(actor=moderator, message=message, reason="Insult")
    mailbox()

    assert shown(there) == {}

    moderation.restore(actor=moderator, message=message, reason="Harmless")
    mailbox()

    assert shown(there) == {str(message.pk): "Goodbye"}


def test_what_is_hidden_before_it_was_sent_never_arrives(there, seat, mailbox):
    message = post(seat)
    chat.delete(user=seat.user, message=message)

    mailbox()

    assert there.messages == {}


def test_job_may_run_again(there, seat):
    message = post(seat)
    getstream.sync(message_id=message.pk)
    ChatMessage.objects.update(getstream_message_id=None)

    getstream.sync(message_id=message.pk)

    assert shown(there) == {str(message.pk): "Hello"}
    message.refresh_from_db()
    assert message.getstream_message_id == str(message.pk)


@pytest.mark.django_db(transaction=True)
def test_jobs_of_one_message_wait_for_each_other(there):
    seat = ParticipantFactory()
    message = post(seat)

    def sync():
        getstream.sync(message_id=message.pk)

    _, _, waited = while_uncommitted(sync, sync)

    assert waited
    # The second knows that the first has sent it.
    assert there.sent_twice == 0


def test_failure_is_told_without_the_text(there, seat):
    message = post(seat)
    there.broken = 500

    with pytest.raises(gateway.GatewayError) as failed:
        getstream.sync(message_id=message.pk)

    assert str(failed.value) == "GetStream answered 500."
    message.refresh_from_db()
    assert message.getstream_message_id is None


def test_taking_out_what_is_not_there_is_done(there):
    getstream.take_out(getstream_id="theirs-1")

    assert there.messages == {}


def test_platform_speaks_there_by_itself(there):
    tournament = TournamentFactory(created_by=UserFactory(admin=True))
    message = chat.tell(tournament=tournament, text="It begins.")

    getstream.sync(message_id=message.pk)

    assert there.users == {"dayrade": "Dayrade"}


def test_without_a_key_nothing_is_queued(seat):
    post(seat)

    assert queued("comms.sync_message") == []


def test_message_from_there_is_a_message_here(signed, seat):
    answer = signed(event_of("message.new", seat))

    assert (answer.status_code, answer.json()) == (200, {"status": "accepted", "error": ""})
    message = ChatMessage.objects.get()
    assert (message.user, message.tournament) == (seat.user, seat.tournament)
    assert (message.message_text, message.getstream_message_id) == ("Hello", "theirs-1")
    assert heard() == [(message.pk, "chat", {"action": "posted"})]
    assert queued("comms.sync_message") == []


@pytest.mark.parametrize(("place", "status"), [(0, 200), (1, 200), (2, 401)])
def test_secret_before_signs_as_well(signed, seat, settings, place, status):
    secrets = [SECRET, SECRET[::-1], "another one"]
    settings.GETSTREAM_FALLBACKS = [secrets[1]]
    content = json.dumps(event_of("message.new", seat))
    signature = hmac.new(secrets[place].encode(), content.encode(), hashlib.sha256).hexdigest()

    answer = signed(None, signature=signature, body=content)

    assert answer.status_code == status


def test_message_comes_once(signed, seat):
    event = event_of("message.new", seat)
    signed(event)

    again = signed(event)
    otherwise = signed(event | {"webhook": "second attempt"})

    assert again.json()["status"] == "duplicate"
    assert otherwise.json()["status"] == "ignored"
    assert ChatMessage.objects.count() == 1


def test_our_own_message_coming_back_changes_nothing(signed, seat):
    message = post(seat)

    answer = signed(event_of("message.new", seat, id=str(message.pk)))

    assert answer.json()["status"] == "ignored"
    assert ChatMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("muted", "MUTED"),
        ("word", "MESSAGE_REFUSED"),
        ("empty", "VALIDATION_ERROR"),
        ("suspended", "UNKNOWN_USER"),
        ("nobody", "UNKNOWN_USER"),
        ("room", "UNKNOWN_ROOM"),
        ("kind", "UNKNOWN_ROOM"),
        ("seat", "NOT_A_PARTICIPANT"),
    ],
)
def test_what_is_refused_here_is_deleted_there(signed, seat, configured, case, code):
    event = event_of("message.new", seat)
    if case == "muted":
        MuteFactory(user=seat.user)
    elif case == "word":
        configured("blocked_words", "hello")
    elif case == "empty":
        event["message"]["text"] = " "
    elif case == "suspended":
        seat.user.is_suspended, seat.user.suspension_reason = True, "x"
        seat.user.save()
    elif case == "nobody":
        event["message"]["user"] = {"id": "somebody"}
    elif case == "room":
        event["channel_id"] = str(seat.pk)
    elif case == "kind":
        event["channel_type"] = "gaming"
    else:
        seat.is_active = False
        seat.save()

    answer = signed(event)

    assert answer.json() == {"status": "refused", "error": code}
    assert not ChatMessage.objects.exists()
    assert queued("comms.take_out_message") == [{"getstream_id": "theirs-1"}]


def test_change_from_there_is_a_change_here(signed, seat):
    signed(event_of("message.new", seat))

    answer = signed(event_of("message.updated", seat, text="Goodbye"))

    assert answer.json()["status"] == "accepted"
    assert ChatMessage.objects.get().message_text == "Goodbye"


def test_change_that_is_refused_is_undone_there(signed, seat, configured):
    signed(event_of("message.new", seat))
    configured("blocked_words", "goodbye")

    answer = signed(event_of("message.updated", seat, text="Goodbye"))

    message = ChatMessage.objects.get()
    assert answer.json() == {"status": "refused", "error": "MESSAGE_REFUSED"}
    assert message.message_text == "Hello"
    assert queued("comms.sync_message") == [{"message_id": str(message.pk)}]


def test_deletion_there_hides_here(signed, seat):
    signed(event_of("message.new", seat))

    answer = signed(event_of("message.deleted", seat))

    message = ChatMessage.objects.get()
    assert answer.json()["status"] == "accepted"
    assert (message.is_moderated, message.moderated_by) == (True, None)
    assert [data["action"] for _, _, data in heard()] == ["posted", "deleted"]
    with pytest.raises(moderation.DeletedByAuthorError):
        moderation.restore(actor=UserFactory(moderator=True), message=message, reason="x")


@pytest.mark.parametrize("kind", ["message.updated", "message.deleted"])
def test_hidden_message_stays_as_it_is(signed, seat, kind):
    ChatMessageFactory(
        user=seat.user, tournament=seat.tournament, hidden=True, getstream_message_id="theirs-1"
    )

    answer = signed(event_of(kind, seat, text="Goodbye"))

    assert answer.json()["status"] == "ignored"
    assert ChatMessage.objects.get().moderation_reason == "Abuse"
    assert not Event.objects.exists()


@pytest.mark.parametrize("kind", ["message.updated", "message.deleted", "reaction.new"])
def test_what_is_not_known_is_ignored(signed, seat, kind):
    assert signed(event_of(kind, seat)).json()["status"] == "ignored"


@pytest.mark.parametrize("message", [None, [], {}, {"id": 5}, {"id": ""}, {"id": "x" * 101}])
def test_event_without_a_message_is_ignored(signed, seat, message):
    event = event_of("message.new", seat) | {"message": message}

    assert signed(event).json()["status"] == "ignored"


@pytest.mark.parametrize("signature", ["", "0" * 64, "é"])
def test_wrong_signature_is_refused(signed, seat, signature):
    answer = signed(event_of("message.new", seat), signature=signature)

    assert answer.status_code == 401
    assert answer.json()["error"] == "AUTHENTICATION_FAILED"
    assert not ChatMessage.objects.exists()


@pytest.mark.parametrize("minutes", [-16, 16])
def test_old_event_is_refused(signed, seat, minutes):
    at = timezone.now() + timedelta(minutes=minutes)

    assert signed(event_of("message.new", seat, at=at)).status_code == 401
    assert not ChatMessage.objects.exists()


@pytest.mark.parametrize(
    "at",
    [
        "today",
        "2026-13-45T00:00:00Z",
        "2026-01-01T00:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        5,
        None,
    ],
)
def test_event_without_an_instant_is_refused(signed, seat, at):
    assert signed(event_of("message.new", seat) | {"created_at": at}).status_code == 401


def test_malformed_body_is_refused(signed):
    assert signed(None, body="{").json()["error"] == "MALFORMED_JSON"


def test_without_a_key_there_is_no_webhook(anonymous):
    assert anonymous.post(WEBHOOK, {}).status_code == 404
