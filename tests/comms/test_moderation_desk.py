"""What the page of the moderation desk is told, and what it may do."""

import itertools
import json
import re
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from accounts.backends import TABLE
from accounts.middleware import UNATTENDED
from accounts.models import User, UserSession
from administration.models import AuditLog
from comms.desk import news as news_of
from comms.desk import queue as queue_of
from comms.desk import sql
from comms.desk.details import details
from comms.desk.queue import Wanted
from comms.models import ChatMessage, ChatReport, Mute
from comms.services import chat, moderation
from comms.services.mutes import MINUTES_MAX
from dayrade.db.queries import executed, fetched
from tests.comms.talk import post
from tests.factories.accounts import UserFactory
from tests.factories.comms import ChatMessageFactory, ChatReportFactory, MuteFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import PositionFactory, TradeFactory
from tests.staff import StaffClient
from tournaments.models import TournamentStatus

pytestmark = pytest.mark.django_db

ADDRESSES = ("moderation", "moderation_queue", "moderation_news", "moderation_acts")


@pytest.fixture
def moderator(client):
    user = UserFactory(moderator=True, username="ada")
    client.force_login(user)
    return user


@pytest.fixture
def colleague():
    return UserFactory(moderator=True, username="cleo")


def ask(client, name, *args, **query):
    return client.get(reverse(f"admin:moderation_{name}", args=args), query)


def queue(client, **query):
    return ask(client, "queue", **{"view": "reported"} | query).json()


def texts(rows):
    return [row["text"] for row in rows]


def row_of(client, message):
    return ask(client, "message", message.pk).json()["row"]


def act(client, name, rows, /, **more):
    sent = {
        "act": name,
        "reason": "Insult",
        "messages": [{"id": str(each.pk), "seen": row_of(client, each)["seen"]} for each in rows],
    }
    address = reverse("admin:moderation_acts")
    return client.post(address, json.dumps(sent | more), content_type="application/json")


def said_at(minutes, **fields):
    at = timezone.now() - timedelta(minutes=minutes)
    return ChatMessageFactory(message_text=f"{minutes} ago", created_at=at, **fields)


def test_reported_messages_stand_first_and_the_newest_after_them(client, moderator):
    room = TournamentFactory(active=True)
    old, older, oldest = (said_at(minutes, tournament=room) for minutes in (1, 2, 3))
    ChatReportFactory(message=older, reason="spam")
    ChatReportFactory.create_batch(2, message=oldest, reason="abuse")

    found = queue(client)

    assert texts(found["reported"]) == ["3 ago", "2 ago"]
    assert texts(found["newest"]) == ["1 ago", "2 ago", "3 ago"]
    assert found["reported"][0]["reports"] == ["Abuse", "Abuse"]
    assert (found["waiting"], found["more"]) == (3, False)
    assert old.pk == uuid.UUID(found["newest"][0]["id"])


def test_queue_is_of_all_open_chats_and_of_what_is_reported_anywhere(client, moderator):
    past = timezone.now() - timedelta(days=90)
    closed = TournamentFactory(
        status=TournamentStatus.COMPLETED,
        registration_open_date=past,
        registration_close_date=past + timedelta(days=1),
        start_date=past + timedelta(days=2),
        end_date=past + timedelta(days=3),
    )
    for minutes in (3, 1):
        said_at(minutes)
    ChatReportFactory(message=said_at(2, tournament=closed))

    found = queue(client)
    of_closed = queue(client, view="newest", tournament=closed.pk)

    assert texts(found["reported"]) == ["2 ago"]
    assert texts(found["newest"]) == ["1 ago", "3 ago"]
    assert texts(of_closed["newest"]) == ["2 ago"]


def test_queue_is_narrowed(client, moderator):
    room, other = TournamentFactory.create_batch(2, active=True)
    ann = UserFactory()
    said_at(1, tournament=room, user=ann)
    said_at(2, tournament=other, user=ann)
    said_at(3, tournament=room, hidden=True)
    ChatReportFactory(message=said_at(4, tournament=room))
    ChatReportFactory(message=said_at(5, tournament=other))

    def found(**query):
        answer = queue(client, **query)
        return texts(answer["reported"]), texts(answer["newest"])

    assert found(view="newest", tournament=room.pk) == ([], ["1 ago", "3 ago", "4 ago"])
    assert found(tournament=room.pk)[0] == ["4 ago"]
    assert found(view="newest", person=ann.pk) == ([], ["1 ago", "2 ago"])
    assert found(view="newest", person=ann.pk, tournament=other.pk) == ([], ["2 ago"])
    assert found(view="hidden") == ([], ["3 ago"])
    assert found(view="hidden", person=ann.pk) == ([], [])


