"""What a list refuses to be asked."""

import pytest

from tests.factories.market import EconomicEventFactory
from tests.factories.tournaments import ParticipantFactory

pytestmark = pytest.mark.django_db

TOURNAMENTS = "/api/v1/tournaments"
COMMA = "Give a word on both sides of a comma."
INSTANT = "Write an instant with its offset, such as 2026-01-31T12:00:00Z."


@pytest.mark.parametrize(
    ("query", "details"),
    [
        ({"stauts": "active"}, {"stauts": ["Unknown parameter."]}),
        ({"format": "xml"}, {"format": ["Unknown parameter."]}),
        ({"cursor": "x"}, {"cursor": ["Unknown parameter."]}),
        ({"a\x00b": "1"}, {"a\x00b": ["Unknown parameter."]}),
        ({"page": ["1", "1"]}, {"page": ["Give it once."]}),
        (
            {"status": "finished"},
            {"status": ["Select a valid choice. finished is not one of the available choices."]},
        ),
        (
            {"ordering": "password"},
            {"ordering": ["Select a valid choice. password is not one of the available choices."]},
        ),
        ({"ordering": ","}, {"ordering": [COMMA]}),
        ({"ordering": "name,"}, {"ordering": [COMMA]}),
        ({"status": "active,"}, {"status": [COMMA]}),
        ({"starts_from": "yesterday"}, {"starts_from": [INSTANT]}),
        ({"starts_from": "2026-01-31"}, {"starts_from": [INSTANT]}),
        ({"starts_from": "2026-01-31T12:00:00"}, {"starts_from": [INSTANT]}),
        ({"starts_from": "2026-02-30T12:00:00Z"}, {"starts_from": [INSTANT]}),
        ({"starts_to": "0001-01-01T00:00:00+14:00"}, {"starts_to": [INSTANT]}),
        ({"starts_to": "9999-12-31T23:59:59-14:00"}, {"starts_to": [INSTANT]}),
        ({"search": "a\x00b"}, {"search": ["Null characters are not allowed."]}),
        (
            {"search": "x" * 101},
            {"search": ["Ensure this value has at most 100 characters (it has 101)."]},
        ),
    ],
)
def test_list_refuses(anonymous, query, details):
    answer = anonymous.get(TOURNAMENTS, query)

    assert answer.status_code == 400
    assert answer.json() == {
        "success": False,
        "message": "Data validation failed",
        "error": "INVALID_FILTER",
        "details": details,
    }


def test_list_names_everything_that_is_wrong_at_once(anonymous):
    answer = anonymous.get(TOURNAMENTS, {"division": "moon", "color": "red"})

    assert sorted(answer.json()["details"]) == ["color", "division"]


@pytest.mark.parametrize("raw", ["%00=1", "%ED%A0%80=1", "%FF=%FF", "x" * 5000 + "=1"])
def test_list_refuses_any_bytes(anonymous, raw):
    answer = anonymous.get(f"{TOURNAMENTS}?{raw}")

    assert answer.status_code == 400
    assert answer.json()["error"] == "INVALID_FILTER"


def test_list_names_twenty_wrong_parameters_at_most(anonymous):
    answer = anonymous.get(TOURNAMENTS, {f"x{n}": "1" for n in range(100)})

    assert len(answer.json()["details"]) == 20


@pytest.mark.parametrize("instant", ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.5+05:45"])
def test_list_takes_instants_with_an_offset(anonymous, instant):
    answer = anonymous.get(TOURNAMENTS, {"starts_from": instant, "starts_to": instant})

    assert answer.status_code == 200


def test_ordering_ends_on_the_id(anonymous):
    events = EconomicEventFactory.create_batch(7)

    answer = anonymous.get("/api/v1/economic-events", {"ordering": "-country"})

    found = [row["id"] for row in answer.json()["results"]]
    assert found == sorted(str(event.pk) for event in events)


@pytest.mark.parametrize("word", ["banana", "2", "1", "unknown", "truе"])  # noqa: RUF001  # Cyrillic
def test_flag_is_true_or_false(anonymous, word):
    seats = f"{TOURNAMENTS}/{ParticipantFactory().tournament.slug}/participants"

    answer = anonymous.get(seats, {"is_active": word})

    assert answer.status_code == 400
    assert answer.json()["details"] == {"is_active": ["Must be true or false."]}


@pytest.mark.parametrize(
    ("word", "count"), [("true", 1), ("True", 1), ("false", 0), ("FALSE", 0), ("", 1)]
)
def test_flag_filters(anonymous, word, count):
    seats = f"{TOURNAMENTS}/{ParticipantFactory().tournament.slug}/participants"

    answer = anonymous.get(seats, {"is_active": word})

    assert answer.json()["count"] == count


def test_empty_filter_filters_nothing(anonymous):
    assert anonymous.get(TOURNAMENTS, {"status": "", "search": ""}).status_code == 200


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", '"', "(", "ü"])
def test_search_takes_any_text_literally(anonymous, text):
    answer = anonymous.get(TOURNAMENTS, {"search": text})

    assert answer.status_code == 200
    assert answer.json()["count"] == 0
