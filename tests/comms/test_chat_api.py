"""Chats over HTTP: writing, editing, moderating, reporting and muting."""

import pytest

from comms.api.chat_serializers import ChatMessageSerializer, columns, posted, written
from comms.models import ChatMessage, ChatReport, Mute
from comms.services import chat
from tests.comms.talk import post
from tests.factories.accounts import UserFactory
from tests.factories.comms import ChatMessageFactory, ChatReportFactory, MuteFactory
from tests.factories.tournaments import TournamentFactory
from tests.instants import z

pytestmark = pytest.mark.django_db


@pytest.fixture
def talker(client_of, seat):
    return client_of(seat.user)


@pytest.fixture
def moderator():
    return UserFactory(moderator=True)


@pytest.fixture
def staff(client_of, moderator):
    return client_of(moderator)


def room(tournament):
    return f"/api/v1/tournaments/{tournament.slug}/chat"


def shown(message, viewer):
    request = type("Request", (), {"user": viewer})
    return ChatMessageSerializer(message, context={"request": request}).data


def code(answer):
    return answer.status_code, answer.json()["error"]


def test_message_is_posted_and_shown(talker, seat, django_assert_num_queries):
    with django_assert_num_queries(3):
        answer = talker.post(room(seat.tournament), {"message_text": " Hello "})

    message = ChatMessage.objects.get()
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/v1/chat/{message.pk}"
    assert answer.json() == {
        "id": str(message.pk),
        "tournament_id": str(seat.tournament_id),
        "username": seat.user.username,
        "avatar_url": None,
        "message_text": "Hello",
        "message_type": "user_message",
        "created_at": z(message.created_at),
        "updated_at": z(message.updated_at),
    }


def test_tournament_is_named_by_its_id_as_well(talker, seat):
    answer = talker.post(
        f"/api/v1/tournaments/{seat.tournament_id}/chat", {"message_text": "Hello"}
    )

    assert answer.status_code == 201


def test_repetition_posts_nothing_again(talker, seat):
    headers = {"Idempotency-Key": "key-1"}

    first = talker.post(room(seat.tournament), {"message_text": "Hello"}, headers=headers)
    again = talker.post(room(seat.tournament), {"message_text": "Hello"}, headers=headers)

    assert (first.status_code, again.content) == (201, first.content)
    assert ChatMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "message_text"),
        ({"message_text": ""}, "message_text"),
        ({"message_text": "x" * 1001}, "message_text"),
        ({"message_text": "a\u202eb"}, "message_text"),
        ({"message_text": "a\x07b"}, "message_text"),
        ({"message_text": "x", "message_type": "system_message"}, "message_type"),
    ],
)
def test_message_that_cannot_be_is_refused_by_its_field(talker, seat, body, field):
    answer = talker.post(room(seat.tournament), body)

    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]


def test_rules_are_named(talker, seat, client_of, configured):
    address = room(seat.tournament)
    configured("burst", 1)
    configured("blocked_words", "scam")

    def told(client):
        return code(client.post(address, {"message_text": "Hello"}))

    assert told(client_of(UserFactory())) == (409, "NOT_A_PARTICIPANT")
    assert code(talker.post(address, {"message_text": "scam"})) == (409, "MESSAGE_REFUSED")
    assert code(talker.post(address, {"message_text": "Hi", "message_type": "announcement"})) == (
        403,
        "PERMISSION_DENIED",
    )
    assert talker.post(address, {"message_text": "Hello"}).status_code == 201
    flooding = talker.post(address, {"message_text": "Hello"})
    assert code(flooding) == (429, "RATE_LIMITED")
    assert flooding.json()["message"] == "You write too fast. Try again in 3 seconds."
    assert flooding["Retry-After"] == "3"
    MuteFactory(user=seat.user)
    assert told(talker) == (409, "MUTED")
    type(seat.tournament).objects.update(status="cancelled")
    assert told(talker) == (409, "CHAT_CLOSED")