def test_queue_goes_on_with_older_messages(client, moderator, monkeypatch):
    monkeypatch.setattr(queue_of, "PAGE", 2)
    room = TournamentFactory(active=True)
    for minutes in (1, 2, 3):
        ChatReportFactory(message=said_at(minutes, tournament=room))

    first = queue(client)
    last = first["newest"][-1]
    second = queue(client, at=last["at"], id=last["id"])

    assert (texts(first["newest"]), first["more"]) == (["1 ago", "2 ago"], True)
    assert (texts(second["newest"]), second["more"]) == (["3 ago"], False)
    assert second["reported"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"view": "everything"},
        {"person": "x"},
        {"at": "yesterday"},
        {"at": "2026-03-09T12:00:00"},
        {"tournament": "'"},
    ],
)
def test_nonsense_is_refused_in_words(client, moderator, query):
    answer = ask(client, "queue", **{"view": "newest"} | query)

    assert (answer.status_code, answer.json()["error"]) == (400, "VALIDATION_ERROR")
    assert list(answer.json()["details"]) == [next(iter(query))]


def test_what_only_admins_know_of_people_is_nowhere_in_it(client, moderator):
    person = UserFactory(
        in_review=True, phone_number="+353123456789", email="secret@example.com", username=None
    )
    reporter = UserFactory(email="reporter@example.com", username=None)
    message = ChatMessageFactory(user=person)
    ChatReportFactory(message=message, user=reporter)
    said = ask(client, "queue", view="reported").text
    said += ask(client, "message", message.pk).text
    said += act(client, "hide", [message]).text
    said += ask(client, "news", view="reported", since="2026-01-01T00:00:00Z").text

    hidden = ("@example.com", "+353", "Lovelace", "in_review", "1990")
    assert [text for text in hidden if text in said] == []
    assert queue_of.NOBODY in said


def test_who_speaks_stands_beside_a_message(client, moderator, colleague):
    seat = ParticipantFactory(
        current_rank=3, total_pnl="1234.50", realized_pnl="1234.50", current_balance="101234.50"
    )
    PositionFactory(participant=seat, symbol="IBM")
    TradeFactory(participant=seat, symbol="AAPL")
    MuteFactory(user=seat.user, muted_by=colleague)
    message = ChatMessageFactory(user=seat.user, tournament=seat.tournament)
    earlier = ChatMessageFactory(user=seat.user)
    moderation.hide(actor=colleague, message=earlier, reason="Spam")

    speaker = ask(client, "message", message.pk).json()["speaker"]

    assert speaker["standing"] == "Rank 3, 1,234.50 P&L"
    assert [each.rpartition(" ")[2] for each in speaker["positions"]] == ["IBM"]
    assert "AAPL" in speaker["fills"][0]
    assert speaker["sanctions"][0].endswith("message hidden (Spam)")
    mute = speaker["mutes"][0]
    assert (mute["by"], mute["reason"], mute["everywhere"]) == ("cleo", "Insults", True)


def test_messages_around_and_the_text_before_stand_beside_it(client, moderator, seat):
    room = seat.tournament
    message = post(seat, "Hello")
    chat.edit(user=seat.user, message=message, text="Hello all")
    for minutes in range(1, 9):
        said_at(minutes, tournament=room)
    said_at(0, tournament=TournamentFactory(active=True))
    said_at(-1, tournament=room)
    ChatReportFactory(message=message, reason="scam", comment="Look")

    found = ask(client, "message", message.pk).json()

    assert texts(found["around"]) == [
        *(f"{minutes} ago" for minutes in (6, 5, 4, 3, 2, 1)),
        "Hello all",
        "-1 ago",
    ]
    assert [edit["text"] for edit in found["edits"]] == ["Hello"]
    assert [(one["reason"], one["comment"]) for one in found["reports"]] == [("Scam", "Look")]


