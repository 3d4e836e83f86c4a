"""Both ways through a list, walked from end to end."""

import base64
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest

from tests.factories.accounts import UserFactory
from tests.factories.comms import ChatMessageFactory
from tests.factories.market import EconomicEventFactory
from tests.factories.tournaments import ParticipantFactory
from tests.factories.trading import TradeFactory

pytestmark = pytest.mark.django_db

EVENTS = "/api/v1/economic-events"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def walk(client, url, way="next"):
    """Follow the links of a list and return its pages as lists of ids."""
    pages = []
    while url:
        body = client.get(url).json()
        pages.append([row["id"] for row in body["results"]])
        url = body[way]
    return pages


def encoded(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.fixture
def chat():
    """Return the address of a chat of seven messages of one instant."""
    first = ChatMessageFactory()
    ChatMessageFactory.create_batch(6, tournament=first.tournament, user=first.user)
    return f"/api/v1/tournaments/{first.tournament.slug}/chat"


def test_pages_are_numbered_and_linked(anonymous):
    EconomicEventFactory.create_batch(5)

    body = anonymous.get(EVENTS, {"page": 2, "page_size": 2}).json()

    assert {name: body[name] for name in ("count", "next", "previous")} == {
        "count": 5,
        "next": f"http://testserver{EVENTS}?page=3&page_size=2",
        "previous": f"http://testserver{EVENTS}?page=1&page_size=2",
    }


def test_pages_show_every_row_once_where_all_sort_alike(anonymous):
    events = EconomicEventFactory.create_batch(7, event_time=NOON)

    pages = walk(anonymous, f"{EVENTS}?page_size=3")

    assert [len(page) for page in pages] == [3, 3, 1]
    assert [*chain(*pages)] == sorted(str(event.pk) for event in events)


def test_pages_of_nothing_are_one_empty_page(anonymous):
    body = anonymous.get(EVENTS).json()

    assert body == {"count": 0, "next": None, "previous": None, "results": []}


@pytest.mark.parametrize("name", ["page", "page_size"])
@pytest.mark.parametrize("value", ["0", "-1", "", "x", "1.0", "²", "\uff11", "9" * 5000, "2\x00"])
def test_page_that_is_no_number_is_refused(anonymous, name, value):
    answer = anonymous.get(EVENTS, {name: value})

    assert answer.status_code == 400
    high = 1 if name == "page" else 500
    assert answer.json() == {
        "success": False,
        "message": "Data validation failed",
        "error": "INVALID_FILTER",
        "details": {name: [f"Must be a whole number from 1 to {high}."]},
    }


def test_page_beyond_the_last_is_refused(anonymous):
    EconomicEventFactory.create_batch(3)

    answer = anonymous.get(EVENTS, {"page": 3, "page_size": 2})

    assert answer.status_code == 400
    assert answer.json()["details"] == {"page": ["Must be a whole number from 1 to 2."]}


def test_page_size_ends_at_500(anonymous):
    assert anonymous.get(EVENTS, {"page_size": 500}).status_code == 200
    assert anonymous.get(EVENTS, {"page_size": 501}).status_code == 400


def test_cursor_shows_every_row_once_at_one_instant(anonymous, chat):
    whole = walk(anonymous, chat)

    pages = walk(anonymous, f"{chat}?page_size=2")

    assert [len(page) for page in pages] == [2, 2, 2, 1]
    assert [[*chain(*pages)]] == whole


def test_cursor_goes_back_the_way_it_came(anonymous, chat):
    there = walk(anonymous, f"{chat}?page_size=2")
    url = f"{chat}?page_size=2"
    for _ in there[:-1]:
        url = anonymous.get(url).json()["next"]

    back = walk(anonymous, url, way="previous")

    # Going back, the pages are cut from the other end.
    newest_first = [row for page in reversed(back) for row in page]
    assert newest_first == [*chain(*there)]


def test_cursor_orders_by_instant_then_id(anonymous, client_of):
    staff = client_of(UserFactory(moderator=True))
    seat = ParticipantFactory()
    trades = [
        TradeFactory(participant=seat, executed_at=NOON + timedelta(microseconds=n // 3))
        for n in range(8)
    ]
    url = f"/api/v1/tournaments/{seat.tournament.slug}/participants/{seat.pk}/trades"

    pages = walk(staff, f"{url}?page_size=3")

    trades.sort(key=lambda trade: (trade.executed_at, trade.pk), reverse=True)
    assert [*chain(*pages)] == [str(trade.pk) for trade in trades]


def test_cursor_stands_still_while_rows_arrive(anonymous, client_of):
    staff = client_of(UserFactory(moderator=True))
    seat = ParticipantFactory()
    old = [TradeFactory(participant=seat, executed_at=NOON - timedelta(n)) for n in range(4)]
    url = f"/api/v1/tournaments/{seat.tournament.slug}/participants/{seat.pk}/trades?page_size=2"
    first = staff.get(url).json()
    new = TradeFactory(participant=seat, executed_at=NOON + timedelta(1))

    second = staff.get(first["next"]).json()
    newer = staff.get(second["previous"]).json()

    assert [row["id"] for row in second["results"]] == [str(trade.pk) for trade in old[2:]]
    assert [row["id"] for row in newer["results"]] == [str(trade.pk) for trade in old[:2]]
    newest = staff.get(newer["previous"]).json()
    assert [row["id"] for row in newest["results"]] == [str(new.pk)]
    assert newest["previous"] is None


def test_cursor_keeps_filters_and_page_size(anonymous, chat):
    url = f"{chat}?message_type=user_message&page_size=3"

    following = anonymous.get(url).json()["next"]

    assert following.startswith(f"http://testserver{chat}?cursor=")
    assert following.endswith("&message_type=user_message&page_size=3")


def test_cursor_of_a_table_with_numbers_for_ids(client_of):
    admin = client_of(UserFactory(admin=True))
    whole = walk(admin, "/api/v1/schema-migrations?page_size=500")

    pages = walk(admin, "/api/v1/schema-migrations?page_size=7")

    assert [[*chain(*pages)]] == whole


UUID = "0190a5d2-7c9e-4f6e-8f55-8d7b3a8e6f10"


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "\x00",
        "é",
        "A" * 10_000,
        encoded("n"),
        encoded(f"n 2026-03-02T12:00:00+00:00 {UUID} more"),
        encoded("n 2026-03-02T12:00:00+00:00 7"),
        encoded(f"x 2026-03-02T12:00:00+00:00 {UUID}"),
        encoded(f"n 2026-03-02T12:00:00 {UUID}"),
        encoded(f"n 0001-01-01T00:00:00+14:00 {UUID}"),
        encoded(f"n 9999-99-99T12:00:00+00:00 {UUID}"),
        encoded(f"n 2026-03-02T12:00:00+00:00 {UUID.upper()}"),
        encoded(f"n 2026-03-02T12:00:00+00:00 {{{UUID}}}"),
        encoded(f"n 2026-03-02T12:00:00+00:00 {UUID}' OR 1=1"),
    ],
)
def test_cursor_that_we_did_not_write_is_refused(anonymous, chat, cursor):
    answer = anonymous.get(chat, {"cursor": cursor})

    assert answer.status_code == 400
    assert answer.json() == {
        "success": False,
        "message": "Data validation failed",
        "error": "INVALID_FILTER",
        "details": {"cursor": ["This is no cursor of this list."]},
    }


@pytest.mark.parametrize("number", ["²", "9" * 30, "-1", "x", UUID])
def test_cursor_with_a_hostile_number_is_refused(client_of, number):
    admin = client_of(UserFactory(admin=True))
    cursor = encoded(f"n 2026-03-02T12:00:00+00:00 {number}")

    answer = admin.get("/api/v1/schema-migrations", {"cursor": cursor})

    assert answer.status_code == 400
    assert answer.json()["error"] == "INVALID_FILTER"


def test_cursor_uses_the_index_of_the_pair(anonymous, chat, django_assert_num_queries):
    url = anonymous.get(f"{chat}?page_size=2").json()["next"]

    with django_assert_num_queries(2) as captured:
        anonymous.get(url)

    sql = captured[1]["sql"]
    assert '("chat_messages"."created_at", "chat_messages"."id") <' in sql
    # By their places in the list of columns: the instant and the id.
    assert "ORDER BY 8 DESC, 1 DESC LIMIT" in sql
