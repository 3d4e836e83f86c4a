"""The event stream as it runs: who hears what, once and in its order."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.services import sessions
from comms.models import ChatMessage, MessageType
from dayrade import events
from dayrade.db.transactions import service
from dayrade.models import Event
from tests.factories.accounts import UserFactory
from tests.factories.comms import ChatMessageFactory, CommentaryFactory
from tests.factories.tournaments import TournamentFactory
from tests.instants import z
from tests.live.events import watching
from tests.live.server import wait_until
from tests.live.streaming import KEY, hide, move, say, signed_in, speak, started, texts
from tests.trading.boards import seat
from tournaments.models import Tournament
from tournaments.services import lifecycle

pytestmark = pytest.mark.django_db(transaction=True)


def test_reader_hears_of_everything_in_its_order(stream, client_of, anonymous):
    tournament = TournamentFactory(active=True)
    ada = seat(tournament, "ada", "5.00")
    with watching(stream.url, tournament.slug) as reader:
        say(tournament, message_text="Hello")
        speak(tournament, commentary_text="What a start")
        move(ada, 7)
        lifecycle.transition(
            actor=UserFactory(admin=True), tournament=tournament, to="cancelled", reason="Storm"
        )
        reader.wait_for("status")

    root = f"/api/v1/tournaments/{tournament.slug}"
    (message,) = anonymous.get(f"{root}/chat").json()["results"]
    (line,) = anonymous.get(f"{root}/commentary").json()["results"]
    (top,) = anonymous.get(f"{root}/leaderboard").json()["results"]
    state, *rest = reader.seen
    assert state[:2] == (
        "state",
        {
            "tournament": tournament.slug,
            "status": "active",
            "frozen": False,
            "revision": None,
            "computed_at": None,
        },
    )
    assert [kind for kind, _, _ in rest] == ["chat", "commentary", "leaderboard", "status"]
    assert [int(at) for _, _, at in rest] == sorted(int(at) for _, _, at in rest)
    assert rest[0][1] == {"action": "posted", "id": message["id"], "message": message}
    assert rest[1][1] == {"action": "spoken", "id": line["id"], "commentary": line}
    board = rest[2][1]
    del top["stale"]
    assert board["top"] == [top | {"previous_rank": None}]
    assert (board["revision"], board["seats"], board["order"]) == (1, 1, [top["participant"]])
    assert rest[3][1]["status"] == "cancelled"
    assert 1000 <= reader.retry <= 4000


def test_events_of_other_tournaments_are_not_told(stream):
    mine, other = TournamentFactory(active=True), TournamentFactory(active=True)

    with watching(stream.url, mine.slug) as reader:
        say(other, message_text="Elsewhere")
        say(mine, message_text="Here")
        reader.wait_for("chat")

    assert texts(reader) == ["Here"]


def test_who_resumes_misses_nothing_and_hears_nothing_twice(stream):
    tournament = TournamentFactory(active=True)
    with watching(stream.url, tournament.slug) as reader:
        say(tournament, message_text="1")
        reader.wait_for("chat")
    for text in ("2", "3"):
        say(tournament, message_text=text)

    for header in ({"Last-Event-ID": reader.last_id}, None):
        query = {} if header else {"last_event_id": reader.last_id}
        with watching(stream.url, tournament.slug, header, **query) as again:
            again.wait_for("chat", 2)
            say(tournament, message_text="4")
            again.wait_for("chat", 3)
        assert texts(again)[:3] == ["2", "3", "4"]
        assert again.of("reset") == []


def test_who_resumes_at_a_process_that_is_behind_hears_nothing_twice(stream):
    """Both get everything once, whichever process they come back to and when."""
    tournament = TournamentFactory(active=True)
    seen = []
    last = None
    with started() as other:
        for number in range(12):
            live = (stream, other)[number % 2]
            headers = {"Last-Event-ID": last} if last else None
            with watching(live.url, tournament.slug, headers) as reader:
                say(tournament, message_text=str(number))
                reader.wait_for("chat")
                seen += texts(reader)
                last = reader.last_id

    assert seen == [str(number) for number in range(12)]


@pytest.mark.parametrize("last", ["999999999", "x" * 50, "-1"])
def test_unknown_position_begins_anew(stream, last):
    tournament = TournamentFactory(active=True)
    with watching(stream.url, tournament.slug) as reader:
        say(tournament, message_text="old")
        reader.wait_for("chat")

    with watching(stream.url, tournament.slug, {"Last-Event-ID": last}) as again:
        say(tournament, message_text="new")
        again.wait_for("chat")

    assert [kind for kind, _, _ in again.seen] == ["reset", "state", "chat"]
    assert again.seen[0][2] == reader.last_id
    assert texts(again) == ["new"]


def test_position_that_is_too_old_begins_anew(stream):
    tournament = TournamentFactory(active=True)
    with watching(stream.url, tournament.slug) as reader:
        for text in ("1", "2"):
            say(tournament, message_text=text)
        reader.wait_for("chat", 2)
    first = Event.objects.placed_after(0).first()
    Event.objects.update(created_at=timezone.now() - timedelta(minutes=31))

    with watching(stream.url, tournament.slug, {"Last-Event-ID": str(first.position)}) as again:
        again.wait_for("reset")
    with watching(stream.url, tournament.slug, {"Last-Event-ID": reader.last_id}) as newest:
        say(tournament, message_text="3")
        newest.wait_for("chat")

    assert newest.of("reset") == []


def test_hidden_text_leaves_the_stream(stream):
    tournament = TournamentFactory(active=True)
    with watching(stream.url, tournament.slug) as reader:
        before = reader.last_id
        message = say(tournament, message_text="secret")
        reader.wait_for("chat")
        hide(message)
        _, hidden = reader.wait_for("chat", 2)

    with watching(stream.url, tournament.slug, {"Last-Event-ID": before}) as again:
        told = again.wait_for("chat", 2)

    gone = {"action": "hidden", "id": str(message.pk)}
    assert hidden == gone
    assert told == [gone, gone]


def test_staff_hear_what_is_hidden(stream):
    tournament = TournamentFactory(active=True)
    headers, _ = signed_in(UserFactory(moderator=True))

    with watching(stream.url, tournament.slug, headers) as reader:
        message = say(tournament, message_text="secret")
        reader.wait_for("chat")
        hide(message)
        _, hidden = reader.wait_for("chat", 2)

    assert (hidden["action"], hidden["message"]["message_text"]) == ("hidden", "secret")
    assert hidden["message"]["moderation_reason"] == "Abuse"


def test_deleted_and_retracted_rows_are_told_by_their_ids(stream):
    tournament = TournamentFactory(active=True)
    message, line = (
        ChatMessageFactory(tournament=tournament),
        CommentaryFactory(tournament=tournament),
    )

    with watching(stream.url, tournament.slug) as reader:
        service(remove)(message, line)
        told = [*reader.wait_for("chat"), *reader.wait_for("commentary")]

    assert told == [
        {"action": "deleted", "id": str(message.pk)},
        {"action": "retracted", "id": str(line.pk)},
    ]


def remove(message, line):
    events.publish(message.tournament_id, "chat", subject_id=message.pk, action="deleted")
    events.publish(line.tournament_id, "commentary", subject_id=line.pk, action="retracted")
    ChatMessage.objects.filter(pk=message.pk).delete()


def standings(tournament, ada, total):
    """Do everything that tells of standings, and then something that does not."""
    move(ada, total)
    speak(tournament, commentary_text="secret")
    for kind in (MessageType.SYSTEM_MESSAGE, MessageType.COMMENTARY):
        say(tournament, message_text="secret", message_type=kind)
    say(tournament, message_text="What a day")


def test_public_hears_nothing_of_standings_from_the_freeze_to_the_result(stream):
    frozen_at = z(timezone.now() - timedelta(minutes=1))
    tournament = TournamentFactory(active=True, rules={"freeze_at": frozen_at})
    ada = seat(tournament, "ada", "5.00")
    staff, _ = signed_in(UserFactory(moderator=True))
    own, _ = signed_in(ada.user)
    with (
        watching(stream.url, tournament.slug) as public,
        watching(stream.url, tournament.slug, own) as owner,
        watching(stream.url, tournament.slug, staff) as seeing,
    ):
        before = public.last_id
        standings(tournament, ada, 777)
        for reader in (public, owner, seeing):
            wait_until(lambda reader=reader: "What a day" in texts(reader), 15)
        assert public.seen[0][1]["frozen"]
        lifecycle.transition(
            actor=UserFactory(admin=True), tournament=tournament, to="cancelled", reason="Storm"
        )
        public.wait_for("status")

    for reader in (public, owner):
        kinds = [kind for kind, _, _ in reader.seen if kind != "status"]
        assert kinds == ["state", "chat"]
    assert [kind for kind, _, _ in seeing.seen][:6] == [
        "state", "leaderboard", "commentary", "chat", "chat", "chat",
    ]  # fmt: skip
    with watching(stream.url, tournament.slug, {"Last-Event-ID": before}) as after:
        after.wait_for("status")
    assert [kind for kind, _, _ in after.seen] == [kind for kind, _, _ in seeing.seen][:7]


def test_revision_of_before_the_freeze_is_resumed(stream):
    tournament = TournamentFactory(active=True)
    ada = seat(tournament, "ada", "5.00")
    with watching(stream.url, tournament.slug) as reader:
        before = reader.last_id
        move(ada, 7)
        reader.wait_for("leaderboard")
    Tournament.objects.filter(pk=tournament.pk).update(rules={"freeze_at": z(timezone.now())})
    move(ada, 9)

    with watching(stream.url, tournament.slug, {"Last-Event-ID": before}) as again:
        say(tournament)
        again.wait_for("chat")

    assert [data["revision"] for data in again.of("leaderboard")] == [1]


def test_reader_with_a_seat_gets_the_own_line(stream):
    tournament = TournamentFactory(active=True)
    ada, bob = seat(tournament, "ada", "5.00"), seat(tournament, "bob", "3.00")
    headers, _ = signed_in(bob.user)
    other, _ = signed_in(UserFactory())

    with (
        watching(stream.url, tournament.slug, headers) as by_token,
        watching(stream.url, tournament.slug, other) as stranger,
        watching(stream.url, tournament.slug) as public,
    ):
        move(ada, 1)
        (own,) = by_token.wait_for("leaderboard")
        (plain,) = public.wait_for("leaderboard")
        (strange,) = stranger.wait_for("leaderboard")

    assert own.pop("own") == {
        "rank": 1,
        "participant": str(bob.pk),
        "total_pnl": "3.00",
        "realized_pnl": "3.00",
        "unrealized_pnl": "0.00",
        "current_balance": "100003.00",
        "total_trades": 0,
        "winning_trades": 0,
        "losing_trades": 0,
        "total_volume": "0.00",
    }
    assert own == plain == strange


def test_ticket_signs_in(transactional_db, settings, client_of):
    tournament = TournamentFactory(active=True)
    bob = seat(tournament, "bob", "3.00")
    settings.SECRET_KEY = KEY
    path = f"/api/v1/tournaments/{tournament.slug}/events/ticket"
    answer = client_of(bob.user).post(path)

    with (
        started() as live,
        watching(live.url, tournament.slug, ticket=answer.json()["ticket"]) as reader,
    ):
        move(bob, 4)
        (told,) = reader.wait_for("leaderboard")

    assert (answer.status_code, answer.json()["expires_in"]) == (201, 60)
    assert told["own"]["total_pnl"] == "4.00"


@pytest.mark.parametrize("end", ["sign out", "suspend", "demote"])
def test_stream_ends_with_its_session(stream, end):
    tournament = TournamentFactory(active=True)
    user = UserFactory(moderator=True)
    headers, session = signed_in(user)

    with (
        watching(stream.url, tournament.slug, headers) as reader,
        watching(stream.url, tournament.slug) as other,
    ):
        if end == "sign out":
            sessions.sign_out(session=session)
        elif end == "suspend":
            User.objects.filter(pk=user.pk).update(is_suspended=True, suspension_reason="Abuse")
        else:
            User.objects.filter(pk=user.pk).update(role="user")
        reader.wait_for_end()
        say(tournament)
        other.wait_for("chat")

    assert reader.of("end") == [{"reason": "session"}]