def test_message_that_is_none_is_not_found(client, moderator):
    answer = ask(client, "message", uuid.uuid4())

    assert (answer.status_code, answer.json()["error"]) == (404, "NOT_FOUND")


def test_what_can_be_done_follows_the_rules(client, moderator):
    taken_back = ChatMessageFactory()
    chat.delete(user=taken_back.user, message=taken_back)
    elsewhere = ChatMessageFactory(hidden=True, moderation_reason=chat.DELETED_ELSEWHERE)
    muted = MuteFactory().user

    def can(**fields):
        return row_of(client, ChatMessageFactory(**fields))["can"]

    assert can() == ["hide", "mute", "suspend"]
    assert can(hidden=True) == ["restore", "mute", "suspend"]
    assert row_of(client, taken_back)["can"] == ["mute", "suspend"]
    assert row_of(client, elsewhere)["can"] == ["mute", "suspend"]
    assert row_of(client, ChatReportFactory().message)["can"] == [
        "hide",
        "dismiss",
        "mute",
        "suspend",
    ]
    assert can(user=muted) == ["hide", "mute", "unmute", "suspend"]
    assert can(user=UserFactory(suspended=True)) == ["hide", "mute"]
    assert can(user=UserFactory(admin=True)) == ["hide"]
    assert can(user=moderator) == []


def test_hiding_is_audited_with_its_reason_and_shows_who_did_it(client, moderator, colleague):
    message = ChatReportFactory().message

    answer = act(client, "hide", [message], reason=" Advertising ")

    (result,) = answer.json()["results"]
    assert (answer.status_code, result["error"]) == (200, None)
    assert (result["row"]["hidden"]["by"], result["row"]["hidden"]["reason"]) == (
        "ada",
        "Advertising",
    )
    assert (result["row"]["reports"], result["row"]["can"][0]) == ([], "restore")
    entry = AuditLog.objects.get(entity_id=message.pk)
    assert (entry.action, entry.user, entry.changes["reason"]) == (
        "chat_message.hide",
        moderator,
        "Advertising",
    )
    assert ChatReport.objects.get().status == "upheld"


def test_restoring_and_dismissing(client, moderator):
    hidden = ChatMessageFactory(hidden=True)
    report = ChatReportFactory()

    shown = act(client, "restore", [hidden])
    dismissed = act(client, "dismiss", [report.message], reason="Harmless")

    assert (shown.status_code, dismissed.status_code) == (200, 200)
    hidden.refresh_from_db()
    report.refresh_from_db()
    assert (hidden.is_moderated, report.status) == (False, "dismissed")
    last = dismissed.json()["results"][0]["row"]["last"]
    assert (last["by"], last["why"]) == ("you", "Harmless")
    assert last["what"] == "left as it is, and its reports dismissed"


@pytest.mark.parametrize("everywhere", [True, False])
def test_author_is_muted_and_heard_again(client, moderator, everywhere):
    message = ChatMessageFactory()

    act(client, "mute", [message], minutes=5, everywhere=everywhere)
    mute = Mute.objects.get()
    lifted = act(client, "unmute", [message])
    again = act(client, "unmute", [message])

    assert mute.tournament == (None if everywhere else message.tournament)
    assert mute.ends_at - mute.muted_at == timedelta(minutes=5)
    assert lifted.status_code == 200
    mute.refresh_from_db()
    assert mute.lifted_by == moderator
    assert (again.status_code, again.json()["error"]) == (409, "NOT_MUTED")


@pytest.mark.parametrize("minutes", [0, MINUTES_MAX + 1])
def test_time_of_a_mute_is_bounded(client, moderator, minutes):
    answer = act(client, "mute", [ChatMessageFactory()], minutes=minutes)

    assert answer.status_code == 400
    assert answer.json()["details"] == {"minutes": ["Choose 1 to 43,200 minutes."]}


def test_moderator_suspends_people_and_no_staff(client, moderator):
    person, boss = ChatMessageFactory(), ChatMessageFactory(user=UserFactory(admin=True))

    done = act(client, "suspend", [person])
    refused = act(client, "suspend", [boss])

    assert (done.status_code, done.json()["results"][0]["row"]["author"]["suspended"]) == (
        200,
        True,
    )
    assert (refused.status_code, refused.json()["error"]) == (403, "PERMISSION_DENIED")
    suspended = User.objects.filter(is_suspended=True)
    assert list(suspended) == [person.user]