def test_announcement_of_the_staff_is_shown_as_such(staff):
    tournament = TournamentFactory()

    answer = staff.post(
        room(tournament), {"message_text": "Be kind.", "message_type": "announcement"}
    )

    assert (answer.status_code, answer.json()["message_type"]) == (201, "announcement")


@pytest.mark.parametrize("is_staff", [True, False])
@pytest.mark.parametrize("kind", ["user_message", "system_message", "announcement"])
def test_page_and_answer_are_what_the_serializer_writes(is_staff, kind):
    author = UserFactory(avatar_url="https://example.com/a.png")
    message = ChatMessageFactory(
        user=author,
        message_type=kind,
        hidden=True,
        moderated_by=author,
        sentiment_score="-0.50",
        relevance_score="1.00",
    )
    message.refresh_from_db()
    viewer = UserFactory(moderator=is_staff) if is_staff else UserFactory()
    names = columns(is_staff=is_staff)
    row = ChatMessage.objects.values_list(*names).get()

    expected = shown(message, viewer)

    for found in (written(row, is_staff=is_staff), posted(message, is_staff=is_staff)):
        assert list(found) == list(expected)
        assert found == expected | ({"moderated_by": str(author.pk)} if is_staff else {})


def test_own_message_is_changed_and_taken_back(talker, seat, anonymous):
    message = post(seat)

    changed = talker.patch(f"/api/v1/chat/{message.pk}", {"message_text": "Goodbye"})
    gone = talker.delete(f"/api/v1/chat/{message.pk}")
    again = talker.delete(f"/api/v1/chat/{message.pk}")

    assert (changed.status_code, changed.json()["message_text"]) == (200, "Goodbye")
    assert (gone.status_code, again.status_code) == (204, 404)
    assert anonymous.get(room(seat.tournament)).json()["results"] == []
    assert ChatMessage.objects.get().message_text == "Goodbye"


def test_change_after_its_time_names_the_rule(talker, seat):
    message = ChatMessageFactory(
        user=seat.user, tournament=seat.tournament, created_at="2020-01-01T00:00:00Z"
    )

    answer = talker.patch(f"/api/v1/chat/{message.pk}", {"message_text": "Goodbye"})

    assert code(answer) == (409, "EDIT_WINDOW_OVER")


def test_staff_hide_and_show_again(staff, anonymous, client_of):
    message = ChatMessageFactory()
    address = f"/api/v1/chat/{message.pk}/moderation"

    hidden = staff.post(address, {"action": "hide", "reason": "Insult"})
    second = client_of(UserFactory(admin=True)).post(address, {"action": "hide", "reason": "Spam"})
    before = anonymous.get(room(message.tournament)).json()["results"]
    restored = staff.post(address, {"action": "restore", "reason": "Harmless"})
    after = anonymous.get(room(message.tournament)).json()["results"]

    assert (hidden.status_code, hidden.json()["is_moderated"]) == (200, True)
    assert code(second) == (409, "ALREADY_HIDDEN")
    assert (restored.status_code, restored.json()["is_moderated"]) == (200, False)
    assert (before, [row["id"] for row in after]) == ([], [str(message.pk)])


def test_message_is_reported_and_decided(talker, staff, moderator, seat):
    message = ChatMessageFactory(tournament=seat.tournament)
    address = f"/api/v1/chat/{message.pk}/reports"

    made = talker.post(address, {"reason": "abuse", "comment": "He insults"})
    again = talker.post(address, {"reason": "spam"})
    queue = staff.get("/api/v1/chat-reports", {"status": "open"}).json()
    report = ChatReport.objects.get()
    decided = staff.post(
        f"/api/v1/chat-reports/{report.pk}/decision", {"decision": "uphold", "reason": "Insult"}
    )

    assert made.status_code == 201
    assert made.json() == {
        "id": str(report.pk),
        "message_id": str(message.pk),
        "reason": "abuse",
        "comment": "He insults",
        "status": "open",
        "created_at": z(report.created_at),
        "resolved_at": None,
    }
    assert code(again) == (409, "ALREADY_REPORTED")
    assert queue["results"] == [
        made.json()
        | {
            "tournament_id": str(message.tournament_id),
            "message_text": message.message_text,
            "is_moderated": False,
            "author": message.user.username,
            "reported_by": seat.user.username,
            "resolved_by": None,
        }
    ]
    assert (decided.json()["status"], decided.json()["is_moderated"]) == ("upheld", True)
    assert decided.json()["resolved_by"] == moderator.username