def test_many_are_decided_with_one_reason_and_what_is_refused_is_told(client, moderator, colleague):
    room = TournamentFactory(active=True)
    first, second, own = (
        ChatMessageFactory(tournament=room, user=user)
        for user in (UserFactory(), UserFactory(), moderator)
    )
    seen = [{"id": str(each.pk), "seen": row_of(client, each)["seen"]} for each in (first, second)]
    moderation.hide(actor=colleague, message=second, reason="Scam")

    answer = act(client, "hide", [own], messages=[*seen, {"id": str(own.pk), "seen": "0.0"}])

    results = answer.json()["results"]
    assert answer.status_code == 200
    assert [one["error"] for one in results] == [None, "CHANGED", "PERMISSION_DENIED"]
    assert results[1]["message"].startswith("It was hidden by cleo at ")
    assert results[1]["row"]["hidden"]["reason"] == "Scam"
    found = ChatMessage.objects.filter(is_moderated=True).values_list("pk", "moderation_reason")
    assert set(found) == {(first.pk, "Insult"), (second.pk, "Scam")}


def test_single_refusal_is_a_conflict_with_the_message_as_it_is_now(client, moderator, colleague):
    message = ChatMessageFactory()
    before = row_of(client, message)["seen"]
    moderation.hide(actor=colleague, message=message, reason="Scam")

    answer = act(client, "hide", [], messages=[{"id": str(message.pk), "seen": before}])

    content = answer.json()
    assert (answer.status_code, content["error"]) == (409, "CHANGED")
    assert content["message"].endswith(" UTC: Scam")
    assert content["results"][0]["row"]["hidden"]["by"] == "cleo"


def test_message_that_has_gone_is_told(client, moderator):
    answer = act(client, "hide", [], messages=[{"id": str(uuid.uuid4()), "seen": "0.0"}])

    assert (answer.status_code, answer.json()["error"]) == (404, "NOT_FOUND")
    assert answer.json()["results"][0]["row"] is None


@pytest.mark.parametrize(
    "sent",
    [
        {"act": "erase"},
        {"reason": "  "},
        {"reason": "x" * 1001},
        {"messages": []},
        {"messages": "all"},
        {"messages": [{"id": "x", "seen": "0.0"}]},
        {"messages": [{"id": str(uuid.uuid4())}]},
        {"messages": [{"id": str(uuid.uuid4()), "seen": "x"}]},
        {"messages": [7]},
        {"messages": [{"id": str(uuid.uuid4()), "seen": "0.0"}] * 51},
        {"act": "mute", "messages": [{"id": str(uuid.uuid4()), "seen": "0.0"}] * 2},
    ],
)
def test_nonsense_does_nothing(client, moderator, sent):
    message = ChatMessageFactory()

    answer = act(client, "hide", [message], **sent)

    assert (answer.status_code, answer.json()["error"]) == (400, "VALIDATION_ERROR")
    assert not ChatMessage.objects.filter(is_moderated=True).exists()


@pytest.mark.parametrize("body", ["", "[]", "{", '{"act": "hide"'])
def test_what_is_no_json_object_is_refused(client, moderator, body):
    address = reverse("admin:moderation_acts")

    answer = client.post(address, body, content_type="application/json")

    assert answer.status_code == 400


def news(client, since, **query):
    return ask(client, "news", **{"view": "reported", "since": since} | query).json()


def test_news_tell_who_decided_what_and_why(client, moderator, colleague):
    since = queue(client)["at"]
    message, other = ChatReportFactory().message, ChatMessageFactory()
    moderation.hide(actor=colleague, message=message, reason="Scam")
    act(client, "suspend", [other], reason="Fraud")

    found = news(client, since)

    told = [
        (one["by"], one["what"], one["why"], one["message"], one["person"])
        for one in found["decisions"]
    ]
    assert sorted(told) == sorted(
        [
            # The message, and the report of it that this has upheld.
            ("cleo", "hid", "Scam", str(message.pk), None),
            ("cleo", "hid", "Scam", str(message.pk), None),
            ("you", "suspended", "Fraud", None, str(other.user_id)),
        ]
    )
    assert [(row["id"], row["hidden"]["by"]) for row in found["rows"]] == [
        (str(message.pk), "cleo")
    ]
    assert found["people"] == [str(other.user_id)]