@pytest.mark.parametrize("rows", [1, 3])
def test_reports_take_the_same_queries_for_any_number(staff, rows, django_assert_num_queries):
    ChatReportFactory.create_batch(rows)

    with django_assert_num_queries(3):
        answer = staff.get("/api/v1/chat-reports")

    assert answer.json()["count"] == rows


@pytest.mark.parametrize(
    ("query", "found"),
    [({"status": "dismissed"}, 0), ({"reason": "spam"}, 1), ({"status": "open"}, 2)],
)
def test_reports_can_be_filtered(staff, query, found):
    ChatReportFactory(reason="spam")
    ChatReportFactory()

    assert staff.get("/api/v1/chat-reports", query).json()["count"] == found


def test_reports_of_one_tournament(staff):
    report = ChatReportFactory()
    ChatReportFactory()

    answer = staff.get("/api/v1/chat-reports", {"tournament": report.message.tournament_id})

    assert [row["id"] for row in answer.json()["results"]] == [str(report.pk)]


def test_hidden_message_and_that_of_a_draft_cannot_be_reported(talker):
    draft = TournamentFactory(draft=True)

    for message in (ChatMessageFactory(hidden=True), ChatMessageFactory(tournament=draft)):
        answer = talker.post(f"/api/v1/chat/{message.pk}/reports", {"reason": "spam"})
        assert answer.status_code == 404


def test_person_is_muted_and_let_in_again(staff, moderator, seat):
    address = f"/api/v1/users/{seat.user_id}/mutes"
    body = {"minutes": 60, "reason": "Insults", "tournament_id": str(seat.tournament_id)}

    made = staff.post(address, body)
    again = staff.post(address, body)
    mute = Mute.objects.get()
    listed = staff.get(address).json()
    lifted = staff.delete(made["Location"], {"reason": "He has apologised"})

    assert made.status_code == 201
    assert made.json() == {
        "id": str(mute.pk),
        "user_id": str(seat.user_id),
        "tournament_id": str(seat.tournament_id),
        "reason": "Insults",
        "muted_by": moderator.username,
        "muted_at": z(mute.muted_at),
        "ends_at": z(mute.ends_at),
        "lifted_by": None,
        "lifted_at": None,
    }
    assert code(again) == (409, "ALREADY_MUTED")
    assert listed["results"] == [made.json()]
    assert (lifted.status_code, lifted.json()["lifted_by"]) == (200, moderator.username)


@pytest.mark.parametrize("rows", [1, 3])
def test_mutes_take_the_same_queries_for_any_number(staff, seat, rows, django_assert_num_queries):
    MuteFactory.create_batch(rows, user=seat.user)
    MuteFactory()

    with django_assert_num_queries(4):
        answer = staff.get(f"/api/v1/users/{seat.user_id}/mutes")

    assert answer.json()["count"] == rows


def test_mute_of_no_tournament_is_refused(staff, seat):
    answer = staff.post(
        f"/api/v1/users/{seat.user_id}/mutes",
        {"minutes": 5, "reason": "x", "tournament_id": str(seat.pk)},
    )

    assert answer.json()["details"] == {"tournament_id": ["There is no such tournament."]}


def test_platform_speaks_in_nobodys_name(anonymous):
    tournament = TournamentFactory(active=True, created_by=UserFactory(admin=True))
    chat.tell(tournament=tournament, text="Trading has begun.")

    (line,) = anonymous.get(room(tournament)).json()["results"]

    assert (line["message_type"], line["username"]) == ("system_message", None)