def test_news_tell_of_a_mute_and_a_new_report(client, moderator):
    since = queue(client)["at"]
    message, reporter = ChatMessageFactory(), UserFactory()
    act(client, "mute", [message], minutes=5)
    report = ChatReportFactory(message=message, user=reporter)

    found = news(client, since)

    assert [(one["what"], one["person"]) for one in found["decisions"]] == [
        ("muted", str(message.user_id))
    ]
    assert found["reports"] == [str(report.pk)[:8]]
    assert [row["reports"] for row in found["rows"]] == [["Abuse"]]


def test_what_is_known_is_not_told_again(client, moderator, colleague):
    since = queue(client)["at"]
    moderation.hide(actor=colleague, message=ChatReportFactory().message, reason="Scam")
    ChatReportFactory()
    first = news(client, since)
    known = [*(one["id"] for one in first["decisions"]), *first["reports"]]

    again = news(client, first["at"], known=",".join(known))
    forgetful = news(client, first["at"])

    assert (again["decisions"], again["reports"], again["rows"]) == ([], [], [])
    # What began earlier may have been committed later: the last seconds are told once more.
    assert len(forgetful["decisions"]) == len(first["decisions"])


def test_news_count_what_is_newer(client, moderator):
    room = TournamentFactory(active=True)
    newest = said_at(2, tournament=room)
    ann = UserFactory()
    said_at(1, tournament=room, user=ann)
    said_at(1, hidden=True, user=ann)
    place = {"at": newest.created_at.isoformat(), "id": newest.pk}
    since = timezone.now().isoformat()

    def new(**query):
        return news(client, since, **place | query)["new"]

    assert (new(), new(tournament=room.pk), new(person=ann.pk), new(view="hidden")) == (2, 1, 2, 1)
    assert news(client, since)["new"] == 3


def test_too_much_at_once_is_read_anew(client, moderator, colleague, monkeypatch):
    monkeypatch.setattr(news_of, "DECISIONS_MAX", 1)
    since = queue(client)["at"]
    for message in ChatMessageFactory.create_batch(2):
        moderation.hide(actor=colleague, message=message, reason="Scam")

    assert news(client, since)["stale"]


def test_news_need_an_instant(client, moderator):
    answer = ask(client, "news", view="reported")

    assert (answer.status_code, list(answer.json()["details"])) == (400, ["since"])


def test_news_do_not_keep_a_session_alive(client, moderator):
    long_ago = timezone.now() - timedelta(minutes=20)
    UserSession.objects.update(last_accessed_at=long_ago)
    address = reverse("admin:moderation_news")
    query = {"view": "reported", "since": timezone.now().isoformat()}

    asked = client.get(address, query, headers={UNATTENDED: "1"})
    unattended = UserSession.objects.get().last_accessed_at
    client.get(address, query)

    assert (asked.status_code, unattended) == (200, long_ago)
    assert UserSession.objects.get().last_accessed_at > long_ago


@pytest.mark.parametrize("name", ADDRESSES)
def test_desk_is_for_staff_alone(client, name):
    client.force_login(UserFactory())

    answer = client.get(reverse(f"admin:{name}"))

    assert (answer.status_code, answer["Location"][:13]) == (302, "/admin/login/")


def test_role_that_decides_nothing_is_refused(client, moderator, monkeypatch):
    monkeypatch.setitem(TABLE, "comms.chatmessage", ("view", "view"))

    answers = [client.get(reverse(f"admin:{name}")) for name in ADDRESSES]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert answers[1].json()["error"] == "PERMISSION_DENIED"


def test_acts_need_a_token(moderator):
    strict = StaffClient(enforce_csrf_checks=True)
    strict.force_login(moderator)
    message = ChatMessageFactory()

    answer = act(strict, "hide", [message])
    strict_token = queue(strict)["csrf"]
    with_token = strict.post(
        reverse("admin:moderation_acts"),
        json.dumps(
            {"act": "hide", "reason": "x", "messages": [{"id": str(message.pk), "seen": "0.0"}]}
        ),
        content_type="application/json",
        headers={"X-CSRFToken": strict_token},
    )

    assert (answer.status_code, with_token.status_code) == (403, 200)


def test_page_names_the_lists_for_who_has_no_script(client, moderator):
    TournamentFactory(active=True, name="<b>Cup</b>")

    page = client.get(reverse("admin:moderation")).text

    for name in ("chatreport", "chatmessage", "mute"):
        assert reverse(f"admin:comms_{name}_changelist") in page
    assert "&lt;b&gt;Cup&lt;/b&gt;" in page
    assert "<b>Cup" not in page


def test_desk_stands_first_of_what_needs_somebody(client, moderator):
    groups = client.get(reverse("admin:index")).context["sidebar_navigation"]

    (needed,) = [group for group in groups if group.get("title") == "Needs you"]
    assert (needed["items"][0]["title"], str(needed["items"][0]["link"])) == (
        "Moderation desk",
        reverse("admin:moderation"),
    )


LARGE = r"Seq Scan on (chat_messages|dayrade_chat_reports|audit_logs|dayrade_mutes)"
NOW = timezone.now()
KEY = uuid.uuid4()


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted("newest"), "dayrade_chat_messages_room"),
        (Wanted("newest", tournament=KEY, before=(NOW, KEY)), "dayrade_chat_messages_room"),
        (Wanted("hidden"), "dayrade_chat_messages_hidden"),
        (Wanted("newest", person=KEY), "(dayrade_chat_messages_of_user|idx_chat_messages_user_id)"),
        (Wanted("reported"), "dayrade_chat_reports_open"),
        (Wanted("reported", tournament=KEY), "dayrade_chat_reports_open"),
    ],
)
def test_desk_reads_large_tables_by_index(wanted, index):
    values = wanted.parameters() | {"actor": KEY}
    since = news_of.Since(NOW, [], (NOW, KEY))
    now = replace(wanted, before=None)
    news = sql.NEWS.format(where=news_of.where(now)), news_of.parameters(now, since)
    found = wanted.reported() if wanted.view == "reported" else wanted.newest()
    room, talkers = TournamentFactory(pk=KEY), [UserFactory(pk=KEY), *UserFactory.create_batch(49)]
    settled = {"status": "dismissed", "resolved_at": NOW, "resolved_by": talkers[0]}
    for minutes, talker in zip(range(100), itertools.cycle(talkers), strict=False):
        message = said_at(minutes, tournament=room, user=talker)
        ChatReportFactory(message=message, user=talker, **(settled if minutes else {}))
    # What the planner knows is not what an earlier test has left.
    executed("ANALYZE chat_messages, dayrade_chat_reports, audit_logs, dayrade_mutes")
    # On tables as small as these anything else is cheaper.
    executed("SET LOCAL enable_seqscan = off")
    executed("SET LOCAL enable_bitmapscan = off")

    rows, told = (
        "\n".join(line for (line,) in fetched(f"EXPLAIN {query}", parameters))
        for query, parameters in ((sql.rows(found), values), news)
    )

    assert re.findall(LARGE, rows + told) == []
    assert re.search(f"using {index} on", rows)
    assert re.search("using (idx|dayrade)_audit_logs_", told)


@pytest.mark.parametrize("number", [1, 3])
def test_desk_asks_a_fixed_number_of_questions(
    client, moderator, colleague, django_assert_num_queries, number
):
    since = queue(client)["at"]
    for _ in range(number):
        report = ChatReportFactory()
        MuteFactory(user=report.message.user)
        moderation.hide(actor=colleague, message=report.message, reason="Scam")
        ChatReportFactory(message=report.message)

    # Session and person; the configuration, reported, newest, the count, and the clock.
    with django_assert_num_queries(7):
        queue(client)
    # Session and person; the news, and the messages that have changed.
    with django_assert_num_queries(4):
        news(client, since)
    # Where nothing has happened.
    with django_assert_num_queries(3):
        news(client, timezone.now() + timedelta(minutes=1), at=since, id=uuid.uuid4())
    with django_assert_num_queries(14):
        ask(client, "message", report.message.pk)


def test_message_that_goes_while_it_is_looked_at_is_not_found(moderator):
    message = ChatMessageFactory()
    ChatMessage.objects.filter(pk=message.pk).delete()

    with pytest.raises(Http404):
        details(moderator, message)
